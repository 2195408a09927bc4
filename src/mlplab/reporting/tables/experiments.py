"""Tables that compare experiments: spaces, strengths of λ₂, times until an accuracy is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlplab.features.spaces import parse_space
from mlplab.reporting.tables.training import TRAINING_KEYS
from mlplab.runtime.files import load_array
from mlplab.stats.intervals import Interval, accuracy_interval, paired_interval
from mlplab.stats.mcnemar import mcnemar_p
from mlplab.training.settings import input_scaled_l2

SPACE_COLUMNS = [
    "experiment",
    "input_space",
    "n_features",
    "epochs",
    "seeds",
    "validation_accuracy",
    "test_accuracy",
    "ci_low",
    "ci_high",
    "against",
    "difference",
    "difference_ci_low",
    "difference_ci_high",
    "mcnemar_p",
    "verdict",
]
# By experiment, input space and seed: which test samples were classified rightly, bool (n,).
Hits = Mapping[tuple[str, str, int], np.ndarray]


def read_hits(
    paths: Sequence[str], trainings: Sequence[Mapping[str, Any]], y_test: np.ndarray
) -> Hits:
    """Which test samples each training ends with right, from files of its predictions (n,).

    ``trainings`` has ``experiment``, ``space`` and ``seed`` of each path.
    """
    return {
        (t["experiment"], parse_space(t["space"]).input_space, t["seed"]): load_array(path)
        == y_test
        for path, t in zip(paths, trainings, strict=True)
    }


def last_epochs(history: pd.DataFrame) -> pd.DataFrame:
    """The row of the last epoch of every training, ``epoch`` being called ``epochs``."""
    ordered = history.sort_values([*TRAINING_KEYS, "epoch"])
    last = ordered.groupby(TRAINING_KEYS, sort=False).nth(-1)
    return last.rename(columns={"epoch": "epochs"}).reset_index(drop=True)


def compare_spaces(history: pd.DataFrame, hits: Hits, experiments: Sequence[str]) -> pd.DataFrame:
    """A row per experiment and input space: final accuracies, and how they differ from the first.

    Parameters
    ----------
    history : rows of ``training_history.csv``; others than those of ``experiments`` are left out
    hits : of the same trainings, see :func:`read_hits`
    experiments : names; the first input space of the first in ``history`` is what all others are
        compared with, seed by seed

    Returns
    -------
    DataFrame as ``feature_controls.csv``; ``mcnemar_p`` is the median over seeds.
    """
    history = history[history["experiment"].isin(experiments)]
    groups = dict(list(last_epochs(history).groupby(["experiment", "input_space"])))
    names = list(dict.fromkeys(zip(history["experiment"], history["input_space"], strict=True)))
    reference = next(name for name in names if name[0] == experiments[0])
    reference_test = _by_seed(groups[reference], "test_accuracy")
    rows = []
    for name in names:
        group = groups[name]
        accuracy = accuracy_interval(group["test_accuracy"])
        row = {
            "experiment": name[0],
            "input_space": name[1],
            "n_features": group["n_features"].iloc[0],
            "epochs": group["epochs"].iloc[0],
            "seeds": len(group),
            "validation_accuracy": group["validation_accuracy"].mean(),
            "test_accuracy": accuracy.mean,
            "ci_low": accuracy.low,
            "ci_high": accuracy.high,
        }
        if name == reference:
            row |= {"verdict": "reference"}
        else:
            difference = paired_interval(_by_seed(group, "test_accuracy"), reference_test)
            p = [mcnemar_p(hits[*name, s], hits[*reference, s]) for s in reference_test]
            row |= {
                "against": reference[1],
                **_difference_columns(difference),
                "mcnemar_p": float(np.median(p)),
                "verdict": difference.verdict,
            }
        rows.append(row)
    return pd.DataFrame(rows, columns=SPACE_COLUMNS)


def compare_l2_factors(
    history: pd.DataFrame, *, l2: float, n_pixels: int, scale: bool
) -> pd.DataFrame:
    """A row per input space and factor of λ₂: validation accuracies beside those of factor 1.

    ``l2``, ``n_pixels`` and ``scale`` are those of the experiment, see
    :func:`mlplab.training.settings.input_scaled_l2`. Without a factor 1 there are no differences.
    """
    last = last_epochs(history)
    rows = []
    for space, of_space in last.groupby("input_space"):
        rule = _by_seed(of_space[of_space["l2_factor"] == 1.0], "validation_accuracy")
        for factor, group in of_space.groupby("l2_factor"):
            accuracy = accuracy_interval(group["validation_accuracy"])
            n_features = group["n_features"].iloc[0]
            row = {
                "input_space": space,
                "l2_factor": factor,
                "l2": factor * input_scaled_l2(l2, n_features, n_pixels, scale=scale),
                "epochs": group["epochs"].iloc[0],
                "seeds": len(group),
                "validation_accuracy": accuracy.mean,
                "ci_low": accuracy.low,
                "ci_high": accuracy.high,
                "test_accuracy": group["test_accuracy"].mean(),
                "difference": np.nan,
                "difference_ci_low": np.nan,
                "difference_ci_high": np.nan,
                "verdict": "reference",
            }
            if rule and factor != 1.0:
                difference = paired_interval(_by_seed(group, "validation_accuracy"), rule)
                row |= {**_difference_columns(difference), "verdict": difference.verdict}
            rows.append(row)
    return pd.DataFrame(rows)


def compare_scalings(
    history: pd.DataFrame, *, scalings: str, published: Sequence[Mapping[str, float]]
) -> pd.DataFrame:
    """A row per input space and published epoch: test accuracy beside the published one.

    Input spaces are those with as many features as the experiment ``scalings`` has; ``published``
    has ``epoch`` and ``accuracy``. Epochs that were not trained are left out; ``closest`` marks
    the space whose mean absolute difference is smallest.
    """
    wanted = history.loc[history["experiment"] == scalings, "n_features"].unique()
    history = history[history["n_features"].isin(wanted)]
    rows = []
    for space, group in history.groupby("input_space", sort=False):
        for point in published:
            found = group[group["epoch"] == point["epoch"]]
            if found.empty:
                continue
            accuracy = found["test_accuracy"].mean()
            rows.append(
                {
                    "input_space": space,
                    "seeds": found["seed"].nunique(),
                    "epoch": point["epoch"],
                    "published": point["accuracy"],
                    "test_accuracy": accuracy,
                    "difference": accuracy - point["accuracy"],
                }
            )
    columns = ["input_space", "seeds", "epoch", "published", "test_accuracy", "difference"]
    table = pd.DataFrame(rows, columns=columns)
    gaps = table["difference"].abs().groupby(table["input_space"]).mean()
    table["mean_absolute_difference"] = table["input_space"].map(gaps)
    return table.assign(closest=table["mean_absolute_difference"] == gaps.min())


def _by_seed(rows: pd.DataFrame, column: str) -> dict[int, float]:
    return dict(zip(rows["seed"], rows[column], strict=True))


def _difference_columns(difference: Interval) -> dict[str, float]:
    return {
        "difference": difference.mean,
        "difference_ci_low": difference.low,
        "difference_ci_high": difference.high,
    }
