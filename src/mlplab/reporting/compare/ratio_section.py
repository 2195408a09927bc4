"""The section on ratios of times: how many are alike, and which differ by a test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mlplab.reporting.compare.loading import Run
from mlplab.reporting.compare.numbers import count, p_value, percent, share
from mlplab.reporting.compare.ratios import ALIKE, Pair, Pairs, RatioTable, pair_ratios
from mlplab.reporting.compare.sections import ABSENT, Dot, Entry, Grid, Section
from mlplab.reporting.web.tables import Cell
from mlplab.reporting.words import show_with_interval
from mlplab.stats.intervals import Interval, mean_interval
from mlplab.stats.significance import SIGNIFICANT_BELOW, holm_adjusted, zero_mean_p

_LIMIT = f"{100 * (ALIKE - 1):.0f} %"
_METHOD = (
    f"Two figures are within {_LIMIT} if the larger is at most {ALIKE} times the smaller. In "
    "brackets: the 95 % interval over rounds.",
    "The test of each figure is Welch's t-test on the logarithms of the rounds, from the interval "
    "of each run. It takes rounds as independent. It cannot tell a change of the code from what "
    "holds for a whole run, such as where a host puts virtual processors: mind the size of a "
    "change.",
)
_METHOD_OF_JOBS = (
    "The mean change of a variant is over its batch sizes and input spaces. A job of its own "
    "measures each of these, so the interval and the test (Student's t on logarithms) include what "
    "differs from job to job, but not what differs from one day to the next.",
)
_HOLM = (
    "p is corrected for all tests of a table (Holm): the chance that one or more of its figures is "
    f"said to differ without reason is at most {100 * SIGNIFICANT_BELOW:.0f} %, also where figures "
    "depend on each other. Ratios do: those of a batch size share the seconds of NumPy, those of "
    "the ladder the seconds of Keras.",
)


def compare_ratios(runs: Sequence[Run], table: RatioTable) -> Section:
    """How many ratios of a table are alike, and which differ; each later run against the first."""
    first, *others = runs
    found = {run.name: pair_ratios(first, run, table) for run in others}
    notices = list(dict.fromkeys(notice for pairs in found.values() for notice in pairs.notices))
    pairs = {name: pairs for name, pairs in found.items() if pairs.pairs}
    if not pairs:
        return Section(table.title, ["Not compared."], notices=notices)
    adjusted = holm_adjusted([pair.change.p for found in pairs.values() for pair in found.pairs])
    sentences, grids, dots, start = [], [], [], 0
    for name, both in pairs.items():
        p_values = adjusted[start : start + len(both.pairs)]
        start += len(both.pairs)
        names = f"{first.name} and {name}: " if len(runs) > 2 else ""
        sentences += _tell(names, table.noun, both, p_values)
        if table.jobs:
            grids.append(_by_first_key(first.name, name, table, both.pairs))
        grids.append(_ratios(first.name, name, table, list(zip(both.pairs, p_values, strict=True))))
        dots += [] if len(pairs) > 1 else _dots(table, both.pairs, p_values)
    if len(runs) > 2:
        grids.append(_shares(runs, table))
    method = (*_METHOD, *(_METHOD_OF_JOBS if table.jobs else ()), *_HOLM)
    return Section(table.title, sentences, grids, dots, method, notices)


def _tell(names: str, noun: str, both: Pairs, p_values: np.ndarray) -> list[str]:
    pairs = both.pairs
    sizes = np.exp(np.abs(np.log([pair.change.factor for pair in pairs])))
    alike = share(sum(pair.alike for pair in pairs), len(pairs), noun)
    sentences = [
        f"{names}{alike} are within {_LIMIT}; half of the changes are at most "
        f"{100 * (np.median(sizes) - 1):.1f} %, the largest is {100 * (sizes.max() - 1):.1f} %."
    ]
    if tested := int(np.isfinite(p_values).sum()):
        differing = int((p_values < SIGNIFICANT_BELOW).sum())
        sentences.append(f"By a test of each, {share(differing, tested, noun)} differ.")
    else:
        sentences.append(f"None of the {noun} could be tested.")
    if both.lone:
        sentences.append(
            f"{count(both.lone, f'of the {noun} is', f'{noun} are')} in one of the runs only."
        )
    return sentences


def _by_first_key(first: str, second: str, table: RatioTable, pairs: Sequence[Pair]) -> Grid:
    """The mean change of every entry of the first key, with its test over the ratios."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.key[0], []).append(pair)
    logs = [[math.log(pair.change.factor) for pair in group] for group in groups.values()]
    p_values = holm_adjusted([zero_mean_p(values) for values in logs])
    rows = [
        (
            name,
            _share_alike(group),
            *_percents(mean_interval(values)),
            Cell(p_value(p), p),
        )
        for (name, group), values, p in zip(groups.items(), logs, p_values, strict=True)
    ]
    heads = (
        table.keys[0],
        f"within {_LIMIT}",
        "mean change",
        "95 % interval",
        "p (Holm)",
    )
    return Grid(f"From {first} to {second}, by {table.keys[0]}", heads, rows)


def _percents(logarithm: Interval) -> tuple[Entry, Entry]:
    mean, low, high = (math.exp(value) for value in logarithm)
    ends = "" if math.isnan(low) else f"{percent(low)} to {percent(high)}"
    return Cell(percent(mean), mean), ends


def _ratios(
    first: str, second: str, table: RatioTable, tested: Sequence[tuple[Pair, float]]
) -> Grid:
    """The ratios that are not alike or differ by the test, and all others."""
    order = sorted(tested, key=lambda both: -abs(math.log(both[0].change.factor)))
    rows: list[Sequence[Entry]] = []
    others: list[Sequence[Entry]] = []
    for pair, p in order:
        row = (
            _describe(table, pair),
            _figure(pair.before),
            _figure(pair.after),
            Cell(percent(pair.change.factor), pair.change.factor),
            Cell(p_value(p), p),
        )
        (rows if _is_notable(pair, p) else others).append(row)
    heads = ("measured", first, second, "change", "p (Holm)")
    return Grid(
        f"From {first} to {second}: {table.noun} beyond {_LIMIT} or different by the test",
        heads,
        rows,
        others,
    )


def _figure(ratio: Interval) -> Cell:
    return Cell(show_with_interval(*ratio), ratio.mean)


def _describe(table: RatioTable, pair: Pair) -> str:
    words = [
        f"batch {value}" if name == "batch_size" else value
        for name, value in zip(table.keys, pair.key, strict=True)
    ]
    return ", ".join(words)


def _dots(table: RatioTable, pairs: Sequence[Pair], p_values: np.ndarray) -> list[Dot]:
    return [
        Dot(
            pair.key[0],
            pair.change.factor,
            _is_notable(pair, p),
            f"{_describe(table, pair)}: {percent(pair.change.factor)}",
        )
        for pair, p in zip(pairs, p_values, strict=True)
    ]


def _share_alike(pairs: Sequence[Pair]) -> str:
    return share(sum(pair.alike for pair in pairs), len(pairs))


def _is_notable(pair: Pair, p: float) -> bool:
    return not pair.alike or p < SIGNIFICANT_BELOW


def _shares(runs: Sequence[Run], table: RatioTable) -> Grid:
    """The share of alike ratios for each two of more than two runs."""
    shares = {}
    for a, b in combinations(runs, 2):
        alike = _share_alike(pair_ratios(a, b, table).pairs)
        shares[a.name, b.name] = shares[b.name, a.name] = alike
    names = [run.name for run in runs]
    rows = [(a, *(shares.get((a, b), ABSENT) for b in names)) for a in names]
    return Grid(f"{table.noun.capitalize()} within {_LIMIT}", ("run", *names), rows)
