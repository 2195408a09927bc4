"""The claims whose verdicts differ between runs, with the figures behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from mlplab.reporting.claims.rendering import describe_found
from mlplab.reporting.compare.loading import Run, read_numbers
from mlplab.reporting.compare.numbers import count, share
from mlplab.reporting.compare.sections import ABSENT, Grid, Section
from mlplab.reporting.words import show_number

# What the statement says and how it is judged; if that changed, a verdict may differ for it alone.
_JUDGED_BY = ("published", "bound", "tolerance", "tolerance_factor", "comparison")
_NUMBERS = ("published", "bound", "tolerance", "tolerance_factor", "ci_low", "ci_high")
_NUMBERS_OF_ONE_MORE = ("prediction_low", "prediction_high")


def compare_verdicts(runs: Sequence[Run]) -> Section:
    """How many verdicts agree, and both figures and intervals of those that do not."""
    found = {run.name: run.table("claims", ["id", "verdict"]) for run in runs}
    notices = [reason for reason in found.values() if isinstance(reason, str)]
    tables = {name: by_claim(table) for name, table in found.items() if not isinstance(table, str)}
    if len(tables) < 2:
        return Section("Verdicts", ["Not compared."], notices=notices)
    claims = list(dict.fromkeys(claim for rows in tables.values() for claim in rows))
    shared = [claim for claim in claims if all(claim in rows for rows in tables.values())]
    counted = [c for c in shared if all(_is_counted(rows[c]) for rows in tables.values())]
    agreeing = [claim for claim in shared if _agree(claim, tables.values())]
    sentences = [
        f"{share(len(agreeing), len(shared), 'claims')} have the same verdict; of those that "
        f"count, {share(len(set(agreeing) & set(counted)), len(counted))}."
    ]
    if lone := len(claims) - len(shared):
        sentences.append(f"{count(lone, 'claim is', 'claims are')} not in all runs.")
    differing = [claim for claim in shared if claim not in agreeing]
    heads = ("claim", *tables, "note")
    grids = [
        Grid(
            "Verdicts that differ",
            heads,
            [_row(claim, tables) for claim in differing],
            [_row(claim, tables) for claim in claims if claim not in differing],
        )
    ]
    if len(tables) > 2:
        grids.append(Grid("Claims with the same verdict", ("run", *tables), _pairs(tables)))
    method = [
        "In brackets: the 95 % interval of the mean, or, where a figure is compared with one more "
        "run, that interval. A verdict near an end of its tolerance changes with little."
    ]
    return Section("Verdicts", sentences, grids, method=method, notices=notices)


def by_claim(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The rows of ``claims.csv`` by claim, with the figure under ``found``.

    Earlier versions call that column ``reproduced``, and lack others.
    """
    if "found" not in table and "reproduced" in table:
        table = table.rename(columns={"reproduced": "found"})
    table = read_numbers(table, [*_NUMBERS, *_NUMBERS_OF_ONE_MORE, "found"])
    return {str(row["id"]): row for row in table.to_dict("records")}


def _row(claim: str, tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    rows = [table.get(claim) for table in tables.values()]
    cells = [f"{row['verdict']}\n{describe_found(row)}".strip() if row else ABSENT for row in rows]
    present = [row for row in rows if row]
    changed = [
        key.removesuffix("_factor")
        for key in _JUDGED_BY
        if len({_text(row, key) for row in present}) > 1
    ]
    notes = [f"{what} changed" for what in dict.fromkeys(changed)]
    if not all(_is_counted(row) for row in present):
        notes.append("not counted")
    return claim, *cells, ", ".join(notes)


def _pairs(tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[tuple[str, ...]]:
    same = {}
    for (a, rows), (b, others) in combinations(tables.items(), 2):
        common = rows.keys() & others.keys()
        agreeing = sum(_agree(claim, (rows, others)) for claim in common)
        same[a, b] = same[b, a] = share(agreeing, len(common))
    return [(a, *(same.get((a, b), ABSENT) for b in tables)) for a in tables]


def _agree(claim: str, tables: Any) -> bool:
    return len({str(rows[claim]["verdict"]) for rows in tables}) == 1


def _is_counted(row: Mapping[str, Any]) -> bool:
    return str(row.get("counted", True)) == "True"


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return show_number(value) if isinstance(value, float) else str(value)
