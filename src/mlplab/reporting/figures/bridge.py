"""Draw the way from NumPy's network to the model in Keras, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    GREY,
    NEUTRAL,
    Drawing,
    add_result,
    in_house_style,
    label_shares,
)
from mlplab.reporting.tables.bridge import find_cause
from mlplab.reporting.words import percent
from mlplab.training.differences import DIFFERENCES

_ENDS = {"forwards": ("numpy", "keras"), "backwards": ("keras", "numpy")}
_END_WORDS = {"numpy": "NumPy's network", "keras": "reference model"}
_TITLES = {
    "forwards": "Forwards: each step takes Keras' way",
    "backwards": "Backwards: each step takes NumPy's way",
}
_HEIGHT = 0.62


@in_house_style
def plot_bridge(bridge: pd.DataFrame) -> Figure:
    """Test accuracy from one end to the other, a bar per step, in both directions.

    From ``bridge.csv``; bars with caps are 95 % intervals of a step over seeds. Beside each number:
    CPU seconds of an epoch.
    """
    n_bars = len(DIFFERENCES) + 2
    figure = Figure(figsize=(11.5, 0.38 * n_bars + 1.2), layout="constrained")
    for axis, direction in zip(figure.subplots(1, 2, sharex=True), _TITLES, strict=True):
        rows = bridge[bridge["direction"] == direction].reset_index(drop=True)
        _draw_way(axis, rows, direction)
    add_result(figure, tell_bridge(bridge))
    return figure


def tell_bridge(bridge: pd.DataFrame) -> str:
    """The difference that makes Keras worse, and what it costs on either way."""
    forwards = bridge[bridge["direction"] == "forwards"].sort_values("step")
    numpy, keras = forwards["test_accuracy"].iloc[0], forwards["test_accuracy"].iloc[-1]
    cause = find_cause(bridge)
    if keras >= numpy or cause is None:
        return (
            f"Keras' reference model reaches {percent(keras)} test accuracy, NumPy's network "
            f"{percent(numpy)}."
        )
    costs = [f"{cost:.1f}" for cost in sorted(-100 * cause["change"])]
    return (
        f"Of a gap of {100 * (numpy - keras):.1f} points to NumPy, {cause['words'].iloc[0]} costs "
        f"Keras {' to '.join(dict.fromkeys(costs))} by itself."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figure of the rule ``plot_bridge``."""
    return {"bridge": Drawing(plot_bridge(inputs["bridge"]), (inputs["bridge"],))}


def _draw_way(axis: Axes, rows: pd.DataFrame, direction: str) -> None:
    first, last = _ENDS[direction]
    accuracy = rows["test_accuracy"]
    labels = [_END_WORDS[first], *rows["difference"][1:].map(_name_step), _END_WORDS[last]]
    for place, framework, end in ((0, first, rows.iloc[0]), (len(rows), last, rows.iloc[-1])):
        color = FRAMEWORK_STYLES[framework]["color"]
        axis.barh(place, end["test_accuracy"], height=_HEIGHT, color=color)
        _write(axis, place, end["test_accuracy"], f"{end['test_accuracy']:.4f}", end)
    sign = 1 if direction == "forwards" else -1
    for place, row in rows.iloc[1:].iterrows():
        before, step = accuracy[place - 1], sign * row["change"]
        axis.barh(place, step, left=before, height=_HEIGHT, color="#009E73" if step > 0 else GREY)
        half = (row["change_ci_high"] - row["change_ci_low"]) / 2
        axis.errorbar(accuracy[place], place, xerr=half, color=NEUTRAL, capsize=2, linewidth=0.8)
        axis.plot([before, before], [place - 1, place], color=NEUTRAL, linewidth=0.6)
        right = max(before, accuracy[place]) + (half if half > 0 else 0.0)
        _write(axis, place, right, f"{round(step, 4) + 0.0:+.4f}", row)
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(rows) + 0.5, -0.5)
    axis.set_xlim(0, 1.3)
    axis.set(
        xlabel="test accuracy; beside it: CPU seconds of an epoch",
        title=_TITLES[direction],
    )
    label_shares(axis.xaxis)
    axis.grid(axis="y", visible=False)


def _name_step(difference: str) -> str:
    return DIFFERENCES[difference].words.removeprefix("the ")  # type: ignore[index]


def _write(axis: Axes, place: int, right: float, text: str, row: pd.Series) -> None:
    axis.annotate(
        f"{text},  {row['cpu_seconds']:.2f} s",
        (right, place),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
    )
