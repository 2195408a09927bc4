"""The contrast of colours as WCAG 2.1 defines it. Colours are six hexadecimal digits."""

from __future__ import annotations

# The page in the dark, as its style has it.
_PAPER_DARK = "14181d"
# What WCAG asks of graphics.
_OF_GRAPHICS = 3.0


def lighten(colour: str) -> str:
    """A colour that stands out from the dark page, as near to this one as may be.

    Examples
    --------
    >>> lighten("e69f00"), lighten("00402f")
    ('e69f00', '407063')
    """
    parts = [int(colour[place : place + 2], 16) for place in (0, 2, 4)]
    for share in range(0, 101, 5):
        mixed = [round(part + (255 - part) * share / 100) for part in parts]
        name = "".join(f"{part:02x}" for part in mixed)
        if contrast(name, _PAPER_DARK) >= _OF_GRAPHICS:
            return name
    return "ffffff"


def text_on(colour: str) -> str:
    """Black or white, whichever is better to read on a colour.

    Examples
    --------
    >>> text_on("0072b2"), text_on("e69f00")
    ('ffffff', '000000')
    """
    return max("000000", "ffffff", key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
