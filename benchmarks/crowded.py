"""Seconds of training on two threads and on one where processors are scarce: a table, and a CSV.

Run with `make crowded`. In each circumstance, fits of the compiled engine take turns over some
rounds: on two threads, by features and by rows, and on one. Two threads should never take more than
1.5 times as long as one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from mlplab.machine.record import machine_record
from mlplab.machine.runs import timing_turn
from mlplab.numpy_mlp import NumpyMLPClassifier, Plan
from mlplab.runtime.files import save_table

N_SAMPLES = 20_000
Fit = Callable[[Plan, int, int], float]


def fit(plan: Plan, batch_size: int, epochs: int) -> float:
    """Seconds that the epochs of one fit take, on random samples."""
    generator = np.random.default_rng(0)
    x = generator.random((N_SAMPLES, 784), dtype=np.float32)
    y = generator.integers(10, size=N_SAMPLES)
    network = NumpyMLPClassifier(
        (70, 30),
        batch_size,
        epochs,
        learning_rate=1e-5,
        monitor="none",
        random_state=0,
        engine="compiled",
        plan=plan,
    )
    return float(network.fit(x, y).history_["wall_seconds"].sum())


@contextmanager
def on_one_processor() -> Iterator[Fit]:
    """All threads on one processor."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield fit
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def beside(n: int) -> Iterator[Fit]:
    """Beside ``n`` processes that compute without a pause."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(n)]
    try:
        yield fit
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextmanager
def at_once(pool: Executor, n: int) -> Iterator[Fit]:
    """``n`` fits at once in the workers of a pool; the seconds are their mean."""
    with pool:
        yield lambda *setting: statistics.mean(pool.map(fit, *zip(*[setting] * n, strict=True)))


@contextmanager
def under_joblib(backend: str) -> Iterator[Fit]:
    """Two fits at once under joblib; the seconds are their mean."""
    with joblib.Parallel(n_jobs=2, backend=backend) as parallel:
        yield lambda *setting: statistics.mean(parallel([joblib.delayed(fit)(*setting)] * 2))


def _processes(n: int, method: str) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(n, multiprocessing.get_context(method))


CIRCUMSTANCES = {
    "undisturbed": lambda: beside(0),
    "one processor": on_one_processor,
    "a busy neighbour": lambda: beside(1),
    "a busy neighbour on each processor": lambda: beside(os.cpu_count() or 1),
    "four processes": lambda: at_once(_processes(4, "spawn"), 4),
    "a pool of four threads": lambda: at_once(ThreadPoolExecutor(4), 4),
    "joblib, loky": lambda: under_joblib("loky"),
    "joblib, threading": lambda: under_joblib("threading"),
    "after a fork": lambda: at_once(_processes(1, "fork"), 1),
}


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circumstances", nargs="+", choices=CIRCUMSTANCES, default=CIRCUMSTANCES)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[32, 500])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("results/bench/crowded.csv"))
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name in options.circumstances:
        with timing_turn(), CIRCUMSTANCES[name]() as measure:
            for batch_size in options.batch_sizes:
                plans = {
                    "features": Plan(2, 1, batch_size, "features"),
                    "rows": Plan(2, 1, 125),
                    "one": Plan(1, 1, min(batch_size, 250)),
                }
                measure(plans["features"], batch_size, 1)  # imports, and loads the code
                for round_ in range(options.rounds):
                    for plan in random.sample(list(plans), len(plans)):
                        seconds = measure(plans[plan], batch_size, options.epochs)
                        case = {"circumstance": name, "batch_size": batch_size, "round": round_}
                        rows.append({**case, "plan": plan, "seconds": seconds})
        save_table(options.output, pd.DataFrame(rows))
    print(f"Seconds of {options.epochs} epochs, and times those of one thread in the same round;")
    print("medians of", options.rounds, "rounds,", machine_record())
    print(summarize(pd.DataFrame(rows)).to_string(float_format="{:.3f}".format))


def summarize(table: pd.DataFrame) -> pd.DataFrame:
    """Medians of the seconds, and of the ratios of two threads to one in the same round."""
    keys = ["circumstance", "batch_size"]
    seconds = table.pivot(index=[*keys, "round"], columns="plan", values="seconds")
    for plan in ("features", "rows"):
        seconds[f"{plan} / one"] = seconds[plan] / seconds["one"]
    return seconds.groupby(level=keys, sort=False).median()


if __name__ == "__main__":
    main()
