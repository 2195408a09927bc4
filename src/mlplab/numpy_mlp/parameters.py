"""Weights and biases of a multilayer perceptron, kept in one vector."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Weights and biases of a network with layers of the given sizes."""
    return sum((lower + 1) * upper for lower, upper in itertools.pairwise(layer_sizes))


@dataclass(frozen=True)
class Parameters:
    """All weights, then all biases, in one vector, with a view for every layer.

    One vector lets an update run over all layers in a single call per operation, and puts the
    biases, which are not regularised, behind the weights.

    Attributes
    ----------
    vector : array of shape (n_parameters,)
    weights : views of shape (n_lower, n_upper), one per pair of layers
    biases : views of shape (n_upper,), one per pair of layers
    n_weights : number of leading entries of ``vector`` that are weights
    """

    vector: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    n_weights: int

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied one by one, the views would no longer be views of the vector.
        return Parameters.from_vector, (self.layer_sizes, self.vector)

    @property
    def layer_sizes(self) -> list[int]:
        """Nodes of all layers, input layer first."""
        return [self.weights[0].shape[0], *(len(biases) for biases in self.biases)]

    @classmethod
    def zeros(cls, layer_sizes: Sequence[int], dtype: DTypeLike) -> Parameters:
        """Zero weights and biases for layers of the given sizes, input layer first."""
        return cls.from_vector(layer_sizes, np.zeros(count_parameters(layer_sizes), dtype))

    @classmethod
    def from_vector(cls, layer_sizes: Sequence[int], vector: np.ndarray) -> Parameters:
        """Views of ``vector`` (n_parameters,) for layers of the given sizes."""
        shapes = list(itertools.pairwise(layer_sizes))
        n_weights = sum(lower * upper for lower, upper in shapes)
        weights, biases = [], []
        start, bias_start = 0, n_weights
        for lower, upper in shapes:
            weights.append(vector[start : start + lower * upper].reshape(lower, upper))
            biases.append(vector[bias_start : bias_start + upper])
            start, bias_start = start + lower * upper, bias_start + upper
        return cls(vector, tuple(weights), tuple(biases), n_weights)

    @classmethod
    def from_layers(
        cls, coefs: Sequence[np.ndarray], intercepts: Sequence[np.ndarray], dtype: DTypeLike
    ) -> Parameters:
        """Copy per-layer weights (n_lower, n_upper) and biases (n_upper,) into one vector."""
        parameters = cls.zeros([coefs[0].shape[0], *(w.shape[1] for w in coefs)], dtype)
        for view, values in zip(
            (*parameters.weights, *parameters.biases), (*coefs, *intercepts), strict=True
        ):
            view[...] = values
        return parameters

    def regularization(self, l1: float, l2: float) -> float:
        """The regularisation term λ₂/2 · Σ w² + λ₁ · Σ |w|, biases excluded."""
        weights = self.vector[: self.n_weights].astype(np.float64)
        return float(0.5 * l2 * (weights @ weights) + l1 * np.abs(weights).sum())


def draw_parameters(
    layer_sizes: Sequence[int],
    dtype: DTypeLike,
    random: np.random.RandomState,
    *,
    method: str = "sqrt_nodes",
    factor: float = 2.0,
    interval: float = 0.5,
) -> Parameters:
    """Draw start weights and biases uniformly.

    ``method="sqrt_nodes"``: from ±``factor``/√n, n being the nodes of the lower layer;
    ``method="const"``: from ±``interval``.
    """
    parameters = Parameters.zeros(layer_sizes, dtype)
    for weights, biases in zip(parameters.weights, parameters.biases, strict=True):
        limit = factor / np.sqrt(weights.shape[0]) if method == "sqrt_nodes" else interval
        weights[...] = random.uniform(-limit, limit, weights.shape)
        biases[...] = random.uniform(-limit, limit, biases.shape)
    return parameters
