"""The claims of a run: their score as a strip, those that failed, and all of them in a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from mlplab.reporting.claims.evaluation import (
    BETTER,
    CAUSE_UNKNOWN,
    INCONCLUSIVE,
    NOT_APPLICABLE,
    NOT_REPRODUCED,
    NOT_TESTED,
    ONE_RUN,
    REPRODUCED,
    TESTED,
    VERDICTS,
)
from mlplab.reporting.claims.model import NOT_TESTABLE, STATEMENT
from mlplab.reporting.claims.rendering import (
    COLOURS,
    SYMBOLS,
    describe_found,
    describe_published,
    describe_tolerance,
    find_figure,
)
from mlplab.reporting.study.content import Tables
from mlplab.reporting.study.contrast import text_on
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row

COLUMNS = ("id", "article", "statement", "kind", "published", "unit", "tolerance", "verdict",
           "evidence", "comparison", "ci_low", "ci_high", "prediction_low", "prediction_high",
           "finding", "words", "bound", "restates", "beside", "counted", "cause")  # fmt: skip

_NO_UNITS = ("1", "share", "ratio")
_MEANINGS = {
    REPRODUCED: "this run's interval agrees with the published figure, within the tolerance",
    BETTER: "differs from the published figure, in the better direction",
    INCONCLUSIVE: "the interval crosses an end of the tolerance or is too wide, or only some seeds "
    "reach a target",
    NOT_REPRODUCED: "the whole interval lies outside the tolerance, or no seed reaches a target",
    ONE_RUN: "a single seed or round, so there is no interval",
    NOT_TESTED: "this configuration leaves out what the claim needs; that of the default run "
    "leaves out least",
    NOT_APPLICABLE: "the claim is about another data set",
    NOT_TESTABLE: "needs what this project does not have, such as a GPU",
}
_TOLERANCE = (
    "The tolerance tells how far this run's interval may reach beside the published figure: by a "
    "difference, or as multiples of it. For statistical figures it is the largest half-width of "
    "that interval"
)
# A tolerance below this, relative to the figure, only makes room for its last digit.
_ROUNDING = 1e-9
# A hyphen before a number, which is a minus.
_HYPHEN = re.compile(r"(?<![\w.-])-(?=\d)")
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
    """How many of the claims that count have a verdict, and what it means."""

    verdict: str
    symbol: str
    colour: str
    text: str
    number: int
    meaning: str


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


def counted_mask(claims: pd.DataFrame) -> pd.Series:
    """Which claims count."""
    return claims["counted"].astype(bool)


def counted(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims whose verdict counts, by verdict, best first."""
    rows = claims[counted_mask(claims)]
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
    return [
        VerdictCount(str(v), *_look(str(v)), number, _MEANINGS.get(str(v), ""))
        for v, number in numbers.items()
    ]


def is_tested(score: Sequence[VerdictCount]) -> bool:
    """Whether a run tests a claim, which one on other data does not."""
    return any(found.verdict in TESTED for found in score)


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
    mask = counted_mask(claims)
    n_counted, others = int(mask.sum()), int((~mask).sum())
    names = [f"not counted ({others})", f"counted ({n_counted})"]
    link = _Linker(claims["id"])
    apart = f", and {others} further rows that are not counted" if others else ""
    return DataTable(
        "table-claims",
        f"The {n_counted} claims{apart}. Shares are fractions of 1. {_TOLERANCE}",
        [
            Column("verdict"),
            Column("claim"),
            Column("published", True),
            Column("tolerance", True, _TOLERANCE),
            Column("found", True),
            Column("article"),
        ],
        [
            Row(
                [
                    _verdict_cell(row),
                    Cell(row["statement"], notes=_notes(row, link), summary="evidence"),
                    Cell(_with_unit(describe_published(row), row), row["published"]),
                    _tolerance_cell(row),
                    Cell(_with_unit(describe_found(row), row), find_figure(row)),
                    Cell(str(row["article"])),
                ],
                row_id(row["id"]),
                {
                    "article": str(row["article"]),
                    "verdict": row["verdict"],
                    "kind": row["kind"],
                    "counted": names[bool(counts)],
                },
            )
            for row, counts in zip(claims.to_dict("records"), mask, strict=True)
        ],
        {"article": "Article", "verdict": "Verdict", "counted": "Counted", "kind": "Kind"},
        open=True,
    )


def _tolerance_cell(row: dict[str, Any]) -> Cell:
    """Empty where it only makes room for a last digit, or stands beside the bound."""
    if not _has_tolerance(row) or row["kind"] == STATEMENT:
        return Cell("", float("nan"))
    figure = abs(row["published"])
    return Cell(describe_tolerance(row), row["tolerance"] / figure if figure else math.inf)


def _has_tolerance(row: dict[str, Any]) -> bool:
    least = _ROUNDING * abs(row["published"]) if pd.notna(row["published"]) else 0.0
    return bool(row["tolerance"] > least)


class _Linker:
    """Names of claims within a text as links to their rows."""

    def __init__(self, ids: Iterable[str]) -> None:
        longest_first = sorted(map(str, ids), key=len, reverse=True)
        names = "|".join(re.escape(name) for name in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])({names})(?![\w-])")

    def __call__(self, text: str) -> str:
        parts = self._pattern.split(text)
        return Markup("").join(
            Markup('<a href="#{}">{}</a>').format(row_id(part), part) if place % 2 else part
            for place, part in enumerate(parts)
        )


def tabulate_failures(claims: pd.DataFrame) -> DataTable | None:
    """The claims that count and were not reproduced, each with its cause; None without one."""
    link = _Linker(claims["id"])
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
                    Cell(link(row["statement"])),
                    Cell(_with_unit(describe_published(row), row), row["published"]),
                    Cell(_with_unit(describe_found(row), row), find_figure(row)),
                    Cell(link(_cause(row)) or "not recorded"),
                ]
            )
            for row in failed.to_dict("records")
        ],
        open=True,
    )


def _with_unit(text: str, row: dict[str, Any]) -> str:
    """The figure with its unit; shares, ratios and words have none."""
    text = _HYPHEN.sub("−", text)
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


def _name_unit(row: dict[str, Any]) -> str:
    return "" if row["unit"] in _NO_UNITS[:1] else f"; unit: {row['unit']}"


def _cause(row: dict[str, Any]) -> str:
    """Beside a heading that says that it is the cause."""
    text = _text(row["cause"])
    return text.removeprefix("cause ") if text.startswith(CAUSE_UNKNOWN) else text


def _notes(row: dict[str, Any], link: Callable[[str], str]) -> list[str]:
    words = {key: _text(row.get(key)) for key in (*COLUMNS, "bound_reason", "tolerance_reason")}
    width = describe_tolerance(row) if _has_tolerance(row) else ""
    reason = words["bound_reason"] or words["tolerance_reason"]
    tolerance = ", ".join(filter(None, [width, reason]))
    notes = [
        f"{row['id']}, {row['kind']}{_name_unit(row)}",
        f"Cause: {_cause(row)}" if words["cause"] else "",
        f"Tolerance: {tolerance}" if tolerance else "",
        *(
            f"{key.capitalize()} {words[key]}, so it is not counted"
            for key in ("restates", "beside")
            if words[key]
        ),
        f"Source: {_text(row.get('source'))}" if _text(row.get("source")) else "",
        f"Evidence: {words['evidence']}" if words["evidence"] else "",
    ]
    return [link(note) for note in notes if note]


def _text(value: Any) -> str:
    """A text of a table; what was an empty one is NaN in a table that was read."""
    return value if isinstance(value, str) else ""
