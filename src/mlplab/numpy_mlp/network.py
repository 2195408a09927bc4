"""The network and its training, on samples that are checked and labels that are codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.engines import find_engine
from mlplab.numpy_mlp.history import measure_epoch
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.sparse_rows import Rows
from mlplab.numpy_mlp.trainer import BaseTrainer, Plan, Step
from mlplab.numpy_mlp.workspace import BatchStatistics, OrderedSamples, add_statistics
from mlplab.runtime.progress import Progress

# An untrained network outputs 0.5 everywhere and costs ln 2 per output. A cost so many times higher
# means steps that are too long, even while all numbers are finite.
_DIVERGED_COST_RATIO = 50.0


class DivergenceError(ArithmeticError):
    """The weights or the cost became infinite, or the cost rose far above that of guessing."""


@dataclass(frozen=True)
class Descent:
    """How a network is trained; each is the parameter of ``NumpyMLPClassifier`` of that name."""

    batch_size: int
    decrease_const: float
    momentum: float
    l2: float
    l1: float
    n_threads: int
    shuffle: bool = True
    engine: str = "numpy"
    plan: Plan | None = None
    monitor: str = "full"
    monitor_every: int = 1
    progress: bool = False

    @property
    def usable_threads(self) -> int:
        """``n_threads``, or fewer where the process may use fewer."""
        return min(self.n_threads, available_threads())


class Network:
    """A network with what its training goes on from.

    :class:`mlplab.numpy_mlp.NumpyMLPClassifier` checks what users give it and trains one of these.
    A job of the workflow, whose samples are checked, takes it as it is and does without
    scikit-learn, whose import takes longer than many trainings.

    Attributes
    ----------
    parameters : weights and biases
    records : a row of the history per epoch
    previous_step : the last step, of which momentum adds a share to the next one
    n_epochs : epochs trained
    plan : how batches were spread over threads; None before the first training
    """

    def __init__(
        self, parameters: Parameters, learning_rate: float, random: np.random.RandomState
    ) -> None:
        self.parameters = parameters
        self.records: list[dict[str, Any]] = []
        self.plan: Plan | None = None
        self.previous_step = Parameters.zeros(parameters.layer_sizes, parameters.vector.dtype)
        self._rate = learning_rate
        self._random = random
        self.n_epochs = 0

    def predict_logits(self, x: Rows, descent: Descent) -> np.ndarray:
        """Outputs (n, n_outputs) before the last sigmoid."""
        engine = find_engine(descent.engine)
        return engine.predict_logits(self.parameters, x, descent.usable_threads)

    def train(
        self,
        samples: OrderedSamples,
        epochs: int,
        descent: Descent,
        *,
        validation: Mapping[str, OrderedSamples] | None = None,
        callbacks: Sequence[Callable[[dict[str, Any]], None]] = (),
    ) -> None:
        """Train so many epochs more.

        Parameters
        ----------
        validation : samples whose accuracy is measured after every epoch, by their column
        callbacks : called with the row of each epoch

        Raises
        ------
        EngineError
            The engine does not work on this machine.
        DivergenceError
            The learning rate is too large; the message names epoch and learning rate.
        """
        # DivergenceError reports overflows; callbacks run in the caller's error state.
        outside = np.geterr()
        with (
            np.errstate(over="ignore", invalid="ignore"),
            self._trainer(samples.x, descent) as trainer,
            Progress(epochs, "epoch") if descent.progress else nullcontext() as progress,
        ):
            for left in range(epochs)[::-1]:
                record = self._run_epoch(trainer, samples, descent, is_last=not left)
                start = time.process_time()
                for column, pair in (validation or {}).items():
                    record[column] = trainer.evaluate(pair.x, pair.codes).n_correct / len(pair)
                record["evaluation_cpu_seconds"] += time.process_time() - start
                self.records.append(record)
                if progress:
                    progress.advance(record)
                with np.errstate(**outside):
                    for callback in callbacks:
                        callback(record)

    def _trainer(self, x: Rows, descent: Descent) -> BaseTrainer:
        engine, sizes = find_engine(descent.engine), self.parameters.layer_sizes
        batch_size = min(descent.batch_size, len(x))
        self.plan = descent.plan or choose_plan(
            x, sizes, batch_size, descent.usable_threads, engine=descent.engine
        )
        return engine.trainer(self.parameters, self.previous_step, batch_size, self.plan)

    def _run_epoch(
        self, trainer: BaseTrainer, samples: OrderedSamples, descent: Descent, *, is_last: bool
    ) -> dict[str, Any]:
        rate = self._rate / (1.0 + descent.decrease_const * self.n_epochs)
        n, x, codes, weights = len(samples), samples.x, samples.codes, samples.weights
        order = self._random.permutation(n) if descent.shuffle else None
        # A parameter grid gives NumPy scalars, which would make float64 of float32.
        step = Step(rate, float(descent.momentum), float(descent.l2), float(descent.l1))
        batches: list[BatchStatistics] = []
        only_last = descent.monitor != "batch"
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            trainer.run_epoch(
                x, codes, order, step, batches.append, only_last=only_last, weights=weights
            )
        except BaseException:
            # The last step of an interrupted epoch is unusable for the next one.
            self.previous_step.vector[...] = 0.0
            raise
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.n_epochs += 1
        self._rate = rate
        record: dict[str, Any] = {
            "epoch": self.n_epochs,
            "train_accuracy": np.nan,
            "test_accuracy": np.nan,
            "learning_rate": rate,
            "wall_seconds": wall,
            "cpu_seconds": cpu,
            "evaluation_cpu_seconds": 0.0,
        }
        last_rows = n % descent.batch_size or min(descent.batch_size, n)
        due = is_last or self.n_epochs % descent.monitor_every == 0
        if descent.monitor == "none" or (descent.monitor == "full" and not due):
            last = replace(samples, order=order)
            self._check_finite(batches[-1].cost, _sum_weights(last, n - last_rows), descent)
            return record
        if descent.monitor == "full":
            start = time.process_time()
            total = trainer.evaluate(x, codes, weights)
            record["evaluation_cpu_seconds"] = time.process_time() - start
        else:
            total = add_statistics(batches)
        self._check_finite(total.cost, _sum_weights(samples, 0), descent)
        return record | measure_epoch(
            self.parameters, total, n, batches[-1], last_rows, l1=descent.l1, l2=descent.l2
        )

    def _check_finite(self, cost: float, weight: float, descent: Descent) -> None:
        """Raise DivergenceError if the parameters, or the cost per weight, are out of bounds."""
        cost_per_sample = cost / weight if weight else cost
        limit = _DIVERGED_COST_RATIO * np.log(2.0) * self.parameters.layer_sizes[-1]
        squares = float(np.square(self.parameters.vector).sum())
        if np.isfinite(squares) and cost_per_sample < limit:
            return
        raise DivergenceError(
            f"training diverged in epoch {self.n_epochs} at learning rate {self._rate:.6g} "
            f"(batch size {descent.batch_size}, cost of a sample {cost_per_sample:.4g}); "
            "use a smaller learning_rate: the gradient is a sum over the batch, so it grows "
            "with the batch size and with sample weights"
        )


def encode_labels(y: ArrayLike, classes: np.ndarray) -> np.ndarray:
    """The place of each label (n,) among the sorted ``classes``.

    Raises
    ------
    ValueError
        Some labels are not among the classes; the message names both.
    """
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"y holds {unknown[:5].tolist()}, which are not among the classes "
            f"{classes[:20].tolist()}; name all classes in the first partial_fit, or "
            "train on all of them"
        )
    return np.searchsorted(classes, y)


def _sum_weights(samples: OrderedSamples, first: int) -> float:
    """The weight of all samples from ``first`` on, in the order in which they are worked."""
    weights = samples.take_weights(first, len(samples))
    return float(len(samples) - first if weights is None else weights.sum(dtype=np.float64))
