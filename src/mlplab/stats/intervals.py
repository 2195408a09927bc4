"""Intervals of means and of one more value, over seeds or rounds, and of paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean with the ends of its 95 % interval, which are NaN for a single value."""

    mean: float
    low: float
    high: float


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
    values = check_values(values)
    if len(values) == 1:
        return Interval(float(values[0]), np.nan, np.nan)
    mean, half = (float(number) for number in trimmed_mean(values))
    return Interval(mean, max(mean - half, least), min(mean + half, most))


def prediction_interval(
    values: Sequence[float] | np.ndarray, *, least: float = -np.inf, most: float = np.inf
) -> Interval:
    """Mean of ``values`` (n,) and the interval that holds one more value in 95 % of cases.

    A figure that somebody found in one run is compared with this interval, not with that of a
    mean, because it varies as much as a single value does. The interval is by Student's t with
    n - 1 degrees of freedom. ``least`` and ``most`` cut it as in :func:`mean_interval`.

    Examples
    --------
    >>> interval = prediction_interval([0.97, 0.98, 0.99])
    >>> print(f"{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    0.980 (0.930 to 1.030)

    Raises
    ------
    ValueError
        There is no value, or one is missing.
    """
    mean, low, high = mean_interval(values)
    # The error of the mean and that of the new value: s²/n and s².
    wider = float(np.sqrt(len(values) + 1))
    return Interval(
        mean, max(mean - wider * (mean - low), least), min(mean + wider * (high - mean), most)
    )


def accuracy_interval(accuracies: Sequence[float] | np.ndarray) -> Interval:
    """:func:`mean_interval` of accuracies, which lie between 0 and 1."""
    return mean_interval(accuracies, least=0.0, most=1.0)


def paired_differences(values: Mapping[int, float], reference: Mapping[int, float]) -> np.ndarray:
    """Differences (seeds,) of what the same seeds gave twice, in the order of the seeds.

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
    return np.array([values[seed] - reference[seed] for seed in sorted(values)])


def check_values(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """The values as an array of float64; ValueError if there is none, or one is missing."""
    values = np.asarray(values, float)
    if not len(values) or np.isnan(values).any():
        raise ValueError(f"values: found {values.tolist()}; allowed: one or more numbers")
    return values


def trimmed_mean(values: np.ndarray, n_trimmed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Means along the last axis (…, n) and half the widths of their 95 % intervals, each (…,).

    ``n_trimmed`` values at either end do not count in the mean. Their squares in the variance are
    those of the outermost values that do, after Yuen (1974, Biometrika 61, 165-170).
    """
    ordered = np.sort(values, axis=-1)
    n = ordered.shape[-1]
    kept = n - 2 * n_trimmed
    inner = ordered[..., n_trimmed : n - n_trimmed]
    winsorized = np.clip(ordered, inner[..., :1], inner[..., -1:])
    error = np.sqrt(n * winsorized.var(axis=-1) / (kept * (kept - 1)))
    return inner.mean(axis=-1), special.stdtrit(kept - 1, (1 + CONFIDENCE) / 2) * error
