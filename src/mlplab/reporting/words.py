"""Words that figures, pages and claims share: input spaces, numbers, shares and lists."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from mlplab.features.spaces import parse_space

_ROUNDING = 1e-9
# Of two rounds, a ratio may have an interval of many powers of ten.
_WIDEST = 100.0
BOUNDLESS = f"interval wider than a factor of {_WIDEST:.0f}"
_SCALINGS = {
    "standard": "standardised",
    "samplestandard": "each image standardised first",
    "samplenormalizer": "each image scaled to length 1 first",
    "whitened": "whitened",
    "halfwhitened": "half whitened",
    "minmax": "scaled to 0…1",
    "normalizer": "each image scaled to length 1",
}


def describe_space(name: str, *, with_scaling: bool = True) -> str:
    """An input space in words, the same in all figures, captions and sentences.

    Examples
    --------
    >>> describe_space("clusters-70")
    'distances to 70 cluster centres'
    >>> describe_space("clusters-70-samplestandard")
    'distances to 70 cluster centres (each image standardised first)'
    >>> describe_space("pca-70-whitened", with_scaling=False)
    '70 principal components'

    Raises
    ------
    ValueError
        There is no such space.
    """
    space = parse_space(name)
    centres = "the chosen number of" if space.is_chosen else space.n_features
    words = {
        "pixels": "pixels",
        "clusters": f"distances to {centres} cluster centres",
        "pca": f"{space.n_features} principal components",
        "projection": f"{space.n_features} random directions",
        "images": f"distances to {space.n_features} training images",
    }[space.kind]
    if space.is_raw:
        words += " of raw pixels"
    if space.kind == "pixels" or space.scaling is None or not with_scaling:
        return words
    return f"{words} ({_SCALINGS[space.scaling]})"


def count(number: int, noun: str) -> str:
    """A number with its noun, which takes an s from two on.

    Examples
    --------
    >>> count(1, "seed"), count(1000, "seed")
    ('1 seed', '1,000 seeds')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def join(parts: Sequence[str]) -> str:
    """Parts of a sentence with commas and "and".

    Examples
    --------
    >>> join(["one", "two", "three"])
    'one, two and three'
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent.

    Examples
    --------
    >>> percent(0.97345)
    '97.3 %'
    """
    return f"{100 * share:.{digits}f} %"


def short(number: float) -> str:
    """A number with two digits that count, and no exponent.

    Examples
    --------
    >>> short(3.272), short(0.0451), short(1234.0), short(0.998)
    ('3.3', '0.045', '1,200', '1.0')
    """
    rounded = float(f"{number:.1e}")
    decimals = max(0, 1 - math.floor(math.log10(abs(rounded)))) if rounded else 0
    return f"{rounded:,.{decimals}f}"


def is_boundless(low: float, high: float) -> bool:
    """Whether an interval of a positive number is so wide that its ends tell nothing.

    Examples
    --------
    >>> is_boundless(0.0895, 113.0), is_boundless(0.9, 1.1), is_boundless(-1.0, 500.0)
    (True, False, False)
    """
    return low > 0 and high > _WIDEST * low


def show_number(number: float) -> str:
    """Four digits, or all before the point, and no exponent; empty for a missing number.

    Examples
    --------
    >>> show_number(0.123456), show_number(57280.4), show_number(9.919e-07)
    ('0.1235', '57,280', '0.0000009919')
    """
    if math.isnan(number):
        return ""
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return np.format_float_positional(number, precision=4, fractional=False, trim="-")


def show_with_interval(number: float, low: float, high: float, note: str = "") -> str:
    """A number with its interval, to the decimals that show two digits of the interval's width.

    Below 10, there are two decimals at least.

    Examples
    --------
    >>> show_with_interval(2.2935, 1.7323, 3.0365)
    '2.29 (1.73 to 3.04)'
    >>> show_with_interval(0.99032, 0.98941, 0.99124, " for one more run")
    '0.9903 (0.9894 to 0.9912 for one more run)'
    """
    width, largest = high - low, max(abs(number), abs(low), abs(high))
    # Values that are equal but for rounding have an interval of some last bits.
    if not _ROUNDING * largest < width < math.inf or math.isnan(number):
        return show_number(number)
    # That of a difference is symmetric and may begin just above 0, which does tell something.
    if is_boundless(low, high) and high > 2 * number:
        return f"{show_number(number)} ({BOUNDLESS}{note})"
    decimals = max(1 - math.floor(math.log10(width)), 2 if abs(number) < 10 else 0)
    # The zero takes the sign from what rounds to 0.
    rounded = [round(value, decimals) + 0.0 for value in (number, low, high)]
    middle, start, end = (f"{value:,.{decimals}f}" for value in rounded)
    return f"{middle} ({start} to {end}{note})"


def over_seeds(seeds: int) -> str:
    """What an accuracy is of so many seeds.

    Examples
    --------
    >>> over_seeds(10), over_seeds(1)
    ('mean of 10 seeds', 'one seed')
    """
    return f"mean of {seeds} seeds" if seeds > 1 else "one seed"


def spread(values: Iterable[float], digits: int = 1) -> str:
    """The lowest and the highest of some shares in per cent; one number where they look alike.

    Examples
    --------
    >>> spread([0.975, 0.971]), spread([0.9701, 0.9702])
    ('97.1 to 97.5 %', '97.0 %')
    """
    ordered = sorted(values)
    low, high = percent(ordered[0], digits), percent(ordered[-1], digits)
    return high if low == high else f"{low.removesuffix(' %')} to {high}"
