"""The claims as tables for readers: HTML for the report, Markdown for the documentation."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from mlplab.reporting.claims.evaluation import (
    BETTER,
    INCONCLUSIVE,
    NOT_APPLICABLE,
    NOT_REPRODUCED,
    NOT_TESTED,
    ONE_RUN,
    REPRODUCED,
    VERDICTS,
)
from mlplab.reporting.claims.model import BY_CONSTRUCTION, NOT_TESTABLE, STATEMENT
from mlplab.stats.intervals import CONFIDENCE

# A symbol and a colour of Okabe and Ito's palette, which colour-blind people can tell apart.
_SYMBOLS = {
    REPRODUCED: "✓",
    BETTER: "▲",
    INCONCLUSIVE: "?",
    NOT_REPRODUCED: "✗",
    ONE_RUN: "1",
    NOT_TESTED: "–",
    NOT_APPLICABLE: "–",
    NOT_TESTABLE: "–",
}
_COLOURS = {
    REPRODUCED: "#009e73",
    BETTER: "#0072b2",
    INCONCLUSIVE: "#e69f00",
    NOT_REPRODUCED: "#d55e00",
    ONE_RUN: "#cc79a7",
    NOT_TESTED: "#999999",
    NOT_APPLICABLE: "#999999",
    NOT_TESTABLE: "#999999",
}
_SIGNS = {"equal": "", "at least": "≥ ", "at most": "≤ "}

_STYLE = """
body { font-family: system-ui, sans-serif; margin: 1rem; color: #222; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { border-bottom: 1px solid #ddd; padding: 0.3rem 0.6rem; text-align: left;
  vertical-align: top; }
td.number { text-align: right; white-space: nowrap; }
td.verdict { border-left: 0.6rem solid; white-space: nowrap; font-weight: 600; }
td.statement { min-width: 30rem; }
td p { margin: 0.2rem 0 0; font-size: 0.8rem; color: #555; overflow-wrap: anywhere; }
"""


def render_markdown(claims: pd.DataFrame) -> str:
    """A sentence with the number of each verdict, and a table of all that can be tested.

    Parameters
    ----------
    claims : rows of :func:`mlplab.reporting.claims.evaluation.evaluate_claims`
    """
    lines = [
        count_verdicts(claims),
        tell_false_verdicts(claims),
        "",
        "| claim | published statement | published | found (95 % interval) | verdict | cause |",
        "|---|---|---|---|---|---|",
    ]
    constructed = claims["kind"] == BY_CONSTRUCTION
    testable = claims["verdict"] != NOT_TESTABLE
    for row in claims[testable & ~constructed].to_dict("records"):
        cells = [row["id"], row["statement"], _published(row), _found(row), _verdict(row)]
        cells.append(_text(row["cause"]))
        lines.append(f"| {' | '.join(_escape_markdown(cell) for cell in cells)} |")
    if constructed.any():
        lines += ["", "By construction, from the configuration or a formula alone:", ""]
        lines += [
            f"- {row['id']}: {row['statement']}: published {_published(row)}, found "
            f"{_found(row) or 'nothing'}, {row['verdict']}"
            for row in claims[constructed].to_dict("records")
        ]
    if not testable.all():
        lines += ["", "Not testable here:", ""]
        lines += [
            f"- {row['id']}: {row['statement']}. {row['evidence']}"
            for row in claims[~testable].to_dict("records")
        ]
    return "\n".join(lines) + "\n"


def summarize_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """Published and found figures and the verdicts as readers see them.

    Returns
    -------
    texts, a row per claim: id, published, found with its interval, verdict with its symbol
    """
    rows = claims.to_dict("records")
    return pd.DataFrame(
        {
            "id": claims["id"].to_list(),
            "published": [_published(row) for row in rows],
            "found": [_found(row) for row in rows],
            "verdict": [_symbol(row) for row in rows],
        }
    )


def render_html(claims: pd.DataFrame) -> str:
    """A page of its own with a row per claim; ``claims`` as for :func:`render_markdown`."""
    heads = ["verdict", "published statement", "published", "found", "95 % interval"]
    heads += ["repetitions", "unit", "why this tolerance", "cause"]
    constructed = claims["kind"] == BY_CONSTRUCTION
    rows = "\n".join(_html_row(row) for row in claims[~constructed].to_dict("records"))
    apart = "\n".join(_html_row(row) for row in claims[constructed].to_dict("records"))
    if apart:
        title = "By construction: from the configuration or a formula alone, not counted"
        rows += f'\n<tr><th colspan="{len(heads)}">{title}</th></tr>\n{apart}'
    head = "".join(f"<th>{name}</th>" for name in heads)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>Claims</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<p>{html.escape(count_verdicts(claims))} "
        f"{html.escape(tell_false_verdicts(claims))}</p>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        "</body>\n</html>\n"
    )


def count_verdicts(claims: pd.DataFrame) -> str:
    """A sentence such as "3 claims: 2 reproduced, 1 inconclusive.", and one on what is left out."""
    counted = claims[claims["counted"].astype(bool)]
    counts = counted["verdict"].value_counts()
    words = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
    sentence = f"{len(counted)} claims: {words}."
    constructed = int((claims["kind"] == BY_CONSTRUCTION).sum())
    beside = int(claims["beside"].notna().sum())
    restating = len(claims) - len(counted) - constructed - beside
    left_out = [f"{restating} restating another row"] if restating else []
    left_out += [f"{beside} of other programs beside one"] if beside else []
    left_out += [f"{constructed} by construction"] if constructed else []
    return sentence + (f" Not counted: {_join(left_out)}." if left_out else "")


def _join(parts: list[str]) -> str:
    """Parts of a sentence with commas and "and"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def tell_false_verdicts(claims: pd.DataFrame) -> str:
    """How many of the verdicts that count may be false by chance; empty without an interval."""
    resting = int((claims["counted"].astype(bool) & claims["ci_low"].notna()).sum())
    if not resting:
        return ""
    return (
        f"{resting} of these verdicts rest on a {100 * CONFIDENCE:.0f} % interval each; by chance, "
        f"{100 * (1 - CONFIDENCE):.0f} % of them may be false: about "
        f"{_number((1 - CONFIDENCE) * resting)}."
    )


def _html_row(row: dict[str, Any]) -> str:
    tolerance = f"± {_number(row['tolerance'])}" if row["tolerance"] > 0 else ""
    reason = _text(row["bound_reason"]) or _text(row["tolerance_reason"])
    restates, beside, source = (_text(row[key]) for key in ("restates", "beside", "source"))
    notes = [
        f"{row['id']}, {row['kind']}",
        f"restates {restates}, so it is not counted" if restates else "",
        f"beside {beside}, so it is not counted" if beside else "",
        f"source: {source}" if source else "",
        row["evidence"],
    ]
    paragraphs = "".join(f"<p>{html.escape(note)}</p>" for note in notes if note)
    cells = [
        ("words" if row["kind"] == STATEMENT else "number", _published(row)),
        ("number", _text(row["finding"]) or _number(row["reproduced"])),
        ("number", _interval(row)),
        ("number", _number(row["repetitions"])),
        ("unit", row["unit"]),
        ("reason", " – ".join(filter(None, (tolerance, reason)))),
        ("cause", _text(row["cause"])),
    ]
    colour = _COLOURS[row["verdict"]]
    return (
        f'<tr id="{html.escape(row["id"])}">'
        f'<td class="verdict" style="border-left-color: {colour}">{_symbol(row)}</td>'
        f'<td class="statement">{html.escape(row["statement"])}{paragraphs}</td>'
        + "".join(f'<td class="{kind}">{html.escape(text)}</td>' for kind, text in cells)
        + "</tr>"
    )


def _symbol(row: dict[str, Any]) -> str:
    return f"{_SYMBOLS[row['verdict']]} {row['verdict']}"


def _verdict(row: dict[str, Any]) -> str:
    words = {key: _text(row[key]) for key in ("restates", "beside")}
    return _symbol(row) + "".join(f", {key} {other}" for key, other in words.items() if other)


def _published(row: dict[str, Any]) -> str:
    sign = _SIGNS[row["comparison"]]
    if row["kind"] == STATEMENT:
        spread = f" ± {_number(row['tolerance'])}" if row["tolerance"] > 0 else ""
        return f"“{row['words']}” (our bound: {sign}{_number(row['bound'])}{spread})"
    return "" if pd.isna(row["published"]) else sign + _number(row["published"])


def _found(row: dict[str, Any]) -> str:
    return _text(row["finding"]) or f"{_number(row['reproduced'])} {_interval(row)}".strip()


def _interval(row: dict[str, Any]) -> str:
    """The interval that decides: that of one more run where there is one, else of the mean."""
    low, high = row["prediction_low"], row["prediction_high"]
    one_more = " for one more run"
    if pd.isna(low):
        low, high, one_more = row["ci_low"], row["ci_high"], ""
    if pd.isna(low) or low == high:
        return ""
    return f"({_number(low)} to {_number(high)}{one_more})"


def _number(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _text(value: str | float) -> str:
    """A text of a table; what was an empty one is NaN in a table that was read."""
    return value if isinstance(value, str) else ""


def _escape_markdown(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
