"""
Exact silhouettes of many labelings
===================================

The silhouette coefficient of a clustering needs the distance between every two samples.
``silhouette_scores`` computes each distance once, for any number of labelings. scikit-learn
computes all distances again for each labeling.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import silhouette_score

from mlplab.clusters.clustering import fit_kmeans
from mlplab.clusters.silhouette import silhouette_scores
from mlplab.data import load_dataset
from mlplab.features.scaling import scale_features

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(6_000, 1)
x, _ = scale_features(images.x_train, images.x_test, "normalizer")
ks = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90]
labelings = [fit_kmeans(x, k, seed=0).labels for k in ks]

start = time.perf_counter()
scores = silhouette_scores(x, labelings)
ours = time.perf_counter() - start

start = time.perf_counter()
theirs = [silhouette_score(x, labels) for labels in labelings]
print(f"{len(ks)} labelings: {ours:.2f} s; scikit-learn: {time.perf_counter() - start:.2f} s")
assert np.allclose(scores, theirs, atol=1e-6)

# %%
# The mean silhouette over K.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
axes.plot(ks, scores, marker="o")
axes.set(xlabel="number of clusters K", ylabel="mean silhouette")
plt.show()
