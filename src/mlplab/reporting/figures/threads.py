"""Draw the processors that frameworks use against the threads that they may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    Style,
    add_result,
    in_house_style,
    label_points,
)
from mlplab.reporting.words import count, join, short

_SETTINGS: dict[str, Style] = {
    "environment": {"label": "limit in the environment", "mfc": None, "shift": 0.97},
    "api": {"label": "limit by functions", "mfc": "white", "shift": 1.03},
}


@in_house_style
def plot_thread_scaling(turns: pd.DataFrame) -> Figure:
    """Processors used over threads allowed, a panel per framework, from ``thread_scaling.csv``.

    A mark is a measurement, pale if it is ``disturbed``.
    """
    counts = sorted(turns["n_threads"].unique())
    frameworks = [name for name in FRAMEWORK_STYLES if name in set(turns["framework"])]
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots(1, len(frameworks), sharex=True, sharey=True, squeeze=False)
    for axis, framework in zip(axes[0], frameworks, strict=True):
        axis.set(
            xscale="log", yscale="log", xlabel="threads asked for", xlim=(0.85, counts[-1] * 2)
        )
        axis.plot(counts, counts, color=NEUTRAL, linewidth=1, linestyle=":", zorder=1)
        label = FRAMEWORK_STYLES[framework]["label"]
        axis.set_title(f"{label}; dotted: as many as asked for")
    axes[0, 0].set(ylabel="processors used (CPU time / time)")
    for axis, framework in zip(axes[0], frameworks, strict=True):
        color = FRAMEWORK_STYLES[framework]["color"]
        ends = []
        for setting, style in _SETTINGS.items():
            rows = turns[(turns["framework"] == framework) & (turns["setting"] == setting)]
            for disturbed, turns_ in rows.groupby("disturbed"):
                axis.plot(
                    turns_["n_threads"] * style["shift"],
                    turns_["cpus_used"],
                    color=color,
                    marker=FRAMEWORK_STYLES[framework]["marker"],
                    linestyle="none",
                    mfc=style["mfc"],
                    ms=5,
                    alpha=0.25 if disturbed else 0.9,
                )
            last = rows[rows["n_threads"] == counts[-1]].sort_values("disturbed").iloc[0]
            ends.append((counts[-1] * 1.1, last["cpus_used"], style["label"], color))
        label_points(axis, ends)
    for ticks, values in (
        (axes[0, 0].xaxis, counts),
        (axes[0, 0].yaxis, [0.5, *counts, 2 * counts[-1]]),
    ):
        ticks.set_major_locator(FixedLocator(values))
        ticks.set_minor_locator(NullLocator())
        ticks.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    add_result(figure, tell_thread_scaling(turns))
    return figure


def tell_thread_scaling(turns: pd.DataFrame) -> str:
    """Processors that each framework uses with the fewest threads, as the environment limits them.

    Medians over quiet rounds.
    """
    fewest = turns["n_threads"].min()
    rows = turns[
        (turns["setting"] == "environment") & (turns["n_threads"] == fewest) & ~turns["disturbed"]
    ]
    used = rows.groupby("framework")["cpus_used"].median()
    parts = [
        f"{style['label']} {short(used[name])}"
        for name, style in FRAMEWORK_STYLES.items()
        if name in used
    ]
    if not parts:
        return ""
    return (
        f"Processors used with {count(fewest, 'thread')} allowed by the environment: {join(parts)}."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_threads``."""
    return {"threads": Drawing(plot_thread_scaling(inputs["threads"]), (inputs["threads"],))}
