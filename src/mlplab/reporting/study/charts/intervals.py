"""Points with intervals in rows: input spaces, or differences between networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import altair as alt

from mlplab.reporting.study.charts.parts import (
    INK,
    WRAPPED,
    Axis,
    Record,
    encode,
    finish,
    inline,
    row_bands,
    series_channels,
    series_offset,
    span,
    switchable,
    tooltips,
    wrap,
)
from mlplab.reporting.study.content import Switch


def draw_rows(
    records: Sequence[Record], switches: Sequence[Switch], axis: Axis, *, mark: float | None = None
) -> dict[str, Any]:
    """The specification of a chart with a row for each ``label``.

    A record has ``label``, ``series``, ``x``, ``low`` and ``high``; all its other fields are shown
    on hovering. ``mark`` is a value with a line across all rows.
    """
    shown = [name for name in records[0] if name not in ("x", "low", "high", "label")]
    wrapped = [record | {"label": wrap(record["label"])} for record in records]
    if not axis.domain:
        axis = replace(axis, domain=span(records, "x", "low", "high"))
    look = series_channels(switches)
    several = len(switches) > 1 and len({r["label"] for r in wrapped}) < len(wrapped)
    labels = list(dict.fromkeys(record["label"] for record in wrapped))
    shared = {
        "y": alt.Y(
            "label:N",
            sort=labels,
            scale=alt.Scale(paddingInner=0.3, domain=labels),
            axis=alt.Axis(title=None, labelExpr=WRAPPED, labelLimit=220),
        ),
        "color": look["color"],
    }
    if several:
        shared["yOffset"] = series_offset(switches)
    base = switchable(wrapped)
    bars = base.mark_rule(strokeWidth=2).encode(
        x=encode(alt.X, "low", axis), x2="high:Q", **shared
    ).transform_filter("isValid(datum.low)")  # fmt: skip
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=encode(alt.X, "x", axis), shape=look["shape"], tooltip=tooltips(shown), **shared
    )
    chart = row_bands(labels, shared["y"]) + bars + points if several else bars + points
    if mark is not None:
        line = inline([{"at": mark}])
        chart = line.mark_rule(strokeDash=[3, 3], color=INK, opacity=0.8).encode(x="at:Q") + chart
    return finish(chart, height=(52 if several else 40) * len(labels))
