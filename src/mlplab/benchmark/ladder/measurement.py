"""Seconds of an epoch of every step of the ladder and of Keras, measured in rounds."""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_interleaved, refuse_absent
from mlplab.benchmark.ladder.steps import STEPS, CompiledTrainer, LadderStep, Stopwatch
from mlplab.benchmark.ladder.summary import KERAS, LADDER
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.variants import keras_variant
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.trainer import Step

logger = logging.getLogger(__name__)


def train_step(kind: type[LadderStep], problem: Problem, clock: Clock) -> None:
    """Train a step of the ladder, see :mod:`mlplab.benchmark.registry`.

    An epoch ends with a prediction for all samples, and reports the seconds of its parts.
    """
    random = np.random.RandomState(0)
    sizes = problem.layer_sizes
    start = draw_parameters(sizes, np.float64, random)
    step = Step(LEARNING_RATE, MOMENTUM, L2, 0.0)
    network = kind(problem.x, problem.codes, start, step, sizes[-1], problem.n_threads)
    network.prepare(problem.batch_size)
    for _ in range(problem.epochs):
        watch = Stopwatch()
        network.stopwatch.seconds.clear()
        clock.start()
        with watch.measure("shuffle"):
            order = random.permutation(len(problem.x))
        with watch.measure("batches"):
            network.train_epoch(order, problem.batch_size)
        with watch.measure("prediction"):
            network.predict_accuracy()
        clock.stop({**watch.seconds, **network.stopwatch.seconds})


def measure_ladder(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Time epochs of every step and of Keras' ``fit``, each in a process of its own.

    Parameters
    ----------
    problem : what all of them train
    schedule : how often and how long

    Returns
    -------
    DataFrame with the columns of :data:`mlplab.benchmark.ladder.summary.LADDER`, a row per round
    and step, Keras last.

    Raises
    ------
    RuntimeError
        A step or Keras failed, or Keras is not installed; the message names it and the reason.
        The compiled step alone may be absent, where its engine does not work.
    """
    variants = {kind.title: partial(train_step, kind) for kind in STEPS}
    table, absent = measure_interleaved(variants | {KERAS: keras_variant.train}, problem, schedule)
    if reason := absent.pop(CompiledTrainer.title, ""):
        logger.warning("Without the step %s: %s", CompiledTrainer.title, reason)
    refuse_absent(absent, "the ladder needs all its steps and Keras")
    return _tabulate(table, problem)


def _tabulate(table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    numbers = {kind.title: number for number, kind in enumerate(STEPS)}
    is_step = table["variant"] != KERAS
    training = table["shuffle_seconds"] + table["batches_seconds"]
    table = table.assign(
        step=table["variant"].map(numbers).astype("Int64"),
        name=table["variant"],
        batches=problem.n_batches,
        full_accuracy_seconds=table["wall_seconds"].where(is_step),
        batch_accuracy_seconds=training.where(is_step, table["wall_seconds"]),
    )
    # Sorted, because the backward pass times the layers from the highest to the lowest.
    layers_in_order = table.sort_index(axis=1)
    return LADDER.arrange(layers_in_order).sort_values(["round", "step"], ignore_index=True)
