"""The parts of a comparison, which the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlplab.reporting.web.tables import Cell

# Words, or a cell that the page sorts by a number.
Entry = str | Cell
# Stands for what a run does not have.
ABSENT = "–"


@dataclass(frozen=True)
class Grid:
    """A table of a comparison.

    Attributes
    ----------
    caption : what its rows are
    heads : names of the columns; those whose cells are sorted by numbers stand to the right
    rows : cells of the rows that a reader should see; a cell may have several lines
    others : less notable rows, which only the page shows
    what_others : what these are, in words after their number
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    others: Sequence[Sequence[Entry]] = field(default=())
    what_others: str = "without a notable difference"


@dataclass(frozen=True)
class Dot:
    """A changed ratio in the chart of the page.

    Attributes
    ----------
    row : the row of the chart that it lies in
    factor : the ratio after over that before
    notable : whether it is drawn as one that differs
    words : what it is
    """

    row: str
    factor: float
    notable: bool
    words: str


@dataclass(frozen=True)
class Section:
    """One subject of a comparison.

    Attributes
    ----------
    title : the subject
    sentences : what came out, the first one being the answer
    grids : the tables behind it
    dots : changed ratios for a chart of the page
    method : how the numbers are made, for a reader who wants to know
    notices : what is missing, and in which run
    """

    title: str
    sentences: Sequence[str]
    grids: Sequence[Grid] = field(default=())
    dots: Sequence[Dot] = field(default=())
    method: Sequence[str] = field(default=())
    notices: Sequence[str] = field(default=())


def differing_rows(values: Sequence[Mapping[str, str]]) -> list[tuple[str, ...]]:
    """A row per key whose values are not the same in all mappings: the key, then the values.

    Keys keep the order in which they are found. A mapping without the key has :data:`ABSENT`.

    Examples
    --------
    >>> differing_rows([{"a": "1", "b": "2"}, {"a": "1", "c": "3"}])
    [('b', '2', '–'), ('c', '–', '3')]
    """
    return [row for row in all_rows(values) if len(set(row[1:])) > 1]


def all_rows(values: Sequence[Mapping[str, str]]) -> list[tuple[str, ...]]:
    """A row per key of any of the mappings, as in :func:`differing_rows`."""
    keys = dict.fromkeys(key for mapping in values for key in mapping)
    return [(key, *(mapping.get(key, ABSENT) for mapping in values)) for key in keys]
