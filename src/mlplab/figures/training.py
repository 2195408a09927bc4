"""Trainings, drawn: what the networks learn and how long they take."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mlplab.figures.style import FRAMEWORK_STYLES, SPACE_COLORS, leading_digits


def plot_training_history(
    history: pd.DataFrame, *, experiment: str, batch_size: int, seed: int
) -> Figure:
    """Cost and test accuracy over epochs for every input space, from ``training_history.csv``."""
    chosen = history[
        (history["experiment"] == experiment)
        & (history["batch_size"] == batch_size)
        & (history["seed"] == seed)
    ]
    frameworks = [name for name in FRAMEWORK_STYLES if name in set(chosen["framework"])]
    figure, axes = plt.subplots(
        2,
        len(frameworks),
        figsize=(4.6 * len(frameworks), 5.4),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    spaces = _ordered_spaces(chosen)
    labels: list[tuple[Axes, list[tuple[float, str, str]]]] = []
    for column, framework in enumerate(frameworks):
        cost, accuracy = axes[0, column], axes[1, column]
        ends = []
        for color, space in zip(SPACE_COLORS, spaces, strict=False):
            run = chosen[(chosen["framework"] == framework) & (chosen["input_space"] == space)]
            if run.empty:
                continue
            run = run.sort_values("epoch")
            cost.plot(run["epoch"], run["total_cost"] / run["total_cost"].iloc[0], color=color)
            accuracy.plot(run["epoch"], run["test_accuracy"], color=color)
            accuracy.plot(run["epoch"], run["train_accuracy"], color=color, ls=":", lw=1)
            ends.append((run["test_accuracy"].iloc[-1], _space_label(space), color))
        cost.set(title=f"{FRAMEWORK_STYLES[framework]['label']}, batch size {batch_size}")
        cost.set_yscale("log")
        for formatter in (cost.yaxis.set_major_formatter, cost.yaxis.set_minor_formatter):
            formatter(FuncFormatter(leading_digits))
        accuracy.set(xlabel="epoch")
        labels.append((accuracy, ends))
    axes[0, 0].set(ylabel="training cost / that of epoch 1")
    axes[1, 0].set(ylabel="accuracy (solid: test, dotted: training)")
    # The range of the shared axis is known only now, and with it where labels would overlap.
    for axis, ends in labels:
        _label_ends(axis, chosen["epoch"].max(), ends)
    return figure


def plot_seconds_per_epoch(benchmark: pd.DataFrame, ratios: pd.DataFrame) -> Figure:
    """Seconds per epoch over batch size, and ratios to NumPy with their 95 % intervals.

    From ``batch_size_benchmark.csv`` and ``batch_size_ratios.csv``; bars are quartiles.
    """
    variants = _ordered_spaces(benchmark.rename(columns={"variant": "input_space"}))
    figure, axes = plt.subplots(
        2,
        len(variants),
        figsize=(max(3.2, 2.8 * len(variants)), 5.4),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for column, variant in enumerate(variants):
        top, bottom = axes[:, column]
        rounds = benchmark[benchmark["variant"] == variant]
        for framework, style in FRAMEWORK_STYLES.items():
            grouped = rounds[rounds["framework"] == framework].groupby("batch_size")
            middle = grouped["seconds_per_epoch"].median()
            if middle.empty:
                continue
            spread = [
                middle - grouped["seconds_per_epoch"].quantile(0.25),
                grouped["seconds_per_epoch"].quantile(0.75) - middle,
            ]
            line = {key: value for key, value in style.items() if key != "label"}
            top.errorbar(middle.index, middle, yerr=spread, capsize=2, ms=4, **line)
            top.annotate(
                style["label"],
                (middle.index[0], middle.iloc[0]),
                xytext=(6, 4),
                textcoords="offset points",
                color=style["color"],
            )
        top.set(xscale="log", yscale="log", title=_space_label(variant))
        shown = ratios[(ratios["variant"] == variant) & (ratios["framework"] == "keras")]
        bottom.axhline(1.0, color=FRAMEWORK_STYLES["numpy"]["color"], linewidth=1)
        bottom.errorbar(
            shown["batch_size"],
            shown["ratio_to_numpy"],
            yerr=[
                shown["ratio_to_numpy"] - shown["ci_low"],
                shown["ci_high"] - shown["ratio_to_numpy"],
            ],
            fmt="s--",
            ms=4,
            capsize=2,
            color=FRAMEWORK_STYLES["keras"]["color"],
        )
        bottom.set(xlabel="batch size (samples)", yscale="log")
        sizes = sorted(rounds["batch_size"].unique())
        bottom.xaxis.set_major_locator(FixedLocator(sizes))
        bottom.xaxis.set_minor_locator(NullLocator())
        bottom.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short_number(value)))
    axes[0, 0].set(ylabel="time of an epoch (seconds)")
    axes[1, 0].set(ylabel="Keras / NumPy\n(NumPy faster above 1)")
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    for axis in axes[:, 0]:
        axis.yaxis.set_major_formatter(plain)
    for axis in axes[:, 0]:
        axis.yaxis.set_minor_formatter(FuncFormatter(leading_digits))
    return figure


def _ordered_spaces(table: pd.DataFrame) -> list[str]:
    """Pixels first, then clusters by their number."""

    def order(space: str) -> tuple[bool, int]:
        return space != "pixels", int(space.rsplit("-", 1)[-1]) if "-" in space else 0

    return sorted(table["input_space"].unique(), key=order)


def _space_label(space: str) -> str:
    return "pixels" if space == "pixels" else f"{space.rsplit('-', 1)[-1]} distances"


def _short_number(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def _label_ends(axis: Axes, x: float, ends: list[tuple[float, str, str]]) -> None:
    """Write labels right of the ends of lines, moved apart where they would overlap."""
    low, high = axis.get_ylim()
    step = (high - low) * 0.055
    ends = sorted(ends)
    places: list[float] = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + step) if places else y)
    for place, (y, label, color) in zip(places, ends, strict=True):
        axis.annotate(
            f"{label} {y:.3f}",
            (x, place),
            xytext=(4, 0),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
        )
