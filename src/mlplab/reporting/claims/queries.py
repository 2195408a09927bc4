"""Numbers, with intervals where they are repeated, from the tables of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from mlplab.reporting.claims.model import (
    ClaimError,
    Difference,
    Points,
    Query,
    Ratio,
    Scalar,
    Straightness,
    conditions,
)
from mlplab.stats.intervals import mean_interval, median_interval
from mlplab.stats.rounds import quiet_rounds

Tables = Mapping[str, pd.DataFrame]

# Columns in which tables say of how many repetitions a row is the average.
_COUNTS = ("rounds", "seeds")


@dataclass(frozen=True)
class Estimate:
    """A number found in tables.

    ``low`` and ``high`` end its 95 % interval, NaN where there is none; ``repetitions`` is the
    number of seeds or rounds behind it; ``finding`` says in words why there is no number.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    repetitions: int | None = None
    finding: str = ""
    units: pd.DataFrame | None = None


def evaluate(expression: Query | Ratio | Difference | Straightness, tables: Tables) -> Estimate:
    """The number that an expression describes.

    Raises
    ------
    ClaimError
        A table, a column or the rows are not there, or a field is empty.
    """
    if isinstance(expression, Query):
        return _evaluate_query(expression, tables)
    if isinstance(expression, Straightness):
        return _straightness(expression.r_squared, tables)
    if isinstance(expression, Ratio):
        return _combine(expression.ratio, tables, np.divide, _interval_of_ratio)
    return _combine(expression.difference, tables, np.subtract, _interval_of_difference)


def _evaluate_query(query: Query, tables: Tables) -> Estimate:
    rows = _select(query.table, query.named_columns()[query.table], query.where, tables)
    if query.per is None:
        return _from_row(query, rows)
    units = []
    for unit, group in rows.groupby(query.per):
        value, row = _take(query, group)
        counted = group if row is None else row
        disturbed = query.quiet and bool(np.any(counted["disturbed"]))
        units.append({"unit": unit, "value": value, "disturbed": disturbed})
    table = pd.DataFrame(units).set_index("unit")
    missing = int(table["value"].isna().sum())
    if missing and isinstance(query.empty, str):
        return Estimate(math.nan, finding=f"{query.empty} in {missing} of {len(table)}")
    if missing:
        raise ClaimError(f"empty field in {query}")
    return _summarize(table, query.average)


def _from_row(query: Query, rows: pd.DataFrame) -> Estimate:
    value, row = _take(query, rows)
    if math.isnan(value):
        if isinstance(query.empty, str):
            return Estimate(value, finding=query.empty)
        raise ClaimError(f"empty field in {query}")
    if row is None or query.interval is None:
        return Estimate(value)
    low, high = (float(row[f"{query.interval}_{end}"]) / query.divide_by for end in ("low", "high"))
    counts = [int(row[name]) for name in _COUNTS if name in row.index]
    return Estimate(value, low, high, counts[0] if counts else None)


def _take(query: Query, rows: pd.DataFrame) -> tuple[float, pd.Series | None]:
    """The number of some rows, and the row that it stands in, if it is that of one."""
    numbers = rows[list(query.columns)].sum(axis=1, min_count=len(query.columns))
    if isinstance(query.empty, float):
        numbers = numbers.fillna(query.empty)
    if query.take in ("mean", "median", "sum"):
        # An empty field would drop out unseen.
        number = math.nan if numbers.isna().any() else float(getattr(numbers, query.take)())
        return number / query.divide_by, None
    if query.take == "single" and len(rows) > 1:
        raise ClaimError(
            f"{len(rows)} rows, where one was expected, in {query}; add conditions, `per` or `take`"
        )
    if query.take in ("min", "max"):
        if numbers.isna().all():
            return math.nan, None
        label = numbers.idxmin() if query.take == "min" else numbers.idxmax()
    else:
        label = numbers.index[-1 if query.take == "last" else 0]
    row = rows.loc[label]
    return float(row[query.at] if query.at else numbers[label]) / query.divide_by, row


def _select(
    name: str,
    columns: set[str],
    where: Mapping[str, Scalar | tuple[Scalar, ...]],
    tables: Tables,
) -> pd.DataFrame:
    if name not in tables:
        raise ClaimError(f"there is no table {name}; given are {', '.join(sorted(tables))}")
    rows = tables[name].reset_index(drop=True)
    absent = columns - set(rows.columns)
    if absent:
        raise ClaimError(
            f"table {name} has no column {', '.join(sorted(absent))}; its columns are "
            f"{', '.join(rows.columns)}"
        )
    for column, value in where.items():
        there = rows[column].unique()
        wanted = value if isinstance(value, tuple) else (value,)
        rows = rows[rows[column].isin(wanted)]
        if rows.empty:
            raise ClaimError(
                f"table {name} has no row{conditions(dict(where))}: {column} is "
                f"{', '.join(map(str, there[:12]))} in the rows that meet the conditions before it"
            )
    if rows.empty:
        raise ClaimError(f"table {name} has no rows")
    return rows


def _summarize(units: pd.DataFrame, average: str) -> Estimate:
    """The average of repetitions, those that are disturbed left out if there are others."""
    counted = quiet_rounds(units)
    values = counted["value"].to_numpy(float)
    center, low, high = median_interval(values) if average == "median" else mean_interval(values)
    if len(values) < 2:
        low = high = math.nan
    return Estimate(center, low, high, len(values), units=units)


def _combine(
    queries: tuple[Query, Query],
    tables: Tables,
    operation: Callable[..., float],
    interval: Callable[[Estimate, Estimate], tuple[float, float]],
) -> Estimate:
    first, second = (_evaluate_query(query, tables) for query in queries)
    finding = "; ".join(filter(None, (first.finding, second.finding)))
    if finding:
        return Estimate(math.nan, finding=finding)
    if first.units is not None and second.units is not None and queries[0].per == queries[1].per:
        pairs = first.units.join(second.units.add_suffix("_second"), how="inner")
        if pairs.empty:
            raise ClaimError(
                f"no {queries[0].per} is in both: {list(first.units.index)} and "
                f"{list(second.units.index)} in {queries[0]} and {queries[1]}"
            )
        values = operation(pairs["value"], pairs["value_second"])
        disturbed = pairs["disturbed"] | pairs["disturbed_second"]
        return replace(
            _summarize(pd.DataFrame({"value": values, "disturbed": disturbed}), queries[0].average),
            units=None,
        )
    low, high = interval(first, second)
    counts = [n for n in (first.repetitions, second.repetitions) if n is not None]
    value = float(operation(first.value, second.value))
    return Estimate(value, low, high, min(counts, default=None))


def _interval_of_difference(first: Estimate, second: Estimate) -> tuple[float, float]:
    """From the intervals of two independent numbers, by MOVER (Zou and Donner, 2008)."""
    value = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return value - below, value + above


def _interval_of_ratio(first: Estimate, second: Estimate) -> tuple[float, float]:
    """The same on logarithms; NaN if a number or an end is not positive."""
    ends = [number for e in (first, second) for number in (e.value, e.low, e.high)]
    if not all(number > 0 for number in ends):
        return math.nan, math.nan
    logs = (Estimate(math.log(e.value), math.log(e.low), math.log(e.high)) for e in (first, second))
    low, high = _interval_of_difference(*logs)
    return math.exp(low), math.exp(high)


def _straightness(points: Points, tables: Tables) -> Estimate:
    rows = _select(points.table, {points.x, points.y, *points.where}, points.where, tables)
    if rows[points.x].nunique() < 3 or rows[[points.x, points.y]].isna().any(axis=None):
        raise ClaimError(
            f"table {points.table}: {points.y} over {points.x} needs three different "
            f"{points.x} or more, and no empty field"
        )
    return Estimate(float(stats.linregress(rows[points.x], rows[points.y]).rvalue ** 2))
