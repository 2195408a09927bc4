"""Draw the operations of a mini-batch: their share of an epoch, and the speed of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    LogarithmicLabels,
    Style,
    add_result,
    in_house_style,
)
from mlplab.reporting.tables.operations import select_operations
from mlplab.reporting.words import short

_OPERATIONS = {
    "gather": "rows of the batch",
    "forward": "product forward",
    "sigmoid": "sigmoid",
    "error": "product for the error below",
    "sigmoid_derivative": "derivative of the sigmoid",
    "weight_gradient": "product for the gradient",
    "update": "update of all weights",
    "step_overhead": "a step beside these",
}
_PRODUCTS = {
    "forward": {"label": "forward", "marker": "o"},
    "error": {"label": "error below", "marker": "s"},
    "weight_gradient": {"label": "gradient", "marker": "^"},
}
_FRAMEWORKS = ["numpy", "tensorflow"]


@in_house_style
def plot_operations(times: pd.DataFrame) -> Figure:
    """Seconds that each operation takes in an epoch, a panel per batch size."""
    sizes = sorted(times["batch_size"].unique())
    layers = times["layer"].fillna("")
    labels = times["operation"].map(_OPERATIONS) + layers.where(layers == "", ", " + layers)
    order = [
        name
        for operation in _OPERATIONS
        for name in sorted(labels[times["operation"] == operation].unique())
    ]
    places = {label: place for place, label in enumerate(order)}
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    axes = figure.subplots(1, len(sizes), sharex=True, sharey=True, squeeze=False)
    for axis, size in zip(axes[0], sizes, strict=True):
        for framework in _FRAMEWORKS:
            rows = times[(times["batch_size"] == size) & (times["framework"] == framework)]
            axis.plot(
                rows["seconds_per_epoch"],
                labels[rows.index].map(places),
                linestyle="none",
                ms=6,
                **_point(framework),
            )
        axis.set(
            xscale="log",
            xlabel="time in an epoch (seconds)",
            title=f"batch size {size:,}",
        )
    _format_seconds(axes[0, 0])
    axes[0, 0].set_yticks(range(len(order)), order)
    axes[0, 0].set_ylim(len(order) - 0.4, -1.6)
    _name_frameworks(axes[0, 0], times[times["batch_size"] == sizes[0]])
    add_result(figure, tell_operations(times))
    return figure


def tell_operations(times: pd.DataFrame) -> str:
    """Overhead and operations of both frameworks at the smallest batch size."""
    size = times["batch_size"].min()
    rows = times[times["batch_size"] == size]
    is_overhead = rows["operation"] == "step_overhead"
    overhead = rows[is_overhead].groupby("framework")["seconds_per_epoch"].sum()
    work = rows[~is_overhead].groupby("framework")["seconds_per_epoch"].sum()
    parts = [
        f"{short(overhead[name])} s of overhead and {short(work[name])} s of operations in "
        f"{FRAMEWORK_STYLES[name]['label']}"
        for name in _FRAMEWORKS
        if name in overhead and name in work
    ]
    return f"An epoch at batch size {size:,} has {', '.join(parts)}." if parts else ""


def _name_frameworks(axis: Axes, rows: pd.DataFrame) -> None:
    """The names of the frameworks above their points of the first operation."""
    first = rows[rows["operation"] == "gather"].sort_values("seconds_per_epoch")
    for align, (_, row) in zip(("right", "left"), first.iterrows(), strict=False):
        style = FRAMEWORK_STYLES[row["framework"]]
        axis.annotate(
            f"{style['label']} ",
            (row["seconds_per_epoch"], -0.35),
            color=style["color"],
            ha=align,
            va="bottom",
        )


def _point(framework: str) -> Style:
    """NumPy filled, TensorFlow hollow, so that grey tells them apart."""
    style = FRAMEWORK_STYLES[framework]
    hollow = {} if framework == "numpy" else {"mfc": "white"}
    return {"color": style["color"], "marker": style["marker"], **hollow}


def _format_seconds(axis: Axes) -> None:
    axis.xaxis.set_major_locator(LogLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.xaxis.set_minor_locator(NullLocator())


@in_house_style
def plot_roofline(times: pd.DataFrame) -> Figure:
    """Speed of the matrix products over their arithmetic intensity, a panel per batch size.

    The horizontal line is the fastest product of all. In the language of the roofline model
    (Williams, Waterman and Patterson, 2009) products left of the bend wait for memory.
    """
    products = times[times["operation"].isin(list(_PRODUCTS))]
    sizes = sorted(products["batch_size"].unique())
    fastest = products.loc[products["gflops"].idxmax()]
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    axes = figure.subplots(1, len(sizes), sharex=True, sharey=True, squeeze=False)
    for axis, size in zip(axes[0], sizes, strict=True):
        panel = products[products["batch_size"] == size]
        for (framework, operation), rows in panel.groupby(["framework", "operation"]):
            point = _point(framework) | {"marker": _PRODUCTS[operation]["marker"]}
            axis.plot(rows["flops_per_byte"], rows["gflops"], linestyle="none", ms=6, **point)
        axis.axhline(fastest["gflops"], color=NEUTRAL, linewidth=1)
        for layer, rows in panel.groupby("layer"):
            axis.annotate(
                layer,
                (rows["flops_per_byte"].iloc[0], rows["gflops"].min()),
                xytext=(0, -7),
                textcoords="offset points",
                ha="center",
                va="top",
            )
        axis.set(
            xscale="log",
            yscale="log",
            xlabel="operations per byte of the operands",
            title=f"batch size {size:,}",
        )
    first = axes[0, 0]
    for ticks in (first.xaxis, first.yaxis):
        ticks.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ticks.set_minor_locator(NullLocator())
        ticks.set_major_formatter(LogarithmicLabels())
    first.margins(x=0.12, y=0.12)
    first.set(ylabel="speed (10⁹ operations a second)")
    first.annotate(
        f"fastest product: {fastest['gflops']:.0f}",
        (first.get_xlim()[0], fastest["gflops"]),
        xytext=(4, 3),
        textcoords="offset points",
    )
    _explain_marks(figure)
    add_result(figure, tell_roofline(products))
    return figure


def tell_roofline(products: pd.DataFrame) -> str:
    """The lowest and the highest speed of the products of either framework."""
    ranges = products.groupby("framework")["gflops"].agg(["min", "max"])
    parts = [
        f"{short(ranges.loc[name, 'min'])} to {short(ranges.loc[name, 'max'])} in "
        f"{FRAMEWORK_STYLES[name]['label']}"
        for name in _FRAMEWORKS
        if name in ranges.index
    ]
    return f"Products run at {' and '.join(parts)} (10⁹ operations a second)."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_operations``: seconds of operations, speed of products."""
    times = select_operations(inputs["operations"])
    return {
        "operations": Drawing(plot_operations(times), (times,)),
        "roofline": Drawing(plot_roofline(times), (times[times["gflops"].notna()],)),
    }


def _explain_marks(figure: Figure) -> None:
    """Below the panels: what shapes and colours mean."""
    lines = [(name, FRAMEWORK_STYLES[name]["label"], _point(name)) for name in _FRAMEWORKS]
    handles = [
        Line2D([], [], linestyle="none", label=label, **(point | {"marker": "d"}))
        for _, label, point in lines
    ]
    handles += [
        Line2D([], [], linestyle="none", color="#666666", label=kind["label"],
                   marker=kind["marker"])
        for kind in _PRODUCTS.values()
    ]  # fmt: skip
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        frameon=False,
        handletextpad=0.1,
    )
