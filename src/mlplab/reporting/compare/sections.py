"""The parts of a comparison, which the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = tuple[str, ...]
# Stands for what a run does not have.
ABSENT = "–"


@dataclass(frozen=True)
class Grid:
    """A table of a comparison.

    Attributes
    ----------
    caption : what its rows are
    heads : names of the columns
    rows : cells of the rows that a reader should see; a cell may have several lines
    others : rows without a notable difference, which only the page shows
    """

    caption: str
    heads: Row
    rows: Sequence[Row]
    others: Sequence[Row] = field(default=())


@dataclass(frozen=True)
class Dot:
    """A number of a chart: its row, its value, whether it is notable, and its words."""

    row: str
    value: float
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
    dots : changes by which a time grew, as factors, for the chart of the page
    method : how the numbers are made, for a reader who wants to know
    notices : what is missing, and in which run
    """

    title: str
    sentences: Sequence[str]
    grids: Sequence[Grid] = field(default=())
    dots: Sequence[Dot] = field(default=())
    method: Sequence[str] = field(default=())
    notices: Sequence[str] = field(default=())


def differing_rows(values: Sequence[Mapping[str, str]]) -> list[Row]:
    """A row per key whose values are not the same in all mappings: the key, then the values.

    Keys keep the order in which they are found. A mapping without the key has :data:`ABSENT`.

    Examples
    --------
    >>> differing_rows([{"a": "1", "b": "2"}, {"a": "1", "c": "3"}])
    [('b', '2', '–'), ('c', '–', '3')]
    """
    return [row for row in all_rows(values) if len(set(row[1:])) > 1]


def all_rows(values: Sequence[Mapping[str, str]]) -> list[Row]:
    """A row per key of any of the mappings, as in :func:`differing_rows`."""
    keys = dict.fromkeys(key for mapping in values for key in mapping)
    return [(key, *(mapping.get(key, ABSENT) for mapping in values)) for key in keys]
