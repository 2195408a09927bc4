"""Ratios of times measured in rounds, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlplab.stats.intervals import median_interval


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of medians with a 95 % bootstrap interval and what it says."""

    ratio: float
    low: float
    high: float
    rounds: int

    @property
    def verdict(self) -> str:
        """Whether the numerator took more or less time, or neither can be said."""
        if self.low > 1.0:
            return "slower"
        return "faster" if self.high < 1.0 else "no clear difference"


def median_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> RatioInterval:
    """Median of ``seconds`` over the median of ``reference_seconds``, both of shape (rounds,).

    The interval is the percentile bootstrap over rounds of both (Efron and Tibshirani, 1993).
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if not len(seconds) or not len(reference):
        raise ValueError(f"a ratio needs rounds, got {len(seconds)} and {len(reference)}")
    random = np.random.default_rng(seed)

    def medians(values: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.median(random.choice(values, (resamples, len(values))), axis=1)
        return found

    low, high = np.quantile(medians(seconds) / medians(reference), [0.025, 0.975])
    return RatioInterval(
        float(np.median(seconds) / np.median(reference)),
        float(low),
        float(high),
        min(len(seconds), len(reference)),
    )


def paired_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> RatioInterval:
    """Median over rounds of the ratio of two times of the same round, both of shape (rounds,).

    What changes the speed of the machine between rounds changes both sides of a pair. The
    interval is the percentile bootstrap over pairs.
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if len(seconds) != len(reference):
        raise ValueError(f"pairs need both times, got {len(seconds)} and {len(reference)}")
    return RatioInterval(
        *median_interval(seconds / reference, seed=seed, resamples=resamples), len(seconds)
    )
