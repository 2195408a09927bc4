"""What held of what was published?"""

from __future__ import annotations

from mlplab.reporting.claims.evaluation import BETTER, NOT_REPRODUCED, REPRODUCED
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

ID = "published"
QUESTION = "What held of what was published?"
SHORT = "What held"
TABLES = ("claims", "training_history")


def tell(run: Run) -> Content:
    """The answer from ``claims.csv``; see :class:`Content`."""
    claims = read_claims(run.tables)
    score = {found.verdict: found.number for found in count_verdicts(claims)}
    held, better, failed = (score.get(v, 0) for v in (REPRODUCED, BETTER, NOT_REPRODUCED))
    total = len(counted(claims))
    failures = tabulate_failures(claims)
    return Content(
        answer=(
            f"Of {total} claims, {held} were reproduced, {better} came out better and {failed} "
            f"failed; {total - held - better - failed} could not be decided."
        ),
        meaning=[
            "A published figure counts as reproduced if this run's 95 % interval, or that of one "
            "more run, holds it within a tolerance set beforehand. The table below names every "
            "figure that failed, with its cause; “cause unknown” means that it was looked for.",
        ],
        certainty=(
            tell_false_verdicts(claims) or "No verdict rests on an interval: one seed or round."
        ),
        tables=[*([] if failures is None else [failures]), tabulate_claims(claims)],
    )
