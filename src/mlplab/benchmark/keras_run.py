"""Article A's call of Keras as it stands in its notebook, timed by its parts."""

from __future__ import annotations

import io
import time
from contextlib import redirect_stdout
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.disturbance import disturbances, judge_again
from mlplab.benchmark.interleaved import refuse_absent
from mlplab.benchmark.problem import L2, Clock, Problem
from mlplab.benchmark.runners import Setup, start_runners, thread_variables
from mlplab.benchmark.variants.keras_variant import limit_tensorflow
from mlplab.keras_mlp.models import build_reference_model
from mlplab.machine.core_distance import CoreDistance, longest
from mlplab.machine.nearest_distance import patience_of, watched_distance
from mlplab.machine.processors import keep_processors_awake
from mlplab.machine.watch import QuietWatch
from mlplab.runtime.tables import Table

# Epochs of the article's call.
ARTICLE_EPOCHS = 35
_RUNS = (1, 2)
_PARTS = ("first_epoch", "next_epochs", "evaluation")

KERAS_RUN = Table(
    "keras_run",
    "a row per process and run",
    {
        "process": "number of the process, from 1",
        "run": "1, or 2: a new model in the same process",
        "batch_size": "samples of a mini-batch",
        "n_threads": "threads that Keras may use",
        "epochs": "epochs of the call of `fit`",
        "first_epoch_microseconds": "wall microseconds of the first epoch per training image",
        "epoch_microseconds": "wall microseconds of the epochs after the first, mean, per "
        "training image",
        "evaluation_microseconds": "wall microseconds of `evaluate` per test image",
        "run_seconds": f"wall seconds of `fit` with {ARTICLE_EPOCHS} epochs: of the first, and "
        f"{ARTICLE_EPOCHS - 1} times the mean of the others",
        "foreign_cpu_share": "share of the machine that other processes used during the run; empty "
        "where that is unknown",
        "stolen_cpu_share": "share that the host of a virtual machine took; empty where that is "
        "unknown",
        "core_round_trip_ns": "round-trip latency between cores in nanoseconds, the longer of "
        "those before and after the run",
        "disturbed": "whether the shares were together more than a tenth, or cores were far apart",
    },
    "As in the article, `fit` shows its progress and `evaluate` has batches of 32. An epoch of the "
    "first run in a process includes what TensorFlow does once.",
)


def measure_keras_run(
    problem: Problem, *, epochs: int, processes: int, retries: int = 0
) -> pd.DataFrame:
    """Call ``fit`` and ``evaluate`` twice in each of several processes, one after the other.

    Cores that are far apart are brought together before each run, as for other measurements.

    Parameters
    ----------
    problem : what is trained, with samples that are only predicted
    epochs : of each call, at least 2
    processes : repetitions
    retries : further processes, at most, in place of those in which a run was disturbed

    Returns
    -------
    DataFrame with the columns of :data:`KERAS_RUN`.

    Raises
    ------
    RuntimeError
        Keras is not installed, or failed.
    """
    setup = Setup("keras", partial(call_fit, epochs), problem, thread_variables(problem.n_threads))
    rows: list[dict[str, float | bool]] = []
    wanted = processes
    with watched_distance(problem.n_threads, patience_of(processes)) as distance:
        process = 0
        while process < wanted:
            process += 1
            found = _run_process(setup, distance)
            for run, (parts, columns) in zip(_RUNS, found, strict=True):
                constant = {"process": process, "run": run, "n_threads": problem.n_threads}
                rows.append(constant | tabulate_run(parts, problem, epochs) | columns)
            disturbed = any(columns["disturbed"] for _, columns in found)
            wanted += disturbed and wanted < processes + retries
        judge_again(rows, distance)
    return KERAS_RUN.arrange(pd.DataFrame(rows))


def tabulate_run(parts: dict[str, float], problem: Problem, epochs: int) -> dict[str, float]:
    """Microseconds per sample from the seconds of a run's parts, and those of the whole run."""
    assert problem.x_test is not None, "measure_keras_run needs samples that are only predicted"
    first, following = parts["first_epoch"], parts["next_epochs"] / (epochs - 1)
    n, n_test = len(problem.x), len(problem.x_test)
    return {
        "batch_size": problem.batch_size,
        "epochs": epochs,
        "first_epoch_microseconds": 1e6 * first / n,
        "epoch_microseconds": 1e6 * following / n,
        "evaluation_microseconds": 1e6 * parts["evaluation"] / n_test,
        "run_seconds": first + (ARTICLE_EPOCHS - 1) * following,
    }


def call_fit(epochs: int, problem: Problem, clock: Clock) -> None:
    """The article's two calls with a new model each time, see :mod:`mlplab.benchmark.registry`."""
    clock.note(limit_tensorflow(problem))
    import keras

    sizes = problem.layer_sizes
    targets = keras.utils.to_categorical(problem.codes)
    test_targets = keras.utils.to_categorical(problem.test_codes, sizes[-1])
    for _ in range(problem.epochs):
        model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
        ends: list[float] = []
        mark = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda *_, ends=ends: ends.append(time.perf_counter())
        )
        clock.start()
        start = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            model.fit(
                problem.x,
                targets,
                epochs=epochs,
                batch_size=problem.batch_size,
                shuffle=True,
                verbose=1,
                callbacks=[mark],
            )
            trained = time.perf_counter()
            model.evaluate(problem.x_test, test_targets, verbose=1)
        seconds = np.diff([start, ends[0], trained, time.perf_counter()])
        clock.stop(dict(zip(_PARTS, seconds.tolist(), strict=True)))


def _run_process(
    setup: Setup, distance: CoreDistance
) -> list[tuple[dict[str, float], dict[str, float | bool]]]:
    """The parts of each run of a new process, and what disturbed it."""
    found = []
    with start_runners([setup]) as (runner,):
        if not (runner.wait_until_loaded() and runner.prepare()):
            refuse_absent({setup.name: runner.fault}, "article A's call needs Keras")
        for _ in _RUNS:
            distance.bring_near()
            round_trip = distance.measure()
            with keep_processors_awake(), QuietWatch() as watch:
                epoch = runner.run_epoch()
            watch.count_as_own(epoch.cpu_stop - epoch.cpu_start)
            round_trip = longest(round_trip, distance.measure())
            found.append((epoch.parts, disturbances(watch, distance, round_trip)))
    return found
