"""The sweep over the number of clusters, and the cost of its fits, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mlplab.reporting.figures.style import FRAMEWORK_STYLES, NEUTRAL, label_logarithmic

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
    """CPU seconds and relative inertia of several ways to fit k-means, a row per setting.

    From ``cluster_cost_quality.csv``, whose order is that of the seconds. A mark is a seed, its
    shape the algorithm.
    """
    settings = list(dict.fromkeys(cost["setting"]))
    figure, axes = plt.subplots(
        1, 2, figsize=(8, 0.34 * len(settings) + 1.1), sharey=True, layout="constrained"
    )
    for place, setting in enumerate(settings):
        fits = cost[cost["setting"] == setting]
        marker = _ALGORITHM_MARKERS[fits["algorithm"].iloc[0]]
        excess = (fits["relative_inertia"] - 1) * 100
        for axis, values in zip(axes, (fits["cpu_seconds"], excess), strict=True):
            color = FRAMEWORK_STYLES["numpy"]["color"]
            axis.plot(values, [place] * len(fits), marker, color=color, ms=6, mfc="none", mew=1.3)
    names = [_describe(setting, cost[cost["setting"] == setting]) for setting in settings]
    axes[0].set_yticks(range(len(settings)), names)
    axes[0].set(ylim=(len(settings) - 0.5, -0.5), xscale="log")
    label_logarithmic(axes[0].xaxis)
    axes[0].set(xlabel="CPU seconds of a fit on one thread", title=f"Time, K = {cost['k'].iloc[0]}")
    axes[1].set(xlabel="above the smallest found (%)", title="Inertia")
    return figure


def _describe(setting: str, fits: pd.DataFrame) -> str:
    fit = fits.iloc[0]
    starts = "start" if fit["n_init"] == 1 else "starts"
    batch = f", batch {fit['batch_size']:,.0f}" if pd.notna(fit["batch_size"]) else ""
    return f"{setting}: {fit['n_init']} {starts}{batch}"
