"""Parts of an epoch on the steps of the optimisation ladder, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from mlplab.figures.ladder import PART_COLORS, label_steps
from mlplab.figures.style import NEUTRAL

_LAYERS = {
    "backward_L0_seconds": {"label": "to the input layer L0", "color": "#000000", "marker": "o"},
    "backward_L1_seconds": {"label": "to L1", "color": "#0072B2", "marker": "s"},
    "backward_L2_seconds": {"label": "to L2", "color": "#56B4E9", "marker": "^"},
}


def select_full_epochs(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``optimization_ladder_summary.csv`` whose epoch ends with a prediction."""
    return summary[summary["accuracy"] == "full"].reset_index(drop=True)


def plot_epoch_shares(epochs: pd.DataFrame) -> Figure:
    """Shares of shuffling, batches and prediction in an epoch of every step."""
    figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
    for place, (_, epoch) in enumerate(epochs.iterrows()):
        start = 0.0
        for part, color in PART_COLORS.items():
            share = epoch[f"{part}_share"]
            axis.barh(place, share, left=start, height=0.66, color=color)
            # A share this small has no room for its number.
            if share > 0.06:
                dark = part != "prediction"
                axis.text(
                    start + share / 2, place, f"{share:.2f}", ha="center", va="center",
                    color="white" if dark else NEUTRAL,
                )  # fmt: skip
            if place == 0:
                # The word above the narrowest part would cross the axis.
                wide = share > 0.06
                x, align = (start + share / 2, "center") if wide else (start, "left")
                axis.text(x, -0.4, part, ha=align, va="bottom")
            start += share
    axis.set_yticks(range(len(epochs)), label_steps(epochs))
    axis.set(xlabel="share of the time of an epoch", xlim=(-0.02, 1.02))
    axis.set_ylim(len(epochs) - 0.5, -0.9)
    axis.grid(axis="y", visible=False)
    return figure


def select_backward_rounds(ladder: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``optimization_ladder.csv`` in which the backward pass was timed by layer."""
    return ladder[ladder[list(_LAYERS)].notna().all(axis=1)].reset_index(drop=True)


def plot_backward_times(rounds: pd.DataFrame) -> Figure:
    """Seconds of the backward pass down to each layer in an epoch; hollow where others worked."""
    steps = rounds.drop_duplicates("name").sort_values("step")
    places = {name: place for place, name in enumerate(steps["name"])}
    figure, axis = plt.subplots(figsize=(7, 3.0), layout="constrained")
    for column, style in _LAYERS.items():
        for contaminated, rows in rounds.groupby("contaminated"):
            axis.plot(
                rows[column],
                rows["name"].map(places),
                style["marker"],
                color=style["color"],
                mfc="white" if contaminated else style["color"],
                alpha=0.8,
                ms=5,
            )
        first = rounds.loc[rounds["name"] == steps["name"].iloc[0], column]
        axis.annotate(
            style["label"],
            (first.iloc[0], 0),
            xytext=(0, 8),
            textcoords="offset points",
            color=style["color"],
            ha="center",
        )
    for _, step in rounds.drop_duplicates("name").iterrows():
        axis.axhline(places[step["name"]], color="#dddddd", linewidth=0.6, zorder=0)
    axis.set(xscale="log", xlabel="time of the backward pass in an epoch (seconds)")
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.margins(x=0.12)
    axis.set_yticks(range(len(steps)), label_steps(steps))
    axis.set_ylim(len(steps) - 0.5, -0.8)
    axis.grid(axis="y", visible=False)
    return figure
