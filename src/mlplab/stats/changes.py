"""Whether a ratio that two runs measured is the same, from the interval that each gives it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from mlplab.stats.intervals import CONFIDENCE, Interval
from mlplab.stats.ratios import count_trimmed


@dataclass(frozen=True)
class Change:
    """A ratio after over the same ratio before, its 95 % interval, and p that it is 1.

    Interval and p are NaN where one of the two has a single round.
    """

    factor: float
    low: float
    high: float
    p: float


def ratio_change(
    before: Interval, rounds_before: int, after: Interval, rounds_after: int
) -> Change:
    """How a ratio changed between two runs, with Welch's t-test on the logarithms of its rounds.

    The rounds themselves are not needed: the interval of
    :func:`mlplab.stats.ratios.geometric_interval` holds their standard error. With trimmed means
    this is the test of Yuen (1974, Biometrika 61, 165-170). It takes the rounds of a run as
    independent of each other. What holds for a whole run, such as where the host put its
    processors, it cannot tell from a change of the code.

    Parameters
    ----------
    before, after : geometric means with their 95 % intervals
    rounds_before, rounds_after : number of rounds behind each

    Examples
    --------
    >>> change = ratio_change(Interval(2.0, 1.9, 2.105), 5, Interval(2.2, 2.09, 2.316), 5)
    >>> print(f"{change.factor:.2f} ({change.low:.2f} to {change.high:.2f}), p {change.p:.3f}")
    1.10 (1.04 to 1.16), p 0.005

    Raises
    ------
    ValueError
        A ratio is not positive.
    """
    if not (before.mean > 0 and after.mean > 0):
        raise ValueError(f"ratios: found {before.mean} and {after.mean}; allowed: positive numbers")
    change = math.log(after.mean / before.mean)
    errors = _squared_error(before, rounds_before), _squared_error(after, rounds_after)
    if any(math.isnan(error) for error, _ in errors):
        return Change(math.exp(change), math.nan, math.nan, math.nan)
    error = sum(error for error, _ in errors)
    if error == 0.0:
        factor = math.exp(change)
        return Change(factor, factor, factor, 1.0 if change == 0.0 else 0.0)
    # Welch and Satterthwaite's degrees of freedom.
    freedom = error**2 / sum(part**2 / freedom for part, freedom in errors)
    half = float(special.stdtrit(freedom, (1 + CONFIDENCE) / 2)) * math.sqrt(error)
    p = float(2 * special.stdtr(freedom, -abs(change) / math.sqrt(error)))
    return Change(math.exp(change), math.exp(change - half), math.exp(change + half), p)


def _squared_error(interval: Interval, rounds: int) -> tuple[float, int]:
    """Squared standard error of the logarithm, and its degrees of freedom."""
    freedom = rounds - 2 * count_trimmed(rounds) - 1
    if freedom < 1 or not (interval.low > 0 and interval.high > 0):
        return math.nan, freedom
    half = math.log(interval.high / interval.low) / 2
    return (half / float(special.stdtrit(freedom, (1 + CONFIDENCE) / 2))) ** 2, freedom
