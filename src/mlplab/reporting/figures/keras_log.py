"""Draw the published log of Keras over the band of several seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    in_house_style,
    label_shares,
)

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
            curve["epoch"], curve["band_low"], curve["band_high"], color=color, alpha=0.2, lw=0
        )
        mean = f"mean of {seeds} seeds" if seeds > 1 else "one seed"
        axis.plot(curve["epoch"], curve["mean"], color=color, label=mean)
        if curve["published"].notna().any():
            axis.plot(
                curve["epoch"], curve["published"], "o", ms=3, color=NEUTRAL, label="published"
            )
        axis.set(xlabel="epoch", ylabel=label)
        axis.legend()
        if measure == "accuracy":
            label_shares(axis.yaxis)
    return figure


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_keras_log``."""
    return {"log": Drawing(plot_keras_log(inputs["log"]), (inputs["log"],))}
