"""Draw the trials of the search, and the accuracy of the chosen setting."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_logarithmic,
    label_shares,
    ordered_spaces,
    space_color,
)
from mlplab.reporting.words import describe_space, over_seeds, percent

# Shapes tell input spaces apart in grey, and those of one kind.
_MARKERS = ["o", "s", "^", "D", "v", "P"]


@in_house_style
def plot_search(trials: pd.DataFrame, result: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Validation accuracies of all trials over their seconds, and the final test accuracies.

    From ``search_trials.csv``, ``search_result.csv`` and ``search_summary.csv``. Trials that
    diverged have no accuracy and are left out; the title counts them.
    """
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2.4, 1])
    _draw_trials(left, trials)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, handletextpad=0.2)
    _draw_result(right, result, summary.iloc[0])
    add_result(figure, tell_search(summary.iloc[0]))
    return figure


def tell_search(summary: pd.Series) -> str:
    """The test accuracy of the chosen setting, beside the published one."""
    published = (
        f"; published: {percent(summary['published_accuracy'])}"
        if pd.notna(summary["published_accuracy"])
        else ""
    )
    return (
        f"The chosen network reaches {percent(summary['test_accuracy'])} test accuracy "
        f"({over_seeds(summary['seeds'])}) with {describe_space(summary['input_space'])}"
        f"{published}."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_search``."""
    tables = (inputs["trials"], inputs["result"], inputs["summary"])
    return {"search": Drawing(plot_search(*tables), tables)}


def _draw_trials(axis: Axes, trials: pd.DataFrame) -> None:
    drawn = trials.dropna(subset=["validation_accuracy"])
    spaces = ordered_spaces(trials["input_space"])
    for space, marker in zip(spaces, itertools.cycle(_MARKERS), strict=False):
        color = space_color(space)
        own = drawn[drawn["input_space"] == space]
        for _, trial in own.groupby("trial"):
            axis.plot(trial["seconds"], trial["validation_accuracy"], color=color, lw=0.7)
        axis.scatter(
            own["seconds"],
            own["validation_accuracy"],
            color=color,
            marker=marker,
            s=26,
            label=describe_space(space),
        )
    chosen = drawn[drawn["outcome"] == "chosen"].iloc[0]
    accuracy = chosen["validation_accuracy"]
    axis.plot(chosen["seconds"], accuracy, "o", ms=14, mfc="none", color=NEUTRAL)
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.15 * (high - low))  # room for the words above all marks
    axis.text(
        0.99,
        0.98,
        f"ringed: chosen after {chosen['epochs']} epochs, {accuracy:.4f}",
        transform=axis.transAxes,
        ha="right",
        va="top",
    )
    diverged = trials["validation_accuracy"].isna().sum()
    axis.set(
        xscale="log",
        xlabel="time of the training (seconds)",
        ylabel="accuracy on the validation images",
        title="Trials; lines join those of one setting"
        + (f"; {diverged} diverged" if diverged else ""),
    )
    label_logarithmic(axis.xaxis)
    label_shares(axis.yaxis)


def _draw_result(axis: Axes, result: pd.DataFrame, summary: pd.Series) -> None:
    axis.plot([0.0] * len(result), result["test_accuracy"], "o", color=NEUTRAL, mfc="none", ms=5)
    mean = summary["test_accuracy"]
    if pd.notna(summary["ci_low"]):
        reach = [[mean - summary["ci_low"]], [summary["ci_high"] - mean]]
        axis.errorbar(0.5, mean, yerr=reach, fmt="D", color=NEUTRAL, capsize=4)
    else:
        axis.plot(0.5, mean, "D", color=NEUTRAL)
    axis.annotate(
        f"{mean:.4f}", (0.5, mean), xytext=(8, 0), textcoords="offset points", va="center"
    )
    if pd.notna(summary["published_accuracy"]):
        axis.axhline(summary["published_accuracy"], color=NEUTRAL, ls="--", lw=1)
        axis.annotate(
            f"published {summary['published_accuracy']:.3f}",
            (1.3, summary["published_accuracy"]),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
        )
    axis.set_xticks([0.0, 0.5], ["seeds", "mean with\n95 % interval"])
    axis.set(xlim=(-0.4, 1.3), ylabel="accuracy on the test images", title="The chosen setting")
    label_shares(axis.yaxis)
    axis.grid(axis="x", visible=False)
