"""Tables of the study page that readers search: batch sizes, final accuracies, the search."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mlplab.reporting.study.words import plain
from mlplab.reporting.styles import Style
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row
from mlplab.reporting.words import describe_space, percent

_FRAMEWORKS = {"numpy": "NumPy", "keras": "Keras"}


def tabulate_batch_sizes(
    summary: pd.DataFrame, ratios: pd.DataFrame, styles: Mapping[str, Style]
) -> DataTable:
    """Seconds of an epoch and ratios to NumPy, a row per input space, batch size and variant."""
    keys = ["input_space", "batch_size", "variant"]
    ends = ["ratio_to_numpy", "ci_low", "ci_high", "verdict"]
    joined = summary.merge(
        ratios[[*keys, *ends]], on=keys, how="left", suffixes=("", "_of_ratio")
    ).to_dict("records")
    return DataTable(
        "table-batch-sizes",
        "Seconds of an epoch of every variant, and their ratio to NumPy's",
        [
            Column("inputs"), Column("batch size", True), Column("variant"),
            Column("seconds", True), Column("95 % interval", True), Column("ratio to NumPy", True),
            Column("95 % interval of the ratio", True), Column("verdict"), Column("rounds", True),
        ],
        [
            Row(
                [
                    _space(row["input_space"]),
                    Cell(f"{row['batch_size']:,}", row["batch_size"]),
                    Cell(_label(row["variant"], styles)),
                    Cell(plain(row["seconds_per_epoch"]), row["seconds_per_epoch"]),
                    _ends(row["ci_low"], row["ci_high"]),
                    Cell(plain(row["ratio_to_numpy"]), row["ratio_to_numpy"]),
                    _ends(row["ci_low_of_ratio"], row["ci_high_of_ratio"]),
                    Cell(row["verdict"] if isinstance(row["verdict"], str) else ""),
                    Cell(str(row["rounds"]), row["rounds"]),
                ],
                filters={
                    "inputs": describe_space(row["input_space"]),
                    "size": f"{row['batch_size']:,}",
                    "variant": _label(row["variant"], styles),
                },
            )
            for row in joined
        ],
        {"inputs": "Inputs", "size": "Batch size", "variant": "Variant"},
    )  # fmt: skip


def tabulate_accuracies(final: pd.DataFrame, styles: Mapping[str, Style]) -> DataTable:
    """Accuracies after the last epoch, a row per training."""
    return DataTable(
        "table-accuracies",
        "Accuracy after the last epoch of every training",
        [
            Column("experiment (its name in the configuration)"), Column("framework"),
            Column("inputs"),
            Column("number of inputs", True), Column("batch size", True), Column("seed", True),
            Column("epochs", True), Column("training accuracy", True),
            Column("test accuracy", True),
        ],
        [
            Row(
                [
                    Cell(row["experiment"]),
                    Cell(_label(row["framework"], styles)),
                    _space(row["input_space"]),
                    Cell(str(row["n_features"]), row["n_features"]),
                    Cell(f"{row['batch_size']:,}", row["batch_size"]),
                    Cell(str(row["seed"]), row["seed"]),
                    Cell(f"{row['epochs']:,}", row["epochs"]),
                    Cell(_share(row["train_accuracy"]), row["train_accuracy"]),
                    Cell(_share(row["test_accuracy"]), row["test_accuracy"]),
                ],
                filters={
                    "experiment": row["experiment"],
                    "framework": _label(row["framework"], styles),
                    "inputs": describe_space(row["input_space"]),
                },
            )
            for row in final.to_dict("records")
        ],
        {"experiment": "Experiment", "framework": "Framework", "inputs": "Inputs"},
    )  # fmt: skip


def tabulate_search(trials: pd.DataFrame) -> DataTable:
    """Trials of the search, a row per trial and stage."""
    return DataTable(
        "table-search",
        "Trainings of the search (“promoted” settings went on to the next stage, “dropped” ones "
        "did not)",
        [
            Column("trial", True), Column("stage", True), Column("inputs"),
            Column("number of inputs", True), Column("learning rate", True),
            Column("batch size", True), Column("epochs", True),
            Column("validation accuracy", True), Column("seconds", True), Column("outcome"),
        ],
        [
            Row(
                [
                    Cell(str(row["trial"]), row["trial"]),
                    Cell(str(row["stage"]), row["stage"]),
                    _space(row["input_space"]),
                    Cell(str(row["n_features"]), row["n_features"]),
                    Cell(plain(row["learning_rate"]), row["learning_rate"]),
                    Cell(f"{row['batch_size']:,}", row["batch_size"]),
                    Cell(f"{row['epochs']:,}", row["epochs"]),
                    Cell(_share(row["validation_accuracy"]), row["validation_accuracy"]),
                    Cell(plain(row["seconds"]), row["seconds"]),
                    Cell(row["outcome"]),
                ],
                filters={
                    "stage": str(row["stage"]),
                    "inputs": describe_space(row["input_space"]),
                    "outcome": row["outcome"],
                },
            )
            for row in trials.to_dict("records")
        ],
        {"stage": "Stage", "inputs": "Inputs", "outcome": "Outcome"},
    )  # fmt: skip


def _space(name: str) -> Cell:
    """An input space in words."""
    label = describe_space(name)
    return Cell(label)


def _label(name: str, styles: Mapping[str, Style]) -> str:
    known = styles.get(name)
    return known["label"] if known else _FRAMEWORKS.get(name, name)


def _ends(low: float, high: float) -> Cell:
    return Cell("" if pd.isna(low) else f"{plain(low)} to {plain(high)}", low)


def _share(share: float) -> str:
    return "" if pd.isna(share) else percent(share, 2)
