"""What the charts share: theme, switches, axes, and points with their intervals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import plain

# Without scripts a chart has this size; scripts draw it as wide as the page allows.
WIDTH, HEIGHT = 660, 340

# Colour of the text around the chart, so that one drawing fits light and dark pages.
INK = "currentColor"

# Matplotlib's names of markers and lines, which variants declare, and those of Vega and SVG.
_SHAPES = {
    "o": "circle", "s": "square", "^": "triangle-up", "v": "triangle-down", "D": "diamond",
    "d": "diamond", "P": "cross", "X": "cross", "<": "triangle-left", ">": "triangle-right",
}  # fmt: skip
_DASHES = {"-": "", "--": "6 3", "-.": "7 3 2 3", ":": "2 3"}

Record = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """Title and scale of an axis; ``ticks`` are chosen by Vega if there are none.

    ``domain`` holds the ends of the scale, so that it stays when a series is switched off.
    """

    title: str
    logarithmic: bool = False
    ticks: Sequence[float] = ()
    labels: str = ""
    zero: bool = False
    domain: Sequence[float] = ()


def make_switch(name: str, style: Mapping[str, Any]) -> Switch:
    """The legend's entry for a style of the printed figures."""
    line = style.get("linestyle", "-")
    dash = _DASHES.get(line, "") if isinstance(line, str) else " ".join(map(str, line[1]))
    return Switch(name, style["color"], dash, _SHAPES.get(style.get("marker", "o"), "circle"))


def range_words(low: float, high: float, *, scale: float = 1.0, digits: int = 3) -> str:
    """The ends of an interval for the hover; what there is instead if it has none."""
    if pd.isna(low) or pd.isna(high):
        return "none: one round or seed"
    return f"{plain(scale * low, digits)} to {plain(scale * high, digits)}"


def span(records: Sequence[Record], *names: str) -> tuple[float, float]:
    """The lowest and the highest of these fields, with some room beyond either.

    Examples
    --------
    >>> span([{"x": 10.0, "low": None}, {"x": 20.0, "low": 8.0}], "x", "low")
    (7.52, 20.48)
    """
    known = [record[name] for record in records for name in names]
    values = [float(value) for value in known if not pd.isna(value)]
    low, high = min(values), max(values)
    room = 0.04 * (high - low) or 0.04 * abs(high) or 1.0
    return low - room, high + room


def wrap(text: str, width: int = 24) -> str:
    """A label of several lines; :data:`WRAPPED` splits it."""
    return "|".join(textwrap.wrap(text, width)) or text


WRAPPED = "split(datum.label, '|')"


def nice_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of every decade between the two, and one beyond each end.

    Examples
    --------
    >>> nice_ticks(0.3, 4.0)
    [0.2, 0.5, 1, 2, 5]
    """
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    ticks = [float(f"{d}e{e}") for e in range(first, last + 1) for d in (1, 2, 5)]
    inside = [tick for tick in ticks if low <= tick <= high]
    below = [tick for tick in ticks if tick < low][-1:]
    above = [tick for tick in ticks if tick > high][:1]
    return [int(t) if t == int(t) else t for t in (*below, *inside, *above)]


def encode(channel: Any, field: str, axis: Axis) -> Any:
    """A quantitative channel with this axis."""
    settings: dict[str, Any] = {"title": axis.title}
    settings |= {"values": list(axis.ticks)} if axis.ticks else {"tickCount": 6}
    if axis.labels:
        settings["labelExpr"] = axis.labels
    scale: dict[str, Any] = {"zero": axis.zero, "nice": not axis.logarithmic}
    if axis.domain:
        scale["domain"] = [0.0 if axis.zero else axis.domain[0], axis.domain[1]]
    if axis.logarithmic:
        scale = {"type": "log", "nice": False}
        if axis.ticks:
            scale["domain"] = [min(axis.ticks), max(axis.ticks)]
    return channel(f"{field}:Q", axis=alt.Axis(**settings), scale=alt.Scale(**scale))


def series_channels(switches: Sequence[Switch]) -> dict[str, Any]:
    """Colour, dash and shape of every series, as the legend shows them."""
    names = [switch.name for switch in switches]

    def scale(values: Sequence[Any]) -> alt.Scale:
        return alt.Scale(domain=names, range=list(values))

    dashes = [[float(part) for part in switch.dash.split()] or [1, 0] for switch in switches]
    return {
        "color": alt.Color(
            "series:N", legend=None, scale=scale([switch.ink for switch in switches])
        ),
        "strokeDash": alt.StrokeDash("series:N", legend=None, scale=scale(dashes)),
        "shape": alt.Shape(
            "series:N", legend=None, scale=scale([switch.shape for switch in switches])
        ),
    }


def series_offset(switches: Sequence[Switch]) -> alt.YOffset:
    """Series of a row one below the other, each at its place whatever is switched off."""
    names = [switch.name for switch in switches]
    return alt.YOffset("series:N", sort=names, scale=alt.Scale(domain=names))


def row_bands(labels: Sequence[str], y: alt.Y) -> Any:
    """A faint band behind every other row, so that its points are seen to belong to it."""
    bands = inline([{"label": label} for label in labels[::2]])
    return bands.mark_rect(color=INK, opacity=0.05).encode(y=y)


def tooltips(names: Sequence[str]) -> list[alt.Tooltip]:
    """What hovering shows: fields of the records, named as readers know them."""
    return [alt.Tooltip(f"{name}:N", title=name) for name in names]


def inline(records: Sequence[Record]) -> alt.Chart:
    """A chart of records that stand in its specification; JSON has no NaN."""
    known = [
        {name: None if pd.isna(value) else value for name, value in record.items()}
        for record in records
    ]
    return alt.Chart(alt.InlineData(values=known))


def switchable(records: Sequence[Record]) -> alt.Chart:
    """A chart of records whose ``series`` the legend can switch off."""
    chart = inline(records)
    return chart.transform_filter("indexof(off, datum.series) < 0")


def lines_with_intervals(
    records: Sequence[Record], switches: Sequence[Switch], x: Axis, y: Axis
) -> Any:
    """Lines through points with intervals.

    A record has ``series``, ``x``, ``y``, ``low`` and ``high``; all its other fields are shown on
    hovering.
    """
    shown = [name for name in records[0] if name not in ("x", "y", "low", "high")]
    look = series_channels(switches)
    at = encode(alt.X, "x", x)
    base = switchable(records)
    bars = base.mark_rule(strokeWidth=1.4).encode(
        x=at, y=encode(alt.Y, "low", y), y2="high:Q", color=look["color"]
    ).transform_filter("isValid(datum.low)")  # fmt: skip
    lines = base.mark_line(strokeWidth=1.8).encode(
        x=at, y=encode(alt.Y, "y", y), color=look["color"], strokeDash=look["strokeDash"]
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=at, y=encode(alt.Y, "y", y), color=look["color"], shape=look["shape"],
        tooltip=tooltips(shown),
    )  # fmt: skip
    return bars + lines + points


def reference_line(value: float, text: str) -> Any:
    """A dashed line across at a value, with its words above its left end."""
    data = inline([{"at": value, "words": text}])
    words = data.mark_text(color=INK, fontSize=11, align="left", dx=4, dy=-7)
    return data.mark_rule(strokeDash=[3, 3], color=INK, opacity=0.8).encode(
        y="at:Q"
    ) + words.encode(y="at:Q", x=alt.value(0), text="words:N")


def finish(chart: Any, *, height: int = HEIGHT) -> dict[str, Any]:
    """The specification of a chart in the theme of the page."""
    off = alt.param(name="off", value=[])
    font = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
    finished = (
        chart.add_params(off)
        .properties(width=WIDTH, height=height, background="transparent")
        .configure(font=font)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, domainColor=INK, tickColor=INK, gridColor=INK,
            gridOpacity=0.14, domainOpacity=0.5, tickOpacity=0.5, labelFontSize=12,
            titleFontSize=12, titleFontWeight="normal", titlePadding=8, labelOverlap="greedy",
            labelFlush=False, labelSeparation=6,
        )
    )  # fmt: skip
    specification: dict[str, Any] = finished.to_dict()
    return specification
