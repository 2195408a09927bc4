"""Colours of charts and verdicts, lightened where the page is dark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlplab.reporting.claims.evaluation import VERDICTS
from mlplab.reporting.claims.rendering import COLOURS
from mlplab.reporting.study.claims import VerdictCount

_PAPER_DARK = "14181d"
# What WCAG 2.1 asks of graphics.
_CONTRAST = 3.0


def ink_styles(score: Sequence[VerdictCount], drawn: str) -> str:
    """CSS: a variable for every colour that the charts name, and a class for every verdict."""
    colours = sorted(set(re.findall(r"--ink-([0-9a-f]{6})", drawn)))
    light = "".join(f"--ink-{colour}:#{colour};" for colour in colours)
    dark = "".join(f"--ink-{colour}:#{lighten(colour)};" for colour in colours)
    verdicts = "".join(
        f".v{place}{{border-left:0.5rem solid {COLOURS[verdict]}}}"
        for place, verdict in enumerate(VERDICTS)
    )
    return (
        f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
        f"@media print{{:root{{{light}}}}}{verdicts}"
    )


def lighten(colour: str) -> str:
    """A colour that stands out from the dark page, as near to this one as may be.

    Examples
    --------
    >>> lighten("e69f00"), lighten("00402f")
    ('e69f00', '337d59')
    """
    parts = [int(colour[place : place + 2], 16) for place in (0, 2, 4)]
    for share in range(0, 101, 5):
        mixed = [round(part + (255 - part) * share / 100) for part in parts]
        name = "".join(f"{part:02x}" for part in mixed)
        if contrast(name, _PAPER_DARK) >= _CONTRAST:
            return name
    return "ffffff"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
