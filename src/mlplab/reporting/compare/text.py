"""A comparison as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from mlplab.reporting.compare.sections import Entry, Grid, Section
from mlplab.reporting.web.tables import Cell

# More rows of a grid are on the page only.
_MOST_ROWS = 12
# Columns of words give way to those of numbers until they are so wide, and at last to this.
_READABLE, _LEAST_WIDTH = 20, 8
_GAP = "  "
# Stands for a space at which no line ends; a printable text has none of it.
_BOND = "\0"


def render_text(sections: Sequence[Section], width: int) -> str:
    """The sections as lines of at most ``width`` characters, where names are no longer."""
    return "\n".join(line for section in sections for line in _render(section, width))


def _render(section: Section, width: int) -> Iterator[str]:
    yield section.title
    yield "─" * len(section.title)
    for sentence in section.sentences:
        yield from _wrap(sentence, width)
    for notice in section.notices:
        yield from _wrap(f"Note: {notice}.", width, _GAP)
    for grid in section.grids:
        yield ""
        yield from _render_grid(grid, width)
    yield ""


def _render_grid(grid: Grid, width: int) -> Iterator[str]:
    yield from _wrap(f"{grid.caption}:", width)
    rows = list(grid.rows[:_MOST_ROWS])
    if rows:
        yield from _lay_out([grid.heads, *rows], width)
    hidden = [
        f"{len(grid.rows) - len(rows)} more rows" if len(grid.rows) > len(rows) else "",
        f"{len(grid.others)} {grid.what_others}" if grid.others else "",
    ]
    if words := ", ".join(filter(None, hidden)):
        yield f"{_GAP}{'' if rows else 'none '}({words}: see the page)"
    elif not rows:
        yield f"{_GAP}none"


def _lay_out(rows: Sequence[Sequence[Entry]], width: int) -> Iterator[str]:
    """Rows in columns; a cell that is too long for its column goes on in the next line."""
    cells = [[printable(_text(entry)).split("\n") for entry in row] for row in rows]
    widest = [
        max(len(line) for cell in column for line in cell) for column in zip(*cells, strict=True)
    ]
    right = [
        all(isinstance(entry, Cell) for entry in column) for column in zip(*rows[1:], strict=True)
    ]
    widths = _fit(widest, right, width - len(_GAP) * len(widest))
    for row in cells:
        wrapped = [
            [part for line in cell for part in textwrap.wrap(line, size) or [""]]
            for cell, size in zip(row, widths, strict=True)
        ]
        for line in zip_longest(*wrapped, fillvalue=""):
            parts = [
                part.rjust(size) if to_the_right else part.ljust(size)
                for part, size, to_the_right in zip(line, widths, right, strict=True)
            ]
            yield (_GAP + _GAP.join(parts)).rstrip()


def _fit(widest: Sequence[int], numbers: Sequence[bool], room: int) -> list[int]:
    """Widths of columns that fit into the room; the widest of words give way first."""
    widths = list(widest)
    words = [not number for number in numbers]
    for give_way, least in ((words, _READABLE), (numbers, _LEAST_WIDTH), (words, _LEAST_WIDTH)):
        while sum(widths) > room:
            limit = max((w for w, may in zip(widths, give_way, strict=True) if may), default=0)
            if limit <= least:
                break
            widths = [
                limit - 1 if may and width == limit else width
                for width, may in zip(widths, give_way, strict=True)
            ]
    return widths


def _wrap(text: str, width: int, indent: str = "") -> Iterator[str]:
    """The lines of a text; a percentage stays in one."""
    bound = printable(text).replace(" %", f"{_BOND}%")
    for line in textwrap.wrap(bound, width, subsequent_indent=indent):
        yield line.replace(_BOND, " ")


def _text(entry: Entry) -> str:
    return entry.text if isinstance(entry, Cell) else entry


def printable(text: str) -> str:
    """The text with escapes in place of what would command the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
