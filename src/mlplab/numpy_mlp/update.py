"""The update of the weights: gradient descent with regularisation and a momentum term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import get_blas_funcs

from mlplab.numpy_mlp.parameters import Parameters

_SIGNS_AT_A_TIME = 4096


@dataclass(frozen=True)
class Step:
    """The numbers of an update: step size η, momentum α, λ₂ and λ₁."""

    learning_rate: float
    momentum: float
    l2: float
    l1: float


class Update:
    """w ← w − (Δ + α Δ_previous), Δ = η · gradient with its regularisation.

    Δ of a batch and of the one before lie in two vectors that change their roles with every
    batch, so that none is copied. Batches are numbered from 0 within an epoch.
    """

    def __init__(self, parameters: Parameters, previous: Parameters, spare: Parameters) -> None:
        self._parameters = parameters
        self._steps = (previous, spare)
        self._axpy = get_blas_funcs("axpy", dtype=parameters.vector.dtype)

    def delta(self, batch: int) -> Parameters:
        """Where the gradient of a batch goes, times η and without regularisation."""
        return self._steps[(batch + 1) % 2]

    def apply(self, batch: int, step: Step, start: int, stop: int) -> None:
        """Update the entries ``start`` to ``stop`` of the vector of parameters."""
        vector = self._parameters.vector[start:stop]
        delta = self._steps[(batch + 1) % 2].vector[start:stop]
        n_weights = max(0, min(stop, self._parameters.n_weights) - start)
        if step.l2 and n_weights:
            rate = step.learning_rate * step.l2
            self._axpy(vector[:n_weights], delta[:n_weights], a=rate)
        if step.l1:
            self._add_signs(delta[:n_weights], vector[:n_weights], step.learning_rate * step.l1)
        np.subtract(vector, delta, out=vector)
        if step.momentum:
            self._axpy(self._steps[batch % 2].vector[start:stop], vector, a=-step.momentum)

    def _add_signs(self, delta: np.ndarray, weights: np.ndarray, rate: float) -> None:
        """Part by part, because the signs of all weights would be one more copy of them."""
        signs = np.empty(min(_SIGNS_AT_A_TIME, len(weights)), weights.dtype)
        for start in range(0, len(weights), _SIGNS_AT_A_TIME):
            part = weights[start : start + _SIGNS_AT_A_TIME]
            np.sign(part, out=signs[: len(part)])
            self._axpy(signs[: len(part)], delta[start : start + len(part)], a=rate)

    def end_epoch(self, n_batches: int) -> None:
        """Leave the last Δ where that of the epoch before was, for the next to begin with."""
        if n_batches % 2:
            self._steps[0].vector[...] = self._steps[1].vector
