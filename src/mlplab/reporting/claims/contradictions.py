"""Claims that no tables could reproduce together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from mlplab.reporting.claims.expressions import Difference, Query, Ratio
from mlplab.reporting.claims.model import Claim, Includes

# By so much of a limit a figure must be on the right side of it.
_MARGIN = 1e-6
# The numbers below a ratio are positive.
_SMALLEST_DIVISOR = 1e-6


class _Limit(NamedTuple):
    """A sum of numbers of tables, each with its factor, is at most ``most``."""

    factors: dict[str, float]
    most: float


def find_contradictions(claims: Sequence[Claim]) -> list[tuple[str, str]]:
    """Pairs of ids that no numbers in the tables of a run could reproduce together.

    What a claim allows is a set of linear limits on the numbers that its queries take from tables.
    Two claims on the same numbers contradict each other if no numbers meet the limits of both.
    Limits on how well a straight line fits are left out, and so are ratios and differences with
    a constant, and pairs that require different configurations.
    """
    testable = [claim for claim in claims if claim.value is not None]
    limits = {claim.id: _limits(claim) for claim in testable}
    names = {i: {name for limit in found for name in limit.factors} for i, found in limits.items()}
    return [
        (first.id, second.id)
        for first, second in combinations(testable, 2)
        if names[first.id] & names[second.id]
        and _may_meet(first, second)
        and not _can_be_met([*limits[first.id], *limits[second.id]])
    ]


def _may_meet(first: Claim, second: Claim) -> bool:
    """Whether a configuration may meet the requirements of both."""
    return all(
        first.requires[path] == second.requires[path]
        for path in first.requires.keys() & second.requires.keys()
        if not isinstance(first.requires[path], Includes)
        and not isinstance(second.requires[path], Includes)
    )


def _limits(claim: Claim) -> list[_Limit]:
    """What the numbers behind a claim must meet if it is to be reproduced."""
    lowest, highest = claim.allowed_range
    if lowest < highest:
        lowest += _MARGIN * max(1.0, abs(lowest)) if math.isfinite(lowest) else 0.0
        highest -= _MARGIN * max(1.0, abs(highest)) if math.isfinite(highest) else 0.0
    if _has_a_constant(claim.value):
        return []
    if isinstance(claim.value, Query):
        return _limits_of_query(claim.value, lowest, highest)
    if isinstance(claim.value, Difference):
        above, below = (_factors(query) for query in claim.value.difference)
        return _between(_add(above, below, -1.0), lowest, highest)
    if isinstance(claim.value, Ratio):
        above, below = (_factors(query) for query in claim.value.ratio)
        positive = [_Limit({name: -1.0}, -_SMALLEST_DIVISOR) for name in (*above, *below)]
        least = _add(_scale(below, lowest), above, -1.0) if math.isfinite(lowest) else {}
        most = _add(above, _scale(below, highest), -1.0) if math.isfinite(highest) else {}
        return positive + [_Limit(factors, 0.0) for factors in (least, most) if factors]
    return []


def _has_a_constant(value: object) -> bool:
    """Whether a ratio or difference holds a number that is subtracted from a constant."""
    queries = getattr(value, "ratio", None) or getattr(value, "difference", None) or ()
    return any(query.subtract_from is not None for query in queries)


def _limits_of_query(query: Query, lowest: float, highest: float) -> list[_Limit]:
    """Of a number with an interval in the table, the whole interval must lie between the limits."""
    if query.subtract_from is not None:
        lowest, highest = query.subtract_from - highest, query.subtract_from - lowest
        query = query.model_copy(update={"subtract_from": None})
    if query.interval is None:
        return _between(_factors(query), lowest, highest)
    ends = [
        _factors(query.model_copy(update={"column": f"{query.interval}_{end}", "interval": None}))
        for end in ("low", "high")
    ]
    middle = _factors(query)
    ordered = [_Limit(_add(ends[0], middle, -1.0), 0.0), _Limit(_add(middle, ends[1], -1.0), 0.0)]
    return ordered + [limit for end in ends for limit in _between(end, lowest, highest)]


def _factors(query: Query) -> dict[str, float]:
    """The numbers that a query adds up, each by a name of its own, with its factor."""
    where = sorted((column, str(value)) for column, value in query.where.items())
    place = f"{query.table} {where} {query.per} {query.take} {query.at}"
    if query.take in ("min", "max"):
        return {f"{place} {query.columns}": 1 / query.divide_by}
    return {f"{place} {column}": 1 / query.divide_by for column in query.columns}


def _between(factors: dict[str, float], lowest: float, highest: float) -> list[_Limit]:
    limits = []
    if math.isfinite(lowest):
        limits.append(_Limit(_scale(factors, -1.0), -lowest))
    if math.isfinite(highest):
        limits.append(_Limit(factors, highest))
    return limits


def _scale(factors: dict[str, float], by: float) -> dict[str, float]:
    return {name: by * factor for name, factor in factors.items()}


def _add(factors: dict[str, float], others: dict[str, float], times: float) -> dict[str, float]:
    total = dict(factors)
    for name, factor in others.items():
        total[name] = total.get(name, 0.0) + times * factor
    return total


def _can_be_met(limits: Iterable[_Limit]) -> bool:
    """Whether some numbers meet all limits."""
    limits = list(limits)
    names = sorted({name for limit in limits for name in limit.factors})
    matrix = np.array([[limit.factors.get(name, 0.0) for name in names] for limit in limits])
    most = np.array([limit.most for limit in limits])
    # Status 2: no numbers meet them.
    found = linprog(np.zeros(len(names)), matrix, most, bounds=(None, None), method="highs")
    return int(found.status) != 2
