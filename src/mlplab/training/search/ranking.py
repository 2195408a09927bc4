"""Which trials go on to the next stage, and which setting is chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd


def rank_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Rows of a stage, the highest validation accuracy first.

    Of equal ones the earlier trial comes first; those that diverged, which have none, come last.
    """
    return trials.sort_values(
        ["validation_accuracy", "trial"], ascending=[False, True], ignore_index=True
    )


def choose_setting(last_stage: pd.DataFrame) -> pd.Series:
    """The best row of the last stage.

    Raises
    ------
    ValueError
        No trial of the stage has an accuracy.
    """
    best = rank_trials(last_stage).iloc[0]
    if pd.isna(best["validation_accuracy"]):
        raise ValueError(
            f"validation_accuracy: found none among the {len(last_stage)} trials of the last "
            "stage, all diverged; search smaller values of search.space.learning_rate"
        )
    return best


def tabulate_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """The rows of all stages, each ranked, with the column ``outcome``.

    It is "promoted" for a trial that the next stage has too, "chosen" for the best of the last
    stage, "diverged" for one without an accuracy that was not promoted, else "dropped".
    """
    ranked = [rank_trials(rows) for _, rows in trials.groupby("stage")]
    promoted = [set(stage["trial"]) for stage in ranked[1:]]
    chosen = {choose_setting(ranked[-1])["trial"]}
    for stage, going_on in zip(ranked, [*promoted, chosen], strict=True):
        word = "chosen" if going_on is chosen else "promoted"
        stage["outcome"] = np.select(
            [stage["trial"].isin(going_on), stage["validation_accuracy"].isna()],
            [word, "diverged"],
            "dropped",
        )
    return pd.concat(ranked, ignore_index=True)
