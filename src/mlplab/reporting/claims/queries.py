"""Numbers, with intervals where they are repeated, from the tables of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from mlplab.reporting.claims.expressions import (
    Arithmetic,
    Difference,
    Query,
    Ratio,
    Scalar,
    Straightness,
    conditions,
)
from mlplab.reporting.claims.model import ClaimError
from mlplab.stats.intervals import Interval, mean_interval, prediction_interval
from mlplab.stats.ratios import geometric_interval
from mlplab.stats.rounds import quiet_rounds

Tables = Mapping[str, pd.DataFrame]

# Columns in which tables say of how many repetitions a row is the average.
_COUNTS = ("pairs", "rounds", "seeds")


@dataclass(frozen=True)
class Estimate:
    """A number found in tables.

    ``low`` and ``high`` end the 95 % interval of a mean, ``prediction_low`` and
    ``prediction_high`` that of one more repetition; NaN where there is none. ``repetitions`` is
    the number of seeds or rounds behind it. ``finding`` says in words why there is no number;
    ``partly_reached``, that some repetitions have one.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    prediction_low: float = math.nan
    prediction_high: float = math.nan
    repetitions: int | None = None
    finding: str = ""
    partly_reached: bool = False
    units: pd.DataFrame | None = None


def evaluate(
    expression: Query | Ratio | Difference | Straightness | Arithmetic, tables: Tables
) -> Estimate:
    """The number that an expression describes.

    Raises
    ------
    ClaimError
        A table, a column or the rows are not there, or a field is empty.
    """
    if isinstance(expression, Query):
        return _evaluate_query(expression, tables)
    if isinstance(expression, Arithmetic):
        return Estimate(expression.number)
    if isinstance(expression, Straightness):
        return _straightness(expression, tables)
    if isinstance(expression, Ratio):
        return _combine(expression.ratio, tables, np.divide, "geometric")
    return _combine(expression.difference, tables, np.subtract, "mean")


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
    if not table["value"].isna().any():
        return _summarize(table, query.average)
    if isinstance(query.empty, str):
        return _tell_reached(query, table["value"])
    raise ClaimError(f"empty field in {query}")


def _tell_reached(query: Query, values: pd.Series) -> Estimate:
    """How many repetitions have a number, and which; where none has one, the words for that."""
    there = values.dropna()
    finding = query.empty
    if len(there):
        what = f"at {(query.at or query.columns[0]).removesuffix('s')} {there.min():.4g}"
        what += f" to {there.max():.4g}" if len(there) > 1 else ""
        finding = f"{len(there)} of {len(values)} {query.per}s, {what}"
    return Estimate(
        math.nan,
        repetitions=len(values),
        finding=str(finding),
        partly_reached=bool(len(there)),
    )


def _from_row(query: Query, rows: pd.DataFrame) -> Estimate:
    value, row = _take(query, rows)
    counts = [int(row[name]) for name in _COUNTS if row is not None and name in row.index]
    repetitions = counts[0] if counts else None
    if math.isnan(value):
        if isinstance(query.empty, str):
            return Estimate(value, repetitions=repetitions, finding=query.empty)
        raise ClaimError(f"empty field in {query}")
    if row is None or query.interval is None:
        return Estimate(value, repetitions=repetitions)
    ends = [query.scaled(float(row[f"{query.interval}_{end}"])) for end in ("low", "high")]
    return Estimate(value, min(ends), max(ends), repetitions=repetitions)


def _take(query: Query, rows: pd.DataFrame) -> tuple[float, pd.Series | None]:
    """The number of some rows, and the row that it stands in, if it is that of one."""
    numbers = rows[list(query.columns)].sum(axis=1, min_count=len(query.columns))
    if isinstance(query.empty, float):
        numbers = numbers.fillna(query.empty)
    if query.take in ("mean", "median", "sum"):
        # An empty field would drop out unseen.
        number = math.nan if numbers.isna().any() else float(getattr(numbers, query.take)())
        return query.scaled(number), None
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
    return query.scaled(float(row[query.at] if query.at else numbers[label])), row


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
    values = quiet_rounds(units)["value"].to_numpy(float)
    if average == "mean":
        return _with_ends(mean_interval(values), prediction_interval(values), len(values), units)
    if (values <= 0).any():
        raise ClaimError(f"a geometric mean needs positive numbers, found {values.min()}")
    of_one_more = Interval(*np.exp(prediction_interval(np.log(values))))
    return _with_ends(geometric_interval(values), of_one_more, len(values), units)


def _with_ends(
    mean: Interval, of_one_more: Interval, repetitions: int, units: pd.DataFrame
) -> Estimate:
    return Estimate(
        mean.mean,
        mean.low,
        mean.high,
        prediction_low=float(of_one_more.low),
        prediction_high=float(of_one_more.high),
        repetitions=repetitions,
        units=units,
    )


def _combine(
    queries: tuple[Query, Query], tables: Tables, operation: Callable[..., float], average: str
) -> Estimate:
    first, second = (_evaluate_query(query, tables) for query in queries)
    counts = [n for n in (first.repetitions, second.repetitions) if n is not None]
    repetitions = min(counts, default=None)
    finding = "; ".join(filter(None, (first.finding, second.finding)))
    if finding:
        reached = first.partly_reached or second.partly_reached
        return Estimate(math.nan, repetitions=repetitions, finding=finding, partly_reached=reached)
    if first.units is None or second.units is None or queries[0].per != queries[1].per:
        return Estimate(float(operation(first.value, second.value)), repetitions=repetitions)
    pairs = first.units.join(second.units.add_suffix("_second"), how="inner")
    if pairs.empty:
        raise ClaimError(
            f"no {queries[0].per} is in both: {list(first.units.index)} and "
            f"{list(second.units.index)} in {queries[0]} and {queries[1]}"
        )
    values = operation(pairs["value"], pairs["value_second"])
    disturbed = pairs["disturbed"] | pairs["disturbed_second"]
    return _summarize(pd.DataFrame({"value": values, "disturbed": disturbed}), average)


def _straightness(straightness: Straightness, tables: Tables) -> Estimate:
    points = straightness.r_squared
    columns = straightness.named_columns()[points.table]
    rows = _select(points.table, columns, points.where, tables)
    units = []
    for _, group in rows.groupby(points.per):
        if group[points.x].nunique() < 3 or group[[points.x, points.y]].isna().any(axis=None):
            raise ClaimError(
                f"table {points.table}: {points.y} over {points.x} needs three different "
                f"{points.x} or more of every {points.per}, and no empty field"
            )
        line = stats.linregress(group[points.x], group[points.y])
        disturbed = points.quiet and bool(group["disturbed"].any())
        units.append({"value": float(line.rvalue**2), "disturbed": disturbed})
    mean = _summarize(pd.DataFrame(units), "mean")
    return replace(mean, low=max(mean.low, 0.0), high=min(mean.high, 1.0))
