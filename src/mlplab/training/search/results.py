"""What the chosen setting reaches on the test images."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlplab.stats.intervals import accuracy_interval


def summarize_search(result: pd.DataFrame, published_accuracy: float | None) -> pd.DataFrame:
    """One row: the mean test accuracy over seeds, with its 95 % interval by Student's t.

    Parameters
    ----------
    result : rows of :func:`mlplab.training.search.train_final` for the seeds of one setting
    published_accuracy : the accuracy to compare with, if there is one

    Returns
    -------
    DataFrame with the columns of the setting and seeds, test_accuracy, ci_low, ci_high (missing
    with a single seed) and published_accuracy.
    """
    accuracy = accuracy_interval(result["test_accuracy"])
    setting = result.drop(columns=["seed", "train_accuracy", "test_accuracy", "seconds"])
    return setting.head(1).assign(
        seeds=len(result),
        test_accuracy=accuracy.mean,
        ci_low=accuracy.low,
        ci_high=accuracy.high,
        published_accuracy=np.nan if published_accuracy is None else published_accuracy,
    )
