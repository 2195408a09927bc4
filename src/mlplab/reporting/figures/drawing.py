"""What figures share: colours, labels, and how they are saved."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, ScalarFormatter
from scipy.optimize import isotonic_regression

from mlplab.features.spaces import parse_space
from mlplab.runtime.files import atomic_path, load_array, read_table, save_table

# A label, and what Matplotlib draws with.
Style = dict[str, Any]

# Okabe and Ito's palette: readers with any common kind of colour vision can tell it apart.
# Frameworks also differ in line style and marker, for prints in grey.
FRAMEWORK_STYLES: dict[str, Style] = {
    "numpy": {"label": "NumPy", "color": "#0072B2", "marker": "o", "linestyle": "-"},
    "keras": {"label": "Keras", "color": "#D55E00", "marker": "s", "linestyle": "--"},
}
# Keras runs on it.
FRAMEWORK_STYLES["tensorflow"] = FRAMEWORK_STYLES["keras"] | {"label": "TensorFlow"}
GREY = "#7F7F7F"
# Variants without a style of their own take these in turn; no other variant uses them.
_OTHER_MARKERS = ("<", ">", "p", "h", "d", "*")
NEUTRAL = "#000000"
# For what is neither a framework nor an input space.
PALETTE = [NEUTRAL, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#0072B2"]
# A hue per kind of input space; clusters are darker the more there are, so grey tells them too.
_SPACE_COLORS = {
    "pixels": NEUTRAL,
    "pca": "#56B4E9",
    "projection": "#E69F00",
    "images": "#CC79A7",
}
_CLUSTER_COLORS = LinearSegmentedColormap.from_list("clusters", ["#66C2A5", "#009E73", "#00402F"])
_LIGHTEST_K, _DARKEST_K = 20, 110
# Scalings of features have the colour of these, and a line style of their own.
_SCALING_LINES = {None: "-", "whitened": "--", "samplestandard": ":", "halfwhitened": "-."}
_CHOSEN_COLOR = GREY  # distances to the centres of the K that the sweep chooses

# A logarithmic axis has no more ticks.
_MOST_TICKS = 6
# Of ticks that are even steps apart.
_STEPS = [1, 2, 2.5, 5, 10]
# Of the line that tells a figure's result.
_LETTERS_PER_INCH = 12.5

# A decorator: what a function draws or saves looks alike, and its caller's settings stay.
in_house_style = matplotlib.style.context(Path(__file__).with_name("mlplab.mplstyle"))


@dataclass(frozen=True)
class Drawing:
    """A figure, and the tables whose rows it shows."""

    figure: Figure
    tables: tuple[pd.DataFrame, ...]


def load_inputs(paths: Iterable[tuple[str, str]]) -> dict[str, pd.DataFrame | np.ndarray]:
    """What a figure is drawn from, by name: arrays from ``.npy`` files, tables from all others."""
    return {
        name: load_array(path) if path.endswith(".npy") else read_table(path)
        for name, path in paths
    }


@in_house_style
def save_figure(
    figure: Figure, paths: Iterable[str | os.PathLike[str]], *tables: pd.DataFrame
) -> None:
    """Write a figure in the format of every path's suffix, each file atomically.

    Files hold no date, so equal figures become equal files. A path that ends with ``.csv`` gets the
    rows that the figure shows: those of all ``tables``, one below the other.

    Raises
    ------
    ValueError
        A path ends with ``.csv``, and there is no table.
    """
    for path in paths:
        if str(path).endswith(".csv"):
            save_table(path, pd.concat(tables, ignore_index=True))
            continue
        with atomic_path(path) as temporary:
            metadata = {"Date": None} if str(path).endswith(".svg") else {}
            figure.savefig(temporary, metadata=metadata, bbox_inches="tight")


class LogarithmicTicks(LogLocator):
    """Ticks at 1, 2 and 5 of every decade; fewer on a long axis, even steps on a short one."""

    def __call__(self) -> Sequence[float]:
        """The ticks within what is shown."""
        assert self.axis is not None  # Matplotlib sets it
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """The ticks between two numbers above 0."""
        low, high = sorted((vmin, vmax))
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            ticks = [step * 10.0**power for power in decades for step in steps]
            seen = [tick for tick in ticks if low <= tick <= high]
            if len(seen) <= _MOST_TICKS:
                break
        if len(seen) > 2 or high > 10 * low:
            return seen
        even = MaxNLocator(4, steps=_STEPS).tick_values(low, high)
        return [float(tick) for tick in even if low <= tick <= high]


def label_logarithmic(axis: Axis) -> None:
    """Put ticks with numbers on a logarithmic axis, few enough that they do not touch."""
    axis.set_major_locator(LogarithmicTicks())
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))


class ShareLabels(ScalarFormatter):
    """Labels of accuracies: an axis may need room above 1, and no number there."""

    def __call__(self, value: float, position: int | None = None) -> str:
        """The label of a tick; empty above 1."""
        return "" if value > 1 + 1e-9 else super().__call__(value, position)


def label_shares(axis: Axis) -> None:
    """Label an axis of accuracies, with few enough ticks that their numbers do not touch."""
    axis.set_major_locator(MaxNLocator(5, steps=_STEPS))
    axis.set_major_formatter(ShareLabels(useOffset=False))


def variant_styles(variants: Iterable[str], styles: Mapping[str, Style]) -> dict[str, Style]:
    """The styles of the variants that occur, in the order in which they are drawn.

    A variant that is not in ``styles`` is grey, with its name as label and the next free marker.
    """
    names = set(variants)
    known = {name: dict(style) for name, style in styles.items() if name in names}
    others = zip(sorted(names - set(known)), cycle(_OTHER_MARKERS), strict=False)
    return known | {
        name: {"label": name, "color": GREY, "marker": marker, "linestyle": "-"}
        for name, marker in others
    }


def ordered_spaces(spaces: Iterable[str]) -> list[str]:
    """The input spaces that occur, each once: pixels first, then each kind by its number."""

    def order(name: str) -> tuple[bool, str, int, str]:
        space = parse_space(name)
        return space.kind != "pixels", space.kind, space.n_features or 0, space.scaling or ""

    return sorted(set(spaces), key=order)


def space_color(space: str) -> str:
    """The colour of an input space, the same in all figures."""
    parsed = parse_space(space)
    if parsed.kind != "clusters":
        return _SPACE_COLORS[parsed.kind]
    if parsed.n_features is None:
        return _CHOSEN_COLOR
    return to_hex(_CLUSTER_COLORS((parsed.n_features - _LIGHTEST_K) / (_DARKEST_K - _LIGHTEST_K)))


def space_line(space: str) -> str | tuple[int, tuple[int, ...]]:
    """The line style of an input space, which tells scalings of the same features apart."""
    return _SCALING_LINES.get(parse_space(space).scaling, (0, (1, 1)))


def short_number(value: float, _: int) -> str:
    """Batch sizes, thousands as k."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def add_result(figure: Figure, sentence: str) -> None:
    """Write what a figure shows above its axes, as wide as the figure; nothing if it is empty."""
    if sentence:
        unbroken = sentence.replace(" %", "\N{NO-BREAK SPACE}%")
        lines = textwrap.fill(unbroken, int(figure.get_figwidth() * _LETTERS_PER_INCH))
        figure.suptitle(lines, x=0.01, ha="left", fontsize=10.5, fontweight="bold")


def label_points(axis: Axes, points: Iterable[tuple[float, float, str, str]]) -> None:
    """Write (x, y, text, colour) right of each point, moved apart where words would overlap.

    Words have a white edge, which ends lines that cross them. The ranges of the axes must be final;
    the scale may be any.
    """
    figure = axis.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # the layout decides how far apart points lie
    points_per_pixel = 72 / figure.dpi
    line_height = matplotlib.rcParams["font.size"] * 1.1
    ordered = sorted(points, key=lambda point: point[1])
    heights = [axis.transData.transform(point[:2])[1] * points_per_pixel for point in ordered]
    lines = line_height * np.arange(len(heights))
    # The places nearest to the points, by least squares, that are a line or more apart.
    places = isotonic_regression(np.array(heights) - lines).x + lines if heights else lines
    for (x, y, text, color), height, place in zip(ordered, heights, places, strict=True):
        axis.annotate(
            text,
            (x, y),
            xytext=(6, place - height),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
