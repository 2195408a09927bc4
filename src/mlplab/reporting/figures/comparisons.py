"""Draw comparisons of experiments over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_points,
    label_shares,
    ordered_spaces,
    space_color,
)
from mlplab.reporting.figures.over_time import plot_controls_over_time, plot_time_to_accuracy
from mlplab.reporting.words import describe_space, percent


@in_house_style
def plot_feature_controls(controls: pd.DataFrame) -> Figure:
    """Test accuracy of every input space, and its difference to the first with the verdict.

    From ``feature_controls.csv``; bars are 95 % intervals over seeds.
    """
    rows = controls.sort_values("test_accuracy", ignore_index=True)
    reference = rows[rows["verdict"] == "reference"].iloc[0]
    figure = Figure(figsize=(9.8, 0.36 * len(rows) + 1.3), layout="constrained")
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
    left.set_yticks(rows.index, rows["input_space"].map(describe_space))
    bars = "; bars: 95 % intervals" if rows["ci_low"].notna().any() else ""
    left.set(xlabel="test accuracy", title=f"After {reference['epochs']} epochs{bars}")
    right.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    label_shares(left.xaxis)
    right.set(
        xlabel="difference of test accuracy, seed by seed",
        title=f"Against {describe_space(reference['input_space'])}",
    )
    _write_at_the_right(left, rows.index, [f"{a:.4f}" for a in rows["test_accuracy"]])
    _write_at_the_right(right, rows.index, rows["verdict"])
    add_result(figure, tell_feature_controls(controls))
    return figure


def tell_feature_controls(controls: pd.DataFrame) -> str:
    """The best input space, and how many are better or worse than the reference."""
    best = controls.loc[controls["test_accuracy"].idxmax()]
    text = f"Best: {describe_space(best['input_space'])}, {percent(best['test_accuracy'])}."
    counts = controls["verdict"].value_counts()
    words = {"better": "better", "worse": "worse", "no clear difference": "not clearly different"}
    parts = [f"{counts[verdict]} {word}" for verdict, word in words.items() if verdict in counts]
    if not parts:
        return text
    reference = controls.loc[controls["verdict"] == "reference", "input_space"].iloc[0]
    return f"{text} Against {describe_space(reference)}: {', '.join(parts)}."


@in_house_style
def plot_lambda_rule(rule: pd.DataFrame) -> Figure:
    """Validation accuracy over the factor of λ₂; the rule is 1. From ``lambda_rule.csv``."""
    figure = Figure(figsize=(6.8, 3.6), layout="constrained")
    axis = figure.subplots()
    ends = []
    spaces = ordered_spaces(rule["input_space"])
    # One line needs no name at its end.
    on = f" on {describe_space(spaces[0])}" if len(spaces) == 1 else ""
    for space in spaces:
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
        ends.append((rows["l2_factor"].iloc[-1], accuracy.iloc[-1], describe_space(space), color))
    axis.set(
        xscale="log",
        xlabel="λ₂ over that of the rule, and λ₂ itself",
        ylabel="validation accuracy",
        title=f"After {rule['epochs'].iloc[0]} epochs{on}; bars: 95 % intervals over seeds",
    )
    label_shares(axis.yaxis)
    axis.axvline(1.0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    first = rule[rule["input_space"] == rule["input_space"].iloc[0]]
    labels = [f"{f:g}\n{l2:.2g}" for f, l2 in zip(first["l2_factor"], first["l2"], strict=True)]
    axis.set_xticks(first["l2_factor"], labels)
    axis.xaxis.set_minor_locator(NullLocator())
    if len(spaces) > 1:
        label_points(axis, ends)
    add_result(figure, tell_lambda_rule(rule))
    return figure


def tell_lambda_rule(rule: pd.DataFrame) -> str:
    """The factor with the highest validation accuracy, beside the rule itself."""
    best = rule.loc[rule["validation_accuracy"].idxmax()]
    of_rule = rule[(rule["l2_factor"] == 1) & (rule["input_space"] == best["input_space"])]
    text = (
        f"Highest with {best['l2_factor']:g} times the rule's λ₂ "
        f"({percent(best['validation_accuracy'], 2)})"
    )
    if of_rule.empty or best["l2_factor"] == 1:
        return f"{text}."
    unclear = " (no clear difference)" if best["verdict"] == "no clear difference" else ""
    return (
        f"{text}; with the rule itself {percent(of_rule['validation_accuracy'].iloc[0], 2)}"
        f"{unclear}."
    )


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
