"""
An elbow and its uncertainty
============================

An elbow is the K beyond which more clusters lower the inertia little. The algorithm Kneedle finds a
bend in any decreasing curve. A real elbow stays where it is with other seeds, with other settings,
and when the sweep over K begins or ends elsewhere. ``locate_elbow`` tries all of these.
"""

import os

import matplotlib.pyplot as plt
import pandas as pd

from mlplab.clusters.clustering import fit_kmeans
from mlplab.clusters.elbow import locate_elbow
from mlplab.data import load_dataset
from mlplab.features.scaling import scale_features

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(6_000, 1)
x, _ = scale_features(images.x_train, images.x_test, "normalizer")
rows = [
    {"k": k, "seed": seed, "inertia": fit_kmeans(x, k, seed=seed).inertia}
    for k in (5, 10, 15, 20, 30, 40, 55, 70, 85, 100)
    for seed in (0, 1)
]
sweep = pd.DataFrame(rows)
elbow = locate_elbow(sweep, sensitivities=[0.5, 1.0, 2.0], trim=0.25, max_width=10)
print(elbow.describe())

# %%
# The band holds every elbow that was found.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for seed, curve in sweep.groupby("seed"):
    axes.plot(curve["k"], curve["inertia"], marker="o", label=f"seed {seed}")
if elbow.k is not None:
    axes.axvspan(elbow.low, elbow.high, alpha=0.2, color="tab:orange", label="elbows found")
axes.set(xlabel="number of clusters K", ylabel="inertia")
axes.legend()
plt.show()
