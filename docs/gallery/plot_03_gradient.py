"""
Check the gradient
==================

A training moves the weights down the gradient of the cost. Is that gradient right? Two trainings
take one step each from the same start weights, the second at twice the learning rate. What they
end with reveals the start weights and the gradient. Finite differences of the cost, for which this
script has a formula of its own, must give the same numbers.
"""

import os

import matplotlib.pyplot as plt
import numpy as np

from mlplab.data import load_dataset
from mlplab.numpy_mlp import NumpyMLPClassifier

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(200, 0)
x = images.x_train / 255.0
l2 = 0.01


def train_one_step(learning_rate):
    """Weights and biases after one step on all images."""
    network = NumpyMLPClassifier(
        (12, 8), 200, 1, learning_rate, l2=l2, dtype="float64", random_state=0
    )
    network.fit(x, images.y_train)
    return [*network.coefs_, *network.intercepts_]


short, long = train_one_step(1e-4), train_one_step(2e-4)
gradients = [(first - second) / 1e-4 for first, second in zip(short, long, strict=True)]
start = [first + 1e-4 * gradient for first, gradient in zip(short, gradients, strict=True)]

# %%
# The cost of all images is the sum of the binary log-losses, plus λ₂/2 · Σ w² without the biases.


def cost(arrays):
    layer, weights, biases = x, arrays[:3], arrays[3:]
    for matrix, bias in zip(weights, biases, strict=True):
        layer = 1 / (1 + np.exp(-(layer @ matrix + bias)))
    target = np.eye(10)[images.y_train]
    log_loss = -(target * np.log(layer) + (1 - target) * np.log(1 - layer)).sum()
    return log_loss + l2 / 2 * sum((matrix**2).sum() for matrix in weights)


random = np.random.default_rng(0)
pairs = []
for array, gradient in zip(start, gradients, strict=True):
    for place in random.choice(array.size, 20):
        index, step = np.unravel_index(place, array.shape), 1e-5
        value = array[index]
        array[index] = value + step
        above = cost(start)
        array[index] = value - step
        below = cost(start)
        array[index] = value
        pairs.append((gradient[index], (above - below) / (2 * step)))

descended, differences = np.array(pairs).T
largest = np.abs(descended - differences).max()
print(f"largest difference: {largest:.1e}, largest gradient: {np.abs(descended).max():.1f}")
assert largest < 1e-4

# %%
# Each point is one of 120 weights and biases.

figure, axes = plt.subplots(figsize=(4, 4))
axes.plot(differences, descended, ".")
axes.axline((0, 0), slope=1, linewidth=0.8, color="gray")
axes.set(xlabel="finite difference of the cost", ylabel="gradient that the training used")
plt.show()
