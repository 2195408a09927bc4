"""How results look, alike in figures and on pages: styles, colours and labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from mlplab.features.spaces import parse_space

# A label, and what Matplotlib draws with.
Style = dict[str, Any]

# Okabe and Ito's palette: readers with any common kind of colour vision can tell it apart. Its
# orange has 2.3:1 on white; at 3:1, some of them could not tell it from vermilion. Frameworks also
# differ in line style and marker, for prints in grey.
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
# Of this many clusters or fewer, of as many as in the middle, and of this many or more.
_CLUSTER_COLORS = {20: "#66C2A5", 65: "#009E73", 110: "#00402F"}
# Scalings of features have the colour of these, and a line style of their own.
_SCALING_LINES = {None: "-", "whitened": "--", "samplestandard": ":", "halfwhitened": "-."}
_CHOSEN_COLOR = GREY  # distances to the centres of the K that the sweep chooses


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
    """The colour of an input space, the same in all figures.

    Examples
    --------
    >>> space_color("pixels"), space_color("clusters-65"), space_color("clusters-500")
    ('#000000', '#009E73', '#00402F')
    """
    parsed = parse_space(space)
    if parsed.kind != "clusters":
        return _SPACE_COLORS[parsed.kind]
    if parsed.n_features is None:
        return _CHOSEN_COLOR
    return _shade(parsed.n_features)


def space_line(space: str) -> str | tuple[int, tuple[int, ...]]:
    """The line style of an input space, which tells scalings of the same features apart."""
    return _SCALING_LINES.get(parse_space(space).scaling, (0, (1, 1)))


def label_steps(steps: pd.DataFrame) -> pd.Series:
    """Number and name of every step of the ladder; the name alone where there is no number."""
    numbers = steps["step"].astype("Int64").astype("string")
    return steps["name"].where(steps["step"].isna(), numbers + "  " + steps["name"])


def _shade(k: int) -> str:
    """The colour of so many clusters, mixed of the two nearest that have one."""
    colors = _CLUSTER_COLORS.values()
    parts = [[int(color[i : i + 2], 16) for color in colors] for i in (1, 3, 5)]
    return "#" + "".join(f"{round(np.interp(k, [*_CLUSTER_COLORS], part)):02X}" for part in parts)
