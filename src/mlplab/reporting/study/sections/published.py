"""Which published results held up?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.claims.evaluation import (
    BETTER,
    INCONCLUSIVE,
    NOT_REPRODUCED,
    ONE_RUN,
    REPRODUCED,
)
from mlplab.reporting.claims.rendering import tell_false_verdicts
from mlplab.reporting.study.claims import (
    count_verdicts,
    counted,
    read_claims,
    tabulate_claims,
    tabulate_failures,
)
from mlplab.reporting.study.content import Content
from mlplab.reporting.study.run import Run
from mlplab.reporting.words import join

ID = "published"
QUESTION = "Which published results held up?"
SHORT = "What held up"
TABLES = ("claims", "training_history")


def tell(run: Run) -> Content:
    """The answer from ``claims.csv``; see :class:`Content`."""
    claims = read_claims(run.tables)
    score = {found.verdict: found.number for found in count_verdicts(claims)}
    held, better, failed = (score.get(v, 0) for v in (REPRODUCED, BETTER, NOT_REPRODUCED))
    unclear, single = score.get(INCONCLUSIVE, 0), score.get(ONE_RUN, 0)
    total = len(counted(claims))
    untested = total - held - better - failed - unclear - single
    undecided = [
        f"{number} {words}"
        for number, words in (
            (unclear, "inconclusive"),
            (untested, "untested"),
            (single, "with a single run"),
        )
        if number
    ]
    rest = f"; {join(undecided)}" if undecided else ""
    failures = tabulate_failures(claims)
    return Content(
        answer=(
            f"Of {total} claims, {held} were reproduced, {better} came out better and {failed} "
            f"failed{rest}."
        ),
        meaning=[
            "A time or a statement counts as reproduced if this run's 95 % interval lies within "
            "a tolerance set beforehand. A figure that depends on random start weights does if the "
            "published one lies in the interval of one more run, half of which may be no wider "
            "than the tolerance. “For one more run” means the 95 % prediction interval of one "
            "further seed. “Better than published” means a better result or a larger gain.",
            "The first table names every figure that failed, with its cause; “cause unknown” means "
            "that a search found none. Untested are claims that this project cannot test, or that "
            "this configuration leaves out." + _tell_others(claims, total),
        ],
        certainty=(
            tell_false_verdicts(claims) or "No verdict rests on an interval: one seed or round."
        ),
        tables=[*([] if failures is None else [failures]), tabulate_claims(claims)],
    )


def _tell_others(claims: pd.DataFrame, total: int) -> str:
    """Why the second table has more rows than are counted; empty where it has not."""
    others = len(claims) - total
    if not others:
        return ""
    return (
        f" The second table holds further rows, {others} in all, that are not counted: they "
        "repeat a claim, add context to one, or only check the articles' arithmetic. So its "
        "filters may show more rows than the score counts."
    )
