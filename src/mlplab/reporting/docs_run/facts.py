"""When, where and from which code a run was made, from the records beside its results."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from mlplab.reporting.docs_run.model import ShownError
from mlplab.reporting.words import join
from mlplab.runtime.sidecars import SIDECAR_SUFFIX


def find_facts(run: Path) -> dict[str, Any]:
    """The facts of a run that the documentation names.

    Parameters
    ----------
    run : folder of a run with its records

    Returns
    -------
    dict with ``run``, ``commit`` (first seven digits; "unknown" without git; where jobs ran
    again later, all commits in their order), ``date`` (of the last job, as 29 November 2026),
    ``processor``, ``processors``, ``python``, ``numpy``, ``jobs`` and ``minutes`` (wall minutes
    in which a job ran, pauses between two starts left out)

    Raises
    ------
    ShownError
        There is no record of a job.
    """
    records = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(run.rglob(f"*{SIDECAR_SUFFIX}"))
    ]
    if not records:
        raise ShownError(f"{run}: found no records of jobs; allowed: the folder of a run")
    last = max(records, key=lambda record: record["ended"])
    jobs = {
        (record["rule"], json.dumps(record["wildcards"], sort_keys=True)): record
        for record in records
    }
    spans = sorted(
        (datetime.fromisoformat(job["started"]), datetime.fromisoformat(job["ended"]))
        for job in jobs.values()
    )
    machine = last["machine"]
    return {
        "run": run.resolve().name,
        "commit": join(list(dict.fromkeys(map(_commit, sorted(jobs.values(), key=_started))))),
        "date": f"{spans[-1][1].day} {spans[-1][1]:%B %Y}",
        "processor": machine["processor"],
        "processors": machine["processors"],
        "python": machine["python"],
        "numpy": machine["numpy"],
        "jobs": len(jobs),
        "minutes": _covered_minutes(spans),
    }


def _commit(record: dict[str, Any]) -> str:
    return (record["git"]["commit"] or "unknown")[:7]


def _started(record: dict[str, Any]) -> str:
    return str(record["started"])


def _covered_minutes(spans: list[tuple[datetime, datetime]]) -> int:
    """Minutes that sorted spans cover together, rounded up."""
    seconds, end = 0.0, spans[0][0]
    for start, stop in spans:
        seconds += max(0.0, (stop - max(start, end)).total_seconds())
        end = max(end, stop)
    return -int(-seconds // 60)
