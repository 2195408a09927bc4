"""Why jobs would run again: the differences from the records beside their results, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlplab.provenance.fingerprint import describe_changes
from mlplab.provenance.records import content_hash, recorded_parameters
from mlplab.runtime.sidecars import read_sidecar


@dataclass(frozen=True)
class PlannedJob:
    """A job as the workflow would run it now.

    Parameters
    ----------
    rule : name of the rule
    inputs, outputs : paths
    params : parameters by name; ``code`` is the fingerprint of its script, if there is one
    runs : whether the workflow engine would run it
    after : rules of the jobs that would run first and write its inputs
    engine_reason : the reason that the engine gives
    """

    rule: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    params: Mapping[str, Any]
    runs: bool
    after: Sequence[str] = field(default=())
    engine_reason: str = ""


def find_reasons(job: PlannedJob) -> list[str]:
    """Why the job's results are stale, apart from jobs before it; empty if they are not."""
    missing = [path for path in job.outputs if not Path(path).exists()]
    if missing:
        return [f"file {path} is missing" for path in missing]
    records = {path: read_sidecar(path) for path in job.outputs}
    record = next(iter(records.values()))
    if record is None or None in records.values():
        return [
            f"file {path} has no record of its origin"
            for path, found in records.items()
            if found is None
        ]
    code = job.params.get("code")
    if code is None:
        reasons = []
    elif record["code"] is None:
        reasons = ["its code was not recorded"]
    else:
        reasons = describe_changes(record["code"], code)
    reasons += _parameter_changes(record["parameters"], recorded_parameters(job.params))
    reasons += _input_changes(record["inputs"], job.inputs)
    return reasons


def explain(jobs: Sequence[PlannedJob]) -> Iterator[str]:
    """Lines that name the stale jobs and the reasons; jobs with the same reasons share a line."""
    found = [(job, tuple(find_reasons(job))) for job in jobs]
    told: dict[tuple[str, tuple[str, ...]], int] = {}
    for job, reasons in found:
        if job.runs:
            reasons += tuple(f"runs after {rule}" for rule in sorted(set(job.after)))
            key = job.rule, reasons or (job.engine_reason,)
            told[key] = told.get(key, 0) + 1
    for (rule, reasons), count in told.items():
        yield f"{rule}, {count} {'job' if count == 1 else 'jobs'}:"
        yield from (f"  {reason}" for reason in reasons)
    unseen = {job.rule: reasons for job, reasons in found if reasons and not job.runs}
    for rule, reasons in unseen.items():
        yield f"{rule}, which does not run again by itself; force it with --forcerun:"
        yield from (f"  {reason}" for reason in reasons)
    if not told and not unseen:
        yield "Nothing is stale."


def _parameter_changes(before: Any, now: Any, key: str = "") -> Iterator[str]:
    """The innermost keys at which two parameter mappings differ."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            inner = f"{key}.{name}" if key else name
            if name not in now:
                yield f"parameter {inner} is no longer used"
            elif name not in before:
                yield f"parameter {inner} is new: {now[name]!r}"
            else:
                yield from _parameter_changes(before[name], now[name], inner)
    elif before != now:
        yield f"parameter {key} was {before!r}, is {now!r}"


def _input_changes(before: Mapping[str, str], now: Sequence[str]) -> Iterator[str]:
    for path in [*before, *(path for path in now if path not in before)]:
        if path not in now:
            yield f"input {path} is no longer used"
        elif path not in before:
            yield f"input {path} is new"
        elif not Path(path).exists():
            yield f"input {path} is missing"
        elif content_hash(path) != before[path]:
            yield f"input {path} changed"
