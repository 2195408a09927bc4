"""Numbers with their intervals in words, alike on the whole page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from mlplab.reporting.words import BOUNDLESS, is_boundless, join

INTERVAL = "95 % interval"
# What readers may not know of input spaces, by a part of their names.
_INPUTS = {
    "halfwhitened": "“Half whitened” divides inputs by the square root of their standard "
    "deviation.",
    "-whitened": "“Whitened” gives all inputs the same variance.",
    "projection": "“Random directions” are projections of the pixels on random vectors.",
}


def plain(value: float, digits: int = 3) -> str:
    """A number to so many digits, thousands with a comma; empty if there is none.

    Examples
    --------
    >>> plain(2.8649), plain(43210.0), plain(0.00012345), plain(11.0)
    ('2.86', '43,210', '0.000123', '11.0')
    """
    if pd.isna(value):
        return ""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{decimals}f}"


def signed(value: float, decimals: int = 2) -> str:
    """A number with its sign, a true minus.

    Examples
    --------
    >>> signed(-0.284), signed(1.5, 1)
    ('−0.28', '+1.5')
    """
    return f"{value:+.{decimals}f}".replace("-", "−")


def interval(low: float, high: float, digits: int = 3) -> str:
    """The ends of a 95 % interval in brackets, after a space; empty where there is none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    if is_boundless(low, high):
        return f" ({BOUNDLESS})"
    return f" ({INTERVAL} {plain(low, digits)} to {plain(high, digits)})"


def percent_interval(low: float, high: float, digits: int = 1) -> str:
    """The same of shares, in per cent."""
    if pd.isna(low) or pd.isna(high):
        return ""
    low_end, high_end = (f"{100 * end:.{digits}f}".replace("-", "−") for end in (low, high))
    return f" ({INTERVAL} {low_end} to {high_end})"


def name_sizes(chosen: Sequence[int], measured: Sequence[int]) -> str:
    """Batch sizes in words: each of up to three, else runs of neighbours as "32 to 250".

    Examples
    --------
    >>> name_sizes([32, 64, 128, 250], [32, 64, 128, 250, 500])
    '32 to 250'
    >>> name_sizes([32, 1000], [32, 64, 1000])
    '32 and 1,000'
    """
    ordered = sorted(measured)
    if len(chosen) <= 2:
        return join([f"{size:,}" for size in sorted(chosen)])
    groups: list[list[int]] = []
    for size in sorted(chosen):
        place = ordered.index(size)
        if groups and ordered[place - 1] == groups[-1][-1]:
            groups[-1].append(size)
        else:
            groups.append([size])
    return join(
        [
            f"{group[0]:,}" if len(group) == 1 else f"{group[0]:,} to {group[-1]:,}"
            for group in groups
        ]
    )


def explain_inputs(spaces: Iterable[str]) -> str:
    """A sentence for each kind of input among these that readers may not know.

    Examples
    --------
    >>> explain_inputs(["pixels"]), explain_inputs(["pca-70-whitened"])
    ('', ' “Whitened” gives all inputs the same variance.')
    """
    names = list(spaces)
    return "".join(f" {text}" for part, text in _INPUTS.items() if any(part in n for n in names))
