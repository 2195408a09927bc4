"""Inertia and silhouette over the number of clusters K."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from mlplab.reporting.study.charts.parts import (
    INK,
    Axis,
    Record,
    encode,
    finish,
    inline,
    range_words,
    series_channels,
    span,
    switchable,
    tooltips,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import plain

MEAN = Switch("mean over seeds", "#000000")
SEEDS = Switch("each seed", "#0072B2", "", "circle")
_BAND = "#D55E00"
_RANGE = "range over seeds"


def draw_sweep(
    sweep: pd.DataFrame, choices: pd.DataFrame, column: str, title: str
) -> tuple[dict[str, Any], list[Switch]]:
    """One measure of ``cluster_sweep.csv`` over K, with what ``cluster_choices.csv`` says of it.

    The inertia has the range of its elbows shaded, the silhouette the chosen K marked.
    """
    switches = [MEAN, SEEDS]
    grouped = sweep.groupby("k")[column]
    means = pd.DataFrame(
        {"mean": grouped.mean(), "low": grouped.min(), "high": grouped.max(), "n": grouped.size()}
    )
    records: list[Record] = [
        {
            "series": MEAN.name,
            "K": f"{k:.0f}",
            title: plain(row["mean"], 4),
            _RANGE: range_words(row["low"], row["high"], digits=4),
            "seeds": f"{row['n']:.0f}",
            "x": k,
            "y": row["mean"],
        }
        for k, row in means.iterrows()
    ]
    records += [
        {
            "series": SEEDS.name,
            "K": f"{row['k']:.0f}",
            title: plain(row[column], 4),
            _RANGE: "one seed",
            "seeds": f"number {row['seed']}",
            "x": row["k"],
            "y": row[column],
        }
        for row in sweep.to_dict("records")
    ]
    look = series_channels(switches)
    x = Axis("number of clusters K", domain=span(records, "x"))
    y = Axis(title, domain=span(records, "y"))
    channels = {"x": encode(alt.X, "x", x), "y": encode(alt.Y, "y", y), "color": look["color"]}
    base = switchable(records)
    mean = f"datum.series == '{MEAN.name}'"
    chart = base.mark_line(strokeWidth=1.8).encode(**channels).transform_filter(mean)
    chart += base.mark_point(filled=True, size=50, opacity=0.9).encode(
        tooltip=tooltips(["series", "K", title, _RANGE, "seeds"]), **channels
    )
    return finish(_mark(chart, choices, column), height=280), switches


def _mark(chart: Any, choices: pd.DataFrame, column: str) -> Any:
    if column == "inertia":
        elbow = choices[(choices["criterion"] == "elbow") & choices["k"].notna()]
        if elbow.empty:
            return chart
        ends = {"from": elbow["k_low"].iloc[0], "to": elbow["k_high"].iloc[0]}
        band = inline([ends]).mark_rect(color=_BAND, opacity=0.15)
        return band.encode(x="from:Q", x2="to:Q") + chart
    chosen = choices[choices["criterion"] == "chosen"]
    marks = [{"at": k, "words": f"chosen: K = {k:.0f}"} for k in chosen["k"]]
    data = inline(marks)
    line = data.mark_rule(strokeDash=[3, 3], color=INK, opacity=0.8).encode(x="at:Q")
    words = data.mark_text(color=INK, fontSize=11, align="left", dx=5).encode(
        x="at:Q", y=alt.value(8), text="words:N"
    )
    return line + words + chart
