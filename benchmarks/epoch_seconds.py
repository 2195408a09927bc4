"""Seconds per epoch of every variant at several batch sizes on random numbers: tables, and a CSV.

Run with `make bench`. It measures as the workflow does, but without images. PyTorch and JAX are
measured if they are installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from mlplab.benchmark.batch_sizes import measure_batch_size
from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.problem import Problem
from mlplab.benchmark.registry import NAMES
from mlplab.benchmark.summary import build_batch_size_ratios, summarize_batch_sizes
from mlplab.machine.processors import available_threads
from mlplab.machine.record import machine_record
from mlplab.machine.runs import timing_turn
from mlplab.runtime.files import save_table

SIZES = [32, 64, 128, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000]


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--variants", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--measurement-seconds", type=float, default=0.2)
    parser.add_argument("--retries", type=int, default=7)
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument("--output", type=Path, default=Path("results/bench/epoch_seconds.csv"))
    options = parser.parse_args()
    random = np.random.default_rng(0)
    x = random.standard_normal((options.samples, 784), dtype=np.float32)
    labels = random.integers(10, size=options.samples)
    schedule = Schedule(options.rounds, options.measurement_seconds, options.retries)
    parts = []
    for batch_size in options.batch_sizes:
        problem = Problem.from_labels(x, labels, batch_size=batch_size, n_threads=options.threads)
        with timing_turn():
            measurements, _ = measure_batch_size(
                problem, options.variants, schedule, input_space="random"
            )
        parts.append(measurements)
        save_table(options.output, pd.concat(parts, ignore_index=True))
        print(f"measured batch size {batch_size}", flush=True)
    table = pd.concat(parts, ignore_index=True)
    print("\nSeconds per epoch, medians of rounds,", machine_record())
    print(_by_variant(summarize_batch_sizes(table, seed=0), "seconds_per_epoch"))
    if "numpy" in options.variants:
        print("\nTimes the seconds of numpy in the same round")
        print(_by_variant(build_batch_size_ratios(table, seed=0), "ratio_to_numpy"))


def _by_variant(table: pd.DataFrame, column: str) -> str:
    """A row per batch size, a column per variant."""
    values = table.pivot(index="batch_size", columns="variant", values=column)
    names = [name for name in NAMES if name in values]
    return values[names].to_string(float_format="{:.3f}".format)


if __name__ == "__main__":
    main()
