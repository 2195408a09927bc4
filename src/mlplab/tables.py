"""Tables that are put together from the results of single jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

SWEEP_COLUMNS = [
    "dataset",
    "algorithm",
    "k",
    "inertia",
    "silhouette",
    "silhouette_standard_error",
    "fit_seconds",
    "cpu_seconds",
    "n_iter",
    "seed",
]
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
    "contaminated",
]


def read_tables(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The rows of several CSV files with the same kind of content, one below the other."""
    return pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)


def build_cluster_sweep(
    fit_paths: Sequence[str | Path], silhouette_path: str | Path
) -> pd.DataFrame:
    """A row per fit: inertia, seconds and mean silhouette, ordered by K and seed."""
    fits = read_tables(fit_paths)
    silhouettes = pd.read_csv(silhouette_path)
    sweep = fits.merge(silhouettes, on=["k", "seed"], how="left", validate="one_to_one")
    return sweep[SWEEP_COLUMNS].sort_values(["k", "seed"], ignore_index=True)


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


def select_operations(times: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``operation_times.csv`` that are told: of NumPy's products those by ``np.dot``.

    They were also measured with ``np.matmul``, which the network calls where two threads share the
    features of a batch.
    """
    return times[times["function"] != "np.matmul"].reset_index(drop=True)
