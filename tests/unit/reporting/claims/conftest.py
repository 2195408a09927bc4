"""A claim whose parts can be changed, and tables to find it in: 0.5 ± 0.248 over three seeds."""

from typing import Any

import pandas as pd
import pytest

from mlplab.reporting.claims.model import Claim

ENTRY = {
    "id": "X",
    "article": "A",
    "statement": "What was said",
    "kind": "machine",
    "published": 0.5,
    "unit": "share",
    "tolerance": 1.0,
    "tolerance_reason": "two runs differ as much",
    "value": {"table": "history", "column": "accuracy", "where": {"epoch": 35}, "per": "seed"},
}


def entry(**changes: Any) -> dict[str, Any]:
    """A claim as its file has it; a change to ``value`` keeps the other keys of the query."""
    value = ENTRY["value"] | changes.pop("value", {})
    return ENTRY | {"value": value} | changes


def claim(**changes: Any) -> Claim:
    return Claim.model_validate(entry(**changes))


def statement(**changes: Any) -> Claim:
    """A claim in words, of the mean 0.5."""
    words = {"kind": "statement", "words": "hardly half", "bound": 0.7, "bound_reason": "ours"}
    words |= {"comparison": "at most", "published": None, "tolerance_reason": ""}
    return claim(**words | {"tolerance": 0.0} | changes)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    history = pd.DataFrame(
        {
            "seed": [1, 1, 2, 2, 3, 3],
            "epoch": [34, 35, 34, 35, 34, 35],
            "method": ["a", "b", "a", "b", "a", "b"],
            "accuracy": [0.1, 0.6, 0.2, 0.5, 0.3, 0.4],
            "seconds": [1.0, 3.0, 2.0, 8.0, 1.0, 5.0],
            "gap": [1.0, 2.0, None, 4.0, None, None],
            "disturbed": [False, False, False, True, False, False],
        }
    )
    summary = pd.DataFrame(
        {
            "method": ["a", "b", "c"],
            "seconds": [2.0, 4.0, 0.0],
            "ci_low": [1.0, 3.0, -1.0],
            "ci_high": [4.0, 6.0, 1.0],
            "rounds": [11, 9, 5],
        }
    )
    return {"history": history, "summary": summary}
