"""What a larger learning rate saves, all else being equal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlplab.runtime.tables import Table
from mlplab.stats.intervals import mean_interval
from mlplab.stats.significance import holm_adjusted, zero_mean_p

# The accuracy to reach is a mean of so many epochs, since those of neighbours differ by chance.
LAST_EPOCHS = 10
LEARNING_RATES = Table(
    "learning_rates",
    "a row per experiment of `comparison.learning_rates`",
    {
        "experiment": "name of the experiment",
        "input_space": "input space of its trainings",
        "learning_rate": "η of the first epoch",
        "epochs": "epochs of a training",
        "seeds": "number of trainings, one per seed",
        "target": f"test accuracy to reach: that of the first experiment, mean of its last "
        f"{LAST_EPOCHS} epochs with the same seed, here mean over seeds",
        "seeds_reached": "trainings that reach it",
        "target_epochs": "first epoch with this accuracy or a higher one, mean over these "
        "trainings",
        "saved": "share that is saved of the epochs that the first experiment needs to reach the "
        "same target, mean over seeds; empty if a training does not get there",
        "saved_ci_low": "lower end of its 95 % interval over seeds, by Student's t; empty for one "
        "seed",
        "saved_ci_high": "upper end of that interval",
        "p": "p of Student's t-test over seeds that the share is 0; empty for one seed",
        "p_holm": "the same, corrected for all rows of the table (Holm)",
    },
)


def compare_learning_rates(history: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """A row per experiment: epochs until the accuracy that the first one ends with.

    Parameters
    ----------
    history : rows of ``training_history.csv`` with the test accuracy of every epoch
    experiments : names, with the same seeds; others are compared with the first

    Returns
    -------
    DataFrame with the columns of ``LEARNING_RATES``
    """
    by_name = {name: history[history["experiment"] == name] for name in experiments}
    targets = {
        seed: training.sort_values("epoch")["test_accuracy"].tail(LAST_EPOCHS).mean()
        for seed, training in by_name[experiments[0]].groupby("seed")
    }
    reached = {name: _find_epochs(rows, targets) for name, rows in by_name.items()}
    first = reached[experiments[0]]
    table = pd.DataFrame(
        [
            _describe(name, by_name[name], reached[name])
            | {"target": np.mean([*targets.values()])}
            | (_compare(reached[name], first) if name != experiments[0] else {})
            for name in experiments
        ]
    ).reindex(columns=[*LEARNING_RATES.columns])
    return LEARNING_RATES.arrange(table.assign(p_holm=holm_adjusted(table["p"])))


def _find_epochs(rows: pd.DataFrame, targets: dict[int, float]) -> pd.Series:
    """The first epoch of every seed at its target, NaN where there is none."""
    # A mean of equal accuracies may exceed them by rounding.
    there = rows[rows["test_accuracy"] >= rows["seed"].map(targets) - 1e-12]
    return there.groupby("seed")["epoch"].min().reindex(sorted(targets))


def _describe(name: str, rows: pd.DataFrame, reached: pd.Series) -> dict[str, object]:
    return {
        "experiment": name,
        "input_space": rows["input_space"].iloc[0],
        "learning_rate": rows.sort_values("epoch")["learning_rate"].iloc[0],
        "epochs": rows["epoch"].max(),
        "seeds": rows["seed"].nunique(),
        "seeds_reached": int(reached.notna().sum()),
        "target_epochs": reached.mean(),
    }


def _compare(reached: pd.Series, first: pd.Series) -> dict[str, float]:
    """The share of epochs that is saved, if every training gets there."""
    shares = (1 - reached / first).to_numpy()
    if np.isnan(shares).any():
        return {}
    saved = mean_interval(shares, most=1.0)
    return {
        "saved": saved.mean,
        "saved_ci_low": saved.low,
        "saved_ci_high": saved.high,
        "p": zero_mean_p(shares),
    }
