"""Verdicts: a row per claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlplab.reporting.claims.model import NOT_TESTABLE, Claim, ClaimError, Includes
from mlplab.reporting.claims.queries import Estimate, Tables, evaluate
from mlplab.runtime.tables import Table

REPRODUCED = "reproduced"
BETTER = "better than published"
INCONCLUSIVE = "inconclusive"
NOT_REPRODUCED = "not reproduced"
NOT_TESTED = "not tested"
NOT_APPLICABLE = "not applicable"
VERDICTS = (
    REPRODUCED,
    BETTER,
    INCONCLUSIVE,
    NOT_REPRODUCED,
    NOT_TESTED,
    NOT_APPLICABLE,
    NOT_TESTABLE,
)

CLAIMS = Table(
    "claims",
    "a row per claim of `config/claims.yaml`; `claims.html` and `claims.md` show the same rows",
    {
        "id": "name of the claim",
        "article": "article that makes the claim",
        "statement": "the claim, in words",
        "kind": "`exact`; `statistical`: depends on random start weights; `machine`: a time, of "
        "which only ratios and shapes are compared; `not testable here`",
        "published": "the published figure",
        "reproduced": "the figure of this run",
        "unit": "unit of both figures",
        "tolerance": "allowed difference to the published figure, in that unit",
        "verdict": "see below",
        "evidence": "tables, columns and rows behind the figure, and the settings that matter to "
        "it; for `not tested` and `not applicable`, the requirements; for `not testable here`, the "
        "reason",
        "comparison": "whether the figure should be `equal` to the published one, `at least` or "
        "`at most` as large",
        "ci_low": "lower end of the 95 % interval of the figure: over seeds by Student's t, for "
        "medians of rounds by bootstrap",
        "ci_high": "upper end of that interval",
        "repetitions": "number of seeds or rounds behind the figure",
        "why": "reason for the tolerance or limit",
    },
    """Ratios and differences are taken repetition by repetition if both sides have the same ones, \
else from both intervals by MOVER (Zou and Donner, 2008).

| verdict | when |
|---|---|
| reproduced | the interval lies within the tolerance; a figure without an interval has no width |
| better than published | it lies beyond the tolerance, on the side that the claim calls better |
| not reproduced | it lies beyond the tolerance, or no training reached a target |
| inconclusive | it lies across an end of the tolerance |
| not tested | the configuration is not the one that the claim requires |
| not applicable | the data set is another one |
| not testable here | nothing in this project can test it |

If the configuration meets the requirements of a claim but its rows are not in the tables, \
`evaluate_claims` fails.""",
)


def evaluate_claims(
    claims: Sequence[Claim], tables: Tables, config: Mapping[str, Any]
) -> pd.DataFrame:
    """A row per claim, with its verdict, one of ``VERDICTS``.

    Parameters
    ----------
    tables : tables by name, as the queries call them
    config : the configuration of the run that made them

    Returns
    -------
    DataFrame with the columns of ``CLAIMS``

    Raises
    ------
    ClaimError
        The configuration meets what a claim requires, but the evidence is not there.
    """
    rows = [_evaluate_claim(claim, tables, config) for claim in claims]
    table = pd.DataFrame(rows, columns=[*CLAIMS.columns])
    return table.astype({"published": float, "repetitions": "Int64"})


def unmet_requirements(claim: Claim, config: Mapping[str, Any]) -> dict[str, str]:
    """What a claim requires of the configuration and this one has not: key path and words."""
    unmet = {}
    for path, wanted in claim.requires.items():
        found = look_up(config, path)
        if isinstance(wanted, Includes):
            met = isinstance(found, list | tuple) and set(wanted.includes) <= set(found)
            words = f"{path} {wanted}"
        else:
            met = found == wanted
            words = f"{path} = {'null' if wanted is None else wanted}"
        if not met:
            unmet[path] = words
    return unmet


def look_up(config: Mapping[str, Any], path: str) -> Any:
    """The value at a key path; ``...``, which equals nothing, where the key is not there."""
    value: Any = config
    for key in path.split("."):
        value = value.get(key, ...) if isinstance(value, Mapping) else ...
    return value


def judge(claim: Claim, found: Estimate) -> str:
    """The verdict on a number: whether its interval lies in, outside or across the tolerance.

    A number without an interval counts as one that has no width.
    """
    if found.finding:
        return NOT_REPRODUCED
    assert claim.published is not None
    lowest, highest = (claim.published + s * claim.allowed_difference for s in (-1, 1))
    if claim.comparison == "at least":
        highest = math.inf
    elif claim.comparison == "at most":
        lowest = -math.inf
    low, high = (found.value if math.isnan(end) else end for end in (found.low, found.high))
    if lowest <= low and high <= highest:
        return REPRODUCED
    if (low > highest and claim.better == "higher") or (high < lowest and claim.better == "lower"):
        return BETTER
    return NOT_REPRODUCED if low > highest or high < lowest else INCONCLUSIVE


def _evaluate_claim(claim: Claim, tables: Tables, config: Mapping[str, Any]) -> dict[str, Any]:
    row = claim.model_dump(include=set(CLAIMS.columns) - {"tolerance"})
    if claim.kind == NOT_TESTABLE:
        return row | {"verdict": NOT_TESTABLE, "evidence": claim.reason}
    row["tolerance"] = claim.allowed_difference
    unmet = unmet_requirements(claim, config)
    if unmet:
        verdict = NOT_APPLICABLE if "dataset" in unmet else NOT_TESTED
        return row | {"verdict": verdict, "evidence": f"requires {', '.join(unmet.values())}"}
    assert claim.value is not None
    try:
        found = evaluate(claim.value, tables)
    except ClaimError as error:
        raise ClaimError(f"claim {claim.id}: {error}") from None
    finding = f": {found.finding}" if found.finding else ""
    told = [f"{path} = {look_up(config, path)}" for path in claim.tells]
    return row | {
        "reproduced": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
        "repetitions": found.repetitions,
        "verdict": judge(claim, found),
        "evidence": "; ".join([f"{claim.value}{finding}", *told]),
    }
