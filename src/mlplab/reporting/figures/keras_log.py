"""Draw the published log of Keras over the band of several seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_shares,
)
from mlplab.reporting.words import over_seeds, percent

_LABELS = {"loss": "mean loss of a training image", "accuracy": "accuracy of the batches"}


@in_house_style
def plot_keras_log(log: pd.DataFrame) -> Figure:
    """Mean curves and bands of loss and accuracy, from ``keras_log.csv``, and what was published.

    Where nothing is published, or one seed has no band, these are left out.
    """
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    color = FRAMEWORK_STYLES["keras"]["color"]
    for axis, (measure, label) in zip(figure.subplots(1, 2), _LABELS.items(), strict=True):
        curve = log[log["measure"] == measure]
        seeds = int(curve["seeds"].min())
        axis.fill_between(
            curve["epoch"],
            curve["band_low"],
            curve["band_high"],
            color=color,
            alpha=0.2,
            lw=0,
            label="one more run, 95 %" if seeds > 1 else None,
        )
        axis.plot(curve["epoch"], curve["mean"], color=color, label=over_seeds(seeds))
        if curve["published"].notna().any():
            axis.plot(
                curve["epoch"], curve["published"], "o", ms=3, color=NEUTRAL, label="published"
            )
        axis.set(xlabel="epoch", ylabel=label, ylim=_limits(curve, measure))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend()
        if measure == "accuracy":
            label_shares(axis.yaxis)
    add_result(figure, tell_keras_log(log))
    return figure


def tell_keras_log(log: pd.DataFrame) -> str:
    """How many published values lie in the band; without them, how the accuracy rises."""
    banded = log.dropna(subset=["published", "band_low"])
    # The band of two seeds holds nearly everything.
    if not banded.empty and banded["seeds"].min() > 2:
        counts = banded["inside"].astype(int).groupby(banded["measure"]).agg(["sum", "size"])
        parts = [
            f"{counts.loc[measure, 'sum']} of {counts.loc[measure, 'size']} published {words}"
            for measure, words in (("loss", "losses"), ("accuracy", "accuracies"))
            if measure in counts.index
        ]
        return f"{' and '.join(parts)} lie in the 95 % band of one more run."
    accuracy = log[log["measure"] == "accuracy"].sort_values("epoch")
    first, last = accuracy.iloc[0], accuracy.iloc[-1]
    return (
        f"The accuracy of the batches rises from {percent(first['mean'])} in epoch "
        f"{first['epoch']} to {percent(last['mean'])} in epoch {last['epoch']} "
        f"({over_seeds(last['seeds'])})."
    )


def _limits(curve: pd.DataFrame, measure: str) -> tuple[float, float]:
    """An axis with the curves and as much of the band as leaves them to be seen.

    With two seeds the band is a hundred standard deviations wide.
    """
    lines = curve[["mean", "published"]].stack()
    lowest, highest = lines.min(), lines.max()
    room = max(highest - lowest, 0.05)
    highest_possible = 1.0 if measure == "accuracy" else math.inf
    low = max(np.nanmin([lowest, curve["band_low"].min()]), lowest - room, 0.0)
    high = min(np.nanmax([highest, curve["band_high"].max()]), highest + room, highest_possible)
    margin = 0.03 * max(high - low, 0.05)
    return low - margin, high + margin


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_keras_log``."""
    return {"log": Drawing(plot_keras_log(inputs["log"]), (inputs["log"],))}
