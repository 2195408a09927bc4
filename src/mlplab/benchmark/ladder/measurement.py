"""Seconds of an epoch of every step of the ladder, measured in turn with Keras."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import measure_interleaved, refuse_absent
from mlplab.benchmark.ladder.steps import STEPS, LadderStep, Stopwatch
from mlplab.benchmark.problem import HIDDEN, L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.variants import keras_variant
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.trainer import Step

KERAS = "Keras"

COLUMNS = [
    "step",
    "name",
    "batch_size",
    "batches",
    "n_threads",
    "round",
    "full_accuracy_seconds",
    "batch_accuracy_seconds",
    "shuffle_seconds",
    "batches_seconds",
    "prediction_seconds",
    "forward_seconds",
    *(f"backward_L{layer}_seconds" for layer in range(len(HIDDEN) + 1)),
    "cpu_seconds",
    "first_epoch_seconds",
    "foreign_cpu_share",
    "disturbed",
]


def train_step(kind: type[LadderStep], problem: Problem, clock: Clock) -> None:
    """Train a step of the ladder as :mod:`mlplab.benchmark.variants` describes.

    The epochs have the accuracy of a prediction for all samples at their end; what their parts
    take is reported with them.
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


def measure_ladder(
    x: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    n_threads: int,
    rounds: int,
    seed: int = 0,
) -> pd.DataFrame:
    """Time epochs of every step and of Keras' ``fit``, in turn, each in a process of its own.

    Parameters
    ----------
    x : samples (n, n_features) float32; a memory map is opened anew by every process
    labels : 0, 1, … (n,)
    n_threads : threads that each may use, at most those of the machine
    rounds : epochs of each that count, after a first one

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per round and step, Keras last. Seconds are those of an
    epoch: ``full_accuracy_seconds`` with the accuracy of a prediction for all samples,
    ``batch_accuracy_seconds`` with that of the batches, which is also what Keras' ``fit`` does;
    then those of its parts, and within the batches those of the forward pass and of the way back
    down to each layer. What was not measured is missing: Keras' parts, and the passes of the
    last step, in which a clock would cost time.

    Raises
    ------
    RuntimeError
        A step or Keras broke off; the message names it and the reason.
    """
    variants = {kind.title: partial(train_step, kind) for kind in STEPS}
    table, absent = measure_interleaved(
        variants | {KERAS: keras_variant.train},
        x,
        labels.astype(np.intp),
        batch_size=batch_size,
        n_threads=min(n_threads, available_threads()),
        rounds=rounds,
        seed=seed,
    )
    refuse_absent(absent, "the ladder needs all its steps and Keras")
    return _arrange(table, len(x))


def _arrange(table: pd.DataFrame, n_samples: int) -> pd.DataFrame:
    numbers = {kind.title: number for number, kind in enumerate(STEPS)}
    is_step = table["variant"] != KERAS
    training = table["shuffle_seconds"] + table["batches_seconds"]
    table = table.assign(
        step=table["variant"].map(numbers).astype("Int64"),
        name=table["variant"],
        batches=-(-n_samples // table["batch_size"]),
        full_accuracy_seconds=table["wall_seconds"].where(is_step),
        batch_accuracy_seconds=training.where(is_step, table["wall_seconds"]),
    )
    return table[COLUMNS].sort_values(["round", "step"], ignore_index=True)
