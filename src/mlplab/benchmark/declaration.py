"""What a variant says about itself at the top of its module."""

from __future__ import annotations

from typing import NamedTuple


class Variant(NamedTuple):
    """How a variant is installed, counted and drawn.

    Attributes
    ----------
    package : name by which Python imports what the variant needs
    framework : library that does the work, for the tables
    label : name for readers
    color : a colour as ``"#RRGGBB"``, of this variant alone, for figures and pages; taken from the
        palettes of Okabe and Ito, and of Paul Tol, which colour-blind readers can tell apart
    marker : a marker of Matplotlib, of this variant alone
    linestyle : a line style of Matplotlib, by its name or as ``(offset, (on, off, ...))``
    order : place among the variants, lowest first; equal ones go by name
    """

    package: str
    framework: str
    label: str
    color: str
    marker: str
    linestyle: str | tuple[float, tuple[float, ...]]
    order: int = 100
