"""Draw one training of the articles with all its seeds: costs, accuracies, confusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_logarithmic,
    label_points,
    label_shares,
    space_color,
)
from mlplab.reporting.words import over_seeds, percent, short

_PANELS = {
    "last_batch_cost": "cost of the last mini-batch\n(sum of log-losses)",
    "last_batch_error": "mean absolute error of the outputs,\nlast mini-batch",
    "last_batch_regularization_share": "share of the regularisation\nin that cost",
    "total_cost": "cost of the training images\n(sum of log-losses)",
}
# The first epochs would squeeze all that follows into a line.
_ACCURACY_RANGE = 1.15
# A line through fewer points than this would hide how few they are.
_FEW_EPOCHS = 20


def select_run(
    table: pd.DataFrame, *, experiment: str, input_space: str, l2_factor: float
) -> pd.DataFrame:
    """The rows of one experiment on one input space, of ``training_history`` or ``confusion``.

    Raises
    ------
    ValueError
        There are none.
    """
    rows = table[
        (table["experiment"] == experiment)
        & (table["input_space"] == input_space)
        & (table["l2_factor"] == l2_factor)
    ].reset_index(drop=True)
    if rows.empty:
        raise ValueError(f"no row of {experiment} on {input_space} with λ₂ times {l2_factor:g}")
    return rows


@in_house_style
def plot_run_panels(run: pd.DataFrame) -> Figure:
    """Cost, error and regularisation of the last mini-batch, and total cost; a line per seed."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True)
    color = space_color(run["input_space"].iloc[0])
    for axis, (column, label) in zip(axes.flat, _PANELS.items(), strict=True):
        for _, seed in run.groupby("seed"):
            _draw_measured(axis, seed, column, color=color, linewidth=0.9, alpha=0.8)
        axis.set(ylabel=label)
        axis.set_ylim(bottom=0)
    for axis in axes[1]:
        _label_epochs(axis)
    axes[1, 1].yaxis.set_major_formatter(FuncFormatter(_thousands))
    add_result(figure, tell_run_panels(run))
    return figure


def tell_run_panels(run: pd.DataFrame) -> str:
    """The cost of the last mini-batch of the first and of the last epoch, mean over seeds."""
    costs = run.groupby("epoch")["last_batch_cost"].mean().dropna()
    if len(costs) < 2:
        return ""
    return (
        f"The cost of the last mini-batch falls from {short(costs.iloc[0])} in epoch "
        f"{costs.index[0]} to {short(costs.iloc[-1])} in epoch {costs.index[-1]} "
        f"({over_seeds(run['seed'].nunique())})."
    )


@in_house_style
def plot_cost_and_accuracy(run: pd.DataFrame) -> Figure:
    """Total cost, and accuracies on training and test images; a line per seed."""
    figure = Figure(figsize=(9, 3.9), layout="constrained")
    cost, accuracy = figure.subplots(1, 2)
    color = space_color(run["input_space"].iloc[0])
    ends = []
    for _, seed in run.groupby("seed"):
        for axis, column, line in (
            (cost, "total_cost", "-"),
            (accuracy, "train_accuracy", ":"),
            (accuracy, "test_accuracy", "-"),
        ):
            _draw_measured(axis, seed, column, linestyle=line, color=color, linewidth=1.1)
    last = run[run["epoch"] == run["epoch"].max()]
    for column, name in (("train_accuracy", "training"), ("test_accuracy", "test")):
        first = last.iloc[0]
        words = _range_in_words(last[column])
        ends.append((first["epoch"], first[column], f"{name} {words}", color))
    cost.set(yscale="log", ylabel=_PANELS["total_cost"])
    label_logarithmic(cost.yaxis)
    cost.yaxis.set_major_formatter(FuncFormatter(_thousands))
    accuracy.set(ylabel="share of the images classified correctly")
    label_shares(accuracy.yaxis)
    for axis in (cost, accuracy):
        _label_epochs(axis)
    if run["seed"].nunique() > 1:
        accuracy.set_title("a line is a seed; numbers: lowest to highest seed at the end")
    _show_upper_part(accuracy, run)
    label_points(accuracy, ends)
    add_result(figure, tell_cost_and_accuracy(run))
    return figure


def tell_cost_and_accuracy(run: pd.DataFrame) -> str:
    """Both accuracies after the last epoch, means over seeds."""
    last = run[run["epoch"] == run["epoch"].max()]
    return (
        f"After {run['epoch'].max()} epochs: {percent(last['test_accuracy'].mean())} test "
        f"accuracy, {percent(last['train_accuracy'].mean())} training accuracy "
        f"({over_seeds(len(last))})."
    )


@in_house_style
def plot_confusion(confusion: pd.DataFrame) -> Figure:
    """Test images by label and predicted class, from ``confusion.csv``.

    Grey is the share of the label's images. The diagonal stays white: it would drown the others.
    """
    counts = confusion.pivot(index="label", columns="predicted", values="images")
    shares = confusion.pivot(index="label", columns="predicted", values="share")
    wrong = shares.fillna(0).to_numpy(copy=True)
    for place in range(len(wrong)):
        wrong[place, place] = 0
    figure = Figure(figsize=(5.6, 5), layout="constrained")
    axis = figure.subplots()
    axis.imshow(wrong, cmap="Greys", vmin=0, vmax=max(wrong.max() * 1.4, 1e-9))
    for row, label in enumerate(counts.index):
        for column, predicted in enumerate(counts.columns):
            count = counts.loc[label, predicted]
            if count:
                axis.text(
                    column,
                    row,
                    f"{count:,.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    fontweight="bold" if label == predicted else "normal",
                    color="white" if wrong[row, column] > 0.8 * wrong.max() > 0 else NEUTRAL,
                )
    axis.set_xticks(range(len(counts.columns)), counts.columns)
    axis.set_yticks(range(len(counts.index)), counts.index)
    axis.set(xlabel="class given by the network", ylabel="label of the image")
    axis.grid(visible=False)
    add_result(figure, tell_confusion(confusion))
    return figure


def tell_confusion(confusion: pd.DataFrame) -> str:
    """The mistake that the largest share of a label's images meets."""
    wrong = confusion[(confusion["label"] != confusion["predicted"]) & (confusion["images"] > 0)]
    if wrong.empty:
        return "No test image is classified wrongly."
    worst = wrong.loc[wrong["share"].idxmax()]
    return (
        f"Commonest mistake: {percent(worst['share'])} of the images of class "
        f"{worst['label']:.0f} are taken for {worst['predicted']:.0f}."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_training_run``: costs, accuracies and confusions."""
    keys = {name: params[name] for name in ("experiment", "input_space", "l2_factor")}
    run, confusion = (select_run(inputs[name], **keys) for name in ("history", "confusion"))
    return {
        "panels": Drawing(plot_run_panels(run), (run,)),
        "accuracy": Drawing(plot_cost_and_accuracy(run), (run,)),
        "confusion": Drawing(plot_confusion(confusion), (confusion,)),
    }


def _draw_measured(axis: Axes, seed: pd.DataFrame, column: str, **style: Any) -> None:
    """A line through the epochs in which a column was measured; few of them are marked."""
    known = seed.dropna(subset=[column])
    marker = "." if len(known) <= _FEW_EPOCHS else None
    axis.plot(known["epoch"], known[column], marker=marker, **style)


def _label_epochs(axis: Axes) -> None:
    axis.set(xlabel="epoch")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))


def _show_upper_part(axis: Axes, run: pd.DataFrame) -> None:
    """Start the axis a little below the accuracies of the last half of the epochs."""
    late = run.loc[run["epoch"] > run["epoch"].max() / 2, ["train_accuracy", "test_accuracy"]]
    low, high = late.min().min(), late.max().max()
    axis.set_ylim(
        high - (high - low) * 2 * _ACCURACY_RANGE - 0.002, high + (high - low) * 0.1 + 1e-3
    )


def _range_in_words(values: pd.Series) -> str:
    low, high = f"{values.min():.4f}", f"{values.max():.4f}"
    return low if low == high else f"{low} to {high}"


def _thousands(value: float, _: int) -> str:
    return f"{value:,.0f}"
