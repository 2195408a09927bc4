"""Draw the time of an epoch over the batch size, in seconds and as ratios to NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mlplab.reporting.figures.drawing import (
    Drawing,
    Style,
    add_result,
    in_house_style,
    label_logarithmic,
    label_points,
    ordered_spaces,
    short_number,
    variant_styles,
)
from mlplab.reporting.words import describe_space, short

# A limit that no network reaches.
_NO_NETWORK = "products"


@in_house_style
def plot_seconds_per_epoch(summary: pd.DataFrame, styles: Mapping[str, Style]) -> Figure:
    """Median seconds of an epoch over the batch size, with 95 % intervals.

    From ``batch_size_summary.csv``, a panel per input space. ``styles`` has the label, color,
    marker and linestyle of variants, by name.
    """
    figure, axes = _draw_panels(summary, "seconds_per_epoch", styles)
    axes[0].set(ylabel=f"time of an epoch (seconds){_name_bars(summary)}")
    add_result(figure, tell_seconds_per_epoch(summary, styles))
    return figure


@in_house_style
def plot_batch_size_ratios(ratios: pd.DataFrame, styles: Mapping[str, Style]) -> Figure:
    """Time of an epoch over that of NumPy over the batch size, with 95 % intervals.

    From ``batch_size_ratios.csv``, a panel per input space; ``styles`` as for
    :func:`plot_seconds_per_epoch`.
    """
    figure, axes = _draw_panels(ratios, "ratio_to_numpy", styles)
    axes[0].set(
        ylabel=f"time of an epoch / that of NumPy\n(NumPy faster above 1){_name_bars(ratios)}"
    )
    numpy = variant_styles(["numpy"], styles)["numpy"]
    for axis in axes:
        axis.axhline(1.0, color=numpy["color"], linewidth=1.5, zorder=1)
    axes[0].annotate(
        numpy["label"],
        (axes[0].get_xlim()[0], 1.0),
        xytext=(3, 3),
        textcoords="offset points",
        color=numpy["color"],
    )
    add_result(figure, tell_batch_size_ratios(ratios, styles))
    return figure


def tell_seconds_per_epoch(summary: pd.DataFrame, styles: Mapping[str, Style]) -> str:
    """Which variant has the shortest epochs on pixels at the smallest and largest batch size."""
    networks = summary[(summary["input_space"] == "pixels") & (summary["variant"] != _NO_NETWORK)]
    if networks["variant"].nunique() < 2:
        return ""
    labels = variant_styles(networks["variant"], styles)
    ends = sorted({networks["batch_size"].min(), networks["batch_size"].max()})
    shortest = [
        networks.loc[networks.loc[networks["batch_size"] == size, "seconds_per_epoch"].idxmin()]
        for size in ends
    ]
    parts: dict[str, list[str]] = {}
    for row in shortest:
        parts.setdefault(labels[row["variant"]]["label"], []).append(
            f"{short(row['seconds_per_epoch'])} s at batch size {row['batch_size']:,}"
        )
    words = [f"{label}, {' and '.join(times)}" for label, times in parts.items()]
    return f"Shortest epochs on pixels: {'; '.join(words)}."


def tell_batch_size_ratios(ratios: pd.DataFrame, styles: Mapping[str, Style]) -> str:
    """How long Keras takes on pixels, over NumPy, at the smallest and largest batch size."""
    rows = ratios[(ratios["input_space"] == "pixels") & (ratios["variant"] == "keras")]
    if rows.empty:
        return ""
    rows = rows.sort_values("batch_size")
    ends = rows.iloc[[0, -1]].drop_duplicates("batch_size")
    unclear = (
        ends["verdict"].eq("no clear difference").map({True: ", no clear difference", False: ""})
    )
    parts = [
        f"{short(ratio)} times{'' if number else ' as long as NumPy'} at batch size {size:,}{words}"
        for number, (ratio, size, words) in enumerate(
            zip(ends["ratio_to_numpy"], ends["batch_size"], unclear, strict=True)
        )
    ]
    keras = variant_styles(["keras"], styles)["keras"]["label"]
    rounds = " (one round)" if ends["verdict"].eq("not tested").all() else ""
    return f"On pixels, {keras} takes {'; '.join(parts)}{rounds}."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_batch_sizes``: seconds, and ratios to NumPy."""
    summary, ratios, styles = inputs["summary"], inputs["ratios"], params["styles"]
    return {
        "seconds": Drawing(plot_seconds_per_epoch(summary, styles), (summary,)),
        "ratios": Drawing(plot_batch_size_ratios(ratios, styles), (ratios,)),
    }


def _name_bars(table: pd.DataFrame) -> str:
    """What bars are; nothing where one round has none."""
    return "\nbars: 95 % intervals" if table["ci_low"].notna().any() else ""


def _draw_panels(
    table: pd.DataFrame, column: str, styles: Mapping[str, Style]
) -> tuple[Figure, list[Axes]]:
    spaces = ordered_spaces(table["input_space"])
    sizes = {
        space: sorted(table.loc[table["input_space"] == space, "batch_size"].unique())
        for space in spaces
    }
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    # Labels right of each panel need room, however few sizes it has.
    axes = figure.subplots(
        1,
        len(spaces),
        sharey=True,
        squeeze=False,
        width_ratios=[len(sizes[space]) + 4 for space in spaces],
    )
    drawn, labels = variant_styles(table["variant"], styles), []
    for axis, space in zip(axes[0], spaces, strict=True):
        rows = table[table["input_space"] == space]
        ends = []
        for variant, style in drawn.items():
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
        axis.set_title(describe_space(space))
        axis.xaxis.set_major_locator(FixedLocator(sizes[space]))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter(FuncFormatter(short_number))
        axis.tick_params(axis="x", labelrotation=45)
        labels.append((axis, ends))
    label_logarithmic(axes[0, 0].yaxis)
    # Only now is the range of the shared axis known, and with it where words would overlap.
    for axis, ends in labels:
        label_points(axis, ends)
    return figure, list(axes[0])
