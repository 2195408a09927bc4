"""Times measured in rounds, and ratios of such times, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlplab.stats.intervals import Interval, check_values, trimmed_mean

# Of this many rounds the highest and the lowest do not count; of twice as many, two each.
# See "Intervals of ratios" in docs/explanation/statistics.md.
_ROUNDS_PER_TRIMMED = 6


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of times with its 95 % interval, over ``rounds`` rounds, and the median beside it.

    The ends are NaN for a single round.
    """

    ratio: float
    low: float
    high: float
    rounds: int
    median: float

    @property
    def verdict(self) -> str:
        """Whether the first took more or less time than the second, or the interval holds 1."""
        if np.isnan(self.low):
            return "not tested"
        if self.low > 1.0:
            return "slower"
        return "faster" if self.high < 1.0 else "no clear difference"


def geometric_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Geometric mean of positive ``values`` (rounds,) and its 95 % interval.

    By Student's t on the logarithms. From six rounds on, the sixth of them that is highest and the
    sixth that is lowest do not count (see :func:`mlplab.stats.intervals.trimmed_mean`): a
    disturbance that nobody noticed would widen the interval, and move it.

    Raises
    ------
    ValueError
        There is no value, or one is missing or not positive.
    """
    values = check_values(values)
    if (values <= 0).any():
        raise ValueError(f"values: found {values.min()}; allowed: positive numbers")
    if len(values) == 1:
        return Interval(float(values[0]), np.nan, np.nan)
    mean, half = trimmed_mean(np.log(values), count_trimmed(len(values)))
    return Interval(*(float(number) for number in np.exp([mean, mean - half, mean + half])))


def count_trimmed(rounds: int) -> int:
    """How many rounds at either end do not count."""
    return rounds // _ROUNDS_PER_TRIMMED


def paired_ratio(
    seconds: Sequence[float] | np.ndarray, reference_seconds: Sequence[float] | np.ndarray
) -> RatioInterval:
    """The ratio of two times of the same round, both of shape (rounds,), with its 95 % interval.

    The ratio is the geometric mean over rounds, its interval Student's t on the logarithms, see
    :func:`geometric_interval`. A change of the machine's speed between rounds changes both sides
    of a pair, so it cancels. Simulations in the tests check the coverage for 3 to 20 rounds.

    Examples
    --------
    >>> ratio = paired_ratio([2.0, 4.2, 6.3], [1.0, 2.0, 3.0])
    >>> print(f"{ratio.ratio:.2f} ({ratio.low:.2f} to {ratio.high:.2f}), {ratio.verdict}")
    2.07 (1.93 to 2.22), slower

    Raises
    ------
    ValueError
        A round lacks one of its times, there is no round, or a time is not positive.
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if len(seconds) != len(reference):
        raise ValueError(f"pairs need both times, got {len(seconds)} and {len(reference)}")
    ratios = seconds / reference
    return RatioInterval(*geometric_interval(ratios), len(ratios), float(np.median(ratios)))
