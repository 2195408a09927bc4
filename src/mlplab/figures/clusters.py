"""The sweep over the number of clusters, and the cost of its fits, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mlplab.figures.style import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    PALETTE,
    label_points,
    leading_digits,
)

_MARKED = FRAMEWORK_STYLES["keras"]["color"]
_ALGORITHM_MARKERS = {"minibatch": "o", "lloyd": "s", "elkan": "^"}


def plot_cluster_sweep(sweep: pd.DataFrame, choices: pd.DataFrame) -> Figure:
    """CPU seconds of the fit, inertia and silhouette over K.

    From ``cluster_sweep.csv`` and ``cluster_choices.csv``. A dot is a seed; the line joins means
    over seeds. The interval of elbows is shaded, peaks of the silhouette and the K that is chosen
    are marked.
    """
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
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
    return figure


def _mark_elbow(axis: Axes, elbow: pd.Series) -> None:
    if pd.isna(elbow["k"]):
        axis.set_title("Inertia; no elbow found")
        return
    axis.axvspan(elbow["k_low"], elbow["k_high"], color=_MARKED, alpha=0.15, linewidth=0)
    _mark(axis, elbow, "inertia", f"{elbow['k']:.0f}")
    unclear = "no clear elbow" if elbow["statement"].startswith("no clear") else "elbow"
    axis.set_title(f"Inertia; {unclear}: {elbow['k_low']:.0f} to {elbow['k_high']:.0f}")


def _mark(axis: Axes, row: pd.Series, column: str, text: str) -> None:
    place = (row["k"], row[column])
    axis.plot(*place, "o", ms=9, mfc="none", mec=_MARKED)
    axis.annotate(text, place, xytext=(4, 7), textcoords="offset points", color=_MARKED)


def plot_cluster_cost(cost: pd.DataFrame) -> Figure:
    """CPU seconds against relative inertia of several ways to fit k-means.

    From ``cluster_cost_quality.csv``. A mark is a seed, its shape the algorithm; the name of the
    setting stands at its mean.
    """
    figure, axis = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    places = []
    for number, (setting, fits) in enumerate(cost.groupby("setting", sort=False)):
        color = PALETTE[number % len(PALETTE)]
        excess = (fits["relative_inertia"] - 1) * 100
        marker = _ALGORITHM_MARKERS[fits["algorithm"].iloc[0]]
        axis.plot(fits["cpu_seconds"], excess, marker, color=color, ms=6, mfc="none", mew=1.4)
        places.append((fits["cpu_seconds"].max(), excess.mean(), _describe(setting, fits), color))
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(FuncFormatter(leading_digits))
    axis.xaxis.set_minor_formatter(FuncFormatter(leading_digits))
    low, high = axis.get_xlim()
    axis.set(
        xlim=(low, high * 3),
        xlabel="CPU seconds of a fit on one thread",
        ylabel="inertia above the smallest found (%)",
        title=f"K = {cost['k'].iloc[0]}: seconds against inertia, a mark per seed",
    )
    label_points(axis, places)
    return figure


def _describe(setting: str, fits: pd.DataFrame) -> str:
    fit = fits.iloc[0]
    starts = "start" if fit["n_init"] == 1 else "starts"
    batch = f", batch {fit['batch_size']:,.0f}" if pd.notna(fit["batch_size"]) else ""
    return f"{setting}: {fit['n_init']} {starts}{batch}"
