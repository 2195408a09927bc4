"""Mini-batch gradient descent: batches worked in slices by one or more threads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

import numpy as np
from scipy.linalg import get_blas_funcs

from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.workspace import BatchStatistics, Workspace


@dataclass(frozen=True)
class Plan:
    """How the work of a batch is spread.

    Attributes
    ----------
    workers : Python threads; each takes an equal part of every batch and has its own gradient
    blas_threads : threads of the BLAS library inside each product
    slice_rows : samples that a worker propagates at once (its share of the batch if smaller)
    """

    workers: int
    blas_threads: int
    slice_rows: int

    def __post_init__(self) -> None:
        if min(self.workers, self.blas_threads, self.slice_rows) < 1:
            raise ValueError(f"every number of a plan must be at least 1, got {self}")
        if self.workers > 1 and self.blas_threads > 1:
            raise ValueError(
                f"either several workers or several BLAS threads, got {self}: "
                "nested pools wait for each other"
            )


@dataclass(frozen=True)
class Step:
    """The numbers of an update: step size η, momentum α, λ₂ and λ₁."""

    learning_rate: float
    momentum: float
    l2: float
    l1: float


class _Worker(threading.Thread):
    """A thread that runs the calls it is sent, one at a time.

    It works in the context of the thread that starts it, to which NumPy's error state belongs.
    """

    def __init__(self) -> None:
        super().__init__(target=copy_context().run, args=(self._serve,), daemon=True)
        self._calls: SimpleQueue[tuple[Callable[..., None], tuple] | None] = SimpleQueue()
        self._outcomes: SimpleQueue[BaseException | None] = SimpleQueue()
        self.start()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call[0](*call[1])
            except BaseException as error:
                self._outcomes.put(error)
            else:
                self._outcomes.put(None)

    def send(self, function: Callable[..., None], *arguments: object) -> None:
        self._calls.put((function, arguments))

    def wait(self) -> None:
        error = self._outcomes.get()
        if error is not None:
            raise error

    def stop(self) -> None:
        self._calls.put(None)
        self.join()


class Trainer:
    """Trains ``parameters`` in place; use as a context manager, which ends its threads.

    Beside the data it takes less memory than two mini-batches and four copies of the weights:
    the weights, the last step and a gradient per worker are copies; slices, and the second
    gradient that adding them takes, are smaller than the mini-batch that they are cut from.
    """

    def __init__(
        self,
        parameters: Parameters,
        previous_step: Parameters,
        batch_size: int,
        plan: Plan,
    ) -> None:
        layer_sizes = [parameters.weights[0].shape[0], *(len(b) for b in parameters.biases)]
        dtype = parameters.vector.dtype
        self._parameters = parameters
        self._previous = previous_step
        self._batch_size = batch_size
        self._plan = plan
        share = -(-batch_size // plan.workers)
        self._slice_rows = min(plan.slice_rows, share)
        self._workspaces = [
            Workspace(layer_sizes, self._slice_rows, dtype, adds_slices=self._slice_rows < share)
            for _ in range(plan.workers)
        ]
        self._gradient = self._workspaces[0].gradient
        self._axpy = get_blas_funcs("axpy", dtype=dtype)
        self._workers: list[_Worker] = []

    @property
    def nbytes(self) -> int:
        """Bytes held beside the data: weights, last step, gradients and buffers."""
        return (
            self._parameters.vector.nbytes
            + self._previous.vector.nbytes
            + sum(workspace.nbytes for workspace in self._workspaces)
        )

    def __enter__(self) -> Trainer:
        with ExitStack() as stack:
            stack.enter_context(limit_blas_threads(self._plan.blas_threads))
            self._workers = [_Worker() for _ in self._workspaces[1:]]
            for worker in self._workers:
                stack.callback(worker.stop)
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
        x: np.ndarray,
        codes: np.ndarray,
        order: np.ndarray | None,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None = None,
    ) -> None:
        """One pass over the samples of ``x`` (n, n_features), in ``order`` (n,) or as they lie.

        ``on_batch`` receives the sums of every batch; without it none are computed.
        """
        n = len(x) if order is None else len(order)
        for start in range(0, n, self._batch_size):
            stop = min(start + self._batch_size, n)
            parts = self._split(start, stop)
            sums: list[BatchStatistics] | None = None if on_batch is None else []
            self._each_worker(self._work_part, parts, x, codes, order, step.learning_rate, sums)
            self._update(step, len(parts))
            if on_batch is not None and sums is not None:
                on_batch(_total(sums))

    def evaluate(self, x: np.ndarray, codes: np.ndarray) -> BatchStatistics:
        """Sums of cost, absolute error and hits over all samples of ``x`` (n, n_features)."""
        sums: list[BatchStatistics] = []
        self._each_worker(self._evaluate_part, self._split(0, len(x)), x, codes, sums)
        return _total(sums)

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Outputs before the last sigmoid, shape (n, n_outputs)."""
        result = np.empty((len(x), len(self._parameters.biases[-1])), x.dtype)
        self._each_worker(self._logits_part, self._split(0, len(x)), x, result)
        return result

    def _split(self, start: int, stop: int) -> list[tuple[int, int]]:
        n_parts = min(self._plan.workers, stop - start)
        bounds = [start + (stop - start) * k // n_parts for k in range(n_parts + 1)]
        return list(itertools.pairwise(bounds))

    def _each_worker(
        self,
        function: Callable[..., None],
        parts: Sequence[tuple[int, int]],
        *arguments: object,
    ) -> None:
        """Call ``function(workspace, start, stop, …)`` for every part, the first one here."""
        busy = self._workers[: len(parts) - 1]
        for worker, workspace, part in zip(busy, self._workspaces[1:], parts[1:], strict=False):
            worker.send(function, workspace, *part, *arguments)
        try:
            function(self._workspaces[0], *parts[0], *arguments)
        finally:
            for worker in busy:
                worker.wait()

    def _slices(self, start: int, stop: int) -> list[tuple[int, int]]:
        rows = self._slice_rows
        return [(first, min(first + rows, stop)) for first in range(start, stop, rows)]

    def _work_part(
        self,
        workspace: Workspace,
        start: int,
        stop: int,
        x: np.ndarray,
        codes: np.ndarray,
        order: np.ndarray | None,
        step_size: float,
        sums: list[BatchStatistics] | None,
    ) -> None:
        parameters = self._parameters
        for first, last in self._slices(start, stop):
            if order is None:
                inputs, expected = x[first:last], codes[first:last]
            else:
                inputs, expected = workspace.gather(x, codes, order[first:last])
            workspace.propagate_forward(parameters, inputs)
            if sums is not None:
                sums.append(workspace.statistics(expected))
            workspace.propagate_back(parameters, inputs, expected, step_size, add=first > start)

    def _evaluate_part(
        self,
        workspace: Workspace,
        start: int,
        stop: int,
        x: np.ndarray,
        codes: np.ndarray,
        sums: list[BatchStatistics],
    ) -> None:
        for first, last in self._slices(start, stop):
            workspace.propagate_forward(self._parameters, x[first:last])
            sums.append(workspace.statistics(codes[first:last]))

    def _logits_part(
        self, workspace: Workspace, start: int, stop: int, x: np.ndarray, result: np.ndarray
    ) -> None:
        for first, last in self._slices(start, stop):
            result[first:last] = workspace.propagate_forward(self._parameters, x[first:last])

    def _update(self, step: Step, n_parts: int) -> None:
        """w ← w − (Δ + α Δ_previous), Δ = η · gradient with its regularisation."""
        vector, delta, axpy = self._parameters.vector, self._gradient.vector, self._axpy
        weights = vector[: self._parameters.n_weights]
        delta_weights = delta[: self._parameters.n_weights]
        for workspace in self._workspaces[1:n_parts]:
            np.add(delta, workspace.gradient.vector, out=delta)
        if step.l2:
            axpy(weights, delta_weights, a=step.learning_rate * step.l2)
        if step.l1:
            axpy(np.sign(weights), delta_weights, a=step.learning_rate * step.l1)
        np.subtract(vector, delta, out=vector)
        if step.momentum:
            previous = self._previous.vector
            axpy(previous, vector, a=-step.momentum)
            previous[...] = delta


def _total(sums: Sequence[BatchStatistics]) -> BatchStatistics:
    return BatchStatistics(*(sum(values) for values in zip(*sums, strict=True)))
