"""Ratios of times measured in rounds, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlplab.stats.intervals import bootstrap_interval, median_interval


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of times with its 95 % bootstrap interval, over ``rounds`` rounds."""

    ratio: float
    low: float
    high: float
    rounds: int

    @property
    def verdict(self) -> str:
        """Whether the first took more or less time than the second, or the interval holds 1."""
        if self.low > 1.0:
            return "slower"
        return "faster" if self.high < 1.0 else "no clear difference"


def median_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> RatioInterval:
    """Median of ``seconds`` over the median of ``reference_seconds``, both of shape (rounds,).

    The interval is the percentile bootstrap over rounds of both.
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if not len(seconds) or not len(reference):
        raise ValueError(f"a ratio needs rounds, got {len(seconds)} and {len(reference)}")

    def ratio(above: np.ndarray, below: np.ndarray, axis: int = -1) -> Any:
        return np.median(above, axis=axis) / np.median(below, axis=axis)

    low, high = bootstrap_interval([seconds, reference], ratio, seed=seed, resamples=resamples)
    return RatioInterval(
        float(ratio(seconds, reference)), low, high, min(len(seconds), len(reference))
    )


def paired_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> RatioInterval:
    """Median over rounds of the ratio of two times of the same round, both of shape (rounds,).

    A change of the machine's speed between rounds changes both sides of a pair. The interval is
    the percentile bootstrap over pairs.

    Examples
    --------
    >>> ratio = paired_ratio([2.0, 4.2, 6.3], [1.0, 2.0, 3.0])
    >>> print(f"{ratio.ratio:.2f} ({ratio.low:.2f} to {ratio.high:.2f}), {ratio.verdict}")
    2.10 (2.00 to 2.10), slower
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if len(seconds) != len(reference):
        raise ValueError(f"pairs need both times, got {len(seconds)} and {len(reference)}")
    return RatioInterval(
        *median_interval(seconds / reference, seed=seed, resamples=resamples), len(seconds)
    )
