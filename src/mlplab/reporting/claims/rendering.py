"""The claims in words and in Markdown, for the study page and the documentation."""

from __future__ import annotations

import math
from collections.abc import Mapping
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
from mlplab.reporting.words import join, show_number, show_with_interval
from mlplab.stats.intervals import CONFIDENCE

# A symbol and a colour of Okabe and Ito's palette, which colour-blind people can tell apart.
SYMBOLS = {
    REPRODUCED: "✓",
    BETTER: "▲",
    INCONCLUSIVE: "?",
    NOT_REPRODUCED: "✗",
    ONE_RUN: "1",
    NOT_TESTED: "–",
    NOT_APPLICABLE: "–",
    NOT_TESTABLE: "/",
}
COLOURS = {
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
        cells = [row["id"], row["statement"], describe_published(row), describe_found(row)]
        cells += [_verdict(row), _text(row["cause"])]
        lines.append(f"| {' | '.join(_escape_markdown(cell) for cell in cells)} |")
    if constructed.any():
        lines += ["", "By construction, from the configuration or a formula alone:", ""]
        lines += [
            f"- {row['id']}: {row['statement']}: published {describe_published(row)}, found "
            f"{describe_found(row) or 'nothing'}, {row['verdict']}"
            for row in claims[constructed].to_dict("records")
        ]
    if not testable.all():
        lines += ["", "Not testable here:", ""]
        lines += [
            f"- {row['id']}: {row['statement']}. {row['evidence']}"
            for row in claims[~testable].to_dict("records")
        ]
    return "\n".join(lines) + "\n"


def count_verdicts(claims: pd.DataFrame) -> str:
    """A sentence such as "3 claims: 2 reproduced, 1 inconclusive.", and one on what is left out."""
    counted = claims[claims["counted"].astype(bool)]
    counts = counted["verdict"].value_counts()
    words = ", ".join(
        f"{counts[verdict]} {'with ' if verdict == ONE_RUN else ''}{verdict}"
        for verdict in VERDICTS
        if verdict in counts
    )
    sentence = f"{len(counted)} claims: {words}."
    constructed = int((claims["kind"] == BY_CONSTRUCTION).sum())
    beside = int(claims["beside"].notna().sum())
    restating = len(claims) - len(counted) - constructed - beside
    left_out = [f"{restating} that restate another claim"] if restating else []
    left_out += [f"{beside} that repeat one with another program or setting"] if beside else []
    left_out += [f"{constructed} that hold by construction"] if constructed else []
    return sentence + (f" Not counted: {join(left_out)}." if left_out else "")


def tell_false_verdicts(claims: pd.DataFrame) -> str:
    """How many of the verdicts that count may be false by chance; empty without an interval."""
    resting = int((claims["counted"].astype(bool) & claims["ci_low"].notna()).sum())
    if not resting:
        return ""
    expected = (1 - CONFIDENCE) * resting
    some = f"at most about {expected:.0f}" if expected >= 1 else "less than one on average"
    return (
        f"{resting} of these verdicts rest on a {100 * CONFIDENCE:.0f} % interval each, "
        f"so {some} may be wrong by chance."
    )


def _symbol(row: dict[str, Any]) -> str:
    return f"{SYMBOLS[row['verdict']]} {row['verdict']}"


def _verdict(row: dict[str, Any]) -> str:
    words = {key: _text(row[key]) for key in ("restates", "beside")}
    return _symbol(row) + "".join(f", {key} {other}" for key, other in words.items() if other)


def describe_published(row: Mapping[str, Any]) -> str:
    """The published figure, or the words and the bound that they are compared with."""
    sign = _SIGNS[row["comparison"]]
    if row["kind"] == STATEMENT:
        return f"“{row['words']}” (our bound: {sign}{_describe_bound(row)})"
    return "" if pd.isna(row["published"]) else sign + show_number(row["published"])


def _describe_bound(row: Mapping[str, Any]) -> str:
    factor = _factor(row)
    if math.isnan(factor) or row["comparison"] != "equal":
        spread = f" ± {show_number(row['tolerance'])}" if row["tolerance"] > 0 else ""
        return show_number(row["bound"]) + spread
    return f"{show_number(row['bound'] / factor)} to {show_number(row['bound'] * factor)}"


def describe_tolerance(row: Mapping[str, Any]) -> str:
    """The tolerance, as a difference or as multiples of the published figure."""
    factor = _factor(row)
    if math.isnan(factor):
        return f"± {show_number(row['tolerance'])}"
    least, most = f"{1 / factor:.3g}", f"{factor:.3g} times"
    ends = {"equal": f"{least} to {most}", "at least": f"from {least} times", "at most": most}
    return ends[row["comparison"]]


def _factor(row: Mapping[str, Any]) -> float:
    """The factor of a tolerance. Tables of earlier versions have none."""
    factor: float = row.get("tolerance_factor", math.nan)
    return factor


def find_figure(row: Mapping[str, Any]) -> float:
    """The figure of the run. Runs of version 0.1 have it in the column ``reproduced``."""
    figure: float = row["found"] if "found" in row else row["reproduced"]
    return figure


def describe_found(row: Mapping[str, Any]) -> str:
    """The figure of the run with the interval that decides, or what stands in its place.

    The interval is that of one more run where there is one, else that of the mean.
    """
    if finding := _text(row.get("finding")):
        return finding
    figure, low, high = find_figure(row), row["prediction_low"], row["prediction_high"]
    if pd.isna(low):
        return show_with_interval(figure, row["ci_low"], row["ci_high"])
    return show_with_interval(figure, low, high, " for one more run")


def _text(value: object) -> str:
    """A text of a table; what was an empty one is NaN in a table that was read."""
    return value if isinstance(value, str) else ""


def _escape_markdown(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
