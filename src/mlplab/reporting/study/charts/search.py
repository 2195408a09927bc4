"""Trials of the search: accuracy on validation images over seconds of training."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from mlplab.reporting.study.charts.parts import (
    INK,
    Axis,
    encode,
    finish,
    nice_ticks,
    series_channels,
    span,
    switchable,
    tooltips,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import plain
from mlplab.reporting.styles import ordered_spaces, space_color
from mlplab.reporting.words import describe_space, percent

# Shapes tell input spaces of one colour apart.
_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


def draw_search(trials: pd.DataFrame) -> tuple[dict[str, Any], list[Switch]]:
    """From ``search_trials.csv``: specification and legend. Trials that diverged are left out."""
    drawn = trials.dropna(subset=["validation_accuracy"])
    spaces = ordered_spaces(drawn["input_space"])
    switches = [
        Switch(describe_space(space), space_color(space), "", _SHAPES[place % len(_SHAPES)])
        for place, space in enumerate(spaces)
    ]
    records = [
        {
            "series": describe_space(row["input_space"]),
            "trial": str(row["trial"]),
            "stage": str(row["stage"]),
            "epochs": str(row["epochs"]),
            "validation accuracy": percent(row["validation_accuracy"], 2),
            "seconds": plain(row["seconds"]),
            "outcome": row["outcome"],
            "x": row["seconds"],
            "y": 100 * row["validation_accuracy"],
        }
        for row in drawn.to_dict("records")
    ]
    look = series_channels(switches)
    seconds = [record["x"] for record in records]
    x = Axis("seconds of training (logarithmic)", True, nice_ticks(min(seconds), max(seconds)))
    y = Axis("accuracy on validation images (%)", domain=span(records, "y"))
    points = switchable(records).mark_point(filled=True, size=80, opacity=0.85).encode(
        x=encode(alt.X, "x", x),
        y=encode(alt.Y, "y", y),
        color=look["color"],
        shape=look["shape"],
        tooltip=tooltips([name for name in records[0] if name not in ("x", "y")]),
    )  # fmt: skip
    chosen = [record for record in records if record["outcome"] == "chosen"]
    if not chosen:
        return finish(alt.layer(points)), switches
    marked = switchable([record | {"words": "chosen"} for record in chosen])
    place = {"x": encode(alt.X, "x", x), "y": encode(alt.Y, "y", y)}
    ring = marked.mark_point(filled=False, size=260, strokeWidth=1.6, color=INK).encode(**place)
    words = marked.mark_text(color=INK, fontSize=12, align="right", dx=-12, dy=-8).encode(
        text="words:N", **place
    )
    return finish(points + ring + words), switches
