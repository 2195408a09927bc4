"""What several seeds say: intervals of means, paired differences, McNemar's test."""

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


def mcnemar_p(correct: np.ndarray, reference_correct: np.ndarray) -> float:
    """p of McNemar's exact test whether two classifiers are right equally often.

    Of the samples that only one of them has right, half should be right by either (McNemar, 1947).

    Parameters
    ----------
    correct, reference_correct : bool (n,), whether each has the same n samples right
    """
    correct, reference = np.asarray(correct, bool), np.asarray(reference_correct, bool)
    if correct.shape != reference.shape:
        raise ValueError(f"correct: found shapes {correct.shape} and {reference.shape}; must agree")
    only_first = int(np.count_nonzero(correct & ~reference))
    only_second = int(np.count_nonzero(~correct & reference))
    if not only_first + only_second:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second).pvalue)
