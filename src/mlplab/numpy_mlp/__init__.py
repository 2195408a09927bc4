"""A multilayer perceptron in NumPy: exact, and fast on a CPU.

Sigmoid layers, summed binary log-loss, L1 and L2 regularisation without the biases, mini-batch
gradient descent with a decreasing learning rate and a momentum term.
"""

from mlplab.numpy_mlp.classifier import DivergenceError, NumpyMLPClassifier
from mlplab.numpy_mlp.trainer import Plan

__all__ = ["DivergenceError", "NumpyMLPClassifier", "Plan"]
