"""Mini-batch gradient descent in compiled code, spread as a plan says."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

import numpy as np

from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.compiled.meeting import abandon, make_words
from mlplab.numpy_mlp.compiled.memory import (
    hand_over,
    lay_out_evaluation,
    lay_out_plan,
    make_buffers,
    padded_vector,
    take_back,
)
from mlplab.numpy_mlp.compiled.pace import Pace
from mlplab.numpy_mlp.compiled.storage import kept_code, load_code
from mlplab.numpy_mlp.evaluation import fit_idle
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.sparse_rows import Rows, SparseRows
from mlplab.numpy_mlp.team import Team
from mlplab.numpy_mlp.trainer import BaseTrainer, Plan, Step
from mlplab.numpy_mlp.workspace import BatchStatistics, OrderedSamples

with kept_code():
    from mlplab.numpy_mlp.compiled import epochs
    from mlplab.numpy_mlp.compiled.epochs import Duty, EvaluationTask, Samples, Source, Task

# Sparse samples are dense while they are evaluated: so many numbers at a time in each thread.
_SPARSE_INPUTS = 2**18


class CompiledTrainer(BaseTrainer):
    """Trains in compiled code; ``on_batch`` is called when the epoch has ended."""

    def __init__(
        self, parameters: Parameters, previous_step: Parameters, batch_size: int, plan: Plan
    ) -> None:
        super().__init__(parameters, previous_step, batch_size, plan)
        sizes, dtype = parameters.layer_sizes, parameters.vector.dtype
        if plan.blas_threads > 1:
            raise ValueError(f'engine="compiled" needs a plan with one BLAS thread, got {plan}')
        if plan.split == "features" and sizes[0] < plan.workers:
            raise ValueError(f"features are divided where each worker has one, got {plan}")
        _load(dtype.name)
        self._rows = plan.rows_at_once(batch_size)
        self._layers = lay_out_plan(sizes, batch_size, dtype, plan)
        self._buffers = make_buffers(self._layers, batch_size, dtype, plan)
        # Padded, and by features for each thread what lies behind the first weights.
        self._vectors = [padded_vector(self._layers, dtype) for _ in range(2)]
        copies, n_first = (plan.workers if plan.split == "features" else 0), self._layers.n_first
        self._rests = [np.empty((copies, v.size - n_first), dtype) for v in self._vectors]
        self._pace = Pace()

    def _train(
        self,
        samples: OrderedSamples,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None,
        *,
        only_last: bool,
    ) -> None:
        n_batches = -(-len(samples) // self._batch_size)
        n_recorded = 0 if on_batch is None else 1 if only_last else n_batches
        task = self._task(_arrange(samples), step, n_recorded)
        first = 0
        try:
            while first < n_batches:  # Python sees an interrupt between two segments
                first = self._train_segment(task, first)
        finally:
            self._take_back()
        if on_batch is not None:
            for sums in task.statistics.sum(axis=1):
                on_batch(_as_statistics(sums))

    def _evaluate(self, samples: OrderedSamples) -> BatchStatistics:
        logits = np.empty((0, 0), self._parameters.vector.dtype)
        idle = self._buffers.inputs
        sums = _propagate(self._parameters, _arrange(samples), self._team, idle, logits)
        return _as_statistics(sums)

    def _train_segment(self, task: Task, first: int) -> int:
        """Train some batches, on a thread for each share or on this one alone.

        Returns the first batch that is left.
        """
        shares, start = self._plan.workers, time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        deadline = start + self._pace.segment_ns
        by_features = self._plan.split == "features"
        train = epochs.train_by_features if by_features else epochs.train_by_rows
        ends, lost = [first] * shares, [0.0] * shares
        if shares == 1 or self._pace.alone:
            ends[0] = train(task, Duty(first, deadline, 0, 0, shares))
            task.rests[1:] = task.rests[:1]
            task.previous_rests[1:] = task.previous_rests[:1]
        else:
            task.words[...] = make_words(shares)

            def work(worker: int, _: object) -> None:
                begun = time.perf_counter() - time.thread_time()
                ends[worker] = train(task, Duty(first, deadline, worker, worker, worker + 1))
                lost[worker] = time.perf_counter() - time.thread_time() - begun

            followers = [partial(work, n) for n in range(1, shares)]
            self._team.run(partial(work, 0), followers, partial(abandon, task.words))
        if shares > 1:
            seconds = 1e-9 * (time.clock_gettime_ns(time.CLOCK_MONOTONIC) - start)
            self._pace.note(seconds, ends[0] - first, max(lost))
        return ends[0]

    def _task(self, samples: Samples, step: Step, n_recorded: int) -> Task:
        layers, rate = self._layers, step.learning_rate
        vectors, rests = self._vectors, self._rests
        for vector, rest, parameters in zip(vectors, rests, self._both(), strict=True):
            hand_over(layers, parameters, vector)
            rest[...] = vector[layers.n_first :]
        numbers = (rate, step.momentum, rate * step.l2, rate * step.l1)
        return Task(
            layers=layers,
            samples=samples,
            vector=vectors[0],
            previous=vectors[1],
            rests=rests[0],
            previous_rests=rests[1],
            buffers=self._buffers,
            step=tuple(map(vectors[0].dtype.type, numbers)),
            batch_size=self._batch_size,
            slice_rows=self._rows,
            statistics=np.zeros((n_recorded, self._plan.workers, 3)),
            words=make_words(self._plan.workers),
        )

    def _take_back(self) -> None:
        """Leave the parameters and their last step with the caller."""
        for vector, rest, parameters in zip(self._vectors, self._rests, self._both(), strict=True):
            if len(rest):
                vector[self._layers.n_first :] = rest[0]
            take_back(self._layers, vector, parameters)

    def _both(self) -> tuple[Parameters, Parameters]:
        return self._parameters, self._previous


def predict_compiled(parameters: Parameters, x: Rows, n_threads: int) -> np.ndarray:
    """See :func:`mlplab.numpy_mlp.evaluation.predict_logits`."""
    _load(parameters.vector.dtype.name)
    rows, _ = fit_idle(parameters.layer_sizes, 0)
    workers = min(n_threads, -(-len(x) // rows))
    logits = np.empty((len(x), parameters.layer_sizes[-1]), parameters.vector.dtype)
    samples = _arrange(OrderedSamples(x, np.zeros(len(x), np.int64), None))
    with limit_blas_threads(1), closing(Team(workers - 1)) as team:
        _propagate(parameters, samples, team, np.empty((workers, 0), logits.dtype), logits)
    return logits


def _propagate(
    parameters: Parameters, samples: Samples, team: Team, idle: np.ndarray, logits: np.ndarray
) -> np.ndarray:
    """Leave all logits in an array that is not empty; else the sums of the statistics, (3,).

    ``idle`` is an array with a row for each thread, which holds the activations if they fit.
    """
    sizes, dtype, workers = parameters.layer_sizes, parameters.vector.dtype, len(idle)
    n_samples = len(samples.order)
    layers, rows, borrows = lay_out_evaluation(sizes, dtype, idle.shape[1])
    if len(samples.source.row_starts):
        rows = min(rows, max(1, _SPARSE_INPUTS // sizes[0]))
    columns = sizes[0] if len(samples.source.row_starts) else 0
    vector = padded_vector(layers, dtype)
    hand_over(layers, parameters, vector)
    task = EvaluationTask(
        layers=layers,
        samples=samples,
        vector=vector,
        inputs=np.empty((workers, rows * columns), dtype),
        memory=idle if borrows else np.empty((workers, layers.memory), dtype),
        slice_rows=rows,
        statistics=np.zeros((workers, 3)),
        logits=logits,
    )

    def work(worker: int, _: object) -> None:
        first, last = (n_samples * place // workers for place in (worker, worker + 1))
        epochs.evaluate(task, worker, first, last)

    team.run(partial(work, 0), [partial(work, worker) for worker in range(1, workers)])
    sums: np.ndarray = task.statistics.sum(axis=0)
    return sums


def _as_statistics(sums: np.ndarray) -> BatchStatistics:
    cost, error, hits = sums.tolist()
    return BatchStatistics(cost, error, int(hits))


def _arrange(samples: OrderedSamples) -> Samples:
    x, weights, order = samples.x, samples.weights, samples.order
    dtype, index = x.dtype, np.int64
    if isinstance(x, SparseRows):
        matrix = x.matrix
        # In these types whatever SciPy chose, so that one code serves all.
        places = matrix.indices.astype(np.int32, copy=False), matrix.indptr.astype(index)
        source = Source(matrix.shape[1], _plain(matrix.data), *map(_plain, places))
    else:
        source = Source(x.shape[1], _plain(x), np.empty(0, np.int32), np.empty(0, index))
    return Samples(
        source,
        _plain(samples.codes.astype(index, copy=False)),
        np.empty(0, dtype) if weights is None else _plain(weights),
        np.arange(len(samples)) if order is None else order.astype(index, copy=False),
    )


def _plain(array: np.ndarray) -> np.ndarray:
    """The numbers as a vector whose type says neither "read-only" nor "unaligned".

    Numba would compile the code again for arrays of such types.
    """
    array = np.require(array, requirements=["C", "A"])
    if array.flags.writeable or not array.size:
        return np.asarray(array).reshape(-1)
    memory = (ctypes.c_char * array.nbytes).from_address(array.ctypes.data)
    numbers: np.ndarray = np.frombuffer(memoryview(memory), array.dtype)
    return numbers


_lock = threading.RLock()
_loaded: set[str] = set()


def _load(dtype: str) -> None:
    """Have the code for a type of numbers in this process."""
    with _lock:
        if dtype not in _loaded:
            _loaded.add(dtype)  # first, because the calls below come here too
            try:
                load_code(dtype, partial(_call_all, dtype))
            except BaseException:
                _loaded.discard(dtype)
                raise


def _call_all(dtype: str) -> None:
    """Call every compiled function once, on the smallest network."""
    sizes, x = [2, 1, 1], np.zeros((2, 2), dtype)
    for plan in (Plan(1, 1, 1), Plan(2, 1, 2, "features")):
        parameters, previous = Parameters.zeros(sizes, dtype), Parameters.zeros(sizes, dtype)
        with CompiledTrainer(parameters, previous, 2, plan) as trainer:
            trainer._pace.alone = True  # all in this thread: an interrupt waits for no other
            trainer.run_epoch(x, np.zeros(2, np.int64), None, Step(0.0, 0.0, 0.0, 0.0))
            trainer.evaluate(x, np.zeros(2, np.int64))
