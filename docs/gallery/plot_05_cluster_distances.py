"""
Distances to cluster centres as inputs
======================================

Article C replaces the 784 pixels by the distances of an image to K cluster centres, and trains the
same network on them.
"""

import os

import matplotlib.pyplot as plt

from mlplab.clusters.clustering import cluster_distances, fit_kmeans
from mlplab.data import load_dataset
from mlplab.features.scaling import scale_features
from mlplab.numpy_mlp import NumpyMLPClassifier

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(20_000, 5_000)
train, test = scale_features(images.x_train, images.x_test, "normalizer")
fit = fit_kmeans(train, 70, seed=0)
distances = [cluster_distances(part, fit.centers) for part in (train, test)]

inputs = {
    "784 pixels": scale_features(images.x_train, images.x_test, "standard"),
    "70 distances": scale_features(*distances, "standard"),
}
histories = {}
for name, (x_train, x_test) in inputs.items():
    network = NumpyMLPClassifier(epochs=40, batch_size=200, monitor="none", random_state=0)
    network.fit(x_train, images.y_train, validation_data=(x_test, images.y_test))
    histories[name] = network.history_.set_index("epoch")["test_accuracy"]
    print(f"{name}: {histories[name].iloc[-1]:.4f}")

# %%
# The centres look like digits.

figure, grid = plt.subplots(5, 14, figsize=(8, 3), layout="constrained")
for axes, center in zip(grid.flat, fit.centers, strict=True):
    axes.imshow(center.reshape(images.image_shape), cmap="gray_r")
    axes.axis("off")
plt.show()

# %%
# One seed on part of the images does not show which inputs are better. The default run trains ten
# seeds, and also tries other inputs of the same size.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, history in histories.items():
    history.plot(ax=axes, label=name)
axes.set(ylim=(0.8, 1), ylabel="test accuracy")
axes.legend()
plt.show()
