"""Draw comparisons of experiments over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    Drawing,
    in_house_style,
    label_logarithmic,
    label_points,
    label_shares,
    ordered_spaces,
    space_color,
    space_label,
    space_line,
)

# Room below the lowest target or end of a curve, and the share of the axis that words need above a
# line.
_BELOW_TARGETS = 0.012
_NEAR = 0.06
# Closer lines, as a share of the axis, share their words, which would overlap.
_NEARLY_ONE = 0.02
# The axis of the controls leaves out early epochs: it begins this far below the lowest end.
_BELOW_ENDS = 0.02
_ROOM_ABOVE = 0.15


@in_house_style
def plot_feature_controls(controls: pd.DataFrame) -> Figure:
    """Test accuracy of every input space, and its difference to the first with the verdict.

    From ``feature_controls.csv``; bars are 95 % intervals over seeds.
    """
    rows = controls.sort_values("test_accuracy", ignore_index=True)
    reference = rows[rows["verdict"] == "reference"].iloc[0]
    figure = Figure(figsize=(9, 0.36 * len(rows) + 1.3), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for place, row in rows.iterrows():
        color = space_color(row["input_space"])
        _draw_interval(left, place, row["test_accuracy"], row["ci_low"], row["ci_high"], color)
        if row["verdict"] != "reference":
            _draw_interval(
                right,
                place,
                row["difference"],
                row["difference_ci_low"],
                row["difference_ci_high"],
                color,
            )
    left.axvline(reference["test_accuracy"], color=NEUTRAL, linewidth=0.8, linestyle=":")
    right.axvline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    left.set_yticks(rows.index, rows["input_space"].map(space_label))
    left.set(xlabel="test accuracy", title=f"After {reference['epochs']} epochs")
    label_shares(left.xaxis)
    right.set(
        xlabel="difference of test accuracy, seed by seed",
        title=f"Against {space_label(reference['input_space'])}",
    )
    _write_at_the_right(left, rows.index, [f"{a:.4f}" for a in rows["test_accuracy"]])
    _write_at_the_right(right, rows.index, rows["verdict"])
    return figure


@in_house_style
def plot_lambda_rule(rule: pd.DataFrame) -> Figure:
    """Validation accuracy over the factor of λ₂; the rule is 1. From ``lambda_rule.csv``."""
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axis = figure.subplots()
    ends = []
    for space in ordered_spaces(rule["input_space"]):
        rows = rule[rule["input_space"] == space].sort_values("l2_factor")
        color = space_color(space)
        accuracy = rows["validation_accuracy"]
        axis.errorbar(
            rows["l2_factor"],
            accuracy,
            yerr=[accuracy - rows["ci_low"], rows["ci_high"] - accuracy],
            fmt="o-",
            color=color,
            ms=5,
            capsize=3,
        )
        ends.append((rows["l2_factor"].iloc[-1], accuracy.iloc[-1], space_label(space), color))
    axis.set(
        xscale="log",
        xlabel="λ₂ over that of the rule, and λ₂ itself",
        ylabel="validation accuracy",
        title=f"After {rule['epochs'].iloc[0]} epochs; bars are 95 % intervals over seeds",
    )
    label_shares(axis.yaxis)
    axis.axvline(1.0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    first = rule[rule["input_space"] == rule["input_space"].iloc[0]]
    labels = [f"{f:g}\n{l2:.2g}" for f, l2 in zip(first["l2_factor"], first["l2"], strict=True)]
    axis.set_xticks(first["l2_factor"], labels)
    axis.xaxis.set_minor_locator(NullLocator())
    label_points(axis, ends)
    return figure


@in_house_style
def plot_time_to_accuracy(curves: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Test accuracy over seconds of training, and where each target is reached.

    From ``accuracy_over_time.csv``, whose bands are the lowest and highest of the seeds, and
    ``time_to_accuracy_summary.csv``, whose medians are the marks.
    """
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
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
        ends.append((last["seconds"], last["test_accuracy"], space_label(space), color))
    axis.set_xscale("log")
    label_logarithmic(axis.xaxis)
    label_shares(axis.yaxis)
    axis.set(xlabel="time of training (seconds)", ylabel="test accuracy")
    top = max(curves["highest"].max(), summary["target"].max())
    # Curves that end below the targets are labelled there.
    lowest_end = min(accuracy for _, accuracy, _, _ in ends)
    bottom = min(summary["target"].min(), lowest_end) - _BELOW_TARGETS
    axis.set_ylim(bottom, top + 0.001)
    seen = curves[curves["highest"] >= bottom]
    axis.set_xlim(left=0.7 * (seen if len(seen) else curves)["seconds"].min())
    _draw_targets(axis, summary)
    label_points(axis, ends)
    return figure


@in_house_style
def plot_controls_over_time(curves: pd.DataFrame) -> Figure:
    """Validation accuracy of all input spaces over CPU seconds of training.

    From ``controls_over_time.csv``, whose bands are the lowest and highest of the seeds.
    """
    figure = Figure(figsize=(7.8, 4.6), layout="constrained")
    axis = figure.subplots()
    last = curves.sort_values("epoch").groupby("input_space").tail(1).set_index("input_space")
    axis.set(
        xscale="log",
        xlabel="CPU time of training (seconds)",
        ylabel="validation accuracy",
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
        words = f"{space_label(space)} {accuracy:.4f}"
        ends.append((right, accuracy, words, color))
    seen = curves[curves["highest"] >= axis.get_ylim()[0]]
    axis.set_xlim(0.8 * seen["cpu_seconds"].min(), right)
    label_logarithmic(axis.xaxis)
    label_shares(axis.yaxis)
    label_points(axis, ends)
    return figure


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_comparisons``."""
    controls, rule, curves = inputs["controls"], inputs["rule"], inputs["curves"]
    summary, controls_curves = inputs["summary"], inputs["controls_curves"]
    return {
        "controls": Drawing(plot_feature_controls(controls), (controls,)),
        "rule": Drawing(plot_lambda_rule(rule), (rule,)),
        "times": Drawing(plot_time_to_accuracy(curves, summary), (curves, summary)),
        "controls_times": Drawing(plot_controls_over_time(controls_curves), (controls_curves,)),
    }


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
        )
        above = lowest


def _draw_interval(
    axis: Axes, place: float, mean: float, low: float, high: float, color: str
) -> None:
    axis.errorbar(mean, place, xerr=[[mean - low], [high - mean]], fmt="o", color=color, capsize=3)


def _write_at_the_right(axis: Axes, places: pd.Index, words: list[str] | pd.Series) -> None:
    for place, text in zip(places, words, strict=True):
        axis.annotate(
            text,
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
