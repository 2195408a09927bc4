"""Verdicts: a row per claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlplab.reporting.claims.model import (
    BY_CONSTRUCTION,
    NOT_TESTABLE,
    STATISTICAL,
    Claim,
    ClaimError,
    Includes,
)
from mlplab.reporting.claims.queries import Estimate, Tables, evaluate
from mlplab.runtime.tables import Table

REPRODUCED = "reproduced"
BETTER = "better than published"
INCONCLUSIVE = "inconclusive"
NOT_REPRODUCED = "not reproduced"
ONE_RUN = "one run"
NOT_TESTED = "not tested"
NOT_APPLICABLE = "not applicable"
VERDICTS = (
    REPRODUCED,
    BETTER,
    INCONCLUSIVE,
    NOT_REPRODUCED,
    ONE_RUN,
    NOT_TESTED,
    NOT_APPLICABLE,
    NOT_TESTABLE,
)
TESTED = (REPRODUCED, BETTER, NOT_REPRODUCED, INCONCLUSIVE, ONE_RUN)
"""The verdicts of claims that a run has tested."""
CAUSE_UNKNOWN = "cause unknown"

CLAIMS = Table(
    "claims",
    "a row per claim of `config/claims.yaml`; `claims.md` shows the same rows",
    {
        "id": "name of the claim",
        "article": "article that makes the claim",
        "statement": "the claim, in words",
        "kind": "`statistical`: depends on random start weights; `machine`: a time, of which only "
        "ratios and shapes are compared; `statement`: words without a figure; `by construction`: "
        "follows from the configuration or a formula alone; `not testable here`",
        "published": "the published figure; empty for a statement",
        "found": "the figure of this run",
        "unit": "unit of all figures",
        "tolerance": "in that unit: how far the interval of a `machine` figure, or of a statement, "
        "may reach above the published figure or the bound, and, without a factor, below; "
        "half the largest width of the interval of a `statistical` figure",
        "tolerance_factor": "f, if the interval may reach from 1/f to f times the published figure "
        "or the bound, so that a ratio and its inverse have the same verdict; empty where the "
        "tolerance is a difference",
        "verdict": "see below",
        "evidence": "tables, columns and rows behind the figure, and the settings that matter to "
        "it; for `not tested` and `not applicable`, the requirements; for `not testable here`, the "
        "reason",
        "comparison": "whether the figure should be `equal` to the published one or the bound, "
        "`at least` or `at most` as large",
        "better": "whether a `higher` or a `lower` figure than an `equal` one is better than "
        "published; empty where neither is",
        "ci_low": "lower end of the 95 % interval of the figure, a mean over seeds or rounds, by "
        "Student's t; where the evidence names a geometric mean, on logarithms and without the "
        "outer sixths. That of R² ends at 0 and 1",
        "ci_high": "upper end of that interval",
        "prediction_low": "lower end of the interval that holds one more run of ours in 95 % of "
        "cases, from all repetitions; only for `statistical` figures, which are compared with it",
        "prediction_high": "upper end of that interval",
        "repetitions": "number of seeds or rounds behind the figure, those in the outer sixths "
        "included; where only some seeds reach a target, all of them",
        "finding": "in words what stands in place of a figure, such as how many seeds reach a "
        "target",
        "words": "what a statement says",
        "bound": "the figure that a statement is compared with; it is this project's, not "
        "published",
        "bound_reason": "reason for the bound",
        "tolerance_reason": "reason for the tolerance",
        "cause": "why the figure is not the published one, or `cause unknown`; only for `not "
        "reproduced` and `better than published`",
        "restates": "claim about the same measurement, whose verdict counts in place of this one",
        "beside": "claim about the articles' own program, beside which this row shows another "
        "program or setting",
        "source": "where the figure stands, if not in the text of the article",
        "counted": "whether the verdict counts: neither `by construction`, nor a restatement, nor "
        "beside another claim",
    },
    """Ratios and differences are taken repetition by repetition, over those that both sides have. \
A published figure from one run varies as a single run does. So a `statistical` figure is compared \
with the interval of one more run of ours, the prediction interval.

| verdict | when |
|---|---|
| reproduced | `statistical`: the published figure lies in the prediction interval, half of which \
is at most the tolerance; `machine` and `statement`: the interval lies within the tolerance |
| better than published | `statistical`: the published figure lies outside the prediction \
interval, however wide, on its worse side; `machine`: the whole interval lies beyond the \
tolerance, on the better side |
| not reproduced | the same on the other side, or no training reached a target |
| inconclusive | the published figure lies in a prediction interval that is too wide; the interval \
lies across an end of the tolerance; only some seeds reached a target |
| one run | a single seed or round, which has no interval |
| not tested | the configuration is not the one that the claim requires |
| not applicable | the data set is another one |
| not testable here | nothing in this project can test it |

A `by construction` figure needs no repetition. Some of these put figures of the articles \
together; `not reproduced` then means that the articles contradict themselves. A threshold \
(`at least`, `at most`) is reproduced if the whole interval keeps it, and not reproduced if the \
whole interval fails it: the prediction interval of a `statistical` figure, else that of the mean. \
What uses all seeds at once, such as an elbow or the number of points inside a band, has no \
interval and is itself compared with the tolerance. Disturbed rounds are left out of times, ratios \
and R² where two others are left, and with them the pairs that they belong to. The interval of the \
best of several settings is that of this setting alone; it is not widened for the choice.

If the configuration meets the requirements of a claim but its rows are not in the tables, \
`evaluate_claims` fails.""",
)

# Also where no row of a run has one.
_NUMBERS = ("published", "bound", "tolerance_factor", "prediction_low", "prediction_high")


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
        The configuration meets what a claim requires, but its evidence is missing.

    Examples
    --------
    >>> from mlplab.reporting.claims.model import Claim
    >>> claim = Claim(
    ...     id="speed", article="A", statement="The first is slower", kind="statement",
    ...     words="slower", bound=1.0, bound_reason="slower", unit="1", comparison="at least",
    ...     value={"table": "times", "column": "ratio", "per": "round", "average": "geometric"},
    ... )
    >>> times = pd.DataFrame({"round": [1, 2, 3], "ratio": [2.0, 2.1, 1.9], "disturbed": False})
    >>> evaluate_claims([claim], {"times": times}, {})["verdict"].to_list()
    ['reproduced']
    """
    rows = [_evaluate_claim(claim, tables, config) for claim in claims]
    table = pd.DataFrame(rows, columns=[*CLAIMS.columns])
    numbers = dict.fromkeys(_NUMBERS, float)
    return table.astype(numbers | {"repetitions": "Int64"})


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
    """The verdict on a number, see the description of :data:`CLAIMS`.

    A published figure from one run is compared with the interval of one more run of ours, all else
    against that of our mean. A number whose repetitions have no interval, such as a median over
    seeds, counts as one that has no width.
    """
    if claim.kind != BY_CONSTRUCTION and (found.repetitions or 1) < 2:
        return ONE_RUN
    if found.finding:
        return INCONCLUSIVE if found.partly_reached else NOT_REPRODUCED
    if claim.kind == STATISTICAL and not math.isnan(found.prediction_low):
        return _judge_one_more_run(claim, found.prediction_low, found.prediction_high)
    low, high = (found.value if math.isnan(end) else end for end in (found.low, found.high))
    return _judge_mean(claim, low, high)


def _judge_one_more_run(claim: Claim, low: float, high: float) -> str:
    """Whether one more run of ours may give the published figure, and could give few others."""
    if claim.comparison != "equal":
        return _judge_mean(claim, low, high)
    if claim.target < low:
        return BETTER if claim.better == "higher" else NOT_REPRODUCED
    if claim.target > high:
        return BETTER if claim.better == "lower" else NOT_REPRODUCED
    return REPRODUCED if (high - low) / 2 <= claim.allowed_difference else INCONCLUSIVE


def _judge_mean(claim: Claim, low: float, high: float) -> str:
    """Whether an interval lies in, outside or across the tolerance."""
    lowest, highest = claim.allowed_range
    if lowest <= low and high <= highest:
        return REPRODUCED
    if (low > highest and claim.better == "higher") or (high < lowest and claim.better == "lower"):
        return BETTER
    return NOT_REPRODUCED if low > highest or high < lowest else INCONCLUSIVE


def _evaluate_claim(claim: Claim, tables: Tables, config: Mapping[str, Any]) -> dict[str, Any]:
    row = claim.model_dump(include=set(CLAIMS.columns) - {"tolerance", "cause"})
    row |= {"counted": claim.is_counted}
    if claim.kind == NOT_TESTABLE:
        return row | {"verdict": NOT_TESTABLE, "evidence": claim.reason}
    row["tolerance"] = claim.allowed_difference
    row["tolerance_factor"] = claim.tolerance_factor
    unmet = unmet_requirements(claim, config)
    if unmet:
        verdict = NOT_APPLICABLE if "dataset" in unmet else NOT_TESTED
        return row | {"verdict": verdict, "evidence": f"requires {', '.join(unmet.values())}"}
    assert claim.value is not None
    try:
        found = evaluate(claim.value, tables)
    except ClaimError as error:
        raise ClaimError(f"claim {claim.id}: {error}") from None
    verdict = judge(claim, found)
    told = [f"{path} = {look_up(config, path)}" for path in claim.tells]
    row |= {
        "found": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
        "repetitions": found.repetitions,
        "finding": found.finding,
        "verdict": verdict,
        "evidence": "; ".join([str(claim.value), *told]),
    }
    if claim.kind == STATISTICAL:
        row |= {"prediction_low": found.prediction_low, "prediction_high": found.prediction_high}
    if verdict in (NOT_REPRODUCED, BETTER):
        row["cause"] = claim.cause or CAUSE_UNKNOWN
    return row
