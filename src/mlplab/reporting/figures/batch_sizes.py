"""Time over the batch size, drawn: seconds of an epoch, and ratios to NumPy."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from mlplab.reporting.figures.style import (
    FRAMEWORK_STYLES,
    LogarithmicLabels,
    label_points,
    ordered_spaces,
    short_number,
    space_label,
    variant_styles,
)


def plot_seconds_per_epoch(summary: pd.DataFrame) -> Figure:
    """Median seconds of an epoch over the batch size, with 95 % intervals.

    From ``batch_size_summary.csv``; a panel per input space.
    """
    figure, axes = _draw_panels(summary, "seconds_per_epoch")
    axes[0].set(ylabel="time of an epoch (seconds)")
    return figure


def plot_batch_size_ratios(ratios: pd.DataFrame) -> Figure:
    """Time of an epoch over that of NumPy over the batch size, with 95 % intervals.

    From ``batch_size_ratios.csv``; a panel per input space.
    """
    figure, axes = _draw_panels(ratios, "ratio_to_numpy")
    axes[0].set(ylabel="time of an epoch / that of NumPy\n(NumPy faster above 1)")
    numpy = FRAMEWORK_STYLES["numpy"]
    for axis in axes:
        axis.axhline(1.0, color=numpy["color"], linewidth=1.5, zorder=1)
    axes[0].annotate(
        numpy["label"],
        (axes[0].get_xlim()[0], 1.0),
        xytext=(3, 3),
        textcoords="offset points",
        color=numpy["color"],
    )
    return figure


def _draw_panels(table: pd.DataFrame, column: str) -> tuple[Figure, list[Axes]]:
    spaces = ordered_spaces(table["input_space"])
    sizes = {
        space: sorted(table.loc[table["input_space"] == space, "batch_size"].unique())
        for space in spaces
    }
    figure, axes = plt.subplots(
        1,
        len(spaces),
        figsize=(10, 4.6),
        sharey=True,
        squeeze=False,
        layout="constrained",
        # Room for the words right of each panel, however few sizes it has.
        width_ratios=[len(sizes[space]) + 4 for space in spaces],
    )
    styles, labels = variant_styles(table["variant"]), []
    for axis, space in zip(axes[0], spaces, strict=True):
        rows = table[table["input_space"] == space]
        ends = []
        for variant, style in styles.items():
            line = rows[rows["variant"] == variant].sort_values("batch_size")
            if line.empty:
                continue
            middle = line[column]
            axis.errorbar(
                line["batch_size"],
                middle,
                yerr=[middle - line["ci_low"], line["ci_high"] - middle],
                capsize=2,
                ms=4,
                linewidth=1.2,
                **{key: value for key, value in style.items() if key != "label"},
            )
            end = line.iloc[-1]
            ends.append((end["batch_size"], end[column], style["label"], style["color"]))
        axis.set(xscale="log", yscale="log", xlabel="batch size (samples)")
        axis.set_title(space_label(space))
        axis.xaxis.set_major_locator(FixedLocator(sizes[space]))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter(FuncFormatter(short_number))
        axis.tick_params(axis="x", labelrotation=45)
        labels.append((axis, ends))
    axes[0, 0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0, 0].yaxis.set_minor_locator(NullLocator())
    axes[0, 0].yaxis.set_major_formatter(LogarithmicLabels())
    # The range of the shared axis is known only now, and with it where words would overlap.
    for axis, ends in labels:
        label_points(axis, ends)
    return figure, list(axes[0])
