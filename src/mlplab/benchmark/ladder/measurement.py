"""Seconds of an epoch of every step of the ladder and of Keras, measured in rounds."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_rounds, refuse_absent
from mlplab.benchmark.ladder.step import LadderStep, Stopwatch
from mlplab.benchmark.ladder.steps import STEPS, DoublePrecision, ShorterBackward
from mlplab.benchmark.ladder.summary import ALLOCATION, KERAS, LADDER, SYSTEM
from mlplab.benchmark.ladder.trainers import CompiledTrainer
from mlplab.benchmark.measurements import last_measurements
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.runners import Setup, thread_variables
from mlplab.benchmark.variants import keras_variant
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.trainer import Step

logger = logging.getLogger(__name__)

# The articles print shares of an epoch of these two; 0 is the network of article C, too.
ALLOCATION_STEPS: tuple[type[LadderStep], ...] = (DoublePrecision, ShorterBackward)
# glibc gives large blocks that a process frees back to the system, unless it is told to keep them.
# Other C libraries read none of these variables.
ALLOCATORS: dict[str, dict[str, str]] = {
    SYSTEM: {},
    "kept": {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40)},
}


def build_step(
    kind: type[LadderStep], problem: Problem, random: np.random.RandomState
) -> LadderStep:
    """A step of the ladder before its first epoch, with start weights that ``random`` draws."""
    sizes = problem.layer_sizes
    start = draw_parameters(sizes, np.float64, random)
    step = Step(LEARNING_RATE, MOMENTUM, L2, 0.0)
    return kind(problem.x, problem.codes, start, step, sizes[-1], problem.n_threads)


def train_step(kind: type[LadderStep], problem: Problem, clock: Clock) -> None:
    """Train a step of the ladder, see :mod:`mlplab.benchmark.registry`.

    An epoch ends with a prediction for all samples, and, where the problem has them, one for the
    samples that are only predicted. It reports the seconds of its parts and the page faults of
    batches and prediction.
    """
    random = np.random.RandomState(0)
    network = build_step(kind, problem, random)
    network.prepare(problem.batch_size)
    test = None if problem.x_test is None else network.keep(problem.x_test)
    for _ in range(problem.epochs):
        watch = Stopwatch()
        faults: dict[str, float] = {}
        network.stopwatch.seconds.clear()
        clock.start()
        with watch.measure("shuffle"):
            order = random.permutation(len(problem.x))
        with watch.measure("batches"), _count_faults(faults, "batches"):
            network.train_epoch(order, problem.batch_size)
        with watch.measure("prediction"), _count_faults(faults, "prediction"):
            network.predict(network.samples, problem.codes)
        if test is not None and problem.test_codes is not None:
            with watch.measure("test_prediction"):
                network.predict(test, problem.test_codes)
        clock.stop({**watch.seconds, **network.stopwatch.seconds, **faults})


def measure_ladder(problem: Problem, schedule: Schedule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Time epochs of every step and of Keras' ``fit``, each in a process of its own.

    The steps whose shares of an epoch the articles print run with other settings of the memory
    allocator, too, in the same rounds.

    Parameters
    ----------
    problem : what all of them train, with samples that are only predicted
    schedule : how often and how long

    Returns
    -------
    DataFrame with the columns of :data:`mlplab.benchmark.ladder.summary.LADDER`, a row per round
    and step, Keras last; and one with those of
    :data:`mlplab.benchmark.ladder.summary.ALLOCATION`.

    Raises
    ------
    RuntimeError
        A step or Keras failed, or Keras is not installed; the message names it and the reason.
        The compiled step alone may be absent, where its engine does not work.
    """
    environment = thread_variables(problem.n_threads)
    setups = [Setup(kind.title, partial(train_step, kind), problem, environment) for kind in STEPS]
    setups += [
        Setup(f"{kind.title}|{name}", partial(train_step, kind), problem, environment | variables)
        for kind in ALLOCATION_STEPS
        for name, variables in ALLOCATORS.items()
        if name != SYSTEM
    ]
    setups.append(Setup(KERAS, keras_variant.train, problem, environment))
    table, absent = measure_rounds(setups, schedule)
    if reason := absent.pop(CompiledTrainer.title, ""):
        logger.warning("Without the step %s: %s", CompiledTrainer.title, reason)
    refuse_absent(absent, "the ladder needs all its steps and Keras")
    table = tabulate_rounds(last_measurements(table, ["variant"]), problem)
    ladder = table[table["allocator"] == SYSTEM]
    # Sorted, because the backward pass times the layers from the highest to the lowest.
    ladder = LADDER.arrange(ladder.sort_index(axis=1)).sort_values(["round", "step"])
    compared = table["step"].isin([STEPS.index(kind) for kind in ALLOCATION_STEPS])
    allocation = ALLOCATION.arrange(table[compared]).sort_values(["step", "allocator", "round"])
    return ladder.reset_index(drop=True), allocation.reset_index(drop=True)


def tabulate_rounds(table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Measurements of steps and of Keras, with step, name, allocator, and seconds of an epoch.

    Parameters
    ----------
    table : measurements of :func:`mlplab.benchmark.interleaved.measure_rounds`, of setups that are
        named after their step, and, behind a ``|``, their allocator
    problem : what they trained
    """
    numbers = {kind.title: number for number, kind in enumerate(STEPS)}
    names = table["variant"].str.partition("|")
    is_step = names[0] != KERAS
    training = table["shuffle_seconds"] + table["batches_seconds"]
    faults = {f"{part}_faults_seconds": f"{part}_faults" for part in ("batches", "prediction")}
    return table.rename(columns=faults).assign(
        step=names[0].map(numbers).astype("Int64"),
        name=names[0],
        allocator=names[2].where(names[2] != "", SYSTEM),
        batches=problem.n_batches,
        cpu_seconds=table["cpu_seconds"] / table["epochs"],
        full_accuracy_seconds=training + table["prediction_seconds"],
        batch_accuracy_seconds=training.where(is_step, table["seconds_per_epoch"]),
    )


@contextmanager
def _count_faults(faults: dict[str, float], part: str) -> Iterator[None]:
    """Count the pages that the system hands to this process within the block."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    yield
    faults[f"{part}_faults"] = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
