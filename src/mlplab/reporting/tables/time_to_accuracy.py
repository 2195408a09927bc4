"""Time that trainings need to reach a test accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mlplab.runtime.tables import Table
from mlplab.stats.intervals import Interval
from mlplab.stats.ratios import geometric_interval

_TRAINING = ["experiment", "input_space", "seed"]
_TARGET = {
    "target": "a test accuracy",
    "target_kind": "`published` by article C, `configured` in `comparison.targets`, or "
    "`best of the reference`: the best accuracy over the epochs of the reference, mean over seeds",
}
TIMES = Table(
    "time_to_accuracy",
    "a row per training and target",
    {
        "experiment": "`comparison.reference` or `comparison.against_reference`",
        "input_space": "input space of the training",
        "seed": "seed of the training",
    }
    | _TARGET
    | {
        "epochs": "first epoch that reaches the target; empty, like the seconds, if none does",
        "wall_seconds": "wall seconds of training until then, without evaluation",
        "cpu_seconds": "CPU seconds of training until then",
        "reference_seconds": "wall seconds of the whole reference training of the same seed; the "
        "median over its seeds where it has no such seed",
        "speedup": "`reference_seconds` over `wall_seconds`",
    },
)
SUMMARY = Table(
    "time_to_accuracy_summary",
    "a row per experiment, input space and target",
    {
        "experiment": "as in `time_to_accuracy.csv`",
        "input_space": "as in `time_to_accuracy.csv`",
    }
    | _TARGET
    | {
        "seeds_reached": "trainings that reach the target",
        "seeds": "all trainings, one per seed",
        "epochs": "median of the trainings that reach the target",
        "wall_seconds": "median of the trainings that reach the target",
        "speedup": "geometric mean of the trainings that reach the target; from six on, without "
        "the sixth that is highest and the sixth that is lowest",
        "ci_low": "lower end of its 95 % interval, by Student's t on logarithms",
        "ci_high": "upper end of that interval",
    },
)
_RANGE = {
    "lowest": "lowest accuracy over seeds",
    "highest": "highest accuracy over seeds",
}
ACCURACY_OVER_TIME = Table(
    "accuracy_over_time",
    "a row per experiment, input space and epoch of the trainings in `time_to_accuracy.csv`",
    {
        "experiment": "name of the experiment",
        "input_space": "input space of its trainings",
        "epoch": "number of the epoch",
        "seeds": "number of trainings, one per seed",
        "wall_seconds": "wall seconds of training so far, mean over seeds",
        "test_accuracy": "mean over seeds",
    }
    | _RANGE,
)
CONTROLS_OVER_TIME = Table(
    "controls_over_time",
    "a row per input space of `comparison.controls` and epoch",
    {
        "experiment": "name of the experiment",
        "input_space": "input space of its trainings",
        "epoch": "number of the epoch",
        "seeds": "number of trainings, one per seed",
        "cpu_seconds": "CPU seconds of training so far, mean over seeds; on one thread unless the "
        "experiment is `exclusive`",
        "validation_accuracy": "mean over seeds",
    }
    | _RANGE,
)


def find_best_accuracy(history: pd.DataFrame) -> float:
    """The best test accuracy of a training over its epochs, mean over seeds."""
    return float(history.groupby("seed")["test_accuracy"].max().mean())


def build_time_to_accuracy(
    history: pd.DataFrame, reference: str, targets: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """A row per training and target: seconds of training up to the first epoch that reaches it.

    Parameters
    ----------
    history : rows of ``training_history.csv``, test accuracy in every epoch
    reference : the experiment whose best accuracy is a further target, and whose whole training
        of the same seed gives ``reference_seconds``
    targets : accuracies by their ``target_kind``

    Returns
    -------
    DataFrame with the columns of ``TIMES``; NaN for targets that are never reached
    """
    of_reference = history[history["experiment"] == reference]
    whole = of_reference.groupby("seed")["wall_seconds"].sum()
    all_targets = [(target, kind) for kind, values in targets.items() for target in values]
    all_targets.append((find_best_accuracy(of_reference), "best of the reference"))
    rows = []
    for names, training in history.sort_values("epoch").groupby(_TRAINING, sort=False):
        reference_seconds = float(whole.get(names[-1], whole.median()))
        for target, kind in all_targets:
            reached = training["test_accuracy"].to_numpy() >= target
            spent = training.iloc[: int(reached.argmax()) + 1] if reached.any() else None
            row = dict(zip(_TRAINING, names, strict=True)) | {
                "target": target,
                "target_kind": kind,
                "epochs": np.nan if spent is None else spent["epoch"].iloc[-1],
            }
            for column in ("wall_seconds", "cpu_seconds"):
                row[column] = np.nan if spent is None else spent[column].sum()
            row["reference_seconds"] = reference_seconds
            row["speedup"] = reference_seconds / row["wall_seconds"]
            rows.append(row)
    return TIMES.arrange(pd.DataFrame(rows))


def summarize_time_to_accuracy(times: pd.DataFrame) -> pd.DataFrame:
    """A row per experiment, input space and target, over the seeds that reach it.

    Epochs and seconds are medians; ``speedup`` is a geometric mean with its 95 % interval after
    Student's t, taken of logarithms.
    """
    keys = ["experiment", "input_space", "target", "target_kind"]
    rows = []
    for names, group in times.groupby(keys, sort=False):
        reached = group[group["epochs"].notna()]
        speedup = Interval(np.nan, np.nan, np.nan)
        if len(reached):
            speedup = geometric_interval(reached["speedup"])
        rows.append(
            dict(zip(keys, names, strict=True))
            | {
                "seeds_reached": len(reached),
                "seeds": len(group),
                "epochs": reached["epochs"].median(),
                "wall_seconds": reached["wall_seconds"].median(),
            }
            | dict(zip(("speedup", "ci_low", "ci_high"), speedup, strict=True))
        )
    return SUMMARY.arrange(pd.DataFrame(rows))


def build_accuracy_over_time(
    history: pd.DataFrame,
    *,
    accuracy: str = "test_accuracy",
    seconds: str = "wall_seconds",
) -> pd.DataFrame:
    """A row per experiment, input space and epoch: seconds of training so far, and the accuracy.

    Over seeds: mean seconds, mean accuracy, and the lowest and highest.

    Parameters
    ----------
    history : rows of ``training_history.csv``, with the accuracy in every epoch
    accuracy, seconds : columns of ``history``, whose names the columns of the result have
    """
    history = history.sort_values([*_TRAINING, "epoch"])
    spent = history.groupby(_TRAINING)[seconds].cumsum()
    groups = history.assign(spent=spent).groupby(
        ["experiment", "input_space", "epoch"], sort=False, as_index=False
    )
    columns = {
        "seeds": ("seed", "nunique"),
        seconds: ("spent", "mean"),
        accuracy: (accuracy, "mean"),
        "lowest": (accuracy, "min"),
        "highest": (accuracy, "max"),
    }
    return groups.agg(**columns)
