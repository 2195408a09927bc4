"""Seconds of an epoch and of a prediction of every variant on random numbers: tables, and a CSV.

Run with `make bench`. It measures as the workflow does, in rounds and fresh processes, without
images and without accuracies. PyTorch and JAX are measured if they are installed. `--page` writes
the tables as a page of the documentation.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_interleaved
from mlplab.benchmark.loading import NamedVariant
from mlplab.benchmark.measurements import last_measurements
from mlplab.benchmark.problem import HIDDEN, Problem
from mlplab.benchmark.registry import NAMES, VARIANTS
from mlplab.benchmark.summary import PRODUCTS
from mlplab.machine.processors import available_threads
from mlplab.machine.record import machine_record
from mlplab.machine.runs import timing_turn
from mlplab.provenance.records import git_record
from mlplab.runtime.files import save_table, save_text

SIZES = (32, 64, 128, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)
FEW_SIZES = (32, 500, 10_000)
ENGINES = ("compiled", "numpy")
PREDICTION = "prediction"


@dataclass(frozen=True)
class Case:
    """What is trained, or only predicts: samples, inputs, hidden nodes and type of numbers."""

    batch_sizes: tuple[int, ...]
    samples: int = 60_000
    inputs: int = 784
    hidden: tuple[int, ...] = HIDDEN
    dtype: str = "float32"
    function: str = "train"

    def problem(self, batch_size: int, n_threads: int) -> Problem:
        """Random samples of ten classes."""
        random = np.random.default_rng(0)
        x = random.standard_normal((self.samples, self.inputs)).astype(self.dtype)
        codes = random.integers(10, size=self.samples)
        return Problem(x, codes, batch_size, n_threads, hidden=self.hidden)

    def variants(self, names: list[str]) -> dict[str, NamedVariant]:
        """Functions by name; not every variant predicts."""
        left_out = () if self.function == "train" else (PRODUCTS, "keras_matched")
        return {n: NamedVariant(n, self.function) for n in names if n not in left_out}


CASES = {
    "784-70-30-10, float32": Case(SIZES),
    PREDICTION: Case((10_000,), function="predict"),
    "float64": Case(FEW_SIZES, dtype="float64"),
    "70 inputs": Case(FEW_SIZES, inputs=70),
    "hidden layers 200-100-50-30": Case(FEW_SIZES, samples=30_000, hidden=(200, 100, 50, 30)),
    "four hidden layers of 512": Case(FEW_SIZES, samples=10_000, hidden=(512,) * 4),
}


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--batch-sizes", type=int, nargs="+", help="only these")
    parser.add_argument("--variants", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measurement-seconds", type=float, default=0.2)
    parser.add_argument("--retries", type=int, default=5)
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument("--output", type=Path, default=Path("results/bench/epoch_seconds.csv"))
    parser.add_argument("--page", type=Path, help="write the tables as Markdown, too")
    options = parser.parse_args()
    schedule = Schedule(options.rounds, options.measurement_seconds, options.retries)
    parts = []
    for name in options.cases:
        case = CASES[name]
        for batch_size in case.batch_sizes:
            if options.batch_sizes and batch_size not in options.batch_sizes:
                continue
            problem = case.problem(batch_size, options.threads)
            with timing_turn():
                table, _ = measure_interleaved(case.variants(options.variants), problem, schedule)
            parts.append(table.assign(case=name, batch_size=batch_size))
            save_table(options.output, pd.concat(parts, ignore_index=True))
            print(f"measured {name}, batch size {batch_size}", flush=True)
    table = pd.concat(parts, ignore_index=True)
    page = write_page(table, options.rounds, options.threads)
    print(page)
    if options.page:
        save_text(options.page, page)


def write_page(table: pd.DataFrame, rounds: int, n_threads: int) -> str:
    """Both tables of ratios and that of seconds as Markdown."""
    keys = ["case", "batch_size", "variant"]
    measured = last_measurements(table, keys).set_index([*keys, "round"])
    seconds = measured["seconds_per_epoch"].unstack("variant")
    seconds = seconds.loc[[name for name in CASES if name in table["case"].to_numpy()]]
    names = [name for name in NAMES if name in seconds]
    peers = [name for name in names if name not in (*ENGINES, PRODUCTS)]
    columns: dict[str, pd.Series] = {}
    for engine in (name for name in ENGINES if name in names):
        columns[f"{engine} / fastest peer"] = _to_fastest(seconds, engine, peers)
        if PRODUCTS in names:
            ratio = _median(seconds[engine] / seconds[PRODUCTS])
            columns[f"{engine} / products"] = ratio.map("{:.2f}".format).replace("nan", "–")
    medians = _median(seconds[names]).map("{:.3f}".format).replace("nan", "–")
    machine, commit = machine_record(), _commit()
    return "\n".join(
        [
            "# Seconds of an epoch",
            "",
            "<!-- Written by `make bench PAGE=…`; do not edit. -->",
            "",
            f"Processor {machine['processor']}, {n_threads} threads, {machine['system']}, Python "
            f"{machine['python']}, NumPy {machine['numpy']}, commit {commit}. Random numbers, "
            f"{rounds} rounds in random order, each variant in a process of its own, no accuracies "
            f"recorded. `{PREDICTION}` classifies all samples without training.",
            "",
            "## Ratios: medians of the ratios within each round",
            "",
            _markdown(pd.DataFrame(columns)),
            "",
            "`products` are the matrix products of an epoch alone, by NumPy's BLAS, shared among "
            "the threads in the fastest of several ways.",
            "",
            "## Seconds: medians of the rounds",
            "",
            _markdown(medians.rename(columns={name: VARIANTS[name].label for name in names})),
            "",
        ]
    )


def _median(values: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    return values.groupby(["case", "batch_size"], sort=False).median()


def _to_fastest(seconds: pd.DataFrame, engine: str, peers: list[str]) -> pd.Series:
    """The ratio to the peer with the least median, and its name."""
    rows = {}
    for case, pairs in seconds.groupby(["case", "batch_size"], sort=False):
        peer = pairs[peers].median().idxmin()
        rows[case] = f"{(pairs[engine] / pairs[peer]).median():.2f} ({VARIANTS[peer].label})"
    return pd.Series(rows)


def _markdown(table: pd.DataFrame) -> str:
    names = ["case", "batch size", *table.columns]
    lines = [names, ["---"] * len(names)]
    lines += [
        [case, f"{size:,}", *row]
        for (case, size), row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _commit() -> str:
    found = git_record()
    short = (found["commit"] or "unknown")[:7]
    return f"{short}-dirty" if found["dirty"] else short


if __name__ == "__main__":
    main()
