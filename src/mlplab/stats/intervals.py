"""Intervals of means and medians over seeds or rounds, and of paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean with the ends of its 95 % interval, which are NaN where one value is all there is."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What it says of a difference of accuracies; nothing is known without an interval."""
        if np.isnan(self.low):
            return "not tested"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no clear difference"


def mean_interval(
    values: Sequence[float] | np.ndarray, *, least: float = -np.inf, most: float = np.inf
) -> Interval:
    """Mean of ``values`` (n,) and its 95 % interval after Student's t with n - 1 degrees.

    The interval ends where values do, at ``least`` and ``most``: that of two seeds is wide.

    Raises
    ------
    ValueError
        There is no value, or one is missing.
    """
    values = np.asarray(values, float)
    if not len(values) or np.isnan(values).any():
        raise ValueError(f"values: found {values.tolist()}; allowed: one or more numbers")
    mean = float(values.mean())
    if len(values) == 1:
        return Interval(mean, np.nan, np.nan)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    return Interval(mean, max(mean - half, least), min(mean + half, most))


def accuracy_interval(accuracies: Sequence[float] | np.ndarray) -> Interval:
    """:func:`mean_interval` of accuracies, which lie between 0 and 1."""
    return mean_interval(accuracies, least=0.0, most=1.0)


def paired_interval(values: Mapping[int, float], reference: Mapping[int, float]) -> Interval:
    """Mean difference of the accuracies that the same seeds gave twice, with its 95 % interval.

    Raises
    ------
    ValueError
        The seeds of the two are not the same.
    """
    if values.keys() != reference.keys():
        raise ValueError(
            f"seeds: found {sorted(values)} and {sorted(reference)}; a pair needs both, so give "
            "both experiments the same seeds"
        )
    differences = [values[seed] - reference[seed] for seed in sorted(values)]
    return mean_interval(differences, least=-1.0, most=1.0)


def median_interval(
    values: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> tuple[float, float, float]:
    """Median of ``values`` (rounds,) and the ends of its 95 % percentile bootstrap interval."""
    values = np.asarray(values, float)
    if not len(values):
        raise ValueError("a median needs rounds, got none")
    random = np.random.default_rng(seed)
    medians = np.median(random.choice(values, (resamples, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return float(np.median(values)), float(low), float(high)
