"""A multilayer perceptron in NumPy: exact, and fast on a CPU.

Sigmoid layers, summed binary log-loss, L1 and L2 regularisation without the biases, mini-batch
gradient descent with a decreasing learning rate and a momentum term.
"""

from typing import Any

__all__ = [
    "DivergenceError",
    "NumpyMLPClassifier",
    "Plan",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that no stage imports what another needs."""
    match name:
        case "DivergenceError":
            from mlplab.numpy_mlp.network import DivergenceError

            return DivergenceError
        case "NumpyMLPClassifier":
            from mlplab.numpy_mlp.classifier import NumpyMLPClassifier

            return NumpyMLPClassifier
        case "Plan":
            from mlplab.numpy_mlp.trainer import Plan

            return Plan
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
