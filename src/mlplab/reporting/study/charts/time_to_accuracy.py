"""Test accuracy over seconds of training."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlplab.reporting.study.charts.parts import (
    INK,
    Axis,
    Record,
    encode,
    finish,
    inline,
    nice_ticks,
    range_words,
    series_channels,
    span,
    switchable,
    tooltips,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import plain
from mlplab.reporting.styles import ordered_spaces, space_color
from mlplab.reporting.words import describe_space, percent

# A curve keeps so many epochs, evenly in the logarithm: more do not show.
_KEPT = 140
# The axis begins so far below the lowest end of a curve; early epochs are left out.
_ROOM_BELOW = 2.5


def draw_time_to_accuracy(
    curves: pd.DataFrame, summary: pd.DataFrame | None, named_seconds: float = math.nan
) -> tuple[dict[str, Any], list[Switch]]:
    """From ``accuracy_over_time.csv`` and ``time_to_accuracy_summary.csv``, if it is there.

    The ring at ``named_seconds`` bears its accuracy and time.
    """
    spaces = ordered_spaces(curves["input_space"])
    switches = [Switch(describe_space(space), space_color(space)) for space in spaces]
    records: list[Record] = []
    for space in spaces:
        rows = curves[curves["input_space"] == space].sort_values("epoch")
        for row in _thin(rows).to_dict("records"):
            records.append(
                {
                    "series": describe_space(space),
                    "epoch": f"{row['epoch']:,}",
                    "seconds": plain(row["seconds"]),
                    "test accuracy": percent(row["test_accuracy"], 2),
                    "range over seeds, %": range_words(
                        row["lowest"], row["highest"], scale=100, digits=4
                    ),
                    "seeds": str(row["seeds"]),
                    "x": row["seconds"],
                    "y": 100 * row["test_accuracy"],
                    "low": 100 * row["lowest"],
                    "high": 100 * row["highest"],
                }
            )
    lowest_end = 100 * curves.sort_values("epoch").groupby("input_space").tail(1)["lowest"].min()
    bottom = np.floor(max(lowest_end - _ROOM_BELOW, 0.0))
    records = [record for record in records if record["low"] >= bottom]
    targets = _targets(summary, set(spaces), bottom)
    look = series_channels(switches)
    seconds = [record["x"] for record in records]
    x = Axis("seconds of training (logarithmic)", True, nice_ticks(min(seconds), max(seconds)))
    y = Axis("test accuracy (%)", domain=span([*records, *targets], "y", "low", "high"))
    base = switchable(records)
    bands = base.mark_area(opacity=0.18).encode(
        x=encode(alt.X, "x", x), y=encode(alt.Y, "low", y), y2="high:Q", color=look["color"]
    )
    lines = base.mark_line(strokeWidth=1.8).encode(
        x=encode(alt.X, "x", x), y=encode(alt.Y, "y", y), color=look["color"]
    )
    # Invisible, and wide enough for a finger.
    touch = base.mark_point(filled=True, size=160, opacity=0).encode(
        x="x:Q", y="y:Q", color=look["color"],
        tooltip=tooltips([n for n in records[0] if n not in ("x", "y", "low", "high")]),
    )  # fmt: skip
    chart = bands + lines + touch
    if targets:
        marks = switchable(targets).mark_point(size=90, strokeWidth=2, filled=False).encode(
            x="x:Q", y="y:Q", color=look["color"],
            tooltip=tooltips([n for n in targets[0] if n not in ("x", "y", "low", "high")]),
        )  # fmt: skip
        chart = chart + marks
    named = [target for target in targets if target["x"] == named_seconds]
    if named:
        text = f"{named[0]['target']} in {plain(named_seconds)} s"
        words = inline([named[0] | {"words": text}]).mark_text(
            color=INK, fontSize=12, align="right", dx=-10, dy=-10
        )
        chart = chart + words.encode(x="x:Q", y="y:Q", text="words:N")
    return finish(chart), switches


def _thin(rows: pd.DataFrame) -> pd.DataFrame:
    if len(rows) <= _KEPT:
        return rows
    places = np.unique(np.geomspace(1, len(rows), _KEPT).astype(int)) - 1
    return rows.iloc[places]


def _targets(summary: pd.DataFrame | None, spaces: set[str], bottom: float) -> list[Record]:
    if summary is None:
        return []
    reached = summary[
        (summary["seeds_reached"] > 0)
        & summary["input_space"].isin(spaces)
        & (100 * summary["target"] >= bottom)
    ]
    return [
        {
            "series": describe_space(row["input_space"]),
            "target": f"{percent(row['target'], 2)} test accuracy",
            "seconds": f"{plain(row['seconds'])} (mean of the seeds that reach it)",
            "seeds": f"{row['seeds_reached']} of {row['seeds']} reach it",
            "x": row["seconds"],
            "y": 100 * row["target"],
            "low": None,
            "high": None,
        }
        for row in reached.to_dict("records")
    ]
