"""Draw the operations of a mini-batch: their share of an epoch, and the speed of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    Style,
    add_result,
    in_house_style,
    label_logarithmic,
)
from mlplab.reporting.tables.operations import select_operations
from mlplab.reporting.words import join, short

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
_PRODUCTS: dict[str, Style] = {
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
    label_logarithmic(axes[0, 0].xaxis)
    axes[0, 0].set_yticks(range(len(order)), order)
    axes[0, 0].set_ylim(len(order) - 0.4, -0.6)
    _explain(figure, _framework_handles())
    add_result(figure, tell_operations(times))
    return figure


def tell_operations(times: pd.DataFrame) -> str:
    """Overhead and operations of both frameworks at the smallest batch size."""
    size = times["batch_size"].min()
    rows = times[times["batch_size"] == size]
    is_overhead = rows["operation"] == "step_overhead"
    overhead = rows[is_overhead].groupby("framework")["seconds_per_epoch"].sum()
    work = rows[~is_overhead].groupby("framework")["seconds_per_epoch"].sum()
    known = [name for name in _FRAMEWORKS if name in overhead and name in work]
    if not known:
        return ""
    of_steps = [f"{short(overhead[name])} s in {FRAMEWORK_STYLES[name]['label']}" for name in known]
    of_work = [f"{short(work[name])} s" for name in known]
    return (
        f"Overhead of an epoch at batch size {size:,}: {join(of_steps)}; "
        f"operations: {join(of_work)}."
    )


def _point(framework: str) -> Style:
    """NumPy filled, TensorFlow hollow, so that grey tells them apart."""
    style = FRAMEWORK_STYLES[framework]
    hollow = {} if framework == "numpy" else {"mfc": "white"}
    return {"color": style["color"], "marker": style["marker"], **hollow}


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
        label_logarithmic(ticks)
    first.margins(x=0.12, y=0.12)
    first.set(ylabel="speed (10⁹ operations a second)")
    first.annotate(
        f"fastest product: {fastest['gflops']:.0f}",
        (first.get_xlim()[0], fastest["gflops"]),
        xytext=(4, 3),
        textcoords="offset points",
    )
    _explain(figure, [*_framework_handles(marker="d"), *_product_handles()])
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
    return f"Speed of matrix products: {join(parts)} (10⁹ operations a second)."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_operations``: seconds of operations, speed of products."""
    times = select_operations(inputs["operations"])
    return {
        "operations": Drawing(plot_operations(times), (times,)),
        "roofline": Drawing(plot_roofline(times), (times[times["gflops"].notna()],)),
    }


def _framework_handles(**point: Any) -> list[Line2D]:
    return [
        Line2D([], [], linestyle="none", label=FRAMEWORK_STYLES[name]["label"],
               **(_point(name) | point))
        for name in _FRAMEWORKS
    ]  # fmt: skip


def _product_handles() -> list[Line2D]:
    return [
        Line2D([], [], linestyle="none", color="#666666", **kind) for kind in _PRODUCTS.values()
    ]


def _explain(figure: Figure, handles: list[Line2D]) -> None:
    """Below the panels: what shapes and colours mean."""
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        frameon=False,
        handletextpad=0.1,
    )
