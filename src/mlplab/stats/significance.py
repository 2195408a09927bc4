"""Significance of differences, and of several comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from mlplab.stats.intervals import check_values

SIGNIFICANT_BELOW = 0.05


def zero_mean_p(values: Sequence[float] | np.ndarray) -> float:
    """p of Student's t-test that the mean behind ``values`` (n,) is 0; NaN for a single value.

    Raises
    ------
    ValueError
        There is no value, or one is missing.
    """
    return _p_of_distance(0.0, check_values(values), 0.0)


def one_more_p(value: float, values: Sequence[float] | np.ndarray) -> float:
    """p that ``value`` is one more of ``values`` (n,); NaN for a single one.

    It is below 0.05 where ``value`` lies outside
    :func:`mlplab.stats.intervals.prediction_interval`.

    Raises
    ------
    ValueError
        There is no value, or one is missing.
    """
    return _p_of_distance(value, check_values(values), 1.0)


def _p_of_distance(value: float, values: np.ndarray, of_value: float) -> float:
    """Two-sided p; the variance of ``value`` itself is ``of_value`` times that of ``values``."""
    n = len(values)
    if n == 1:
        return float("nan")
    distance = abs(value - values.mean())
    error = values.std(ddof=1) * np.sqrt(of_value + 1 / n)
    if error == 0.0:
        return 1.0 if distance == 0.0 else 0.0
    return float(2 * special.stdtr(n - 1, -distance / error))


def holm_adjusted(p_values: Sequence[float] | np.ndarray) -> np.ndarray:
    """p-values (n,) of several tests, adjusted so that 5 % hold for all of them together.

    A test whose adjusted p is below 0.05 is significant: the chance that one or more of all tests
    is so without reason is at most 5 %, however they depend on each other (Holm, 1979, Scand. J.
    Statist. 6, 65-70). A missing p stays missing and is no test.

    Examples
    --------
    >>> holm_adjusted([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, float)
    adjusted = np.full(len(p_values), np.nan)
    tests = np.flatnonzero(~np.isnan(p_values))
    order = tests[np.argsort(p_values[tests])]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p_values[order]))
    return adjusted
