"""What a section of the study page holds, and what it says where a part is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mlplab.reporting.web.tables import DataTable

# Shapes of Vega, as paths in the middle of 28 by 12.
_OUTLINES = {
    "circle": "M14 2a4 4 0 1 0 .01 0Z",
    "square": "M10.5 2.5h7v7h-7Z",
    "diamond": "M14 1l5 5-5 5-5-5Z",
    "cross": "M12.5 2h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5Z",
    "triangle-up": "M14 1.5l4.5 8h-9Z",
    "triangle-down": "M14 10.5l4.5-8h-9Z",
    "triangle-left": "M9.5 6l8-4.5v9Z",
    "triangle-right": "M18.5 6l-8-4.5v9Z",
}


class MissingPartError(Exception):
    """A table, a column or the rows of an answer are not in the run; the message says which."""


@dataclass(frozen=True)
class Tables:
    """The tables of a run by name, as ``docs/generated/tables.md`` describes them.

    ``faults`` says why a table that is there cannot be read; ``left_out`` gathers what
    :meth:`find` did not find.

    Examples
    --------
    >>> tables = Tables({"sizes": pd.DataFrame({"k": [10]})})
    >>> tables.read("sizes", "k").shape
    (1, 1)
    >>> tables.read("sizes", "inertia")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    mlplab.reporting.study.content.MissingPartError: tables/sizes.csv has no column inertia...
    """

    frames: Mapping[str, pd.DataFrame]
    faults: Mapping[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def read(self, name: str, *columns: str) -> pd.DataFrame:
        """A table with at least one row and these columns.

        Raises
        ------
        MissingPartError
            The table, a column or every row is missing.
        """
        if name not in self.frames:
            reason = self.faults.get(name, "is not there: the run is not finished, or of a version")
            raise MissingPartError(
                f"tables/{name}.csv {reason}"
                + ("" if name in self.faults else " of mlplab that made no such table")
            )
        frame = self.frames[name]
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise MissingPartError(
                f"tables/{name}.csv has no column {', '.join(missing)}: "
                "another version of mlplab made this run"
            )
        if frame.empty:
            raise MissingPartError(f"tables/{name}.csv has no rows for these data")
        return frame

    def find(self, name: str, *columns: str) -> pd.DataFrame | None:
        """The same for a part of an answer: None where something is missing.

        The reason joins :attr:`left_out`, but an empty table is no fault.
        """
        try:
            return self.read(name, *columns)
        except MissingPartError as error:
            if name not in self.frames or not self.frames[name].empty:
                self.left_out.append(str(error))
            return None


@dataclass(frozen=True)
class Switch:
    """An entry of a legend: a button that takes one series out of the figure and back.

    ``colour`` is a hexadecimal colour, ``dash`` an SVG dash array, ``shape`` a shape of Vega.
    """

    name: str
    colour: str
    dash: str = ""
    shape: str = "circle"

    @property
    def outline(self) -> str:
        """The shape as an SVG path in the middle of 28 by 12."""
        return _OUTLINES.get(self.shape, _OUTLINES["circle"])

    @property
    def ink(self) -> str:
        """The colour in CSS: the page may lighten it in the dark, and black is the text's."""
        if self.colour.lower() in ("#000000", "#000"):
            return "currentColor"
        return f"var(--ink-{self.colour.lstrip('#').lower()},{self.colour})"


@dataclass(frozen=True)
class Figure:
    """A figure that a reader can ask.

    Attributes
    ----------
    id : of the element
    title : its result, in a line
    caption : what it shows and how to read it
    spec : a Vega-Lite specification
    switches : the legend
    """

    id: str
    title: str
    caption: str
    spec: Mapping[str, Any]
    switches: Sequence[Switch] = ()


@dataclass(frozen=True)
class Headline:
    """A number for the first screen, with the words after it and those before it."""

    number: str
    words: str
    before: str = ""


@dataclass(frozen=True)
class Content:
    """What the tables say to a question.

    Attributes
    ----------
    answer : one sentence of at most 25 words, with its number and interval
    meaning : what it means, two or three sentences
    certainty : how sure it is
    figures, tables : shown below; tables folded
    headline : for the first screen, if the section has one
    notices : parts that are left out, each with its reason
    """

    answer: str
    meaning: Sequence[str]
    certainty: str
    figures: Sequence[Figure] = ()
    tables: Sequence[DataTable] = ()
    headline: Headline | None = None
    notices: Sequence[str] = ()
