"""Draw the optimisation ladder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    NEUTRAL,
    Drawing,
    Style,
    add_result,
    in_house_style,
    label_logarithmic,
)
from mlplab.reporting.words import short

# Light to dark of one hue, so that the parts of a bar also differ in grey.
PART_COLORS = {"shuffle": NEUTRAL, "batches": "#0072B2", "prediction": "#A6CEE3"}
_ACCURACIES: dict[str, Style] = {
    "full": {"label": "accuracy of all samples", "color": "#0072B2", "marker": "o", "shift": -0.2},
    "batch": {"label": "accuracy of batches", "color": "#009E73", "marker": "s", "shift": 0.2},
}


@in_house_style
def plot_optimization_ladder(summary: pd.DataFrame) -> Figure:
    """Parts of an epoch of every step, and its time over Keras' beside the published ratios.

    From ``optimization_ladder_summary.csv``; bars at the ratios are 95 % intervals.
    """
    # Keras has no step, so pandas reads the column as floating-point numbers.
    summary = summary.astype({"step": "Int64"}).assign(row=pd.factorize(summary["name"])[0])
    names = summary.drop_duplicates("row")
    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1.5])
    _draw_parts(left, summary)
    _draw_ratios(right, summary)
    left.set_yticks(names["row"], label_steps(names))
    left.set_ylim(len(names) - 0.5, -0.75)
    for axis in (left, right):
        axis.grid(axis="y", visible=False)
    add_result(figure, tell_optimization_ladder(summary))
    return figure


def tell_optimization_ladder(summary: pd.DataFrame) -> str:
    """Where the ladder starts and ends beside Keras, and which step brings most.

    Of epochs that end with a prediction for all training images.
    """
    steps = summary[(summary["accuracy"] == "full") & summary["step"].notna()].sort_values("step")
    if len(steps) < 2:
        return ""
    ratios = steps["ratio_to_keras"]
    gains = steps["seconds"].shift() / steps["seconds"]
    best = steps.loc[gains.idxmax()]
    return (
        f"The steps take NumPy from {short(ratios.iloc[0])} to {short(ratios.iloc[-1])} times "
        f"Keras' time. Step {best['step']} brings most, a factor of {short(gains.max())}: "
        f"{best['name']}."
    )


def label_steps(steps: pd.DataFrame) -> pd.Series:
    """Number and name of every step; the name alone where there is no number."""
    numbers = steps["step"].astype("Int64").astype("string")
    return steps["name"].where(steps["step"].isna(), numbers + "  " + steps["name"])


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_optimization_ladder``."""
    return {"ladder": Drawing(plot_optimization_ladder(inputs["summary"]), (inputs["summary"],))}


def _draw_parts(axis: Axes, summary: pd.DataFrame) -> None:
    """A bar per step, of its longer kind of epoch: seconds of shuffle, batches and prediction."""
    for _, epoch in summary.drop_duplicates("row").iterrows():
        start, total = 0.0, epoch["seconds"]
        parts = {part: epoch[f"{part}_share"] * total for part in PART_COLORS}
        if pd.isna(epoch["step"]):
            color = FRAMEWORK_STYLES["keras"]["color"]
            axis.barh(epoch["row"], total, height=0.62, color=color)
        else:
            for part, seconds in parts.items():
                axis.barh(epoch["row"], seconds, left=start, height=0.62, color=PART_COLORS[part])
                # On either side of the line between them; shuffling is too short for a word.
                if epoch["row"] == 0 and part == "batches":
                    place = start + seconds, -0.38
                    axis.text(*place, "batches ", color=NEUTRAL, ha="right", va="bottom")
                    axis.text(*place, " prediction", color=NEUTRAL, ha="left", va="bottom")
                start += seconds
        axis.annotate(
            f"{total:.2f} s" if total >= 0.1 else f"{total:.2g} s",
            (total, epoch["row"]),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axis.set(
        xlabel="time of an epoch (seconds)",
        title="Parts of an epoch",
    )
    axis.margins(x=0.16)


def _draw_ratios(axis: Axes, summary: pd.DataFrame) -> None:
    axis.axvline(1.0, color=FRAMEWORK_STYLES["keras"]["color"], linewidth=1)
    steps = summary[summary["step"].notna()]
    for accuracy, style in _ACCURACIES.items():
        rows = steps[steps["accuracy"] == accuracy]
        places, ratios = rows["row"] + style["shift"], rows["ratio_to_keras"]
        axis.errorbar(
            ratios,
            places,
            xerr=[ratios - rows["ci_low"], rows["ci_high"] - ratios],
            fmt=style["marker"],
            color=style["color"],
            ms=5,
            capsize=2,
        )
        axis.plot(
            rows["published_ratio"], places, style["marker"], mfc="none", ms=9, color=style["color"]
        )
        for place, (_, row) in zip(places, rows.iterrows(), strict=True):
            _annotate(axis, row, place, style)
    bars = ", 95 % intervals" if steps["ci_low"].notna().any() else ""
    axis.set(
        xscale="log",
        xlabel="time of an epoch / that of Keras",
        title=f"Keras is 1: measured (filled{bars})"
        + (" and published (hollow)" if steps["published_ratio"].notna().any() else ""),
    )
    axis.margins(x=0.08)
    label_logarithmic(axis.xaxis)


def _annotate(axis: Axes, row: pd.Series, place: float, style: Style) -> None:
    """The numbers right of the axis, and above those of the first step what the marks are."""
    text = f"{row['ratio_to_keras']:.2f}"
    if pd.notna(row["published_ratio"]):
        text += f", published {row['published_ratio']:.2f}"
    if row["row"] == 0:
        text += f": {style['label']}"
    axis.annotate(
        text,
        (1.02, place),
        xycoords=("axes fraction", "data"),
        color=style["color"],
        va="center",
        fontsize=8,
        annotation_clip=False,
    )
