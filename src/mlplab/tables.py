"""Tables that are put together from the results of single jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from mlplab.timing import median_ratio, quiet_rounds

SWEEP_COLUMNS = [
    "dataset",
    "algorithm",
    "k",
    "inertia",
    "silhouette",
    "fit_seconds",
    "cpu_seconds",
    "n_iter",
    "seed",
]
HISTORY_COLUMNS = [
    "experiment",
    "framework",
    "input_space",
    "n_features",
    "batch_size",
    "seed",
    "epoch",
    "train_accuracy",
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
    keys = ["experiment", "framework", "input_space", "batch_size", "seed", "epoch"]
    return history[columns].sort_values(keys, ignore_index=True)


def build_batch_size_benchmark(history: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """A row per epoch after the first of every training of an experiment.

    The first one includes warming up.

    ``round`` counts these epochs within a framework, input space and batch size over all seeds.
    """
    run = ["framework", "input_space", "batch_size"]
    history = history[history["experiment"] == experiment].sort_values([*run, "seed", "epoch"])
    first = history[history["epoch"] == 1][[*run, "seed", "wall_seconds"]].rename(
        columns={"wall_seconds": "first_epoch_seconds"}
    )
    later = history[history["epoch"] > 1].merge(first, on=[*run, "seed"], validate="many_to_one")
    later = later.assign(
        variant=later["input_space"],
        round=later.groupby(run).cumcount() + 1,
        epochs=1,
        seconds_per_epoch=later["wall_seconds"],
    )
    columns = ["framework", "variant", "batch_size", "round", "epochs", "wall_seconds"]
    columns += ["cpu_seconds", "seconds_per_epoch", "first_epoch_seconds", "contaminated"]
    return later[columns].reset_index(drop=True)


def build_batch_size_ratios(benchmark: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Seconds per epoch over those of NumPy, per variant and batch size, for each framework.

    Contaminated rounds count only where a training has no others. ``seed`` is that of the
    bootstrap.
    """
    rows = []
    for (variant, batch_size), group in benchmark.groupby(["variant", "batch_size"]):
        seconds = {
            name: quiet_rounds(part)["seconds_per_epoch"]
            for name, part in group.groupby("framework")
        }
        if "numpy" not in seconds:
            continue
        for framework, values in seconds.items():
            if framework == "numpy":
                continue
            ratio = median_ratio(values, seconds["numpy"], seed=seed)
            rows.append(
                {
                    "variant": variant,
                    "batch_size": batch_size,
                    "framework": framework,
                    "ratio_to_numpy": ratio.ratio,
                    "ci_low": ratio.low,
                    "ci_high": ratio.high,
                    "rounds": ratio.rounds,
                    "verdict": ratio.verdict,
                }
            )
    columns = ["variant", "batch_size", "framework", "ratio_to_numpy", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=[*columns, "rounds", "verdict"])


def build_final_accuracies(history: pd.DataFrame) -> pd.DataFrame:
    """The last epoch of every training: accuracies, and seconds of training in all."""
    run = ["experiment", "framework", "input_space", "n_features", "batch_size", "seed"]
    history = history.sort_values([*run, "epoch"])
    seconds = history.groupby(run, as_index=False)["wall_seconds"].sum()
    last = history.groupby(run, as_index=False)[["epoch", "train_accuracy", "test_accuracy"]].last()
    return last.merge(seconds, on=run).rename(
        columns={"epoch": "epochs", "wall_seconds": "training_seconds"}
    )
