"""Draw the sweep over the number of clusters K: time, inertia and silhouette."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
)
from mlplab.reporting.words import join

_MARKED = FRAMEWORK_STYLES["keras"]["color"]
# The line of the result names no more peaks.
_MOST_PEAKS = 3


@in_house_style
def plot_cluster_sweep(sweep: pd.DataFrame, choices: pd.DataFrame) -> Figure:
    """CPU seconds of the fit, inertia and silhouette over K.

    From ``cluster_sweep.csv`` and ``cluster_choices.csv``. A dot is a seed; the line joins means
    over seeds. The interval of elbows is shaded, peaks of the silhouette and the K that is chosen
    are marked.
    """
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    axes = figure.subplots(1, 3)
    panels = [
        ("cpu_seconds", "CPU time of the fit (seconds)", "Time"),
        ("inertia", "inertia (squared distance, sum)", "Inertia"),
        ("silhouette", "mean silhouette coefficient", "Silhouette"),
    ]
    for axis, (column, label, title) in zip(axes, panels, strict=True):
        means = sweep.groupby("k")[column].mean()
        axis.plot(means.index, means, color=NEUTRAL, linewidth=1.2)
        axis.plot(sweep["k"], sweep[column], "o", color=FRAMEWORK_STYLES["numpy"]["color"], ms=3)
        axis.set(xlabel="number of clusters K", ylabel=label, title=title)
    axes[0].set_ylim(bottom=0)
    axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    _mark_elbow(axes[1], choices[choices["criterion"] == "elbow"].iloc[0])
    chosen = choices.loc[choices["criterion"] == "chosen", "k"].item()
    for _, row in choices[choices["criterion"] == "silhouette peak"].iterrows():
        _mark(axes[2], row, "silhouette", f"{row['k']:.0f}")
    axes[2].axvline(chosen, color=_MARKED, linestyle=":", linewidth=1.2)
    axes[2].set_title(f"Silhouette; peaks ringed, chosen: K = {chosen:.0f}")
    add_result(figure, tell_cluster_sweep(choices))
    return figure


def tell_cluster_sweep(choices: pd.DataFrame) -> str:
    """Whether there is an elbow, where the silhouette peaks, and which K is chosen."""
    elbow = choices[choices["criterion"] == "elbow"].iloc[0]
    if pd.isna(elbow["k"]):
        inertia = "no elbow"
    else:
        ends = dict.fromkeys(f"{elbow[end]:.0f}" for end in ("k_low", "k_high"))
        found = "no clear elbow, found" if _is_unclear(elbow) else "elbow"
        inertia = f"{found} at K = {' to '.join(ends)}"
    peaks = choices.loc[choices["criterion"] == "silhouette peak", "k"]
    at = f"K = {join([f'{k:.0f}' for k in peaks])}"
    if len(peaks) > _MOST_PEAKS:
        at = f"{len(peaks)} values of K"
    silhouette = f"peaks at {at}" if len(peaks) else "no peak inside the sweep"
    chosen = choices.loc[choices["criterion"] == "chosen", "k"].item()
    return f"Inertia: {inertia}. Silhouette: {silhouette}. Chosen: K = {chosen:.0f}."


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_cluster_sweep``."""
    sweep, choices = inputs["sweep"], inputs["choices"]
    return {"sweep": Drawing(plot_cluster_sweep(sweep, choices), (sweep, choices))}


def _mark_elbow(axis: Axes, elbow: pd.Series) -> None:
    if pd.isna(elbow["k"]):
        axis.set_title("Inertia; no elbow found")
        return
    axis.axvspan(elbow["k_low"], elbow["k_high"], color=_MARKED, alpha=0.15, linewidth=0)
    _mark(axis, elbow, "inertia", f"{elbow['k']:.0f}")
    unclear = "no clear elbow" if _is_unclear(elbow) else "elbow"
    axis.set_title(f"Inertia; {unclear}: {elbow['k_low']:.0f} to {elbow['k_high']:.0f}")


def _is_unclear(elbow: pd.Series) -> bool:
    return bool(elbow["statement"].startswith("no clear"))


def _mark(axis: Axes, row: pd.Series, column: str, text: str) -> None:
    place = (row["k"], row[column])
    axis.plot(*place, "o", ms=9, mfc="none", mec=_MARKED)
    axis.annotate(text, place, xytext=(4, 7), textcoords="offset points", color=_MARKED)
