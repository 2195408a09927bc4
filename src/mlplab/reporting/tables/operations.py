"""The times of single operations that figures and the study page show."""

from __future__ import annotations

import pandas as pd


def select_operations(times: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``operation_times.csv`` to show: for NumPy's products, those of ``np.dot``.

    The table also has ``np.matmul``, which the network calls if two threads share the features of a
    batch.
    """
    return times[times["function"] != "np.matmul"].reset_index(drop=True)
