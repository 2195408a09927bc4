"""Mini-batch gradient descent on one or more threads, spread as a plan says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import numpy as np

from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.evaluation import Evaluation
from mlplab.numpy_mlp.feature_split import FeatureSplit
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.row_split import RowSplit, share_and_slice
from mlplab.numpy_mlp.sparse_rows import Rows
from mlplab.numpy_mlp.team import Team
from mlplab.numpy_mlp.update import Step
from mlplab.numpy_mlp.workspace import BatchStatistics, OrderedSamples

__all__ = ["BaseTrainer", "Plan", "Step", "Trainer"]


@dataclass(frozen=True)
class Plan:
    """How the work of a batch is spread over threads.

    Attributes
    ----------
    workers : Python threads
    blas_threads : threads of the BLAS library inside each product
    slice_rows : samples that a worker propagates at once, at most its share of the batch
    split : what is divided among the workers. "rows": the samples of a batch; each worker takes
        an equal part and has its own gradient. "features": the inputs with their weights,
        between two workers in NumPy, among any number of them in compiled code
    """

    workers: int
    blas_threads: int
    slice_rows: int
    split: Literal["rows", "features"] = "rows"

    def __post_init__(self) -> None:
        if min(self.workers, self.blas_threads, self.slice_rows) < 1:
            raise ValueError(f"every number of a plan must be at least 1, got {self}")
        if self.workers > 1 and self.blas_threads > 1:
            raise ValueError(
                f"either several workers or several BLAS threads, got {self}: "
                "nested pools wait for each other"
            )
        if self.split not in ("rows", "features"):
            raise ValueError(f'split must be "rows" or "features", got {self}')
        if self.split == "features" and self.workers < 2:
            raise ValueError(f"features are divided between two or more workers, got {self}")

    def rows_at_once(self, batch_size: int) -> int:
        """Samples that a worker propagates at once, in batches of this size."""
        if self.split == "features":
            return batch_size
        return share_and_slice(batch_size, self.workers, self.slice_rows)[1]


class BaseTrainer(ABC):
    """Trains ``parameters`` in place; use as a context manager, which ends its threads.

    Parameters
    ----------
    parameters, previous_step : the network, and the last step Δ of its parameters
    batch_size : samples of a mini-batch
    plan : how a batch is spread over threads

    Raises
    ------
    ValueError
        The engine cannot carry out the plan.
    """

    def __init__(
        self, parameters: Parameters, previous_step: Parameters, batch_size: int, plan: Plan
    ) -> None:
        self._parameters, self._previous = parameters, previous_step
        self._batch_size, self._plan = batch_size, plan

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(limit_blas_threads(self._plan.blas_threads))
            self._team = stack.enter_context(closing(Team(self._plan.workers - 1)))
            self._resources = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.__exit__(kind, error, trace)

    def run_epoch(
        self,
        x: Rows,
        codes: np.ndarray,
        order: np.ndarray | None,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None = None,
        *,
        only_last: bool = False,
        weights: np.ndarray | None = None,
    ) -> None:
        """One pass over the samples of ``x`` (n, n_features), in ``order`` (n,) or as they lie.

        ``on_batch`` receives the sums of every batch, or, with ``only_last``, of the last one;
        no others are computed. ``weights`` (n,) multiply the costs of the samples.
        """
        samples = OrderedSamples(x, codes, order, weights)
        self._train(samples, step, on_batch, only_last=only_last)

    def evaluate(
        self, x: Rows, codes: np.ndarray, weights: np.ndarray | None = None
    ) -> BatchStatistics:
        """Sums of cost, absolute error and hits over all samples of ``x`` (n, n_features)."""
        return self._evaluate(OrderedSamples(x, codes, None, weights))

    @abstractmethod
    def _train(
        self,
        samples: OrderedSamples,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None,
        *,
        only_last: bool,
    ) -> None: ...

    @abstractmethod
    def _evaluate(self, samples: OrderedSamples) -> BatchStatistics: ...


class Trainer(BaseTrainer):
    """Trains with NumPy's functions.

    By rows, the weights, the last step and a gradient per worker are held, a second one where a
    share has several slices, and slices of a mini-batch; by features, one gradient only, but two
    whole mini-batches.
    """

    def __init__(
        self, parameters: Parameters, previous_step: Parameters, batch_size: int, plan: Plan
    ) -> None:
        super().__init__(parameters, previous_step, batch_size, plan)
        self._split: RowSplit | FeatureSplit
        if plan.split == "features":
            if plan.workers != 2:
                raise ValueError(f'engine="numpy" divides features between two workers, got {plan}')
            self._split = FeatureSplit(parameters, previous_step, batch_size)
        else:
            self._split = RowSplit(
                parameters, previous_step, batch_size, plan.workers, plan.slice_rows
            )
        self._evaluation = Evaluation(parameters, self._split.input_buffers)

    def _train(
        self,
        samples: OrderedSamples,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None,
        *,
        only_last: bool,
    ) -> None:
        self._split.run_epoch(self._team, samples, step, on_batch, only_last=only_last)

    def _evaluate(self, samples: OrderedSamples) -> BatchStatistics:
        return self._evaluation.statistics(self._team, samples)
