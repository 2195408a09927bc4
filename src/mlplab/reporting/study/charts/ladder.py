"""The optimisation ladder: time of an epoch over Keras', measured and published."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from mlplab.reporting.study.charts.parts import (
    INK,
    WRAPPED,
    Axis,
    Record,
    encode,
    finish,
    inline,
    nice_ticks,
    range_words,
    row_bands,
    series_channels,
    series_offset,
    switchable,
    tooltips,
    wrap,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import INTERVAL, plain
from mlplab.reporting.styles import label_steps

_KINDS = {
    "full": Switch("with full prediction (of all training images)", "#0072B2", "", "circle"),
    "batch": Switch("without full prediction (accuracy of batches)", "#009E73", "", "square"),
}
_PUBLISHED = {
    "full": Switch("published, with full prediction", "#D55E00", "", "diamond"),
    "batch": Switch("published, without full prediction", "#D55E00", "", "triangle-up"),
}


def draw_ladder(summary: pd.DataFrame) -> tuple[dict[str, Any], list[Switch]]:
    """From ``optimization_ladder_summary.csv``: specification and legend."""
    steps = summary[summary["step"].notna()].sort_values("step")
    steps = steps.assign(label=label_steps(steps).map(wrap))
    records: list[Record] = []
    for row in steps.to_dict("records"):
        kind = _KINDS[row["accuracy"]]
        record = {"step": row["label"].replace("|", " "), "label": row["label"]}
        records.append(
            record
            | {
                "series": kind.name,
                "time over that of Keras": plain(row["ratio_to_keras"]),
                INTERVAL: range_words(row["ci_low"], row["ci_high"]),
                "rounds": str(row.get("pairs", row.get("rounds", "unknown"))),
                "x": row["ratio_to_keras"],
                "low": None if pd.isna(row["ci_low"]) else row["ci_low"],
                "high": None if pd.isna(row["ci_high"]) else row["ci_high"],
            }
        )
        if pd.notna(row.get("published_ratio")):
            records.append(
                record
                | {
                    "series": _PUBLISHED[row["accuracy"]].name,
                    "time over that of Keras": plain(row["published_ratio"]),
                    INTERVAL: "none: published",
                    "rounds": "one run",
                    "x": row["published_ratio"],
                    "low": None,
                    "high": None,
                }
            )
    present = {record["series"] for record in records}
    known_switches = (*_KINDS.values(), *_PUBLISHED.values())
    switches = [switch for switch in known_switches if switch.name in present]
    ends = [record[key] for record in records for key in ("x", "low", "high")]
    known = [end for end in ends if end is not None]
    x = Axis("time / Keras' time without prediction", True, nice_ticks(min(known), max(known)))
    look = series_channels(switches)
    labels = list(dict.fromkeys(steps["label"]))
    base = switchable(records)
    shared = {
        "y": alt.Y(
            "label:N",
            sort=labels,
            scale=alt.Scale(paddingInner=0.35, domain=labels),
            axis=alt.Axis(title=None, labelExpr=WRAPPED, labelLimit=220, grid=True),
        ),
        "yOffset": series_offset(switches),
        "color": look["color"],
    }
    bars = base.mark_rule(strokeWidth=1.6).encode(
        x=encode(alt.X, "low", x), x2="high:Q", **shared
    ).transform_filter("isValid(datum.low)")  # fmt: skip
    points = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=encode(alt.X, "x", x),
        shape=look["shape"],
        tooltip=tooltips(["step", "series", "time over that of Keras", INTERVAL, "rounds"]),
        **shared,
    )
    keras = (
        inline([{"at": 1.0}]).mark_rule(strokeDash=[3, 3], color=INK, opacity=0.8).encode(x="at:Q")
    )
    chart = row_bands(labels, shared["y"]) + keras + bars + points
    return finish(chart, height=62 * len(labels)), switches
