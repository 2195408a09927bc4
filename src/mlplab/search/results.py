"""What the chosen setting reaches on the test images."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t

_CONFIDENCE = 0.95


def summarize_search(result: pd.DataFrame, published_accuracy: float | None) -> pd.DataFrame:
    """One row: the mean test accuracy over seeds, with its 95 % interval by Student's t.

    Parameters
    ----------
    result : rows of :func:`mlplab.search.train_final` for the seeds of one setting
    published_accuracy : the accuracy to compare with, if there is one

    Returns
    -------
    DataFrame with the columns of the setting and seeds, test_accuracy, ci_low, ci_high (missing
    with a single seed) and published_accuracy.
    """
    accuracies = result["test_accuracy"]
    count, mean = len(accuracies), accuracies.mean()
    half = t.ppf(0.5 + _CONFIDENCE / 2, count - 1) * accuracies.sem() if count > 1 else np.nan
    setting = result.drop(columns=["seed", "train_accuracy", "test_accuracy", "seconds"])
    return setting.head(1).assign(
        seeds=count,
        test_accuracy=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        published_accuracy=np.nan if published_accuracy is None else published_accuracy,
    )
