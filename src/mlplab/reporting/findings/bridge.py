"""What made Keras worse, as a sentence."""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.tables.bridge import find_cause


def tell_bridge(bridge: pd.DataFrame) -> str:
    """The difference between NumPy's network and Keras' model to which the gap is due.

    From ``bridge.csv``; see :func:`mlplab.reporting.tables.bridge.find_cause`.
    """
    forwards = bridge[bridge["direction"] == "forwards"].sort_values("step")
    first, last = forwards.iloc[0], forwards.iloc[-1]
    gap = (
        f"The reference model in Keras reaches {100 * last['test_accuracy']:.1f} % test accuracy, "
        f"NumPy's network in Keras {100 * first['test_accuracy']:.1f} % (after {last['epochs']} "
        f"epochs, mean of {last['seeds']})"
    )
    cause = find_cause(bridge)
    if last["test_accuracy"] >= first["test_accuracy"] or cause is None:
        return f"{gap}; no single difference makes Keras worse on the way there and back."
    one = cause.iloc[0]
    return (
        f"{gap}. What made Keras worse in 2020 is {one['words']} ({one['keras']}, where NumPy has "
        f"{one['numpy']}): by itself it costs {_points(cause.loc['forwards'])} on the way from "
        f"NumPy to Keras and {_points(cause.loc['backwards'])} on the way back, of a gap of "
        f"{100 * (first['test_accuracy'] - last['test_accuracy']):.1f} points."
    )


def _points(row: pd.Series) -> str:
    """A loss of accuracy in points, with its 95 % interval."""
    text = f"{-100 * row['change']:.1f} points"
    if pd.isna(row["change_ci_low"]):
        return text
    return f"{text} ({-100 * row['change_ci_high']:.1f} to {-100 * row['change_ci_low']:.1f})"
