"""The sweep over the number of clusters, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mlplab.figures.style import FRAMEWORK_STYLES, NEUTRAL


def plot_cluster_sweep(sweep: pd.DataFrame, choices: pd.DataFrame) -> Figure:
    """CPU seconds of the fit, inertia and silhouette over K.

    From ``cluster_sweep.csv`` and ``cluster_choices.csv``, whose K are marked. A dot is a seed;
    the line joins the means.
    """
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    panels = [
        ("cpu_seconds", "CPU time of the fit (seconds)", "Time"),
        ("inertia", "inertia (squared distance, sum)", "Inertia"),
        ("silhouette", "mean silhouette coefficient", "Silhouette"),
    ]
    for axis, (column, label, title) in zip(axes, panels, strict=True):
        means = sweep.groupby("k")[column].mean()
        axis.plot(means.index, means, color=NEUTRAL, linewidth=1.2)
        axis.plot(sweep["k"], sweep[column], "o", color=FRAMEWORK_STYLES["numpy"]["color"], ms=4)
        axis.set(xlabel="number of clusters K", ylabel=label, title=title)
    marked = FRAMEWORK_STYLES["keras"]["color"]
    for axis, criterion, column in (
        (axes[1], "elbow", "inertia"),
        (axes[2], "silhouette peak", "silhouette"),
    ):
        for _, row in choices[choices["criterion"] == criterion].iterrows():
            axis.plot(row["k"], row[column], "o", ms=9, mfc="none", mec=marked)
            axis.annotate(
                f"{criterion.removeprefix('silhouette ')} {row['k']}",
                (row["k"], row[column]),
                xytext=(4, 7),
                textcoords="offset points",
                color=marked,
            )
    axes[0].set_ylim(bottom=0)
    axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    return figure
