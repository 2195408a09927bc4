"""Forward and backward propagation of one slice of samples, without a single allocation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters


class BatchStatistics(NamedTuple):
    """Sums over the samples of a batch, taken before the weights are changed."""

    cost: float
    absolute_error: float
    n_correct: int


class _Buffers(NamedTuple):
    inputs: np.ndarray
    targets: np.ndarray
    codes: np.ndarray
    activations: tuple[np.ndarray, ...]
    deltas: tuple[np.ndarray, ...]
    slopes: tuple[np.ndarray, ...]


def sigmoid(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)), as (1 + tanh(z/2)) / 2: no overflow for any z, and vectorised."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    return np.add(out, 0.5, out=out)


def log_loss(logits: np.ndarray, codes: np.ndarray) -> float:
    """Sum over samples and outputs of the binary log-loss, stable for any logits.

    Parameters
    ----------
    logits : array of shape (n, n_outputs)
    codes : integers of shape (n,), the output that should be 1

    Notes
    -----
    −y log σ(z) − (1 − y) log(1 − σ(z)) = max(z, 0) − y z + log(1 + exp(−|z|)).
    """
    terms = np.log1p(np.exp(-np.abs(logits)))
    terms += np.maximum(logits, 0)
    expected = np.take_along_axis(logits, codes[:, np.newaxis], axis=1)
    return float(terms.sum(dtype=np.float64) - expected.sum(dtype=np.float64))


class Workspace:
    """The buffers of one thread: activations and errors for up to ``rows`` samples.

    ``gradient`` holds the sums over samples of ∂(log-loss)/∂(weight), times the step size;
    regularisation is not part of it. With ``adds_slices`` a second gradient is kept, so that
    those of several slices can be added up.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        rows: int,
        dtype: np.dtype | str,
        *,
        adds_slices: bool,
    ) -> None:
        self.gradient = Parameters.zeros(layer_sizes, dtype)
        self._slice_gradient = Parameters.zeros(layer_sizes, dtype) if adds_slices else None
        self._targets_of_code = np.eye(layer_sizes[-1], dtype=dtype)
        self._all_rows = _Buffers(
            inputs=np.empty((rows, layer_sizes[0]), dtype),
            targets=np.empty((rows, layer_sizes[-1]), dtype),
            codes=np.empty(rows, np.intp),
            activations=tuple(np.empty((rows, size), dtype) for size in layer_sizes[1:]),
            deltas=tuple(np.empty((rows, size), dtype) for size in layer_sizes[1:]),
            slopes=tuple(np.empty((rows, size), dtype) for size in layer_sizes[1:-1]),
        )
        self._views: dict[int, _Buffers] = {rows: self._all_rows}

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers and gradients."""
        gradients = [g.vector for g in (self.gradient, self._slice_gradient) if g is not None]
        inputs, targets, codes, *groups = self._all_rows
        buffers = [inputs, targets, codes, *(a for group in groups for a in group)]
        return sum(array.nbytes for array in (*gradients, *buffers, self._targets_of_code))

    def _buffers(self, rows: int) -> _Buffers:
        views = self._views.get(rows)
        if views is None:
            whole = self._all_rows
            views = self._views[rows] = _Buffers(
                whole.inputs[:rows],
                whole.targets[:rows],
                whole.codes[:rows],
                *(tuple(a[:rows] for a in group) for group in whole[3:]),
            )
        return views

    def gather(
        self, x: np.ndarray, codes: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Copy the samples ``x[rows]`` and their codes into the buffers, and return both.

        ``mode="clip"`` because the default makes ``take`` write to a copy of ``out`` first.
        """
        buffers = self._buffers(len(rows))
        codes.take(rows, out=buffers.codes, mode="clip")
        x.take(rows, axis=0, out=buffers.inputs, mode="clip")
        return buffers.inputs, buffers.codes

    def propagate_forward(self, parameters: Parameters, inputs: np.ndarray) -> np.ndarray:
        """Logits of the output layer, shape (n, n_outputs), a view of a buffer."""
        activations = self._buffers(len(inputs)).activations
        last = len(activations) - 1
        below = inputs
        for layer, (weights, biases) in enumerate(
            zip(parameters.weights, parameters.biases, strict=True)
        ):
            above = activations[layer]
            np.dot(below, weights, out=above)
            np.add(above, biases, out=above)
            if layer < last:
                sigmoid(above, out=above)
            below = above
        return below

    def propagate_back(
        self,
        parameters: Parameters,
        inputs: np.ndarray,
        codes: np.ndarray,
        step_size: float,
        *,
        add: bool,
    ) -> None:
        """Turn the errors of the last forward pass into ``gradient``, times ``step_size``.

        No error is propagated to the input layer: nothing needs it. Scaling the small error of
        the output layer scales every gradient, so the large ones need no pass of their own.

        ``add`` adds to ``gradient`` instead of replacing it. The sum is made by NumPy: SciPy's
        gemm could add in place, but holds the interpreter's lock, so that threads would take
        turns.
        """
        buffers = self._buffers(len(inputs))
        target = self._slice_gradient if add else self.gradient
        if target is None:
            raise ValueError("a workspace that does not add slices was asked to add one")
        self._targets_of_code.take(codes, axis=0, out=buffers.targets, mode="clip")
        delta = sigmoid(buffers.activations[-1], out=buffers.deltas[-1])
        np.subtract(delta, buffers.targets, out=delta)
        np.multiply(delta, step_size, out=delta)
        for layer in range(len(parameters.weights) - 1, -1, -1):
            below = buffers.activations[layer - 1] if layer else inputs
            np.dot(below.T, delta, out=target.weights[layer])
            np.add.reduce(delta, axis=0, out=target.biases[layer])
            if layer:
                error, slope = buffers.deltas[layer - 1], buffers.slopes[layer - 1]
                np.dot(delta, parameters.weights[layer].T, out=error)
                np.subtract(1.0, below, out=slope)
                np.multiply(slope, below, out=slope)
                delta = np.multiply(error, slope, out=error)
        if add:
            np.add(self.gradient.vector, target.vector, out=self.gradient.vector)

    def statistics(self, codes: np.ndarray) -> BatchStatistics:
        """Cost, absolute error and number of correct outputs of the last forward pass."""
        buffers = self._buffers(len(codes))
        logits = buffers.activations[-1]
        self._targets_of_code.take(codes, axis=0, out=buffers.targets, mode="clip")
        error = sigmoid(logits, out=buffers.deltas[-1])
        np.subtract(error, buffers.targets, out=error)
        return BatchStatistics(
            cost=log_loss(logits, codes),
            absolute_error=float(np.abs(error).sum(dtype=np.float64)),
            n_correct=int(np.count_nonzero(logits.argmax(axis=1) == codes)),
        )
