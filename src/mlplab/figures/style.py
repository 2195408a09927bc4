"""How all figures look, and how they are saved."""

from __future__ import annotations

import os
from collections.abc import Iterable

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from mlplab.files import atomic_path

# Okabe and Ito's palette, which keeps apart for all common kinds of colour vision; frameworks
# also differ in line style and marker, so that grey prints do.
FRAMEWORK_STYLES = {
    "numpy": {"label": "NumPy", "color": "#0072B2", "marker": "o", "linestyle": "-"},
    "keras": {"label": "Keras", "color": "#D55E00", "marker": "s", "linestyle": "--"},
}
SPACE_COLORS = ["#000000", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#0072B2"]
NEUTRAL = "#000000"

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


def save_figure(figure: Figure, paths: Iterable[str | os.PathLike[str]]) -> None:
    """Write a figure in the format of every path's suffix, each file atomically.

    No date is written, so that equal figures are equal files.
    """
    for path in paths:
        with atomic_path(path) as temporary:
            metadata = {"Date": None} if str(path).endswith(".svg") else {}
            figure.savefig(temporary, metadata=metadata, bbox_inches="tight")
    plt.close(figure)


def leading_digits(value: float, _: int) -> str:
    """Labels at 1, 2 and 5 of every decade of a logarithmic axis."""
    return f"{value:g}" if f"{value:e}"[0] in "125" else ""
