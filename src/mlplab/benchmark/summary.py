"""Tables of the batch-size benchmark: measurements, means over rounds, and ratios to NumPy.

Ratios are those of pairs of one round. This module imports no variant and no network, so an edit
of one makes no table stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mlplab.benchmark.measurements import (
    ABSENT_VARIANTS,
    BATCH_SIZE_BENCHMARK,
    last_measurements,
)
from mlplab.runtime.tables import Table
from mlplab.stats.ratios import geometric_interval, paired_ratio
from mlplab.stats.rounds import quiet_rounds

# What ratios are to; and the products alone, which are no network.
REFERENCE, PRODUCTS = "numpy", "products"

BATCH_SIZE_SUMMARY = Table(
    "batch_size_summary",
    "a row per input space, batch size and variant",
    {
        "framework": "as in `batch_size_benchmark.csv`",
        "variant": "as in `batch_size_benchmark.csv`",
        "input_space": "`pixels` or `clusters-<K>`",
        "batch_size": "samples of a mini-batch",
        "rounds": "rounds that count: the last measurement of each, without disturbed ones",
        "disturbed": "whether disturbed rounds count too, because fewer than two were quiet",
        "seconds_per_epoch": "wall seconds of an epoch, geometric mean over rounds",
        "ci_low": "lower end of its 95 % interval, by Student's t on logarithms; empty for one "
        "round",
        "ci_high": "upper end of that interval",
        "median_seconds": "median over rounds of the wall seconds of an epoch",
        "microseconds_per_sample": "median",
        "gflops": "median",
        "sgemm_gflops": "`gflops` of the products alone: the speed of this machine's BLAS with "
        "such shapes",
        "cpus_used": "median of CPU seconds over wall seconds",
        "first_epoch_seconds": "median",
    },
)
BATCH_SIZE_RATIOS = Table(
    "batch_size_ratios",
    "a row per input space, batch size and variant other than `numpy` and `products`",
    {
        "batch_size": "samples of a mini-batch",
        "framework": "as in `batch_size_benchmark.csv`",
        "variant": "as in `batch_size_benchmark.csv`",
        "input_space": "`pixels` or `clusters-<K>`",
        "ratio_to_numpy": "geometric mean over rounds: seconds per epoch over those of `numpy` in "
        "the same round",
        "ci_low": "lower end of its 95 % interval, by Student's t on the logarithms of the pairs; "
        "empty for one pair",
        "ci_high": "upper end of that interval",
        "median_ratio": "median over rounds of the same ratio",
        "rounds": "pairs that count: those of two quiet measurements",
        "verdict": "`slower` or `faster` than `numpy` if the interval lies on one side of 1, else "
        "`no clear difference`; `not tested` with one pair",
        "disturbed": "whether disturbed pairs count too, because fewer than two were quiet",
    },
    "From six rounds on, the highest and the lowest sixth of the pairs do not count in a geometric "
    "mean and its interval. The tests simulate how often such intervals hold the truth.",
)
_GROUP = ["input_space", "batch_size"]


def build_batch_size_benchmark(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The measurements of all batch sizes and input spaces, in a fixed order.

    Parameters
    ----------
    paths : tables of :func:`mlplab.benchmark.batch_sizes.measure_batch_size`
    """
    measurements = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    order = [*_GROUP, "round", "variant", "measurement"]
    return BATCH_SIZE_BENCHMARK.arrange(measurements).sort_values(order, ignore_index=True)


def build_absent_variants(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The variants that could not be measured, each with the reason."""
    absent = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    return ABSENT_VARIANTS.arrange(absent).sort_values([*_GROUP, "variant"], ignore_index=True)


def summarize_batch_sizes(benchmark: pd.DataFrame) -> pd.DataFrame:
    """Means and medians over the quiet rounds of every variant, input space and batch size.

    Parameters
    ----------
    benchmark : measurements, :data:`BATCH_SIZE_BENCHMARK`

    Returns
    -------
    DataFrame with the columns of :data:`BATCH_SIZE_SUMMARY`.
    """
    rows = []
    for keys, measurements in benchmark.groupby([*_GROUP, "variant"]):
        counted = quiet_rounds(last_measurements(measurements, [*_GROUP, "variant"]))
        seconds = geometric_interval(counted["seconds_per_epoch"])
        medians = counted[["microseconds_per_sample", "gflops", "first_epoch_seconds"]].median()
        rows.append(
            dict(zip([*_GROUP, "variant"], keys, strict=True))
            | {
                "framework": counted["framework"].iloc[0],
                "rounds": len(counted),
                "disturbed": bool(counted["disturbed"].any()),
                "seconds_per_epoch": seconds.mean,
                "ci_low": seconds.low,
                "ci_high": seconds.high,
                "median_seconds": counted["seconds_per_epoch"].median(),
                "cpus_used": (counted["cpu_seconds"] / counted["wall_seconds"]).median(),
                **medians,
            }
        )
    summary = pd.DataFrame(rows)
    rates = summary[summary["variant"] == PRODUCTS].set_index(_GROUP)["gflops"]
    return BATCH_SIZE_SUMMARY.arrange(summary.join(rates.rename("sgemm_gflops"), on=_GROUP))


def build_batch_size_ratios(benchmark: pd.DataFrame) -> pd.DataFrame:
    """Seconds per epoch over those of NumPy in the same round.

    Pairs of two quiet measurements count, or all pairs where fewer than two are quiet.

    Parameters
    ----------
    benchmark : measurements, :data:`BATCH_SIZE_BENCHMARK`

    Returns
    -------
    DataFrame with the columns of :data:`BATCH_SIZE_RATIOS`.
    """
    rows = []
    for keys, measurements in benchmark.groupby(_GROUP):
        last = last_measurements(measurements, [*_GROUP, "variant"])
        reference = last[last["variant"] == REFERENCE].set_index("round")
        reference = reference[["seconds_per_epoch", "disturbed"]].add_suffix("_reference")
        for variant, other in last.groupby("variant"):
            if variant in (REFERENCE, PRODUCTS):
                continue
            pairs = other.join(reference, on="round", how="inner")
            pairs["disturbed"] |= pairs["disturbed_reference"]
            pairs = quiet_rounds(pairs)
            ratio = paired_ratio(pairs["seconds_per_epoch"], pairs["seconds_per_epoch_reference"])
            rows.append(
                dict(zip(_GROUP, keys, strict=True))
                | {
                    "framework": other["framework"].iloc[0],
                    "variant": variant,
                    "ratio_to_numpy": ratio.ratio,
                    "ci_low": ratio.low,
                    "ci_high": ratio.high,
                    "median_ratio": ratio.median,
                    "rounds": ratio.rounds,
                    "verdict": ratio.verdict,
                    "disturbed": bool(pairs["disturbed"].any()),
                }
            )
    return pd.DataFrame(rows, columns=list(BATCH_SIZE_RATIOS.columns))
