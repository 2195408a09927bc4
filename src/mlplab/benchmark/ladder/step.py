"""What every step of the ladder offers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.trainer import Step


@dataclass
class Stopwatch:
    """Seconds by name, summed up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the seconds of the block to those of ``name``."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


class BatchRecord(NamedTuple):
    """What an epoch keeps of a batch, before its update.

    ``cost`` is the sum of the log-losses and the regularisation; ``regularization_share`` lies
    between 0 and 1, NaN where a step does not record it; ``error`` is the mean absolute error of
    the outputs.
    """

    cost: float
    regularization_share: float
    error: float


class Prediction(NamedTuple):
    """What a prediction for many samples gives: their cost with the regularisation, accuracy."""

    cost: float
    accuracy: float


class LadderStep(Protocol):
    """A network that trains epoch by epoch, on samples (n, n_features) with codes 0, 1, …

    ``stopwatch`` sums up the seconds of the parts of the batches, where a step measures them:
    ``forward``, ``record``, ``backward_L<layer>``, the way down to a layer, lowest layer 0, and
    ``update``. ``samples`` are those of the training in the step's own layout, ``records`` the
    batches of the last epoch.
    """

    title: ClassVar[str]
    stopwatch: Stopwatch
    samples: np.ndarray
    records: list[BatchRecord]

    def __init__(
        self,
        x: np.ndarray,
        codes: np.ndarray,
        start: Parameters,
        step: Step,
        n_classes: int,
        n_threads: int | None = None,
    ) -> None:
        """Prepare the samples and copy the start weights.

        ``n_threads`` are those of the last step; the products of the others have the threads
        that NumPy's BLAS library was given.
        """

    def prepare(self, batch_size: int) -> None:
        """Do what the first epoch with such batches would do once."""

    def train_epoch(self, order: np.ndarray, batch_size: int) -> float:
        """One pass in ``order`` (n,); returns the accuracy averaged over the batches."""

    def keep(self, x: np.ndarray) -> np.ndarray:
        """Samples (n, n_features) in the layout in which the step keeps them."""

    def predict(self, samples: np.ndarray, codes: np.ndarray) -> Prediction:
        """A prediction for samples that :meth:`keep` gave, with their codes (n,)."""

    def parameters(self) -> Parameters:
        """The weights and biases, in float64."""
