"""Tables that compare experiments: spaces, strengths of λ₂, times until an accuracy is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlplab.features.spaces import parse_space
from mlplab.reporting.tables.training import TRAINING_KEYS
from mlplab.runtime.files import load_array
from mlplab.runtime.tables import Table
from mlplab.stats.intervals import accuracy_interval, mean_interval, paired_differences
from mlplab.stats.mcnemar import mcnemar_p
from mlplab.stats.significance import (
    SIGNIFICANT_BELOW,
    holm_adjusted,
    one_more_p,
    zero_mean_p,
)
from mlplab.training.settings import input_scaled_l2

_SPACES = {
    "experiment": "name of the experiment",
    "input_space": "input space of its trainings",
    "n_features": "number of inputs",
    "epochs": "epochs of a training",
    "seeds": "number of trainings, one per seed",
    "validation_accuracy": "mean over seeds after the last epoch; empty without validation images",
    "test_accuracy": "mean over seeds after the last epoch",
    "ci_low": "lower end of the 95 % interval of the test accuracy over seeds, by Student's t; "
    "empty for one seed",
    "ci_high": "upper end of that interval",
    "against": "the input space to compare with",
    "difference": "mean over seeds of the difference of test accuracies of the same seed",
    "difference_ci_low": "lower end of the 95 % interval of the difference",
    "difference_ci_high": "upper end of that interval",
    "p": "p of Student's t-test over seeds that the difference is 0; empty for one seed",
    "p_holm": "the same, corrected for all comparisons of the table (Holm)",
    "mcnemar_p": "p of McNemar's exact test over the test images, largest over seeds. It tells "
    "whether the networks of every seed differ; `p` tells whether two input spaces do",
    "verdict": "`better` or `worse` if `p_holm` is below 0.05, else `no clear difference`; `not "
    "tested` with one seed; `reference` for the space to compare with",
}
_LIMITS = (
    "The correction is such that one or more verdicts of the table are false in 5 % of runs. "
    "The intervals hold for these seeds on these test images: with 10,000 test images an accuracy "
    "near 0.978 is uncertain by ± 0.003, and more seeds do not help. K-means, components and "
    "scalings use the validation images without their labels."
)
FEATURE_CONTROLS = Table(
    "feature_controls",
    "a row per input space of `comparison.controls`, compared with the first",
    _SPACES,
    _LIMITS,
)
REFERENCE_PAIRED = Table(
    "reference_paired",
    "a row per input space of `comparison.reference` and `comparison.against_reference`, compared "
    "with the first of the reference",
    _SPACES,
    _LIMITS,
)
LAMBDA_RULE = Table(
    "lambda_rule",
    "a row per input space and factor of λ₂, from the trainings of `comparison.l2_rule`",
    {
        "input_space": "input space of the trainings",
        "l2_factor": "factor on λ₂ · K / (number of pixels), the rule of article C",
        "l2": "λ₂ that the trainings used",
        "epochs": "epochs of a training",
        "seeds": "number of trainings, one per seed",
        "validation_accuracy": "mean over seeds",
        "ci_low": "lower end of its 95 % interval over seeds, by Student's t",
        "ci_high": "upper end of that interval",
        "test_accuracy": "mean over seeds",
        "difference": "mean difference of validation accuracies to factor 1, seed by seed",
        "difference_ci_low": "lower end of the 95 % interval of the difference",
        "difference_ci_high": "upper end of that interval",
        "p": "p of Student's t-test over seeds that the difference is 0; empty for one seed",
        "p_holm": "the same, corrected for all comparisons of the table (Holm)",
        "verdict": "as in `feature_controls.csv`, for the validation accuracy",
    },
)
SCALING_COMPARISON = Table(
    "scaling_comparison",
    "a row per input space of `comparison.scalings` and published epoch; none with data other than "
    "MNIST",
    {
        "input_space": "the input space, which names its scaling; `clusters-<K>` has that of "
        "`transform.scaling`",
        "seeds": "number of trainings, one per seed",
        "epoch": "epoch of the published accuracy",
        "published": "accuracy that article C published for distances to 70 cluster centres",
        "test_accuracy": "mean over seeds after that epoch",
        "difference": "test accuracy less the published one",
        "p": "p that the published accuracy is that of one more training, by Student's t over "
        "seeds; empty for one seed",
        "p_holm": "the same, corrected for all rows of the table (Holm)",
        "verdict": "`differs` if `p_holm` is below 0.05, else `no clear difference`; `not tested` "
        "with one seed",
        "seeds_reached": "trainings that reach the published accuracy in any epoch",
        "first_epoch": "first epoch of these that does, median",
        "highest": "highest accuracy of a training over its epochs, mean over seeds",
        "decides": "whether the epoch is one of `comparison.choose_at`",
        "mean_absolute_difference": "mean over these epochs of the absolute difference",
        "closest": "whether that mean is the smallest of all scalings",
    },
    "The scaling is chosen by the epochs of `comparison.choose_at` alone. Trainings with other "
    "seeds, those of `comparison.against_reference`, confirm the choice.",
)
# By experiment, input space and seed: which test samples are classified correctly, bool (n,).
Hits = Mapping[tuple[str, str, int], np.ndarray]


def read_hits(
    paths: Sequence[str], trainings: Sequence[Mapping[str, Any]], y_test: np.ndarray
) -> Hits:
    """The test samples that each trained network classifies correctly, from its predictions (n,).

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
    DataFrame with the columns of ``FEATURE_CONTROLS``, which are those of ``REFERENCE_PAIRED``
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
        if name != reference:
            differences = paired_differences(_by_seed(group, "test_accuracy"), reference_test)
            p = [mcnemar_p(hits[*name, s], hits[*reference, s]) for s in reference_test]
            row |= {
                "against": reference[1],
                **_difference_columns(differences),
                "mcnemar_p": max(p),
            }
        rows.append(row)
    table = pd.DataFrame(rows, columns=[*FEATURE_CONTROLS.columns])
    return FEATURE_CONTROLS.arrange(_judge_together(table))


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
            }
            if rule and factor != 1.0:
                accuracies = _by_seed(group, "validation_accuracy")
                row |= _difference_columns(paired_differences(accuracies, rule))
            rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=[*LAMBDA_RULE.columns])
    return LAMBDA_RULE.arrange(_judge_together(table))


def compare_scalings(
    history: pd.DataFrame,
    *,
    scalings: str,
    published: Sequence[Mapping[str, float]],
    choose_at: Sequence[int],
) -> pd.DataFrame:
    """A row per input space of an experiment and published epoch: test accuracy beside it.

    Parameters
    ----------
    history : rows of ``training_history.csv``; others than those of ``scalings`` are left out
    published : ``epoch`` and ``accuracy``; epochs that were not trained are left out
    choose_at : the epochs that decide which space is ``closest``: that with the smallest mean
        absolute difference there
    """
    history = history[history["experiment"] == scalings]
    rows = []
    for space, group in history.groupby("input_space", sort=False):
        for point in published:
            if (group["epoch"] == point["epoch"]).any():
                rows.append({"input_space": space} | _compare_with_published(group, point))
    table = pd.DataFrame(rows).reindex(columns=[*SCALING_COMPARISON.columns])
    table["decides"] = table["epoch"].isin(choose_at)
    table["p_holm"] = holm_adjusted(table["p"])
    table["verdict"] = np.where(
        table["p_holm"] < SIGNIFICANT_BELOW, "differs", "no clear difference"
    )
    table.loc[table["p"].isna(), "verdict"] = "not tested"
    deciding = table[table["decides"]]
    gaps = deciding["difference"].abs().groupby(deciding["input_space"]).mean()
    table["mean_absolute_difference"] = table["input_space"].map(gaps)
    closest = table["mean_absolute_difference"] == gaps.min()
    return SCALING_COMPARISON.arrange(table.assign(closest=closest))


def _compare_with_published(
    group: pd.DataFrame, point: Mapping[str, float]
) -> dict[str, float | int]:
    """A published accuracy beside that of an input space, (epoch, test accuracy) of all seeds."""
    found = group[group["epoch"] == point["epoch"]]
    accuracy = found["test_accuracy"].mean()
    first = group[group["test_accuracy"] >= point["accuracy"]].groupby("seed")["epoch"].min()
    return {
        "seeds": found["seed"].nunique(),
        "epoch": int(point["epoch"]),
        "published": point["accuracy"],
        "test_accuracy": accuracy,
        "difference": accuracy - point["accuracy"],
        "p": one_more_p(point["accuracy"], found["test_accuracy"]),
        "seeds_reached": len(first),
        "first_epoch": first.median(),
        "highest": group.groupby("seed")["test_accuracy"].max().mean(),
    }


def _by_seed(rows: pd.DataFrame, column: str) -> dict[int, float]:
    return dict(zip(rows["seed"], rows[column], strict=True))


def _difference_columns(differences: np.ndarray) -> dict[str, float]:
    interval = mean_interval(differences, least=-1.0, most=1.0)
    return {
        "difference": interval.mean,
        "difference_ci_low": interval.low,
        "difference_ci_high": interval.high,
        "p": zero_mean_p(differences),
    }


def _judge_together(table: pd.DataFrame) -> pd.DataFrame:
    """With ``p_holm`` and ``verdict``; rows without a difference are what others differ from."""
    p_holm = holm_adjusted(table["p"])
    verdicts = np.select(
        [
            table["difference"].isna(),
            np.isnan(p_holm),
            p_holm >= SIGNIFICANT_BELOW,
            table["difference"] > 0,
        ],
        ["reference", "not tested", "no clear difference", "better"],
        "worse",
    )
    return table.assign(p_holm=p_holm, verdict=verdicts)
