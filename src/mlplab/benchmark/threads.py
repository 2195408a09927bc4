"""Threads requested against processors used, with the limit set in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info

from mlplab.benchmark.interleaved import Schedule, measure_rounds, refuse_absent
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem, Train
from mlplab.benchmark.runners import Setup, thread_variables
from mlplab.benchmark.variants import keras_variant, numpy_variant
from mlplab.keras_mlp.models import build_reference_model
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Plan, Step, Trainer
from mlplab.runtime.tables import Table

THREAD_SCALING = Table(
    "thread_scaling",
    "a row per measurement of a framework with a number of threads",
    {
        "framework": "`numpy` or `keras` (the articles' model)",
        "setting": "how the limit is set. `environment`: by variables such as "
        "`OPENBLAS_NUM_THREADS` and `TF_NUM_INTRAOP_THREADS`; `numpy` then has threads of BLAS "
        "only. `api`: by functions of the libraries, without the variables; `numpy` then divides "
        "the work among threads of this project's trainer",
        "n_threads": "threads requested: 1, 2, 4, … up to those of the machine",
        "batch_size": "samples of a mini-batch",
        "round": "number of the round, from 1",
        "measurement": "number of the measurement in this round; more than 1 after a disturbed one",
        "epochs": "epochs of the measurement",
        "wall_seconds": "wall seconds of these epochs",
        "cpu_seconds": "CPU seconds of these epochs, all threads together",
        "seconds_per_epoch": "wall seconds of an epoch",
        "cpus_used": "CPU seconds over wall seconds; above `n_threads`, the limit was not honoured",
        "blas_threads": "threads of BLAS in the process; for `keras`, those of NumPy beside it",
        "foreign_cpu_share": "as in `batch_size_benchmark.csv`",
        "stolen_cpu_share": "as in `batch_size_benchmark.csv`",
        "disturbed": "as in `batch_size_benchmark.csv`",
        "notes": "the plan of `numpy`; sizes of TensorFlow's pools as it reports them (0: its own "
        "choice)",
    },
)


def measure_threads(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Time epochs of both frameworks with 1, 2, 4, … threads up to those of the problem.

    Each limit is set in two ways: by environment variables, and by functions of the libraries.

    Parameters
    ----------
    problem : what both train
    schedule : how often and how long

    Returns
    -------
    DataFrame with the columns of :data:`THREAD_SCALING`.

    Raises
    ------
    RuntimeError
        Keras is not installed, or a framework failed.
    """
    ways: dict[tuple[str, str], Train] = {
        ("numpy", "environment"): train_numpy_by_environment,
        ("numpy", "api"): numpy_variant.train,
        ("keras", "environment"): train_keras_by_environment,
        ("keras", "api"): keras_variant.train,
    }
    setups = [
        Setup(
            f"{framework}|{setting}|{n_threads}",
            train,
            replace(problem, n_threads=n_threads),
            thread_variables(n_threads if setting == "environment" else None),
        )
        for n_threads in thread_counts(problem.n_threads)
        for (framework, setting), train in ways.items()
    ]
    # The effect of the limits is the question here, so nothing verifies them.
    measurements, absent = measure_rounds(setups, schedule, verify_threads=False)
    refuse_absent(absent, "threads are compared between two frameworks")
    names = measurements["variant"].str.split("|", expand=True)
    measurements = measurements.assign(
        framework=names[0],
        setting=names[1],
        cpus_used=measurements["cpu_seconds"] / measurements["wall_seconds"],
    )
    order = ["framework", "setting", "n_threads", "round", "measurement"]
    return THREAD_SCALING.arrange(measurements).sort_values(order, ignore_index=True)


def thread_counts(n_available: int) -> list[int]:
    """1, 2, 4, … and ``n_available``; at least 1 and 2."""

    def powers() -> Iterator[int]:
        count = 1
        while count < n_available:
            yield count
            count *= 2

    return sorted({1, 2, *powers(), n_available})


def train_numpy_by_environment(problem: Problem, clock: Clock) -> None:
    """The numpy variant on the threads that BLAS takes from the environment, and no others."""
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
    model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
    targets = keras.utils.to_categorical(problem.codes)
    keras_variant.fit_with_clock(model, problem, clock, problem.x, targets)
