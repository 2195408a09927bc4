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
    series_channels,
    switchable,
    tooltips,
    wrap,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import plain
from mlplab.reporting.styles import label_steps

_KINDS = {
    "full": Switch("with full prediction (of all training images)", "#0072B2", "", "circle"),
    "batch": Switch("without full prediction (accuracy of batches)", "#009E73", "", "square"),
}
_PUBLISHED = Switch("published", "#D55E00", "", "diamond")


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
                "interval": range_words(row["ci_low"], row["ci_high"]),
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
                    "series": _PUBLISHED.name,
                    "time over that of Keras": plain(row["published_ratio"]),
                    "interval": f"published, {kind.name}",
                    "rounds": "one run",
                    "x": row["published_ratio"],
                    "low": None,
                    "high": None,
                }
            )
    present = {record["series"] for record in records}
    switches = [switch for switch in (*_KINDS.values(), _PUBLISHED) if switch.name in present]
    ends = [record[key] for record in records for key in ("x", "low", "high")]
    known = [end for end in ends if end is not None]
    x = Axis("time / Keras' time (logarithmic)", True, nice_ticks(min(known), max(known)))
    look = series_channels(switches)
    base = switchable(records)
    shared = {
        "y": alt.Y(
            "label:N",
            sort=list(dict.fromkeys(steps["label"])),
            scale=alt.Scale(paddingInner=0.35),
            axis=alt.Axis(title=None, labelExpr=WRAPPED, labelLimit=220, grid=True),
        ),
        "yOffset": alt.YOffset("series:N", sort=[switch.name for switch in switches]),
        "color": look["color"],
    }
    bars = base.mark_rule(strokeWidth=1.6).encode(
        x=encode(alt.X, "low", x), x2="high:Q", **shared
    ).transform_filter("isValid(datum.low)")  # fmt: skip
    points = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=encode(alt.X, "x", x),
        shape=look["shape"],
        tooltip=tooltips(["step", "series", "time over that of Keras", "interval", "rounds"]),
        **shared,
    )
    keras = (
        inline([{"at": 1.0}]).mark_rule(strokeDash=[3, 3], color=INK, opacity=0.8).encode(x="at:Q")
    )
    return finish(keras + bars + points, height=62 * steps["label"].nunique()), switches
