"""Draw the parts of an epoch on the steps of the optimisation ladder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_logarithmic,
)
from mlplab.reporting.figures.optimization_ladder import PART_COLORS, label_steps
from mlplab.reporting.words import percent, short

_LAYERS = {
    "L0": {"label": "to the input layer L0", "color": "#000000", "marker": "o"},
    "L1": {"label": "to L1", "color": "#0072B2", "marker": "s"},
    "L2": {"label": "to L2", "color": "#56B4E9", "marker": "^"},
}
# How far the published marks stand below those that were measured, in steps.
_PUBLISHED_BELOW = 0.3


def select_full_epochs(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``optimization_ladder_summary.csv`` whose epoch ends with a prediction."""
    return summary[summary["accuracy"] == "full"].reset_index(drop=True)


@in_house_style
def plot_epoch_shares(epochs: pd.DataFrame) -> Figure:
    """Shares of shuffling, batches and prediction in an epoch of every step."""
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axis = figure.subplots()
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
    add_result(figure, tell_epoch_shares(epochs))
    return figure


def tell_epoch_shares(epochs: pd.DataFrame) -> str:
    """The share of the prediction on the first and on the last step."""
    first, last = epochs.iloc[0], epochs.iloc[-1]
    return (
        f"The prediction for all images takes {percent(first['prediction_share'], 0)} of an epoch "
        f"on step {first['step']:.0f}, {percent(last['prediction_share'], 0)} on step "
        f"{last['step']:.0f}."
    )


@in_house_style
def plot_backward_times(times: pd.DataFrame) -> Figure:
    """Milliseconds of a batch on the way back down to each layer, and ratios to those to L1.

    From ``backward_times.csv``. Published times stand below their step; disturbed rounds are
    hollow.
    """
    steps = times.drop_duplicates("name").sort_values("step")
    places = {name: place for place, name in enumerate(steps["name"])}
    figure = Figure(figsize=(9.6, 3.4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, column in zip(axes, ("milliseconds", "ratio_to_L1"), strict=True):
        for place in places.values():
            axis.axhline(place, color="#dddddd", linewidth=0.6, zorder=0)
        for layer, style in _LAYERS.items():
            _draw_layer(axis, times[times["layer"] == layer], column, places, style)
        _scale_logarithmically(axis)
    published = times[times["origin"] == "published"]
    for name in published["name"].unique():
        axes[0].annotate(
            "published",
            (0.01, places[name] + _PUBLISHED_BELOW),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
        )
    axes[0].set(xlabel="time of a batch (milliseconds)", title="Backward pass down to each layer")
    axes[1].set(xlabel="time / that down to L1", title="The same as ratios, for other machines")
    axes[0].set_yticks(range(len(steps)), label_steps(steps))
    axes[0].set_ylim(len(steps) - 0.4, -0.8)
    add_result(figure, tell_backward_times(times))
    return figure


def tell_backward_times(times: pd.DataFrame) -> str:
    """How much longer the way down to the input layer is on the first step, median over rounds."""
    first = times[(times["step"] == times["step"].min()) & (times["layer"] == "L0")]
    ratios = first.groupby("origin")["ratio_to_L1"].median()
    if "measured" not in ratios:
        return ""
    published = f" (published: {short(ratios['published'])})" if "published" in ratios else ""
    return (
        f"On step {times['step'].min():.0f}, the way back to the input layer takes "
        f"{short(ratios['measured'])} times as long as that to L1{published}."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_epoch_parts``: shares of an epoch, and the backward pass."""
    epochs, backward = select_full_epochs(inputs["summary"]), inputs["backward"]
    return {
        "shares": Drawing(plot_epoch_shares(epochs), (epochs,)),
        "backward": Drawing(plot_backward_times(backward), (backward,)),
    }


def _draw_layer(
    axis: Axes, times: pd.DataFrame, column: str, places: dict[str, int], style: dict[str, str]
) -> None:
    for _, row in times.iterrows():
        is_published = row["origin"] == "published"
        axis.plot(
            row[column],
            places[row["name"]] + (_PUBLISHED_BELOW if is_published else 0),
            style["marker"],
            color=style["color"],
            mfc="white" if row["disturbed"] else style["color"],
            alpha=0.8,
            ms=5,
        )
    first = times[times["name"].map(places) == 0]
    axis.annotate(
        style["label"],
        (first.loc[first["origin"] == "measured", column].median(), 0),
        xytext=(0, 8),
        textcoords="offset points",
        color=style["color"],
        ha="center",
    )


def _scale_logarithmically(axis: Axes) -> None:
    axis.set(xscale="log")
    label_logarithmic(axis.xaxis)
    axis.margins(x=0.16)
    axis.grid(axis="y", visible=False)
