"""Ratios of times that two runs share, each with its change and the test of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from mlplab.benchmark.ladder.summary import KERAS
from mlplab.reporting.compare.loading import Run, both_tables, read_numbers
from mlplab.reporting.compare.numbers import key
from mlplab.stats.changes import Change, ratio_change
from mlplab.stats.intervals import Interval

# Ratios are alike if the larger is at most so many times the smaller.
ALIKE = 1.15
# A figure beyond these is no ratio and no time, but a fault of its file.
_POSSIBLE = (1e-12, 1e12)


@dataclass(frozen=True)
class RatioTable:
    """A table of a run that holds ratios of times, or times, each with an interval over rounds.

    Attributes
    ----------
    title, noun : what the ratios are, and the word for them
    name, ratio, rounds : names of the table and of its columns
    median : a column beside geometric means; versions without it had intervals of medians, which
        allow no t-test
    keys : columns that tell which ratio it is, the first one being what is measured
    jobs : whether the ratios of one entry of the first key come from jobs of their own
    without : entry of the first key to which the ratios are
    """

    title: str
    noun: str
    name: str
    ratio: str
    rounds: str
    median: str
    keys: Sequence[str]
    jobs: bool
    without: str = ""


@dataclass(frozen=True)
class Pair:
    """A ratio in two runs."""

    key: tuple[str, ...]
    before: Interval
    after: Interval
    change: Change

    @property
    def alike(self) -> bool:
        """Whether the ratios are within the limit of each other."""
        return abs(math.log(self.change.factor)) <= math.log(ALIKE)


@dataclass(frozen=True)
class Pairs:
    """The ratios that two runs share, and how many only one of them has."""

    pairs: Sequence[Pair]
    lone: int = 0
    notices: Sequence[str] = field(default=())


TABLES = (
    RatioTable(
        "Ratios to NumPy",
        "ratios",
        "batch_size_ratios",
        "ratio_to_numpy",
        "rounds",
        "median_ratio",
        ("variant", "input_space", "batch_size"),
        jobs=True,
    ),
    RatioTable(
        "Ladder to Keras",
        "ratios",
        "optimization_ladder_summary",
        "ratio_to_keras",
        "pairs",
        "median_ratio",
        ("name", "accuracy", "batch_size"),
        jobs=False,
        without=KERAS,
    ),
    RatioTable(
        "Seconds per epoch",
        "times",
        "batch_size_summary",
        "seconds_per_epoch",
        "rounds",
        "median_seconds",
        ("variant", "input_space", "batch_size"),
        jobs=True,
    ),
)


def pair_ratios(first: Run, second: Run, table: RatioTable) -> Pairs:
    """The ratios of a table that both runs have; none, with notices, where it is missing."""
    both = both_tables(first, second, table.name, [*table.keys, table.ratio])
    if isinstance(both, list):
        return Pairs([], notices=both)
    before, after = (_read(frame, table) for frame in both)
    notices = [
        f"{table.name}.csv of {run.name} comes from an earlier version, whose intervals allow no "
        "test"
        for run, frame in zip((first, second), both, strict=True)
        if table.median not in frame
    ]
    pairs = [
        _pair(ratio, before[ratio], after[ratio], test=not notices)
        for ratio in before
        if ratio in after
    ]
    return Pairs(pairs, len(before.keys() ^ after.keys()), notices)


def _read(frame: pd.DataFrame, table: RatioTable) -> dict[tuple[str, ...], tuple[Interval, int]]:
    """The positive ratios of a table by their keys, with intervals and numbers of rounds."""
    figures = [table.ratio, "ci_low", "ci_high"]
    frame = read_numbers(frame, [*figures, table.rounds])
    possible = (frame[figures] > _POSSIBLE[0]) & (frame[figures] < _POSSIBLE[1])
    frame[figures] = frame[figures].where(possible)
    kept = frame[frame[table.ratio].notna() & (frame[table.keys[0]] != table.without)]
    return {
        tuple(key(row[name]) for name in table.keys): (
            Interval(row[table.ratio], row["ci_low"], row["ci_high"]),
            0 if math.isnan(row[table.rounds]) else int(row[table.rounds]),
        )
        for row in kept.to_dict("records")
    }


def _pair(
    ratio: tuple[str, ...],
    before: tuple[Interval, int],
    after: tuple[Interval, int],
    *,
    test: bool,
) -> Pair:
    rounds = (before[1], after[1]) if test else (0, 0)
    return Pair(ratio, before[0], after[0], ratio_change(before[0], rounds[0], after[0], rounds[1]))
