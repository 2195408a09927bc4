"""What the rounds come to: medians with intervals, and ratios to NumPy over pairs of one round."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mlplab.benchmark.batch_sizes import ABSENT_COLUMNS, COLUMNS
from mlplab.stats.intervals import median_interval
from mlplab.stats.ratios import paired_ratio
from mlplab.stats.rounds import quiet_rounds

SUMMARY_COLUMNS = [
    "framework",
    "variant",
    "input_space",
    "batch_size",
    "rounds",
    "disturbed",
    "seconds_per_epoch",
    "ci_low",
    "ci_high",
    "microseconds_per_sample",
    "gflops",
    "sgemm_gflops",
    "cpus_used",
    "first_epoch_seconds",
]
RATIO_COLUMNS = [
    "batch_size",
    "framework",
    "variant",
    "input_space",
    "ratio_to_numpy",
    "ci_low",
    "ci_high",
    "rounds",
    "verdict",
    "disturbed",
]
REFERENCE, PRODUCTS = "numpy", "products"
_CASE = ["input_space", "batch_size"]


def build_batch_size_benchmark(paths: Iterable[str | Path]) -> pd.DataFrame:
    """All turns of all batch sizes and input spaces, in a fixed order."""
    turns = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    return turns[COLUMNS].sort_values([*_CASE, "round", "variant", "attempt"], ignore_index=True)


def build_absent_variants(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The variants that could not be measured, each with the reason."""
    absent = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    return absent[ABSENT_COLUMNS].sort_values([*_CASE, "variant"], ignore_index=True)


def summarize_batch_sizes(benchmark: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Medians over the quiet rounds of every variant, input space and batch size.

    The interval of the seconds is the 95 % bootstrap interval of their median; ``sgemm_gflops``
    is the rate of the bare products of the same shapes; ``disturbed`` says that fewer than two
    rounds were quiet, so that all count. ``seed`` is that of the bootstrap.
    """
    rows = []
    for keys, turns in benchmark.groupby([*_CASE, "variant"]):
        counted = quiet_rounds(_last_attempts(turns))
        seconds, low, high = median_interval(counted["seconds_per_epoch"], seed=seed)
        medians = counted[["microseconds_per_sample", "gflops", "first_epoch_seconds"]].median()
        rows.append(
            dict(zip([*_CASE, "variant"], keys, strict=True))
            | {
                "framework": counted["framework"].iloc[0],
                "rounds": len(counted),
                "disturbed": bool(counted["disturbed"].any()),
                "seconds_per_epoch": seconds,
                "ci_low": low,
                "ci_high": high,
                "cpus_used": (counted["cpu_seconds"] / counted["wall_seconds"]).median(),
                **medians,
            }
        )
    summary = pd.DataFrame(rows)
    rates = summary[summary["variant"] == PRODUCTS].set_index(_CASE)["gflops"]
    return summary.join(rates.rename("sgemm_gflops"), on=_CASE)[SUMMARY_COLUMNS]


def build_batch_size_ratios(benchmark: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Seconds per epoch over those of NumPy in the same round: a row per case and variant.

    The ratio is the median over the pairs of which both turns were quiet, or over all where
    these are fewer than two, which ``disturbed`` tells. ``seed`` is that of the bootstrap.
    """
    rows = []
    for keys, turns in benchmark.groupby(_CASE):
        last = _last_attempts(turns)
        reference = last[last["variant"] == REFERENCE].set_index("round")
        reference = reference[["seconds_per_epoch", "disturbed"]].add_suffix("_reference")
        for variant, other in last.groupby("variant"):
            if variant in (REFERENCE, PRODUCTS):
                continue
            pairs = other.join(reference, on="round", how="inner")
            pairs["disturbed"] |= pairs["disturbed_reference"]
            pairs = quiet_rounds(pairs)
            ratio = paired_ratio(
                pairs["seconds_per_epoch"], pairs["seconds_per_epoch_reference"], seed=seed
            )
            rows.append(
                dict(zip(_CASE, keys, strict=True))
                | {
                    "framework": other["framework"].iloc[0],
                    "variant": variant,
                    "ratio_to_numpy": ratio.ratio,
                    "ci_low": ratio.low,
                    "ci_high": ratio.high,
                    "rounds": ratio.rounds,
                    "verdict": ratio.verdict,
                    "disturbed": bool(pairs["disturbed"].any()),
                }
            )
    return pd.DataFrame(rows, columns=RATIO_COLUMNS)


def _last_attempts(turns: pd.DataFrame) -> pd.DataFrame:
    """The last turn of every variant in every round: an earlier one was disturbed."""
    keys = [*_CASE, "variant", "round"]
    return turns.sort_values([*keys, "attempt"]).drop_duplicates(keys, keep="last")
