"""Numbers and rows of a run's tables, as the documentation prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from mlplab.reporting.claims.model import ClaimError
from mlplab.reporting.claims.queries import Tables, evaluate
from mlplab.reporting.docs_run.model import Number, Rows, Shown, ShownError

_MINUS = "−"


def print_numbers(shown: Shown, tables: Tables) -> pd.DataFrame:
    """All numbers in words: a row each, with the columns name, text and interval.

    Raises
    ------
    ShownError
        A number is not in the tables; the message lists all such.
    """
    rows, faults = [], []
    for name, number in shown.numbers.items():
        try:
            rows.append({"name": name, **_print_number(number, tables)})
        except ClaimError as error:
            faults.append(f"{name}: {error}")
    if faults:
        raise ShownError("\n".join(faults))
    return pd.DataFrame(rows, columns=["name", "text", "interval"])


def select_rows(rows: Rows, tables: Tables) -> pd.DataFrame:
    """The rows of a table that a page shows, every cell as text.

    Raises
    ------
    ShownError
        The table, a column or the rows are not there.
    """
    if rows.table not in tables:
        raise ShownError(f"table {rows.table}: not found in the run")
    table = tables[rows.table]
    if absent := sorted({*rows.columns, *rows.where} - set(table.columns)):
        raise ShownError(f"table {rows.table}: found no column {', '.join(absent)}")
    for column, value in rows.where.items():
        wanted = value if isinstance(value, tuple) else (value,)
        table = table[table[column].isin(wanted)]
    if table.empty:
        raise ShownError(f"table {rows.table}: found no row where {dict(rows.where)}")
    cells = {
        head: [_print_cell(value, rows.formats.get(column, "")) for value in table[column]]
        for column, head in rows.columns.items()
    }
    return pd.DataFrame(cells)


def write_number(value: float, layout: str) -> str:
    """A number in Python's format, with a true minus and a thin space before a per cent sign.

    Examples
    --------
    >>> write_number(0.96412, ".2%"), write_number(-14.2, ".1f"), write_number(60000, ",.0f")
    ('96.41 %', '−14.2', '60,000')
    >>> write_number(0.000012, ".2g")
    '0.000012'
    """
    text = format(value, layout)
    if "e" in text:
        text = f"{float(text):f}".rstrip("0").rstrip(".")
    return text.replace("-", _MINUS).replace("%", " %")


def _print_number(number: Number, tables: Tables) -> Mapping[str, str]:
    found = evaluate(number.value, tables)
    if math.isnan(found.value):
        raise ClaimError(f"found no number: {found.finding}")
    interval = ""
    if not math.isnan(found.low):
        low, high = (write_number(end, number.format) for end in (found.low, found.high))
        interval = f"{low.removesuffix(' %') if high.endswith(' %') else low} to {high}"
    return {"text": write_number(found.value, number.format), "interval": interval}


def _print_cell(value: object, layout: str) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "–"
    if layout and isinstance(value, int | float):
        return write_number(value, layout)
    return str(value)
