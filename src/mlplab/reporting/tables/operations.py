"""What readers are told of the times of single operations."""

from __future__ import annotations

import pandas as pd


def select_operations(times: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``operation_times.csv`` that are told: of NumPy's products those by ``np.dot``.

    They were also measured with ``np.matmul``, which the network calls where two threads share the
    features of a batch.
    """
    return times[times["function"] != "np.matmul"].reset_index(drop=True)
