"""Intervals of means and medians over seeds or rounds, and of paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean with the ends of its 95 % interval, which are NaN for a single value."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What a difference of accuracies says; without an interval it says nothing."""
        if np.isnan(self.low):
            return "not tested"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no clear difference"


def mean_interval(
    values: Sequence[float] | np.ndarray, *, least: float = -np.inf, most: float = np.inf
) -> Interval:
    """Mean of ``values`` (n,) and its 95 % interval by Student's t with n - 1 degrees of freedom.

    ``least`` and ``most`` are the smallest and largest possible values. They cut the interval,
    which is wide for two seeds.

    Examples
    --------
    >>> interval = mean_interval([0.97, 0.98, 0.99])
    >>> print(f"{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    0.980 (0.955 to 1.005)

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
    _, t = stats.t.interval(CONFIDENCE, len(values) - 1)
    half = float(t * stats.sem(values))
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
    low, high = bootstrap_interval([values], np.median, seed=seed, resamples=resamples)
    return float(np.median(values)), low, high


def bootstrap_interval(
    samples: Sequence[np.ndarray], statistic: Callable[..., Any], *, seed: int, resamples: int
) -> tuple[float, float]:
    """The ends of the 95 % percentile bootstrap interval (Efron and Tibshirani, 1993).

    The statistic of the samples themselves is never outside them.

    Parameters
    ----------
    samples : one or more, each float (n,) with an n of its own, drawn from independently
    statistic : a number from the samples, with the keyword ``axis``
    """
    # SciPy refuses a sample of one value; twice the same value has the same resamples.
    data = [sample if len(sample) > 1 else np.repeat(sample, 2) for sample in samples]
    found = stats.bootstrap(
        data,
        statistic,
        n_resamples=resamples,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    # SciPy's quantiles of equal numbers may be off in the last digit.
    drawn, estimate = found.bootstrap_distribution, float(statistic(*data, axis=-1))
    low, high = np.clip(found.confidence_interval, drawn.min(), drawn.max())
    return min(float(low), estimate), max(float(high), estimate)
