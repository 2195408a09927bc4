"""Seconds per epoch of every variant at several batch sizes: one table, and a CSV.

Run with `make bench`; PyTorch and JAX take part if they are installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from mlplab.files import save_table
from mlplab.interleaved import measure_interleaved
from mlplab.processors import available_threads
from mlplab.timing import machine_record, quiet_rounds
from mlplab.variants import NAMES

SIZES = [32, 64, 128, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000]


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--variants", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument("--output", type=Path, default=Path("results/bench/epoch_seconds.csv"))
    options = parser.parse_args()
    random = np.random.default_rng(0)
    x = random.standard_normal((options.samples, 784), dtype=np.float32)
    codes = random.integers(10, size=options.samples)
    tables = []
    for batch_size in options.batch_sizes:
        table, _ = measure_interleaved(
            options.variants,
            x,
            codes,
            batch_size=batch_size,
            n_threads=options.threads,
            rounds=options.rounds,
        )
        tables.append(table)
        medians = _quiet_medians(table).iloc[0]
        print(f"{batch_size:>6}", *(f"{n} {medians[n]:.3f}" for n in medians.index), flush=True)
    rows = pd.concat(tables, ignore_index=True)
    save_table(options.output, rows)
    medians = _quiet_medians(rows)
    medians = medians[[name for name in NAMES if name in medians]]
    print(
        f"\nSeconds per epoch, medians of the quiet of {options.rounds} rounds,", machine_record()
    )
    print(medians.to_string(float_format="{:.3f}".format))
    if "numpy" in medians:
        print("\nTimes the seconds of numpy")
        print(medians.div(medians["numpy"], axis=0).to_string(float_format="{:.2f}".format))


def _quiet_medians(rows: pd.DataFrame) -> pd.DataFrame:
    """Median seconds of the rounds in which nothing else ran, per batch size and variant."""
    groups = rows.groupby(["batch_size", "variant"])
    return groups.apply(lambda part: quiet_rounds(part)["wall_seconds"].median()).unstack()


if __name__ == "__main__":
    main()
