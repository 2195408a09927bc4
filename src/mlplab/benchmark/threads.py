"""Threads asked for against processors used, with the limit set in two ways."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info

from mlplab.benchmark.interleaved import measure_cases, refuse_absent
from mlplab.benchmark.problem import HIDDEN, L2, LEARNING_RATE, MOMENTUM, Clock, Problem, Train
from mlplab.benchmark.runners import Case, thread_variables
from mlplab.benchmark.variant_process import NamedVariant
from mlplab.benchmark.variants import keras_variant
from mlplab.keras_mlp.models import build_reference_model
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Plan, Step, Trainer

COLUMNS = [
    "framework",
    "setting",
    "n_threads",
    "batch_size",
    "round",
    "attempt",
    "epochs",
    "wall_seconds",
    "cpu_seconds",
    "seconds_per_epoch",
    "cpus_used",
    "blas_threads",
    "foreign_cpu_share",
    "disturbed",
    "notes",
]


def measure_threads(
    x: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    rounds: int,
    measurement_seconds: float,
    retries: int,
    seed: int = 0,
) -> pd.DataFrame:
    """Time epochs of both frameworks with 1, 2, 4, … threads, in turn.

    The limit is set in the environment (``setting`` is ``environment``), or by functions of the
    libraries without any such variable (``api``).

    Parameters
    ----------
    x : samples (n, n_features) float32; a memory map is opened anew by every process
    labels : 0, 1, … (n,)
    rounds, measurement_seconds, retries, seed : see
        :func:`mlplab.benchmark.interleaved.measure_cases`

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per turn. ``cpus_used`` is CPU seconds over wall seconds:
    above ``n_threads``, the limit was not honoured.
    """
    codes = labels.astype(np.intp)
    ways: dict[tuple[str, str], Train] = {
        ("numpy", "environment"): train_numpy_by_environment,
        ("numpy", "api"): NamedVariant("numpy"),
        ("keras", "environment"): train_keras_by_environment,
        ("keras", "api"): NamedVariant("keras"),
    }
    cases = [
        Case(
            f"{framework}|{setting}|{n_threads}",
            train,
            Problem(x, codes, batch_size, n_threads, epochs=1_000_000),
            thread_variables(n_threads if setting == "environment" else None),
        )
        for n_threads in thread_counts(available_threads())
        for (framework, setting), train in ways.items()
    ]
    turns, absent = measure_cases(
        cases,
        rounds=rounds,
        seed=seed,
        measurement_seconds=measurement_seconds,
        retries=retries,
        # What the limits do is the question here.
        verify_threads=False,
    )
    refuse_absent(absent, "threads are compared between two frameworks")
    names = turns["variant"].str.split("|", expand=True)
    turns = turns.assign(
        framework=names[0],
        setting=names[1],
        cpus_used=turns["cpu_seconds"] / turns["wall_seconds"],
    )
    order = ["framework", "setting", "n_threads", "round", "attempt"]
    return turns[COLUMNS].sort_values(order, ignore_index=True)


def thread_counts(n_available: int) -> list[int]:
    """1, 2, 4, … and the number of the machine; at least 1 and 2."""

    def powers() -> Iterator[int]:
        count = 1
        while count < n_available:
            yield count
            count *= 2

    return sorted({1, 2, *powers(), n_available})


def train_numpy_by_environment(problem: Problem, clock: Clock) -> None:
    """The numpy variant with as many threads as BLAS took from the environment, and no others."""
    n_threads = max(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")
    clock.note(f"{n_threads} BLAS threads")
    random = np.random.RandomState(0)
    parameters = draw_parameters(problem.layer_sizes, np.float32, random)
    previous = Parameters.zeros(problem.layer_sizes, np.float32)
    plan = Plan(1, n_threads, problem.batch_size)
    with Trainer(parameters, previous, problem.batch_size, plan) as trainer:
        for _ in range(problem.epochs):
            clock.start()
            order = random.permutation(len(problem.x))
            step = Step(LEARNING_RATE, MOMENTUM, L2, 0.0)
            trainer.run_epoch(problem.x, problem.codes, order, step)
            clock.stop()


def train_keras_by_environment(problem: Problem, clock: Clock) -> None:
    """The keras variant with the threads that TensorFlow takes from the environment."""
    import keras

    clock.note(keras_variant.describe_threads())
    sizes = problem.layer_sizes
    model = build_reference_model(sizes[0], sizes[-1], hidden=HIDDEN, l2=L2)
    targets = keras.utils.to_categorical(problem.codes)
    keras_variant.fit_with_clock(model, problem, clock, problem.x, targets)
