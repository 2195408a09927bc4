"""Tables of all trainings: every epoch, and the last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mlplab.runtime.files import read_tables

# What tells one training from all others.
TRAINING_KEYS = [
    "experiment",
    "framework",
    "input_space",
    "n_features",
    "batch_size",
    "l2_factor",
    "seed",
]
HISTORY_COLUMNS = [
    "experiment",
    "framework",
    "input_space",
    "n_features",
    "batch_size",
    "seed",
    "l2_factor",
    "epoch",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
    "total_cost",
    "regularization_share",
    "last_batch_cost",
    "last_batch_regularization_share",
    "last_batch_error",
    "learning_rate",
    "wall_seconds",
    "cpu_seconds",
    "n_threads",
    "foreign_cpu_share",
    "stolen_cpu_share",
    "disturbed",
]


def build_training_history(paths: Sequence[str | Path]) -> pd.DataFrame:
    """A row per epoch of every training, see ``results/README.md`` for the columns."""
    history = read_tables(paths)
    weights = sorted(c for c in history.columns if c.startswith("mean_abs_weight_"))
    split = HISTORY_COLUMNS.index("wall_seconds")
    columns = HISTORY_COLUMNS[:split] + weights + HISTORY_COLUMNS[split:]
    return history[columns].sort_values([*TRAINING_KEYS, "epoch"], ignore_index=True)


def build_final_accuracies(history: pd.DataFrame) -> pd.DataFrame:
    """The last epoch of every training: accuracies, and seconds of training in all."""
    history = history.sort_values([*TRAINING_KEYS, "epoch"])
    trainings = history.groupby(TRAINING_KEYS, as_index=False)
    accuracies = ["train_accuracy", "validation_accuracy", "test_accuracy"]
    last = trainings.nth(-1)[[*TRAINING_KEYS, "epoch", *accuracies]]
    return last.merge(trainings["wall_seconds"].sum(), on=TRAINING_KEYS).rename(
        columns={"epoch": "epochs", "wall_seconds": "training_seconds"}
    )
