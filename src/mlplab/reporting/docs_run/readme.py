"""The generated part of the README: what a run found, in a few rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlplab.reporting.claims.rendering import (
    SYMBOLS,
    count_verdicts,
    describe_found,
    describe_published,
)
from mlplab.reporting.docs_run.model import ShownError

BEGIN, END = "<!-- results: make docs-run -->", "<!-- end of the results -->"


def render_results(
    claims: pd.DataFrame, labels: Mapping[str, str], facts: Mapping[str, Any]
) -> str:
    """The README's rows, and where they come from, in Markdown.

    Parameters
    ----------
    claims : rows of :func:`mlplab.reporting.claims.evaluation.evaluate_claims`
    labels : what is compared, in words, by the id of the claim
    facts : of :func:`mlplab.reporting.docs_run.facts.find_facts`

    Raises
    ------
    ShownError
        A claim is not among the rows.
    """
    if unknown := sorted(set(labels) - set(claims["id"])):
        raise ShownError(f"readme: found no claim {', '.join(unknown)}; allowed: ids of claims")
    rows = {row["id"]: row for row in claims.to_dict("records")}
    lines = ["| what | published | found here (95 % interval) | verdict |", "|---|---|---|---|"]
    for identity, words in labels.items():
        row = rows[identity]
        cells = [words, describe_published(row), describe_found(row)]
        cells.append(f"{SYMBOLS[row['verdict']]} {row['verdict']}")
        lines.append(f"| {' | '.join(cells)} |")
    origin = (
        f"Run `{facts['run']}` of {facts['date']}, code of {facts['commit']}, on "
        f"{facts['processors']} cores of an {facts['processor']}: {facts['jobs']} jobs in "
        f"{facts['minutes']} minutes. {count_verdicts(claims)}"
    )
    return "\n".join([*lines, "", origin])


def replace_results(readme: str, results: str) -> str:
    """The README with its results replaced.

    Raises
    ------
    ShownError
        The markers are not there once each, in their order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ShownError(f"README.md: found no place for the results; needed: {BEGIN}, {END}")
    return f"{before}{BEGIN}\n\n{results}\n\n{END}{after}"
