"""Draw seconds against inertia of several ways to fit k-means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    Drawing,
    add_result,
    in_house_style,
    label_logarithmic,
)
from mlplab.reporting.words import short

_ALGORITHM_MARKERS = {"minibatch": "o", "lloyd": "s", "elkan": "^"}


@in_house_style
def plot_cluster_cost(cost: pd.DataFrame) -> Figure:
    """CPU seconds and relative inertia of several ways to fit k-means, a row per setting.

    From ``cluster_cost_quality.csv``, whose order is that of the seconds. A mark is a seed, its
    shape the algorithm.
    """
    settings = list(dict.fromkeys(cost["setting"]))
    figure = Figure(figsize=(8, 0.34 * len(settings) + 1.1), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
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
    axes[0].set(
        xlabel="CPU seconds of a fit on one thread",
        title=f"Time, K = {cost['k'].iloc[0]}; a mark is a seed",
    )
    axes[1].set(xlabel="above the smallest found (%)", title="Inertia")
    add_result(figure, tell_cluster_cost(cost))
    return figure


def tell_cluster_cost(cost: pd.DataFrame) -> str:
    """How far the settings differ, in the means over their seeds."""
    means = cost.groupby("setting")[["cpu_seconds", "relative_inertia"]].mean()
    if len(means) < 2:
        return ""
    (fast, lowest), (slow, highest) = means.min(), means.max()
    return (
        f"The ways to fit k-means differ by a factor of {short(slow / fast)} in CPU time and by "
        f"{short(100 * (highest / lowest - 1))} % in inertia."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_cluster_cost``."""
    return {"cost": Drawing(plot_cluster_cost(inputs["cost"]), (inputs["cost"],))}


def _describe(setting: str, fits: pd.DataFrame) -> str:
    fit = fits.iloc[0]
    starts = "start" if fit["n_init"] == 1 else "starts"
    batch = f", batch {fit['batch_size']:,.0f}" if pd.notna(fit["batch_size"]) else ""
    return f"{setting}: {fit['n_init']} {starts}{batch}"
