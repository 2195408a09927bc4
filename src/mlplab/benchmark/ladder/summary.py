"""What the rounds of the ladder come to, beside what was published."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from mlplab.benchmark.ladder.measurement import KERAS
from mlplab.stats.ratios import median_ratio
from mlplab.stats.rounds import quiet_rounds

PUBLISHED_COLUMNS = ["name", "accuracy", "epochs", "seconds", "ratio_to_keras", "source"]

COLUMNS = [
    "step",
    "name",
    "accuracy",
    "batch_size",
    "n_threads",
    "rounds",
    "seconds",
    "shuffle_share",
    "batches_share",
    "prediction_share",
    "backward_L0_over_L1",
    "backward_over_forward",
    "ratio_to_keras",
    "ci_low",
    "ci_high",
    "published_seconds",
    "published_ratio",
]


def summarize_ladder(ladder: pd.DataFrame, published: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Medians over quiet rounds of every step and of Keras, and ratios to Keras.

    Parameters
    ----------
    ladder : the rows of :func:`mlplab.benchmark.ladder.measurement.measure_ladder`
    published : seconds of all ``epochs``, or, where only that was published, the ratio to Keras:
        ``PUBLISHED_COLUMNS``
    seed : of the bootstrap

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per step and kind of ``accuracy`` (``full``: a prediction
    for all samples after the epoch, ``batch``: that of the batches; Keras has the latter only).
    Seconds and published seconds are those of an epoch, shares are parts of it. The ratio is that
    of the medians, with its 95 % bootstrap interval.

    Raises
    ------
    ValueError
        A published row has a name or an accuracy that the ladder does not, or there are several.
    """
    figures = _published_figures(ladder, published)
    quiet = {name: quiet_rounds(rounds) for name, rounds in ladder.groupby("name", sort=False)}
    reference = quiet[KERAS]["batch_accuracy_seconds"]
    rows = []
    for name, rounds in quiet.items():
        for accuracy in ("full", "batch"):
            seconds = rounds[f"{accuracy}_accuracy_seconds"]
            if seconds.isna().all():
                continue
            ratio = median_ratio(seconds, reference, seed=seed)
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
                    **figures.get((name, accuracy), {}),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS).astype({"step": "Int64"})


def _parts(rounds: pd.DataFrame, accuracy: str) -> dict[str, float]:
    """Medians over rounds of the shares of an epoch and of ratios within the batches."""
    total = rounds[f"{accuracy}_accuracy_seconds"]
    layers = [c for c in rounds if c.startswith("backward_L")]
    # A sum over columns none of which was measured is missing, not 0.
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
            f"published figures: found {faults}, which are not steps of the ladder or there "
            f"twice; allowed, each once: {sorted(known)}"
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
