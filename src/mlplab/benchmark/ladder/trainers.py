"""The last steps of the ladder: the trainers of :mod:`mlplab.numpy_mlp`."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from mlplab.benchmark.ladder.step import BatchRecord, Prediction, Stopwatch
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.engines import find_engine
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import BaseTrainer, Step
from mlplab.numpy_mlp.workspace import BatchStatistics


class ProjectTrainer:
    """Step 5: the trainer of this project. It has no clock inside a batch, which costs time."""

    title: ClassVar[str] = "this project's trainer"
    engine_name: ClassVar[str] = "numpy"

    def __init__(
        self,
        x: np.ndarray,
        codes: np.ndarray,
        start: Parameters,
        step: Step,
        n_classes: int,
        n_threads: int | None = None,
    ) -> None:
        self.stopwatch, self._engine = Stopwatch(), find_engine(self.engine_name)
        self.records: list[BatchRecord] = []
        self._sizes = [x.shape[1], *(len(b) for b in start.biases)]
        self.samples, self._codes, self._step = self.keep(x), codes, step
        self._parameters = Parameters.from_layers(start.weights, start.biases, np.float32)
        self._previous = Parameters.zeros(self._sizes, np.float32)
        self._n_threads = n_threads or available_threads()
        self._batch_size = 0

    def prepare(self, batch_size: int) -> None:
        """See :class:`LadderStep`; it chooses a plan of threads."""
        if batch_size != self._batch_size:
            self._batch_size = batch_size
            self._plan = choose_plan(
                self.samples,
                self._sizes,
                batch_size,
                self._n_threads,
                awake=True,
                engine=self.engine_name,
            )

    def train_epoch(self, order: np.ndarray, batch_size: int) -> float:
        """See :class:`LadderStep`."""
        hits = 0
        self.records.clear()

        def record(statistics: BatchStatistics) -> None:
            nonlocal hits
            hits += statistics.n_correct
            place = len(self.records) * batch_size
            n_outputs = self._sizes[-1] * min(batch_size, len(order) - place)
            error = statistics.absolute_error / n_outputs
            self.records.append(BatchRecord(statistics.cost, math.nan, error))

        self.prepare(batch_size)
        with self._trainer() as trainer:
            trainer.run_epoch(self.samples, self._codes, order, self._step, record)
        return hits / len(order)

    def keep(self, x: np.ndarray) -> np.ndarray:
        """See :class:`LadderStep`."""
        return np.ascontiguousarray(x, np.float32)

    def predict(self, samples: np.ndarray, codes: np.ndarray) -> Prediction:
        """See :class:`LadderStep`."""
        with self._trainer() as trainer:
            sums = trainer.evaluate(samples, codes)
        penalty = self._parameters.regularization(self._step.l1, self._step.l2)
        return Prediction(sums.cost + penalty, sums.n_correct / len(codes))

    def parameters(self) -> Parameters:
        """See :class:`LadderStep`."""
        return Parameters.from_layers(self._parameters.weights, self._parameters.biases, np.float64)

    def _trainer(self) -> BaseTrainer:
        return self._engine.trainer(self._parameters, self._previous, self._batch_size, self._plan)


class CompiledTrainer(ProjectTrainer):
    """Step 6: without Python inside an epoch."""

    title = "compiled"
    engine_name = "compiled"
