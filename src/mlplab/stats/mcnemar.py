"""McNemar's test of two classifiers on the same samples."""

from __future__ import annotations

import numpy as np
from scipy import stats


def mcnemar_p(correct: np.ndarray, reference_correct: np.ndarray) -> float:
    """p of McNemar's exact test that two classifiers are equally often right.

    Under that hypothesis each of them is right on half of the samples on which only one is right
    (McNemar, 1947).

    Parameters
    ----------
    correct, reference_correct : bool (n,), whether each classifies the same n samples correctly
    """
    correct, reference = np.asarray(correct, bool), np.asarray(reference_correct, bool)
    if correct.shape != reference.shape:
        raise ValueError(f"correct: found shapes {correct.shape} and {reference.shape}; must agree")
    only_first = int(np.count_nonzero(correct & ~reference))
    only_second = int(np.count_nonzero(~correct & reference))
    if not only_first + only_second:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second).pvalue)
