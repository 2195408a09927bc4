"""Which published results held up?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mlplab.reporting.claims.evaluation import (
    BETTER,
    CAUSE_UNKNOWN,
    NOT_REPRODUCED,
    ONE_RUN,
    TESTED,
)
from mlplab.reporting.claims.rendering import tell_false_verdicts
from mlplab.reporting.study.claims import (
    count_verdicts,
    counted,
    counted_mask,
    is_tested,
    read_claims,
    tabulate_claims,
    tabulate_failures,
)
from mlplab.reporting.study.content import Content
from mlplab.reporting.study.run import Run
from mlplab.reporting.words import count

ID = "published"
QUESTION = "Which published results held up?"
SHORT = "What held up"
TABLES = ("claims", "training_history")


def tell(run: Run) -> Content:
    """The answer from ``claims.csv``; see :class:`Content`."""
    claims = read_claims(run.tables)
    counts = count_verdicts(claims)
    score, tested = {found.verdict: found.number for found in counts}, is_tested(counts)
    total = len(counted(claims))
    failures = tabulate_failures(claims)
    return Content(
        answer=f"Of {count(total, 'claim')}: {_tell_score(score)}.",
        meaning=[
            "A time or a statement counts as reproduced if this run's 95 % interval lies within "
            "the tolerance, which was set before this run. A figure that depends on random start "
            "weights counts as reproduced if the published value lies in the 95 % prediction "
            "interval for one more seed (“for one more run”), and the interval's half-width is no "
            "larger than the tolerance. The other verdicts are explained at the top of the page.",
            *([_tell_failures(claims, score)] if tested else []),
            *_tell_better(claims),
            *_tell_others(claims, total),
            "Kinds of claims: “statistical” figures depend on random start weights; “machine” "
            "figures are times, of which ratios are compared; a “statement” is held against a "
            "bound of this project; “by construction” figures follow from the configuration or a "
            "formula.",
        ],
        certainty=_tell_certainty(claims) if tested else "Nothing was tested.",
        tables=[*([] if failures is None else [failures]), tabulate_claims(claims)],
    )


def _tell_certainty(claims: pd.DataFrame) -> str:
    return tell_false_verdicts(claims) or "No verdict rests on an interval: one seed or round."


def _tell_score(score: Mapping[str, int]) -> str:
    """How many claims have each verdict, those without a test together."""
    parts = [
        f"{score[verdict]} {'with ' if verdict == ONE_RUN else ''}{verdict}"
        for verdict in TESTED
        if score.get(verdict)
    ]
    rest = [verdict for verdict in score if verdict not in TESTED]
    if rest:
        words = rest[0] if len(rest) == 1 else "could not be tested here"
        parts.append(f"{sum(score[verdict] for verdict in rest)} {words}")
    return ", ".join(parts)


def _tell_failures(claims: pd.DataFrame, score: Mapping[str, int]) -> str:
    failed = score.get(NOT_REPRODUCED, 0)
    beside = int((claims["verdict"] == NOT_REPRODUCED).sum()) - failed
    if not failed:
        others = f" {count(beside, 'row')} that {'is' if beside == 1 else 'are'} not counted failed"
        return "No claim that counts failed." + (f"{others}." if beside else "")
    also = f" Of the rows that are not counted, {beside} failed as well." if beside else ""
    unknown = _is_unknown(claims[counted_mask(claims) & (claims["verdict"] == NOT_REPRODUCED)])
    text = (
        f"The first table names the {count(failed, 'claim')} that count and failed, each with its "
        f"cause.{also}"
    )
    if unknown:
        text += (
            f" The cause of {unknown} is unknown: what was tried did not find it, or it could not "
            "be tried, as the row says."
        )
    return text


def _is_unknown(rows: pd.DataFrame) -> int:
    return int(rows["cause"].astype(str).str.startswith(CAUSE_UNKNOWN).sum())


def _tell_better(claims: pd.DataFrame) -> list[str]:
    """That a better result is a difference too."""
    better = claims[counted_mask(claims) & (claims["verdict"] == BETTER)]
    if better.empty:
        return []
    unknown = _is_unknown(better)
    text = "“Better than published” differs from the published figure too, in the better direction."
    if unknown:
        text += f" For {unknown} of these {len(better)} the cause is unknown."
    keras = better["statement"].str.contains("Keras (?:reference )?model").sum()
    if keras > 1:
        text += f" {keras} of them are about the same Keras model."
    return [text]


def _tell_others(claims: pd.DataFrame, total: int) -> list[str]:
    """Why the second table has more rows than are counted."""
    others = len(claims) - total
    if not others:
        return []
    return [
        f"The second table also holds {count(others, 'row')} beside the claims that count. These "
        "repeat a claim, add context to one, or only check the articles' arithmetic. The filter "
        "“Counted” tells them apart."
    ]
