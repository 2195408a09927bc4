"""Several comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


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
