"""
Is it the clusters?
===================

Distances to cluster centres make a small network train fast. Do the clusters matter, or only the
small number of inputs? Distances to random images, random projections and principal components give
as few inputs without any clusters.
"""

import os

import matplotlib.pyplot as plt
import pandas as pd

from mlplab.clusters.clustering import fit_kmeans
from mlplab.data import load_dataset
from mlplab.features.scaling import scale_features
from mlplab.features.transform import make_features
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.stats import mean_interval

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(10_000, 5_000)
train, test = scale_features(images.x_train, images.x_test, "normalizer")

rows = []
for seed in range(4):
    centers = fit_kmeans(train, 50, seed=seed).centers
    for space in ("clusters-50", "images-50", "projection-50", "pca-50"):
        x_train, x_test = make_features(space, train, test, seed=seed, centers=centers)
        network = NumpyMLPClassifier(epochs=30, batch_size=100, monitor="none", random_state=seed)
        accuracy = network.fit(x_train, images.y_train).score(x_test, images.y_test)
        rows.append({"space": space, "seed": seed, "accuracy": accuracy})
accuracies = pd.DataFrame(rows)

# %%
# Means over four seeds, with their 95 % intervals.

figure, axes = plt.subplots(figsize=(6, 2.5), layout="constrained")
for space, group in accuracies.groupby("space", sort=False):
    mean, low, high = mean_interval(group["accuracy"])
    print(f"{space:14} {mean:.4f} ({low:.4f} to {high:.4f})")
    axes.errorbar(mean, space, xerr=[[mean - low], [high - mean]], fmt="o", capsize=3)
axes.set(xlabel="test accuracy")
axes.invert_yaxis()
plt.show()
