"""Draw accuracies over the time of training."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from mlplab.reporting.figures.drawing import (
    add_result,
    in_house_style,
    label_logarithmic,
    label_points,
    label_shares,
    ordered_spaces,
    space_color,
    space_line,
)
from mlplab.reporting.words import count, describe_space, percent, short

# Room below the lowest target or end of a curve, and the share of the axis that words need above a
# line.
_BELOW_TARGETS = 0.012
_NEAR = 0.06
# Closer lines, as a share of the axis, share their words, which would overlap.
_NEARLY_ONE = 0.02
# The axis of the controls leaves out early epochs: it begins this far below the lowest end.
_BELOW_ENDS = 0.02
_ROOM_ABOVE = 0.15

_LINES = "Lines: means over seeds; bands: lowest to highest seed"


@in_house_style
def plot_time_to_accuracy(curves: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Test accuracy over seconds of training, and where each target is reached.

    From ``accuracy_over_time.csv``, whose bands are the lowest and highest of the seeds, and
    ``time_to_accuracy_summary.csv``, whose means are the marks.
    """
    figure = Figure(figsize=(9.6, 4.8), layout="constrained")
    axis = figure.subplots()
    ends = []
    for space in ordered_spaces(curves["input_space"]):
        rows = curves[curves["input_space"] == space].sort_values("epoch")
        color = space_color(space)
        axis.fill_between(
            rows["seconds"], rows["lowest"], rows["highest"], color=color, alpha=0.2, lw=0
        )
        axis.plot(rows["seconds"], rows["test_accuracy"], color=color, linewidth=1.1)
        reached = summary[(summary["input_space"] == space) & (summary["seeds_reached"] > 0)]
        axis.plot(reached["seconds"], reached["target"], "o", mfc="white", mec=color, ms=5)
        last = rows.iloc[-1]
        ends.append((last["seconds"], last["test_accuracy"], describe_space(space), color))
    axis.set_xscale("log")
    label_logarithmic(axis.xaxis)
    label_shares(axis.yaxis)
    axis.set(
        xlabel="time of training (seconds)",
        ylabel="test accuracy",
        title=f"{_LINES}; rings: mean time to a dashed line",
    )
    top = max(curves["highest"].max(), summary["target"].max())
    # Curves that end below the targets are labelled there.
    lowest_end = min(accuracy for _, accuracy, _, _ in ends)
    bottom = min(summary["target"].min(), lowest_end) - _BELOW_TARGETS
    axis.set_ylim(bottom, top + 0.001)
    seen = curves[curves["highest"] >= bottom]
    axis.set_xlim(left=0.7 * (seen if len(seen) else curves)["seconds"].min())
    _draw_targets(axis, summary)
    label_points(axis, ends)
    add_result(figure, tell_time_to_accuracy(summary))
    return figure


def tell_time_to_accuracy(summary: pd.DataFrame) -> str:
    """The highest target that most seeds reach on cluster distances, and how much sooner.

    Of the input spaces with the most seeds.
    """
    distances = summary[summary["input_space"].str.startswith("clusters-")]
    distances = distances[distances["seeds"] == distances["seeds"].max()]
    reached = distances[distances["seeds_reached"] > 0]
    if distances.empty:
        return ""
    if reached.empty:
        lowest = percent(distances["target"].min(), 2)
        return f"No training on distances to cluster centres reaches {lowest} test accuracy."
    share = reached["seeds_reached"] / reached["seeds"]
    order = reached.assign(share=share).sort_values(["share", "target", "speedup"])
    row = order.iloc[-1]
    reach = "reaches" if row["seeds"] == 1 else "reach"
    return (
        f"With {describe_space(row['input_space'], with_scaling=False)}, {row['seeds_reached']} of "
        f"{count(row['seeds'], 'seed')} {reach} {percent(row['target'], 2)} in "
        f"1/{short(row['speedup'])} of the time of the training on pixels."
    )


@in_house_style
def plot_controls_over_time(curves: pd.DataFrame) -> Figure:
    """Validation accuracy of all input spaces over CPU seconds of training.

    From ``controls_over_time.csv``, whose bands are the lowest and highest of the seeds.
    """
    figure = Figure(figsize=(9.6, 4.8), layout="constrained")
    axis = figure.subplots()
    last = curves.sort_values("epoch").groupby("input_space").tail(1).set_index("input_space")
    axis.set(
        xscale="log",
        xlabel="CPU time of training (seconds)",
        ylabel="validation accuracy",
        title=_LINES,
        ylim=_range_of_ends(last["validation_accuracy"].min(), curves["highest"].max()),
    )
    right = 1.15 * last["cpu_seconds"].max()
    ends = []
    for space in ordered_spaces(curves["input_space"]):
        rows = curves[curves["input_space"] == space].sort_values("epoch")
        color, end = space_color(space), last.loc[space]
        axis.fill_between(
            rows["cpu_seconds"], rows["lowest"], rows["highest"], color=color, alpha=0.15, lw=0
        )
        axis.plot(
            rows["cpu_seconds"],
            rows["validation_accuracy"],
            color=color,
            linestyle=space_line(space),
            linewidth=1.2,
        )
        accuracy = end["validation_accuracy"]
        axis.plot(end["cpu_seconds"], accuracy, "o", color=color, ms=3.5)
        words = f"{describe_space(space)} {accuracy:.4f}"
        ends.append((right, accuracy, words, color))
    seen = curves[curves["highest"] >= axis.get_ylim()[0]]
    axis.set_xlim(0.8 * seen["cpu_seconds"].min(), right)
    label_logarithmic(axis.xaxis)
    label_shares(axis.yaxis)
    label_points(axis, ends)
    add_result(figure, tell_controls_over_time(last.reset_index()))
    return figure


def tell_controls_over_time(last: pd.DataFrame) -> str:
    """The input space that ends with the highest accuracy, from the last epoch of every one."""
    best = last.loc[last["validation_accuracy"].idxmax()]
    return (
        f"Highest at the end: {describe_space(best['input_space'])}, "
        f"{percent(best['validation_accuracy'])} after {short(best['cpu_seconds'])} s of CPU time."
    )


def _range_of_ends(lowest: float, highest: float) -> tuple[float, float]:
    """From a little below the lowest end to above the highest, where labels need room."""
    bottom = lowest - _BELOW_ENDS
    return bottom, highest + _ROOM_ABOVE * (highest - bottom)


def _draw_targets(axis: Axes, summary: pd.DataFrame) -> None:
    """Horizontal lines with words at the left end: above, or below where the next line is near.

    Lines that are nearly one have their words beside each other.
    """
    low, high = axis.get_ylim()
    above = high
    targets = summary.drop_duplicates("target").sort_values("target", ascending=False)
    gaps = -targets["target"].diff() / (high - low)
    for _, rows in targets.groupby((gaps > _NEARLY_ONE).cumsum()):
        for target in rows["target"]:
            axis.axhline(target, color="#888888", linewidth=0.7, linestyle="--")
        highest, lowest = rows["target"].iloc[0], rows["target"].iloc[-1]
        is_near = above - highest < _NEAR * (high - low)
        words = zip(rows["target"], rows["target_kind"], strict=True)
        axis.annotate(
            ", ".join(f"{target:.4g} {kind}" for target, kind in words),
            (0.01, lowest if is_near else highest),
            xycoords=("axes fraction", "data"),
            xytext=(0, -2 if is_near else 2),
            textcoords="offset points",
            va="top" if is_near else "bottom",
            color="#555555",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
        above = lowest - (_NEAR * (high - low) if is_near else 0.0)
