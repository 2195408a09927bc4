"""Medians over the rounds of the ladder, beside published figures.

This module imports no step of the ladder, so an edit of one makes no summary stale.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from mlplab.runtime.tables import Table
from mlplab.stats.ratios import paired_ratio
from mlplab.stats.rounds import quiet_rounds

PUBLISHED_COLUMNS = ["name", "accuracy", "epochs", "seconds", "ratio_to_keras", "source"]

# The name of Keras among the steps.
KERAS = "Keras"
# The memory allocator as the system sets it.
SYSTEM = "system"

LADDER = Table(
    "optimization_ladder",
    "a row per round and step, Keras last in each round",
    {
        "step": "number of the step; empty for Keras",
        "name": "name of the step",
        "batch_size": "samples of a mini-batch",
        "batches": "mini-batches of an epoch",
        "n_threads": "threads that the step may use",
        "round": "number of the round, from 1",
        "full_accuracy_seconds": "wall seconds of an epoch that ends with a prediction for all "
        "training images; not measured for Keras",
        "batch_accuracy_seconds": "wall seconds of an epoch with the accuracy of the batches: "
        "shuffle and batches; for Keras, the whole epoch of `fit`",
        "shuffle_seconds": "wall seconds of drawing the order of the images",
        "batches_seconds": "wall seconds of training all batches, each of which records its cost, "
        "the share of the regularisation in it and the mean error, as in the articles",
        "prediction_seconds": "wall seconds of the prediction for all training images, which also "
        "gives the total cost, as in article A",
        "test_prediction_seconds": "wall seconds of the same for all test images, as in article C; "
        "part of no other column",
        "forward_seconds": "within the batches: wall seconds of the forward pass, all batches of "
        "the epoch together. Steps 0 to 4 only: in the others a clock would cost time, and two "
        "threads work at once",
        "record_seconds": "the same of recording cost, share of the regularisation and error",
        "update_seconds": "the same of correcting the weights",
        "backward_L<layer>_seconds": "the same of the backward pass down to a layer; `L0` is the "
        "input layer, `L1` the first hidden layer",
        "cpu_seconds": "CPU seconds of the whole epoch",
        "first_epoch_seconds": "wall seconds of the epoch before the first round, which warms up",
        "foreign_cpu_share": "share of the machine that other processes used during the epoch; "
        "empty where that is unknown",
        "stolen_cpu_share": "share that the host of a virtual machine took; empty where that is "
        "unknown",
        "disturbed": "as in `batch_size_benchmark.csv`",
    },
    "The steps are the articles' way from a slow network to a fast one, with the same mathematics: "
    "0 float64 throughout; 1 float32; 2 no error for the input layer, and only the regularisation "
    "in use; 3 bias stored with the input; 4 derivative from the output of the sigmoid; 5 this "
    "project's trainer; 6 the same in its compiled engine. Each step, and `fit` of Keras' "
    "reference model, trains in a process of its own, in rounds of random order. A measurement has "
    "as many epochs as begin within `ladder.measurement_seconds`, and its numbers are their means. "
    "Of a round's measurements the last one counts; those before it were disturbed.",
)
ALLOCATION = Table(
    "allocation",
    "a row per step, setting of the memory allocator, and round",
    {
        "step": "number of the step of the ladder",
        "name": "name of the step",
        "allocator": "`system`: as it is set, the same measurements as in "
        "`optimization_ladder.csv`; `kept`: `MALLOC_MMAP_MAX_=0` and a `MALLOC_TRIM_THRESHOLD_` "
        "above all memory, so that glibc keeps the blocks that NumPy frees",
        "round": "number of the round, from 1",
        "full_accuracy_seconds": "as in `optimization_ladder.csv`",
        "batches_seconds": "as in `optimization_ladder.csv`",
        "prediction_seconds": "as in `optimization_ladder.csv`",
        "test_prediction_seconds": "as in `optimization_ladder.csv`",
        "batches_faults": "pages that the system handed to the process during the batches",
        "prediction_faults": "pages that it handed out during the prediction for all training "
        "images",
        "foreign_cpu_share": "as in `optimization_ladder.csv`",
        "stolen_cpu_share": "as in `optimization_ladder.csv`",
        "disturbed": "as in `batch_size_benchmark.csv`",
    },
    "A page is 4 KiB, or 2 MiB where NumPy asks for huge pages and the system gives them. The "
    "system clears every page that it hands out, and this is part of the time.",
)
LADDER_SUMMARY = Table(
    "optimization_ladder_summary",
    "a row per step and kind of accuracy",
    {
        "step": "number of the step; empty for Keras",
        "name": "name of the step",
        "accuracy": "`full`: the epoch ends with a prediction for all training images; `batch`: "
        "with the accuracy of the batches",
        "batch_size": "samples of a mini-batch",
        "n_threads": "threads that the step may use",
        "rounds": "rounds that count",
        "seconds": "median wall seconds of an epoch",
        "shuffle_share": "share of drawing the order of the images in the epoch, 0 to 1",
        "batches_share": "share of training the batches in the epoch, 0 to 1",
        "prediction_share": "share of the prediction in the epoch, 0 to 1",
        "backward_L0_over_L1": "backward pass down to the input layer over that down to the first "
        "hidden layer",
        "backward_over_forward": "the whole backward pass over the forward pass",
        "ratio_to_keras": "geometric mean over rounds: seconds of an epoch over those of Keras in "
        "the same round",
        "ci_low": "lower end of its 95 % interval, by Student's t on the logarithms of the pairs; "
        "empty for one pair",
        "ci_high": "upper end of that interval",
        "median_ratio": "median over rounds of the same ratio",
        "pairs": "rounds that count in the ratio: neither the step nor Keras was disturbed",
        "published_seconds": "published seconds of an epoch: those of "
        "`config/published_ladder.csv` divided by their epochs",
        "published_ratio": "published ratio to Keras",
    },
    "Medians over the rounds that are not disturbed, or over all where fewer than two are quiet. "
    "From six pairs on, the highest and the lowest sixth do not count in a geometric mean and its "
    "interval.",
)


def summarize_ladder(ladder: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Medians over quiet rounds of every step and of Keras, and ratios to Keras round by round.

    Parameters
    ----------
    ladder : rounds of the ladder, :data:`LADDER`
    published : seconds of all ``epochs``, or the ratio to Keras where the articles give no
        seconds; the columns are ``PUBLISHED_COLUMNS``

    Returns
    -------
    DataFrame with the columns of :data:`LADDER_SUMMARY`. Keras has the accuracy ``batch`` only.

    Raises
    ------
    ValueError
        A published row has an unknown name or accuracy, or there are several of one.
    """
    figures = _published_figures(ladder, published)
    keras = ladder[ladder["name"] == KERAS].set_index("round")
    reference = keras[["batch_accuracy_seconds", "disturbed"]].add_suffix("_of_keras")
    rows = []
    for name, measured in ladder.groupby("name", sort=False):
        rounds = quiet_rounds(measured)
        pairs = measured.join(reference, on="round", how="inner")
        pairs = quiet_rounds(
            pairs.assign(disturbed=pairs["disturbed"] | pairs["disturbed_of_keras"])
        )
        for accuracy in ("full", "batch"):
            column = f"{accuracy}_accuracy_seconds"
            seconds = rounds[column]
            if seconds.isna().all():
                continue
            ratio = paired_ratio(pairs[column], pairs["batch_accuracy_seconds_of_keras"])
            rows.append(
                {
                    **rounds.iloc[0][["step", "name", "batch_size", "n_threads"]],
                    "accuracy": accuracy,
                    "rounds": len(rounds),
                    "seconds": seconds.median(),
                    **_parts(rounds, accuracy),
                    "ratio_to_keras": ratio.ratio,
                    "ci_low": ratio.low,
                    "ci_high": ratio.high,
                    "median_ratio": ratio.median,
                    "pairs": ratio.rounds,
                    **figures.get((name, accuracy), {}),
                }
            )
    return pd.DataFrame(rows, columns=list(LADDER_SUMMARY.columns)).astype({"step": "Int64"})


def _parts(rounds: pd.DataFrame, accuracy: str) -> dict[str, float]:
    """Medians over rounds of the shares of an epoch and of ratios within the batches."""
    total = rounds[f"{accuracy}_accuracy_seconds"]
    layers = [c for c in rounds if c.startswith("backward_L")]
    # Where no layer was measured the sum is missing, not 0.
    backward = rounds[layers].sum(axis=1, min_count=len(layers))
    parts = {
        "shuffle_share": rounds["shuffle_seconds"] / total,
        "batches_share": rounds["batches_seconds"] / total,
        "prediction_share": rounds["prediction_seconds"] / total,
        "backward_L0_over_L1": rounds["backward_L0_seconds"] / rounds["backward_L1_seconds"],
        "backward_over_forward": backward / rounds["forward_seconds"],
    }
    if accuracy == "batch":
        del parts["prediction_share"]
    return {name: values.median() for name, values in parts.items()}


def _published_figures(
    ladder: pd.DataFrame, published: pd.DataFrame
) -> dict[tuple[str, str], dict[str, Any]]:
    """Published seconds of an epoch and ratios to Keras, by name and accuracy."""
    known = {(name, accuracy) for name in ladder["name"] for accuracy in ("full", "batch")}
    cases = list(zip(published["name"], published["accuracy"], strict=True))
    faults = sorted({case for case in cases if case not in known or cases.count(case) > 1})
    if faults:
        raise ValueError(
            f"published figures: found {faults}, which are unknown or given twice; allowed, each "
            f"once: {sorted(known)}"
        )
    seconds = dict(zip(cases, published["seconds"] / published["epochs"], strict=True))
    ratios = dict(zip(cases, published["ratio_to_keras"], strict=True))
    reference = seconds.get((KERAS, "batch"), math.nan)
    return {
        case: {
            "published_seconds": seconds[case],
            "published_ratio": seconds[case] / reference
            if math.isnan(ratios[case])
            else ratios[case],
        }
        for case in cases
    }
