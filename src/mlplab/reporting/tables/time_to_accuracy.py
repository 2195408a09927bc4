"""Time that trainings need to reach a test accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mlplab.runtime.tables import Table
from mlplab.stats.intervals import Interval
from mlplab.stats.ratios import geometric_interval
from mlplab.stats.rounds import quiet_rounds

_TRAINING = ["experiment", "input_space", "seed"]
# Accuracies of neighbouring epochs differ by chance; the article's "stable" is read off a curve.
STABLE_EPOCHS = 25
# This project's NumPy trainer among the steps of the ladder.
NUMPY_STEP = 5
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
        "epochs": "first epoch that reaches the target; empty, like what follows, if none does",
        "stable_epochs": f"first epoch from which the mean of {STABLE_EPOCHS} epochs, it and those "
        "that follow, stays at the target or above until the end; empty if none does",
        "seconds": "wall seconds of the batches until the first epoch that reaches it: so many "
        "epochs, each as long as in `ladder_input_spaces.csv`",
        "evaluation_seconds": "wall seconds of shuffling these epochs and of predicting all "
        "training and test images after each, as article C did",
        "kmeans_cpu_seconds": "CPU seconds of k-means before the training; 0 without clusters",
        "reference_seconds": "`seconds` of all epochs of the reference",
        "speedup": "`reference_seconds` over `seconds`",
        "speedup_with_kmeans": "the same, k-means counting as well",
        "speedup_with_evaluation": "the same, evaluation counting in both trainings",
        "speedup_with_both": "the same, k-means and evaluation counting",
    },
    "How many epochs a training needs does not depend on the machine. What an epoch takes is "
    "measured apart, in rounds, with this project's NumPy trainer: the geometric mean over quiet "
    "rounds, the same for all seeds. So an interval over seeds holds the spread of epochs alone.",
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
        "seeds_stable": "trainings that stay there, as `stable_epochs` says",
        "seeds": "all trainings, one per seed",
        "epochs": "mean over the trainings that reach the target, as in `claims.csv`",
        "stable_epochs": "mean over the trainings that stay there",
        "seconds": "mean over the trainings that reach the target",
        "speedup": "geometric mean of the trainings that reach the target; from six on, without "
        "the sixth that is highest and the sixth that is lowest",
        "ci_low": "lower end of its 95 % interval, by Student's t on logarithms",
        "ci_high": "upper end of that interval",
    }
    | {
        f"speedup_with_{what}": "geometric mean in the same way, see `time_to_accuracy.csv`"
        for what in ("kmeans", "evaluation", "both")
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
        "seconds": "wall seconds of the batches so far, as in `time_to_accuracy.csv`",
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
    history: pd.DataFrame,
    epochs: pd.DataFrame,
    reference: str,
    targets: Mapping[str, Sequence[float]],
    kmeans: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row per training and target: seconds of training up to the first epoch that reaches it.

    Parameters
    ----------
    history : rows of ``training_history.csv``, test accuracy in every epoch
    epochs : ``ladder_input_spaces.csv``, with all input spaces of ``history``
    reference : the experiment whose best accuracy is a further target, and whose epochs give
        ``reference_seconds``
    targets : accuracies by their ``target_kind``
    kmeans : ``k``, ``seed`` and ``cpu_seconds`` of the fits that distances come from

    Returns
    -------
    DataFrame with the columns of ``TIMES``; NaN for targets that are never reached
    """
    of_reference = history[history["experiment"] == reference]
    an_epoch = find_epoch_seconds(epochs)
    whole = an_epoch.loc[reference].iloc[0] * of_reference["epoch"].max()
    all_targets = [(target, kind) for kind, values in targets.items() for target in values]
    all_targets.append((find_best_accuracy(of_reference), "best of the reference"))
    rows = []
    for names, training in history.sort_values("epoch").groupby(_TRAINING, sort=False):
        clustering = _find_kmeans_seconds(training, kmeans)
        for target, kind in all_targets:
            first = _find_first_epoch(training, target)
            spent = an_epoch.loc[names[:2]] * first
            rows.append(
                dict(zip(_TRAINING, names, strict=True))
                | {
                    "target": target,
                    "target_kind": kind,
                    "epochs": first,
                    "stable_epochs": find_stable_epoch(training, target),
                    "seconds": spent["batches"],
                    "evaluation_seconds": spent["epoch"] - spent["batches"],
                    "kmeans_cpu_seconds": clustering,
                    "reference_seconds": whole["batches"],
                    "speedup": whole["batches"] / spent["batches"],
                    "speedup_with_kmeans": whole["batches"] / (spent["batches"] + clustering),
                    "speedup_with_evaluation": whole["epoch"] / spent["epoch"],
                    "speedup_with_both": whole["epoch"] / (spent["epoch"] + clustering),
                }
            )
    return TIMES.arrange(pd.DataFrame(rows))


def find_epoch_seconds(epochs: pd.DataFrame) -> pd.DataFrame:
    """Seconds of an epoch of this project's NumPy trainer, geometric means over quiet rounds.

    Parameters
    ----------
    epochs : ``ladder_input_spaces.csv``

    Returns
    -------
    DataFrame with a row per experiment and input space: those of the ``batches``, and of the whole
    ``epoch``, as article C had it
    """
    rows = {}
    of_numpy = epochs[epochs["step"] == NUMPY_STEP]
    for names, rounds in of_numpy.groupby(["experiment", "input_space"]):
        quiet = quiet_rounds(rounds)
        rows[names] = {
            part: geometric_interval(quiet[f"{part}_seconds"]).mean for part in ("batches", "epoch")
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def add_epoch_seconds(history: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``training_history.csv`` with the ``seconds`` of the batches of each epoch.

    ``epochs`` is ``ladder_input_spaces.csv``, see :func:`find_epoch_seconds`.
    """
    places = pd.MultiIndex.from_frame(history[["experiment", "input_space"]])
    an_epoch = find_epoch_seconds(epochs)["batches"]
    return history.assign(seconds=an_epoch.reindex(places).to_numpy())


def find_stable_epoch(training: pd.DataFrame, target: float) -> float:
    """The first epoch from which a training stays at an accuracy, NaN if it does not.

    ``training`` has ``epoch`` and ``test_accuracy``, an epoch a row. What counts is the mean of
    ``STABLE_EPOCHS`` epochs; a training with fewer has none.

    Examples
    --------
    >>> curve = pd.DataFrame({"epoch": range(1, 101), "test_accuracy": [0.9] * 40 + [0.95] * 60})
    >>> find_stable_epoch(curve, 0.95)
    41.0
    """
    accuracy = training["test_accuracy"].to_numpy()
    if len(accuracy) < STABLE_EPOCHS:
        return np.nan
    # Equal accuracies have sums that differ by rounding.
    means = np.convolve(accuracy, np.full(STABLE_EPOCHS, 1 / STABLE_EPOCHS), "valid") + 1e-12
    below = np.flatnonzero(means < target)
    first = below[-1] + 1 if len(below) else 0
    return float(training["epoch"].iloc[first]) if first < len(means) else np.nan


def summarize_time_to_accuracy(times: pd.DataFrame) -> pd.DataFrame:
    """A row per experiment, input space and target, over the seeds that reach it.

    Epochs and seconds are means; speed-ups are geometric means, ``speedup`` with its 95 % interval
    after Student's t, taken of logarithms.
    """
    keys = ["experiment", "input_space", "target", "target_kind"]
    rows = []
    for names, group in times.groupby(keys, sort=False):
        reached = group[group["epochs"].notna()]
        speedup = _mean_ratio(reached["speedup"])
        rows.append(
            dict(zip(keys, names, strict=True))
            | {
                "seeds_reached": len(reached),
                "seeds_stable": int(group["stable_epochs"].notna().sum()),
                "seeds": len(group),
                "epochs": reached["epochs"].mean(),
                "stable_epochs": group["stable_epochs"].mean(),
                "seconds": reached["seconds"].mean(),
            }
            | dict(zip(("speedup", "ci_low", "ci_high"), speedup, strict=True))
            | {
                name: _mean_ratio(reached[name]).mean
                for name in SUMMARY.columns
                if "_with_" in name
            }
        )
    return SUMMARY.arrange(pd.DataFrame(rows))


def _mean_ratio(ratios: pd.Series) -> Interval:
    """The geometric mean of ratios; NaN of none, and of ratios that are not known."""
    known = ratios.notna().all() and len(ratios)
    return geometric_interval(ratios) if known else Interval(np.nan, np.nan, np.nan)


def build_accuracy_over_time(
    history: pd.DataFrame,
    *,
    accuracy: str,
    seconds: str,
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


def _find_first_epoch(training: pd.DataFrame, target: float) -> float:
    """The first epoch in which a training reaches a target, NaN if it does not."""
    reached = training["test_accuracy"].to_numpy() >= target
    return float(training["epoch"].iloc[reached.argmax()]) if reached.any() else np.nan


def _find_kmeans_seconds(training: pd.DataFrame, kmeans: pd.DataFrame | None) -> float:
    """CPU seconds of the fit that a training's distances come from; NaN if it is not known."""
    if not training["input_space"].iloc[0].startswith("clusters-"):
        return 0.0
    if kmeans is None:
        return np.nan
    wanted = training[["n_features", "seed"]].iloc[0]
    of_fit = (kmeans["k"] == wanted["n_features"]) & (kmeans["seed"] == wanted["seed"])
    return float(kmeans.loc[of_fit, "cpu_seconds"].sum()) if of_fit.any() else np.nan
