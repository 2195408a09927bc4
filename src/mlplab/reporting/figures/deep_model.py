"""Draw time and accuracy of the deep model of article B."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    Drawing,
    add_result,
    in_house_style,
)
from mlplab.reporting.words import join, short, spread

_LABELS = {"numpy": "NumPy", "keras": "Keras", "keras_xla": "Keras with XLA"}
# What an axis shows, the column of the filled and that of the hollow mark, and what these are.
_PANELS = (
    ("time of an epoch (seconds)", "seconds_per_epoch", "first_epoch_seconds",
     "filled: median of the epochs after the first, hollow: the first"),
    ("share of the images classified correctly", "test_accuracy", "train_accuracy",
     "filled: test images, hollow: training images"),
)  # fmt: skip


@in_house_style
def plot_deep_model(table: pd.DataFrame) -> Figure:
    """Seconds of an epoch, and accuracies after the last, from ``deep_model.csv``."""
    variants = [name for name in _LABELS if name in set(table["variant"])]
    rows = table.set_index("variant").loc[variants]
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (label, filled, hollow, title) in zip(axes, _PANELS, strict=True):
        for place, (_, row) in enumerate(rows.iterrows()):
            style = FRAMEWORK_STYLES[row["framework"]]
            axis.plot(row[[filled, hollow]], [place, place], color=style["color"], linewidth=1)
            # Numbers of the two marks lie on different sides of the line.
            for column, fill, side, align in (
                (filled, style["color"], 7, "bottom"),
                (hollow, "white", -7, "top"),
            ):
                axis.plot(row[column], place, style["marker"], color=style["color"], mfc=fill, ms=7)
                axis.annotate(
                    f"{row[column]:.3f}",
                    (row[column], place),
                    xytext=(0, side),
                    textcoords="offset points",
                    color=style["color"],
                    ha="center",
                    va=align,
                    fontsize=8,
                )
        axis.set_title(title, fontsize=8.5)
        axis.set(xlabel=label)
        axis.margins(x=0.2)
        low, high = axis.get_xlim()
        # The numbers of marks near 0 need room, and lie beside no number below it.
        axis.set_xlim(left=max(low, -0.08 * high))
        axis.xaxis.set_major_locator(MaxNLocator(5))
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:.4g}" if value >= 0 else "")
        axis.grid(axis="y", visible=False)
    axes[0].set_yticks(range(len(variants)), [_LABELS[name] for name in variants])
    axes[0].set_ylim(len(variants) - 0.4, -0.6)
    add_result(figure, tell_deep_model(rows))
    return figure


def tell_deep_model(rows: pd.DataFrame) -> str:
    """Seconds of an epoch of each variant, and the range of their test accuracies."""
    seconds = [
        f"{short(row['seconds_per_epoch'])} s in {_LABELS[name]}" for name, row in rows.iterrows()
    ]
    return f"An epoch takes {join(seconds)}; test accuracies: {spread(rows['test_accuracy'])}."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_deep_model``."""
    table = inputs["deep_model"]
    return {"deep_model": Drawing(plot_deep_model(table), (table,))}
