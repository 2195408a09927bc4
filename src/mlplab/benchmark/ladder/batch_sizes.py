"""What large batches bring the articles' programs: steps of the ladder and Keras."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_rounds, refuse_absent
from mlplab.benchmark.ladder.measurement import build_step
from mlplab.benchmark.ladder.step import LadderStep
from mlplab.benchmark.ladder.steps import (
    STEPS,
    ContiguousInput,
    DerivativeFromOutput,
    ShorterBackward,
)
from mlplab.benchmark.ladder.summary import KERAS
from mlplab.benchmark.measurements import last_measurements
from mlplab.benchmark.problem import L2, Clock, Problem, Train
from mlplab.benchmark.runners import Setup, thread_variables
from mlplab.benchmark.variants.keras_variant import limit_tensorflow
from mlplab.keras_mlp.models import build_reference_model
from mlplab.runtime.tables import Table

# Article A tells of batch sizes after the shorter backward pass; a later part before and after its
# own step.
_STEPS: tuple[type[LadderStep], ...] = (ShorterBackward, ContiguousInput, DerivativeFromOutput)

LADDER_BATCH_SIZES = Table(
    "ladder_batch_sizes",
    "a row per round, step and batch size, Keras last in each round",
    {
        "step": "number of the step of the ladder; empty for Keras",
        "name": "name of the step",
        "batch_size": "samples of a mini-batch",
        "n_threads": "threads that the step may use",
        "round": "number of the round, from 1",
        "seconds": "wall seconds of an epoch with the accuracy of the batches: shuffle and "
        "batches; for Keras, the whole epoch of `fit`",
        "foreign_cpu_share": "share of the machine that other processes used during the round's "
        "epochs with all batch sizes; empty where that is unknown",
        "stolen_cpu_share": "share that the host of a virtual machine took; empty where that is "
        "unknown",
        "disturbed": "as in `batch_size_benchmark.csv`",
    },
    "Each step trains two epochs with every batch size, in random order, before the next one does; "
    "the second is timed.",
)


def measure_ladder_batch_sizes(
    problem: Problem, batch_sizes: Sequence[int], schedule: Schedule
) -> pd.DataFrame:
    """Time epochs with several batch sizes, each step of the ladder in a process of its own.

    Parameters
    ----------
    problem : what all of them train; its batch size does not count
    batch_sizes : samples of a mini-batch, each at most those of the problem
    schedule : how often and how long

    Returns
    -------
    DataFrame with the columns of :data:`LADDER_BATCH_SIZES`.

    Raises
    ------
    RuntimeError
        A step or Keras failed, or Keras is not installed.
    """
    sizes = tuple(batch_sizes)
    trains: dict[str, Train] = {kind.title: partial(_train_step, kind, sizes) for kind in _STEPS}
    trains[KERAS] = partial(_train_keras, sizes)
    environment = thread_variables(problem.n_threads)
    setups = [Setup(name, train, problem, environment) for name, train in trains.items()]
    table, absent = measure_rounds(setups, schedule)
    refuse_absent(absent, "batch sizes are compared between steps of the ladder and Keras")
    return tabulate_batch_sizes(last_measurements(table, ["variant"]), sizes)


def tabulate_batch_sizes(table: pd.DataFrame, batch_sizes: Sequence[int]) -> pd.DataFrame:
    """A row per batch size of measurements (a row per round and step), which have a column each."""
    numbers = {kind.title: STEPS.index(kind) for kind in _STEPS}
    table = table.assign(step=table["variant"].map(numbers).astype("Int64"), name=table["variant"])
    parts = [
        table.assign(batch_size=size, seconds=table[f"batch_{size}_seconds"])
        for size in batch_sizes
    ]
    order = ["round", "step", "batch_size"]
    return LADDER_BATCH_SIZES.arrange(pd.concat(parts)).sort_values(order, ignore_index=True)


def _train_step(
    kind: type[LadderStep], batch_sizes: Sequence[int], problem: Problem, clock: Clock
) -> None:
    random = np.random.RandomState(0)
    network = build_step(kind, problem, random)

    def run(batch_size: int) -> float:
        start = time.perf_counter()
        network.train_epoch(random.permutation(len(problem.x)), batch_size)
        return time.perf_counter() - start

    _run_all(run, batch_sizes, problem, clock)


def _train_keras(batch_sizes: Sequence[int], problem: Problem, clock: Clock) -> None:
    clock.note(limit_tensorflow(problem))
    import keras

    sizes = problem.layer_sizes
    model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
    targets = keras.utils.to_categorical(problem.codes)
    marks: list[float] = []
    stopwatch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: marks.append(time.perf_counter()),
        on_epoch_end=lambda *_: marks.append(time.perf_counter()),
    )

    def run(batch_size: int) -> float:
        model.fit(problem.x, targets, batch_size=batch_size, verbose=0, callbacks=[stopwatch])
        return marks[-1] - marks[-2]

    _run_all(run, batch_sizes, problem, clock)


def _run_all(
    run: Callable[[int], float], batch_sizes: Sequence[int], problem: Problem, clock: Clock
) -> None:
    """Let the clock time turns with every batch size, in random order, each after an untimed epoch.

    ``run`` trains an epoch and returns its seconds.
    """

    def run_twice(batch_size: int) -> float:
        run(batch_size)
        return run(batch_size)

    random = np.random.default_rng(0)
    for _ in range(problem.epochs):
        clock.start()
        clock.stop({f"batch_{size}": run_twice(size) for size in random.permutation(batch_sizes)})
