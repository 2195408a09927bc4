"""Draw cost and accuracy of both networks over epochs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    Drawing,
    add_result,
    in_house_style,
    label_logarithmic,
    label_points,
    label_shares,
    ordered_spaces,
    space_color,
)
from mlplab.reporting.words import describe_space, percent


def select_trainings(
    history: pd.DataFrame, *, experiment: str, batch_size: int, seed: int
) -> pd.DataFrame:
    """The epochs of ``training_history.csv`` with these values, of both networks on all inputs."""
    return history[
        (history["experiment"] == experiment)
        & (history["batch_size"] == batch_size)
        & (history["seed"] == seed)
    ].reset_index(drop=True)


@in_house_style
def plot_training_history(chosen: pd.DataFrame) -> Figure:
    """Cost and test accuracy over epochs for every input space, with one batch size and seed."""
    batch_size = chosen["batch_size"].iloc[0]
    frameworks = [name for name in FRAMEWORK_STYLES if name in set(chosen["framework"])]
    figure = Figure(figsize=(4.6 * len(frameworks), 6.2), layout="constrained")
    axes = figure.subplots(2, len(frameworks), sharex=True, sharey="row", squeeze=False)
    spaces = ordered_spaces(chosen["input_space"])
    labels: list[tuple[Axes, list[tuple[float, float, str, str]]]] = []
    for column, framework in enumerate(frameworks):
        cost, accuracy = axes[0, column], axes[1, column]
        ends = []
        for space in spaces:
            color = space_color(space)
            run = chosen[(chosen["framework"] == framework) & (chosen["input_space"] == space)]
            if run.empty:
                continue
            run = run.sort_values("epoch")
            cost.plot(run["epoch"], run["total_cost"] / run["total_cost"].iloc[0], color=color)
            accuracy.plot(run["epoch"], run["test_accuracy"], color=color)
            accuracy.plot(run["epoch"], run["train_accuracy"], color=color, ls=":", lw=1)
            end = run.iloc[-1]
            ends.append((end["epoch"], end["test_accuracy"], f"{end['test_accuracy']:.3f}", color))
        cost.set(title=f"{FRAMEWORK_STYLES[framework]['label']}, batch size {batch_size}")
        cost.set_yscale("log")
        label_logarithmic(cost.yaxis)
        accuracy.set(xlabel="epoch")
        accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
        label_shares(accuracy.yaxis)
        labels.append((accuracy, ends))
    axes[0, 0].set(ylabel="training cost / that of epoch 1")
    axes[1, 0].set(ylabel="accuracy (solid: test, dotted: training)")
    handles = [
        Line2D([], [], color=space_color(name), label=describe_space(name)) for name in spaces
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    # Only now is the range of the shared axis known, and with it where labels would overlap.
    for axis, ends in labels:
        label_points(axis, ends)
    add_result(figure, tell_training_history(chosen))
    return figure


def tell_training_history(chosen: pd.DataFrame) -> str:
    """The input space on which each framework ends with the highest test accuracy."""
    last = chosen[chosen["epoch"] == chosen["epoch"].max()].dropna(subset=["test_accuracy"])
    if last.empty:
        return ""
    best = last.loc[last.groupby("framework")["test_accuracy"].idxmax()].set_index("framework")
    parts = [
        f"{style['label']} {percent(best.loc[name, 'test_accuracy'])} on "
        f"{describe_space(best.loc[name, 'input_space'])}"
        for name, style in FRAMEWORK_STYLES.items()
        if name in best.index
    ]
    return f"Best after {chosen['epoch'].max()} epochs: {', '.join(parts)}."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_training_history``."""
    keys = {name: params[name] for name in ("experiment", "batch_size", "seed")}
    chosen = select_trainings(inputs["history"], **keys)
    return {"history": Drawing(plot_training_history(chosen), (chosen,))}
