"""Forward and backward propagation of one slice of samples, in buffers that are made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.sparse_rows import Rows


class BatchStatistics(NamedTuple):
    """Sums over the samples of a batch before its update; only the cost is weighted."""

    cost: float
    absolute_error: float
    n_correct: int


def add_statistics(parts: Sequence[BatchStatistics]) -> BatchStatistics:
    """The sums over several groups of samples."""
    return BatchStatistics(*(sum(values) for values in zip(*parts, strict=True)))


def sigmoid(z: np.ndarray, out: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """scale / (1 + exp(-z)), as scale (1 + tanh(z/2)) / 2: no overflow for any z, vectorised."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5 * scale, out=out)
    np.add(out, 0.5 * scale, out=out)
    return out


def log_loss(logits: np.ndarray, codes: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Sum over samples and outputs of the binary log-loss, stable for any logits.

    Parameters
    ----------
    logits : array of shape (n, n_outputs)
    codes : integers of shape (n,), the output that should be 1
    weights : factors of the samples, shape (n, 1); None for 1

    Notes
    -----
    −y log σ(z) − (1 − y) log(1 − σ(z)) = max(s, 0) + log(1 + exp(−|s|)) with s = −z for y = 1
    and s = z for y = 0.
    """
    # The log-loss of z for a target of 1 is that of −z for a target of 0: no large numbers cancel.
    signed, places = logits.copy(), codes[:, np.newaxis]
    np.put_along_axis(signed, places, -np.take_along_axis(logits, places, axis=1), axis=1)
    terms = np.log1p(np.exp(-np.abs(signed)))
    terms += np.maximum(signed, 0)
    if weights is not None:
        terms *= weights
    return float(terms.sum(dtype=np.float64))


@dataclass(frozen=True)
class OrderedSamples:
    """Samples (n, n_features), codes and weights (n,), and the order (n,) of training, if any."""

    x: Rows
    codes: np.ndarray
    order: np.ndarray | None
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.codes if self.order is None else self.order)

    def fetch_inputs(self, first: int, last: int, buffer: np.ndarray) -> None:
        """Copy samples ``first`` to ``last`` to the start of ``buffer``, if they are shuffled.

        ``mode="clip"`` because the default makes ``take`` write to a copy of ``out`` first.
        """
        if self.order is not None:
            rows = buffer[: last - first]
            self.x.take(self.order[first:last], axis=0, out=rows, mode="clip")

    def inputs(self, first: int, last: int, buffer: np.ndarray) -> np.ndarray:
        """Samples ``first`` to ``last``, from ``buffer`` if ``fetch_inputs`` copied them there."""
        return self.x[first:last] if self.order is None else buffer[: last - first]

    def take_codes(self, first: int, last: int, buffer: np.ndarray) -> np.ndarray:
        """The codes of samples ``first`` to ``last``."""
        if self.order is None:
            return self.codes[first:last]
        return self.codes.take(self.order[first:last], out=buffer[: last - first], mode="clip")

    def take_weights(self, first: int, last: int) -> np.ndarray | None:
        """The weights of samples ``first`` to ``last``, shape (n, 1); None if all are 1."""
        if self.weights is None:
            return None
        rows = slice(first, last) if self.order is None else self.order[first:last]
        return self.weights[rows, np.newaxis]


class _Buffers(NamedTuple):
    places: np.ndarray
    activations: tuple[np.ndarray, ...]
    errors: tuple[np.ndarray, ...]
    slopes: tuple[np.ndarray, ...]


def _overlay(memory: np.ndarray, sizes: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Arrays (rows, size) that all begin where ``memory`` (rows, largest size) does."""
    flat, rows = memory.reshape(-1), len(memory)
    return tuple(flat[: rows * size].reshape(rows, size) for size in sizes)


def values_per_row(layer_sizes: Sequence[int], *, trains: bool = True) -> int:
    """Activations and errors that a workspace keeps for each sample."""
    outputs, hidden = layer_sizes[-1], list(layer_sizes[1:-1])
    kept = 2 * outputs + sum(hidden)
    return kept + sum(hidden) + max(hidden, default=0) if trains else kept


class Workspace:
    """The activations and errors of one thread, for up to ``rows`` samples.

    The matrix products of the first layer, by far the largest, are left to the caller, who may
    share them with other threads: ``sums`` is where x · W goes, and ``first_errors`` is what its
    gradient xᵀ · δ needs. Without ``trains`` there is room for the errors of the outputs only.
    ``memory``, of at least ``rows`` times :func:`values_per_row` numbers, is used if given.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        rows: int,
        dtype: np.dtype | str,
        *,
        trains: bool = True,
        memory: np.ndarray | None = None,
    ) -> None:
        hidden, outputs = list(layer_sizes[1:-1]), layer_sizes[-1]
        if not trains:
            hidden = []
        self.memory = (
            np.empty(rows * values_per_row(layer_sizes, trains=trains), dtype)
            if memory is None
            else memory.reshape(-1)
        )
        position = 0

        def take(size: int) -> np.ndarray:
            nonlocal position
            position += rows * size
            return self.memory[position - rows * size : position].reshape(rows, size)

        self._codes = np.empty(rows, np.intp)
        self._ones = np.ones(rows if trains else 0, dtype)
        self._row_starts = np.arange(0, rows * outputs, outputs)
        self._all_rows = _Buffers(
            places=np.empty(rows, np.intp),
            activations=tuple(take(size) for size in layer_sizes[1:]),
            errors=tuple(take(size) for size in (*hidden, outputs)),
            # One slope is needed at a time, so all layers share the memory of the largest.
            slopes=_overlay(take(max(hidden, default=0)), hidden),
        )
        self._views: dict[int, _Buffers] = {rows: self._all_rows}
        self._now = self._all_rows
        self._weights: np.ndarray | None = None

    @property
    def sums(self) -> np.ndarray:
        """x · W of the first layer, shape (n, nodes), to be filled by the caller."""
        return self._now.activations[0]

    @property
    def first_errors(self) -> np.ndarray:
        """Errors δ of the first layer above the input, shape (n, nodes)."""
        return self._now.errors[0]

    def errors_of(self, rows: int) -> np.ndarray:
        """``first_errors`` of ``rows`` samples, for a thread that has not opened them itself."""
        return self._all_rows.errors[0][:rows]

    def open(self, rows: int) -> None:
        """Make the buffers those of ``rows`` samples."""
        views = self._views.get(rows)
        if views is None:
            whole = self._all_rows
            views = self._views[rows] = _Buffers(
                whole.places[:rows], *(tuple(a[:rows] for a in group) for group in whole[1:])
            )
        self._now = views

    def take_targets(self, samples: OrderedSamples, first: int, last: int) -> np.ndarray:
        """Open the buffers for samples ``first`` to ``last`` and expect their codes."""
        self.open(last - first)
        self._weights = samples.take_weights(first, last)
        codes = samples.take_codes(first, last, self._codes)
        np.add(self._row_starts[: last - first], codes, out=self._now.places)
        return codes

    def complete_forward(self, parameters: Parameters) -> np.ndarray:
        """Go on from ``sums``; logits of the output layer, (n, n_outputs), a view of a buffer."""
        weights, biases, activations = parameters.weights, parameters.biases, self._now.activations
        above = activations[0]
        np.add(above, biases[0], out=above)
        for layer in range(1, len(activations)):
            below = sigmoid(above, out=above)
            above = activations[layer]
            np.dot(below, weights[layer], out=above)
            np.add(above, biases[layer], out=above)
        return above

    def propagate_folded(self, x: np.ndarray, parameters: Parameters) -> np.ndarray:
        """Logits of samples from what :func:`mlplab.numpy_mlp.evaluation.fold_sigmoids` returns."""
        below = x
        for layer, above in enumerate(self._now.activations):
            if layer:
                np.tanh(below, out=below)
            np.dot(below, parameters.weights[layer], out=above)
            np.add(above, parameters.biases[layer], out=above)
            below = above
        return below

    def propagate_errors(self, parameters: Parameters, step_size: float) -> None:
        """Errors of all layers above the input, times ``step_size``, after a forward pass.

        The input layer needs no error. Scaling the small error of the output layer scales every
        gradient, so the large gradients need no pass of their own.
        """
        _, activations, errors, slopes = self._now
        delta = self._output_errors(step_size)
        if self._weights is not None:
            np.multiply(delta, self._weights, out=delta)
        for layer in range(len(errors) - 1, 0, -1):
            error, slope, below = errors[layer - 1], slopes[layer - 1], activations[layer - 1]
            np.dot(delta, parameters.weights[layer].T, out=error)
            np.subtract(1.0, below, out=slope)
            np.multiply(slope, below, out=slope)
            delta = np.multiply(error, slope, out=error)

    def upper_gradients(self, gradient: Parameters) -> None:
        """Fill ``gradient`` for all biases, and for the weights of all layers but the first."""
        activations, errors = self._now.activations, self._now.errors
        for layer, delta in enumerate(errors):
            if layer:
                np.dot(activations[layer - 1].T, delta, out=gradient.weights[layer])
            # Faster than a sum over the first axis.
            np.dot(self._ones[: len(delta)], delta, out=gradient.biases[layer])

    def statistics(self, codes: np.ndarray) -> BatchStatistics:
        """Weighted cost, absolute error and number of correct outputs of the last forward pass."""
        logits, error = self._now.activations[-1], self._output_errors()
        return BatchStatistics(
            cost=log_loss(logits, codes, self._weights),
            absolute_error=float(np.abs(error).sum(dtype=np.float64)),
            n_correct=int(np.count_nonzero(logits.argmax(axis=1) == codes)),
        )

    def _output_errors(self, scale: float = 1.0) -> np.ndarray:
        """Outputs minus targets, times ``scale``, of shape (n, n_outputs), in a buffer."""
        error = sigmoid(self._now.activations[-1], self._now.errors[-1], scale)
        error.reshape(-1)[self._now.places] -= scale
        return error
