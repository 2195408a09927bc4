"""
A paired timing
===============

A shared machine changes its speed all the time. If two programs take turns, a change hits both, and
the ratio of their times stays. ``paired_ratio`` gives the mean ratio and its 95 % interval.
"""

import os
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from mlplab.data import load_dataset
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.stats import paired_ratio

warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch is what we want
images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(10_000, 0)
x = StandardScaler().fit_transform(images.x_train).astype("float32")

networks = {
    "this project": NumpyMLPClassifier(epochs=1, batch_size=500, monitor="none", random_state=0),
    "scikit-learn": MLPClassifier(
        (70, 30), activation="logistic", solver="sgd", batch_size=500, max_iter=1, random_state=0
    ),
}
seconds = {name: [] for name in networks}
random = np.random.default_rng(0)
for network in networks.values():
    network.fit(x, images.y_train)  # the first epoch warms up
for _ in range(8):
    for name in random.permutation(list(networks)):
        start = time.perf_counter()
        networks[name].fit(x, images.y_train)
        seconds[name].append(time.perf_counter() - start)

ratio = paired_ratio(seconds["scikit-learn"], seconds["this project"])
print(f"scikit-learn over this project: {ratio.ratio:.2f} ({ratio.low:.2f} to {ratio.high:.2f})")
print(f"scikit-learn is {ratio.verdict}")

# %%
# Each line is a round. In a round in which the machine is slow, both ends of the line move up.

figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
axes.plot(list(seconds), np.array(list(seconds.values())), marker="o", color="gray", alpha=0.7)
axes.set(ylabel="seconds of a fit of one epoch", ylim=(0, None))
plt.show()
