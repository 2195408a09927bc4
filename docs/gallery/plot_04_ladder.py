"""
The steps of the ladder
=======================

Article A made its network faster in steps, which we call the ladder. Here each step trains the same
network for three epochs. The last two steps are this project's engines. The workflow measures the
steps more carefully: in rounds, beside Keras, each in a process of its own. Its table is
``optimization_ladder_summary.csv``.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from mlplab.benchmark.ladder.measurement import build_step
from mlplab.benchmark.ladder.steps import STEPS
from mlplab.benchmark.problem import Problem
from mlplab.data import load_dataset

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(10_000, 0)
x = StandardScaler().fit_transform(images.x_train).astype("float32")
problem = Problem.from_labels(x, images.y_train, batch_size=500)

seconds = {}
for kind in STEPS:
    random = np.random.RandomState(0)
    network = build_step(kind, problem, random)
    network.prepare(problem.batch_size)
    epochs = []
    for _ in range(3):
        order = random.permutation(len(x))
        start = time.perf_counter()
        network.train_epoch(order, problem.batch_size)
        network.predict(network.samples, problem.codes)
        epochs.append(time.perf_counter() - start)
    seconds[kind.title] = np.median(epochs)

seconds = pd.Series(seconds, name="seconds")
print(seconds.round(3).to_string())

# %%
# All steps compute the same gradients. As in the article, an epoch ends with a prediction for all
# images.

axes = seconds[::-1].plot.barh(figsize=(7, 3), width=0.7)
axes.set(xlabel="seconds per epoch, 10,000 images")
plt.tight_layout()
plt.show()
