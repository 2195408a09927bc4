"""Tables that a reader can search, filter and sort; ``tables.html.j2`` draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column: its heading, whether it holds numbers, and a hint for those who do not know it."""

    title: str
    numeric: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """What a cell shows.

    Attributes
    ----------
    text : what it shows
    order : what the column is sorted by; the text if None
    notes : paragraphs that unfold, beside a summary of :attr:`summary`
    summary : words that unfold them
    mark : name of a CSS class
    """

    text: str
    order: float | None = None
    notes: Sequence[str] = ()
    summary: str = ""
    mark: str = ""

    @property
    def key(self) -> str:
        """The text or number that a click on the heading sorts by; empty sorts last."""
        if self.order is None:
            return self.text
        return "" if math.isnan(self.order) else repr(float(self.order))


@dataclass(frozen=True)
class Row:
    """Cells, the id that a link may lead to, and the value of every filter."""

    cells: Sequence[Cell]
    id: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataTable:
    """A table with a caption, and filters by name (each a column of its own or not).

    Attributes
    ----------
    id : of the element, unique on the page
    caption : what the table holds, in one sentence
    filters : label of every filter, by its name in the rows
    open : whether a page shows it at once; else it may fold the table

    Examples
    --------
    >>> sizes = [Row([Cell("70", 70.0)], filters={"kind": "pixels"})]
    >>> table = DataTable("sizes", "Sizes.", [Column("K", True)], sizes, {"kind": "Kind"})
    >>> table.choices("kind")
    ['pixels']
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    filters: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    def choices(self, name: str) -> list[str]:
        """The values of a filter, in the order of the rows that have them first."""
        return list(dict.fromkeys(row.filters[name] for row in self.rows))
