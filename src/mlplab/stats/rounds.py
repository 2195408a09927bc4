"""Which rounds of a measurement count."""

from __future__ import annotations

import pandas as pd


def quiet_rounds(rounds: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not ``disturbed``, or all rows if fewer than two are quiet.

    A single quiet row would have no interval, and its number would look certain.
    """
    quiet = rounds[~rounds["disturbed"].astype(bool)]
    return quiet if len(quiet) > 1 else rounds
