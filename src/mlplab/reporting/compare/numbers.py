"""Numbers in words, the same in the terminal and on the page."""

from __future__ import annotations

import math
from typing import Any


def count(amount: int, one: str, many: str) -> str:
    """A number with the words for one or for many.

    Examples
    --------
    >>> count(1, "key differs", "keys differ"), count(0, "key differs", "keys differ")
    ('1 key differs', '0 keys differ')
    """
    return f"{amount} {one if amount == 1 else many}"


def share(part: int, whole: int, noun: str = "") -> str:
    """A count out of a number of things, with its percentage.

    Examples
    --------
    >>> share(51, 52, "ratios")
    '51 of 52 ratios (98 %)'
    """
    words = f"{part} of {whole} {noun}".strip()
    return f"{words} ({100 * part / whole:.0f} %)" if whole else words


def percent(factor: float) -> str:
    """A factor as the percentage by which it is more or less than 1.

    Examples
    --------
    >>> percent(1.123), percent(0.9)
    ('+12.3 %', '−10.0 %')
    """
    if math.isnan(factor):
        return ""
    text = f"{100 * (factor - 1):+.1f} %"
    return text.replace("-", "−")


def signed(difference: float) -> str:
    """A difference of accuracies with its sign and five decimals."""
    return "" if math.isnan(difference) else f"{difference:+.5f}".replace("-", "−")


def p_value(p: float) -> str:
    """A p-value with three decimals, or that it is below 0.001; a dash where there is no test."""
    if math.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def key(value: Any) -> str:
    """A value of a key column in words; 500 and 500.0 are one.

    A column of whole numbers becomes one of floats where a row lacks its number.

    Examples
    --------
    >>> key(500.0), key(500), key(0.1), key("pixels")
    ('500', '500', '0.1', 'pixels')
    """
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
