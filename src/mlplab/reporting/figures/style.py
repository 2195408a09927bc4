"""How all figures look, and how they are saved."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import cycle
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, ScalarFormatter

from mlplab.features.spaces import parse_space
from mlplab.runtime.files import atomic_path, save_table

# A label, and what Matplotlib draws with.
Style = dict[str, Any]

# Okabe and Ito's palette, which keeps apart for all common kinds of colour vision; frameworks
# also differ in line style and marker, so that grey prints do.
FRAMEWORK_STYLES: dict[str, Style] = {
    "numpy": {"label": "NumPy", "color": "#0072B2", "marker": "o", "linestyle": "-"},
    "keras": {"label": "Keras", "color": "#D55E00", "marker": "s", "linestyle": "--"},
}
# Keras runs on it.
FRAMEWORK_STYLES["tensorflow"] = FRAMEWORK_STYLES["keras"] | {"label": "TensorFlow"}
# Variants have the colour of their framework.
VARIANT_STYLES: dict[str, Style] = {
    "numpy": FRAMEWORK_STYLES["numpy"],
    "products": {
        "label": "products alone",
        "color": "#000000",
        "marker": ".",
        "linestyle": (0, (1, 1.5)),
    },
    "keras": FRAMEWORK_STYLES["keras"],
    "keras_tuned": {
        "label": "Keras, tuned",
        "color": "#D55E00",
        "marker": "^",
        "linestyle": ":",
    },
    "keras_matched": {
        "label": "Keras, matched",
        "color": "#D55E00",
        "marker": "D",
        "linestyle": "-.",
    },
    "sklearn": {"label": "scikit-learn", "color": "#009E73", "marker": "v", "linestyle": "-"},
    "pytorch": {"label": "PyTorch", "color": "#CC79A7", "marker": "P", "linestyle": "--"},
    "jax": {"label": "JAX", "color": "#E69F00", "marker": "X", "linestyle": "-."},
}
GREY = "#7F7F7F"
# Of variants without a style of their own, in turn; those that have one use none of these.
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

plt.rcParams.update(
    {
        "figure.dpi": 150,
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#dddddd",
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "svg.fonttype": "none",  # text stays text: searchable, and editable
        "svg.hashsalt": "mlplab",
    }
)


def save_figure(
    figure: Figure, paths: Iterable[str | os.PathLike[str]], *tables: pd.DataFrame
) -> None:
    """Write a figure in the format of every path's suffix, each file atomically.

    No date is written, so that equal figures are equal files. Into a path that ends with ``.csv``
    go the rows that were drawn: those of all ``tables``, one below the other.

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
    plt.close(figure)


class LogarithmicLabels(Formatter):
    """Labels at 1, 2 and 5 of every decade, and at all ticks of what is shorter than a decade."""

    def __call__(self, value: float, _: int | None = None) -> str:
        """The label of a tick, which may be empty."""
        assert self.axis is not None  # Matplotlib sets it
        low, high = sorted(self.axis.get_view_interval())
        return f"{value:g}" if high < 10 * low or f"{value:e}"[0] in "125" else ""


def label_logarithmic(axis: Axis) -> None:
    """Label a logarithmic axis, at minor ticks too."""
    axis.set_major_formatter(LogarithmicLabels())
    axis.set_minor_formatter(LogarithmicLabels())


class ShareLabels(ScalarFormatter):
    """Labels of accuracies: an axis may need room above 1, and no number there."""

    def __call__(self, value: float, position: int | None = None) -> str:
        """The label of a tick; empty above 1."""
        return "" if value > 1 + 1e-9 else super().__call__(value, position)


def label_shares(axis: Axis) -> None:
    """Label an axis of accuracies."""
    axis.set_major_formatter(ShareLabels(useOffset=False))


def variant_styles(variants: Iterable[str]) -> dict[str, Style]:
    """The styles of the variants that occur, in the order in which they are drawn.

    One without a style of its own is grey, has its name as label, and the next free marker.
    """
    names = set(variants)
    styles = {name: style for name, style in VARIANT_STYLES.items() if name in names}
    others = zip(sorted(names - set(styles)), cycle(_OTHER_MARKERS), strict=False)
    return styles | {
        name: {"label": name, "color": GREY, "marker": marker, "linestyle": "-"}
        for name, marker in others
    }


def ordered_spaces(spaces: Iterable[str]) -> list[str]:
    """The input spaces that occur, each once: pixels first, then each kind by its number."""

    def order(name: str) -> tuple[bool, str, int, str]:
        space = parse_space(name)
        return space.kind != "pixels", space.kind, space.n_features or 0, space.scaling or ""

    return sorted(set(spaces), key=order)


def space_label(space: str) -> str:
    """An input space in words."""
    parsed = parse_space(space)
    words = {
        "pixels": "pixels",
        "clusters": "distances, K chosen" if parsed.is_chosen else f"{parsed.n_features} distances",
        "pca": f"{parsed.n_features} components",
        "projection": f"{parsed.n_features} random directions",
        "images": f"distances to {parsed.n_features} images",
    }[parsed.kind]
    scaling = {"samplestandard": "per sample first"}.get(parsed.scaling or "", parsed.scaling)
    return words if parsed.kind == "pixels" or scaling is None else f"{words}, {scaling}"


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


def label_points(axis: Axes, points: Iterable[tuple[float, float, str, str]]) -> None:
    """Write (x, y, text, colour) right of each point, moved apart where words would overlap.

    Words have a white edge, which ends lines that cross them. The ranges of the axes must be final;
    the scale may be any.
    """
    figure = axis.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # the layout decides how far apart points lie
    points_per_pixel = 72 / figure.dpi
    line_height = plt.rcParams["font.size"] * 1.1
    placed = -float("inf")
    for x, y, text, color in sorted(points, key=lambda point: point[1]):
        height = axis.transData.transform((x, y))[1] * points_per_pixel
        placed = max(height, placed + line_height)
        axis.annotate(
            text,
            (x, y),
            xytext=(6, placed - height),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
