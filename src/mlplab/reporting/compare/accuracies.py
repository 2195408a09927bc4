"""Accuracies of trainings that several runs have, paired by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlplab.reporting.compare.loading import Run, both_tables, read_numbers
from mlplab.reporting.compare.numbers import count, key, p_value, share, signed
from mlplab.reporting.compare.sections import Entry, Grid, Section
from mlplab.reporting.web.tables import Cell
from mlplab.stats.intervals import Interval, mean_interval, paired_differences
from mlplab.stats.significance import SIGNIFICANT_BELOW, holm_adjusted, zero_mean_p

_TITLE = "Accuracies"
# What trainings have in common that differ in their seed alone.
_SETTING = ["experiment", "framework", "input_space", "batch_size", "l2_factor", "epochs"]
_TRAINING = ["experiment", "framework", "input_space", "batch_size", "l2_factor", "seed"]
_ACCURACY = "test_accuracy"
_CURVES = ["train_accuracy", "validation_accuracy", "test_accuracy"]
_METHOD = (
    "Trainings of two runs with the same experiment, framework, input space, batch size, factor on "
    "λ₂, epochs and seed are pairs. The difference is that of their test accuracies after the "
    "last epoch, the later run less the first, with the mean and its 95 % interval over seeds by "
    "Student's t.",
    "The test (Student's t over seeds, corrected for all rows by Holm) takes the differences of "
    "seeds as independent and normal. A single seed gives no test.",
)


class _Group(NamedTuple):
    """Trainings that differ in their seed alone: the paired differences (seeds,)."""

    setting: tuple[str, ...]
    differences: np.ndarray

    @property
    def equal(self) -> int:
        return int(np.count_nonzero(self.differences == 0))


def compare_accuracies(runs: Sequence[Run]) -> Section:
    """Differences of accuracies of the same seed; each later run against the first."""
    first, *others = runs
    sentences: list[str] = []
    grids: list[Grid] = []
    notices: list[str] = []
    for run in others:
        both = both_tables(first, run, "final_accuracies", [*_SETTING, "seed", _ACCURACY])
        if isinstance(both, list):
            notices += both
            continue
        before, after = (_by_setting(table) for table in both)
        groups, lone = _pair(before, after)
        if not groups:
            notices.append(f"{first.name} and {run.name} share no training")
            continue
        grid, differing, tested = _differences(first.name, run.name, groups)
        trainings = sum(len(group.differences) for group in groups)
        equal = sum(group.equal for group in groups)
        names = f"{first.name} and {run.name}: " if len(runs) > 2 else ""
        sentences.append(
            f"{names}{share(equal, trainings, 'trainings')} have the same test accuracy to the bit."
        )
        sentences.append(
            f"By the test, {share(differing, tested, 'settings')} differ."
            if tested
            else "No setting could be tested: a test needs two seeds in both runs."
        )
        if lone:
            sentences.append(
                f"{count(lone, 'training is', 'trainings are')} in one of the runs only."
            )
        told = _tell_curves(first, run)
        (notices if isinstance(told, list) else sentences).extend(
            told if isinstance(told, list) else [told]
        )
        grids.append(grid)
    notices = list(dict.fromkeys(notices))
    if not grids:
        return Section(_TITLE, ["Not compared."], notices=notices)
    return Section(_TITLE, sentences, grids, method=_METHOD, notices=notices)


def _by_setting(table: pd.DataFrame) -> dict[tuple[str, ...], dict[int, float]]:
    """The accuracies of every setting, by seed."""
    table = read_numbers(table, ["seed", _ACCURACY])
    table = table.dropna(subset=["seed", _ACCURACY])
    found: dict[tuple[str, ...], dict[int, float]] = {}
    for row in table.to_dict("records"):
        setting = tuple(key(row[name]) for name in _SETTING)
        found.setdefault(setting, {})[int(row["seed"])] = row[_ACCURACY]
    return found


def _pair(
    before: Mapping[tuple[str, ...], Mapping[int, float]],
    after: Mapping[tuple[str, ...], Mapping[int, float]],
) -> tuple[list[_Group], int]:
    """The differences of the trainings in both, and the number of those in one only."""
    groups, lone = [], 0
    for setting in dict.fromkeys([*before, *after]):
        own, others = before.get(setting, {}), after.get(setting, {})
        seeds = own.keys() & others.keys()
        lone += len(own.keys() ^ others.keys())
        if seeds:
            differences = paired_differences(
                {seed: others[seed] for seed in seeds}, {seed: own[seed] for seed in seeds}
            )
            groups.append(_Group(setting, differences))
    return groups, lone


def _differences(first: str, second: str, groups: Sequence[_Group]) -> tuple[Grid, int, int]:
    """The grid of all groups, the number of those that differ, and of those that were tested."""
    p_values = holm_adjusted([zero_mean_p(group.differences) for group in groups])
    rows: list[Sequence[Entry]] = []
    others: list[Sequence[Entry]] = []
    differing = 0
    for group, p in zip(groups, p_values, strict=True):
        mean = mean_interval(group.differences)
        row = (
            _describe(group.setting),
            Cell(str(len(group.differences)), len(group.differences)),
            Cell(str(group.equal), group.equal),
            Cell(signed(mean.mean), mean.mean),
            _ends(mean),
            Cell(p_value(p), p),
        )
        differing += bool(p < SIGNIFICANT_BELOW)
        (rows if p < SIGNIFICANT_BELOW else others).append(row)
    heads = ("trainings", "seeds", "equal", "difference", "95 % interval", "p (Holm)")
    caption = f"From {first} to {second}: test accuracies that differ"
    return Grid(caption, heads, rows, others), differing, int(np.isfinite(p_values).sum())


def _ends(mean: Interval) -> str:
    return "" if np.isnan(mean.low) else f"{signed(mean.low)} to {signed(mean.high)}"


def _describe(setting: tuple[str, ...]) -> str:
    experiment, framework, space, batch_size, l2_factor, epochs = setting
    words = [experiment, framework, space, f"batch {batch_size}", f"{epochs} epochs"]
    return ", ".join(words) + ("" if l2_factor == "1" else f", λ₂ × {l2_factor}")


def _tell_curves(first: Run, second: Run) -> str | list[str]:
    """How many trainings have the same accuracies in every epoch; notices where that is unknown."""
    columns = [*_TRAINING, "epoch", *_CURVES]
    both = both_tables(first, second, "training_history", columns)
    if isinstance(both, list):
        return both
    before, after = (_curves(table[columns]) for table in both)
    pairs = before.merge(after, on=[*_TRAINING, "epoch"], suffixes=("", "_after"))
    if pairs.empty:
        return [f"{first.name} and {second.name} share no epoch of a training"]
    same = np.ones(len(pairs), bool)
    for name in _CURVES:
        one, other = pairs[name], pairs[f"{name}_after"]
        same &= ((one == other) | (one.isna() & other.isna())).to_numpy()
    trainings = pairs.assign(same=same).groupby(_TRAINING, sort=False, dropna=False)["same"].all()
    parting = pairs[~same].groupby(_TRAINING, sort=False, dropna=False)["epoch"].min()
    same_curves = share(int(trainings.sum()), len(trainings), "trainings")
    words = f"Accuracies agree in every shared epoch in {same_curves}"
    if len(parting):
        words += f"; the others first differ at epoch {parting.median():.0f} (median)"
    return f"{words}."


def _curves(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table, with keys of one kind in every run."""
    keys = {name: table[name].map(key) for name in _TRAINING}
    table = read_numbers(table.assign(**keys), ["epoch", *_CURVES])
    return table.astype({"epoch": float}).drop_duplicates([*_TRAINING, "epoch"])
