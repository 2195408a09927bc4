"""The claims of a run: their score as a strip, those that failed, and all of them in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlplab.reporting.claims.evaluation import NOT_REPRODUCED, VERDICTS
from mlplab.reporting.claims.rendering import (
    COLOURS,
    SYMBOLS,
    describe_found,
    describe_published,
    find_figure,
)
from mlplab.reporting.study.content import Tables
from mlplab.reporting.study.contrast import text_on
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row

COLUMNS = ("id", "article", "statement", "kind", "published", "unit", "tolerance", "verdict",
           "evidence", "comparison", "ci_low", "ci_high", "prediction_low", "prediction_high",
           "finding", "words", "bound", "restates", "beside", "counted", "cause")  # fmt: skip

_NO_UNITS = ("1", "share", "ratio")
# A tolerance below this, relative to the figure, only makes room for its last digit.
_ROUNDING = 1e-9
_TABLE = re.compile(r"tables/(\w+)\.csv")


@dataclass(frozen=True)
class StripCell:
    """A claim in the strip: its verdict, and the row that it leads to."""

    target: str
    verdict: str
    symbol: str
    colour: str
    text: str
    words: str


@dataclass(frozen=True)
class VerdictCount:
    """How many of the claims that count have a verdict."""

    verdict: str
    symbol: str
    colour: str
    text: str
    number: int


def read_claims(tables: Tables) -> pd.DataFrame:
    """``claims.csv``.

    Raises
    ------
    MissingPartError
        The table, or a column, is missing.
    """
    claims = tables.read("claims", *COLUMNS)
    # Runs of earlier versions have it under that name.
    if "reproduced" not in claims.columns:
        tables.read("claims", "found")
    return claims


def counted(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims whose verdict counts, by verdict, best first."""
    rows = claims[claims["counted"].astype(bool)]
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    return rows.sort_values("verdict", key=lambda v: v.map(order).fillna(99), kind="stable")


def make_strip(claims: pd.DataFrame) -> list[StripCell]:
    """A cell for every claim that counts, ordered by verdict."""
    return [
        StripCell(
            row_id(row["id"]),
            row["verdict"],
            *_look(row["verdict"]),
            f"{row['verdict']}: {row['statement']}",
        )
        for row in counted(claims).to_dict("records")
    ]


def count_verdicts(claims: pd.DataFrame) -> list[VerdictCount]:
    """The score, as the legend of the strip."""
    numbers = counted(claims)["verdict"].value_counts(sort=False)
    return [VerdictCount(str(v), *_look(str(v)), number) for v, number in numbers.items()]


def _look(verdict: str) -> tuple[str, str, str]:
    """Symbol, colour and colour of the symbol."""
    colour = COLOURS.get(verdict, "#999999")
    return SYMBOLS.get(verdict, "–"), colour, f"#{text_on(colour[1:])}"


def select_by_tables(claims: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    """Statements of claims whose evidence is in these tables, and the ids of their rows."""
    wanted = set(names)
    return [
        (row["statement"], row_id(row["id"]))
        for row in claims.to_dict("records")
        if wanted & set(_TABLE.findall(str(row["evidence"])))
    ]


def row_id(claim: str) -> str:
    """The id of the element that shows a claim."""
    return f"claim-{claim}"


def tabulate_claims(claims: pd.DataFrame) -> DataTable:
    """All claims, to be filtered by article and verdict; their evidence unfolds."""
    n_counted = len(counted(claims))
    others = len(claims) - n_counted
    apart = (
        f"; {others} further rows are not counted: they repeat a claim, add context to one, or "
        "only check the articles' arithmetic"
        if others
        else ""
    )
    return DataTable(
        "table-claims",
        f"The {n_counted} claims (click one to see its evidence){apart}",
        [
            Column("verdict"),
            Column("claim"),
            Column("published", True),
            Column("found", True),
            Column("article"),
        ],
        [
            Row(
                [
                    _verdict_cell(row),
                    Cell(row["statement"], notes=_notes(row), summary="evidence"),
                    Cell(_with_unit(describe_published(row), row), row["published"]),
                    Cell(_with_unit(describe_found(row), row), find_figure(row)),
                    Cell(str(row["article"])),
                ],
                row_id(row["id"]),
                {"article": str(row["article"]), "verdict": row["verdict"], "kind": row["kind"]},
            )
            for row in claims.to_dict("records")
        ],
        {"article": "Article", "verdict": "Verdict", "kind": "Kind"},
        open=True,
    )


def tabulate_failures(claims: pd.DataFrame) -> DataTable | None:
    """The claims that count and were not reproduced, each with its cause; None without one."""
    failed = counted(claims)
    failed = failed[failed["verdict"] == NOT_REPRODUCED]
    if failed.empty:
        return None
    return DataTable(
        "table-failed",
        "Published figures that were not reproduced, and why",
        [Column("claim"), Column("published", True), Column("found", True), Column("cause")],
        [
            Row(
                [
                    Cell(row["statement"]),
                    Cell(_with_unit(describe_published(row), row), row["published"]),
                    Cell(_with_unit(describe_found(row), row), find_figure(row)),
                    Cell(_text(row["cause"]) or "not recorded"),
                ]
            )
            for row in failed.to_dict("records")
        ],
        open=True,
    )


def _with_unit(text: str, row: dict[str, Any]) -> str:
    """The figure with its unit; shares, ratios and words have none."""
    words = _text(row["finding"]) or _text(row["words"])
    if not text or words or row["unit"] in _NO_UNITS:
        return text
    number, bracket, interval = text.partition(" (")
    unit = row["unit"].removesuffix("s") if number == "1" and len(row["unit"]) > 1 else row["unit"]
    return f"{number} {unit}{bracket}{interval}"


def _verdict_cell(row: dict[str, Any]) -> Cell:
    order = VERDICTS.index(row["verdict"]) if row["verdict"] in VERDICTS else len(VERDICTS)
    mark = f"verdict v{order}"
    return Cell(f"{SYMBOLS.get(row['verdict'], '–')} {row['verdict']}", order, mark=mark)


def _notes(row: dict[str, Any]) -> list[str]:
    words = {key: _text(row.get(key)) for key in (*COLUMNS, "bound_reason", "tolerance_reason")}
    least = _ROUNDING * abs(row["published"]) if pd.notna(row["published"]) else 0.0
    width = f"± {row['tolerance']:.4g}" if row["tolerance"] > least else ""
    reason = words["bound_reason"] or words["tolerance_reason"]
    tolerance = ", ".join(filter(None, [width, reason]))
    notes = [
        f"{row['id']}, {row['kind']}; unit: {row['unit']}",
        f"Cause: {words['cause']}" if words["cause"] else "",
        f"Tolerance: {tolerance}" if tolerance else "",
        *(
            f"{key.capitalize()} {words[key]}, so it is not counted"
            for key in ("restates", "beside")
            if words[key]
        ),
        f"Source: {_text(row.get('source'))}" if _text(row.get("source")) else "",
        f"Evidence: {words['evidence']}" if words["evidence"] else "",
    ]
    return [note for note in notes if note]


def _text(value: Any) -> str:
    """A text of a table; what was an empty one is NaN in a table that was read."""
    return value if isinstance(value, str) else ""
