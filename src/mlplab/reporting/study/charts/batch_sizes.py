"""Seconds of an epoch, and ratios to NumPy, over the batch size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlplab.reporting.study.charts.parts import (
    Axis,
    finish,
    lines_with_intervals,
    make_switch,
    nice_ticks,
    range_words,
    reference_line,
)
from mlplab.reporting.study.content import Switch
from mlplab.reporting.study.words import INTERVAL, plain
from mlplab.reporting.styles import Style, variant_styles

_SHORT = "datum.value >= 1000 ? datum.value / 1000 + 'k' : datum.value"

Drawn = tuple[dict[str, Any], list[Switch]]


def draw_seconds(summary: pd.DataFrame, styles: Mapping[str, Style]) -> Drawn:
    """From the rows of ``batch_size_summary.csv`` of one input space: specification and legend."""
    return _draw(summary, "seconds_per_epoch", "seconds per epoch", styles)


def draw_ratios(ratios: pd.DataFrame, styles: Mapping[str, Style]) -> Drawn:
    """From the rows of ``batch_size_ratios.csv`` of one input space: specification and legend."""
    return _draw(ratios, "ratio_to_numpy", "time of an epoch / that of NumPy", styles)


def _draw(rows: pd.DataFrame, column: str, title: str, styles: Mapping[str, Style]) -> Drawn:
    looks = variant_styles(rows["variant"], styles)
    switches = [make_switch(style["label"], style) for style in looks.values()]
    records = [
        {
            "series": looks[row["variant"]]["label"],
            "batch size": f"{row['batch_size']:,}",
            title: plain(row[column]),
            INTERVAL: range_words(row["ci_low"], row["ci_high"]),
            "rounds": str(row["rounds"]) if "rounds" in row else "unknown",
            "x": row["batch_size"],
            "y": row[column],
            "low": None if pd.isna(row["ci_low"]) else row["ci_low"],
            "high": None if pd.isna(row["ci_high"]) else row["ci_high"],
        }
        for row in rows.sort_values(["variant", "batch_size"]).to_dict("records")
    ]
    sizes = sorted({int(size) for size in rows["batch_size"]})
    lowest, highest = rows[[column, "ci_low"]].min().min(), rows[[column, "ci_high"]].max().max()
    x = Axis("batch size (images)", True, sizes, _SHORT)
    y = Axis(title, True, nice_ticks(lowest, highest))
    chart = lines_with_intervals(records, switches, x, y)
    if column == "ratio_to_numpy":
        chart = chart + reference_line(1.0, "NumPy = 1; above: NumPy is faster")
    return finish(chart), switches
