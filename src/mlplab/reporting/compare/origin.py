"""The code, the libraries and the machines of runs, from the records beside their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mlplab.reporting.compare.loading import Run
from mlplab.reporting.compare.numbers import count, share
from mlplab.reporting.compare.sections import Grid, Section, all_rows, differing_rows
from mlplab.reporting.folders import describe_commit, part_of, parts_of

# Of a machine's record, what the section on versions tells.
_SOFTWARE = ("python", "numpy")
_BYTES = "_bytes"
_HASH_DIGITS = 8


def compare_code(runs: Sequence[Run]) -> Section:
    """The commits of the runs, and the modules whose fingerprints differ."""
    modules = [_modules(run) for run in runs]
    notices = _tell_missing(runs, modules, "records of its code")
    if len(notices) >= len(runs) - 1:
        return Section("Code", ["Not compared."], notices=notices)
    shared = set.intersection(*(set(found) for found in modules if found))
    rows = differing_rows(modules)
    changed = [row for row in rows if row[0] in shared]
    lone = [row for row in rows if row[0] not in shared]
    sentence = (
        f"{len(changed)} of the {len(shared)} modules that every run used changed."
        if changed
        else f"All {len(shared)} modules that every run used are the same."
    )
    heads = tuple(run.name for run in runs)
    grids = [Grid("Commits", ("of", *heads), all_rows([_commits(run) for run in runs]))]
    if rows:
        caption, folded = "Fingerprints of modules that differ", "in some runs only"
        grids.append(Grid(caption, ("module", *heads), changed, lone, folded))
    method = ["Comments, docstrings and layout do not change a fingerprint."]
    return Section("Code", [sentence], grids, method=method, notices=notices)


def compare_versions(runs: Sequence[Run]) -> Section:
    """The libraries whose versions differ, with Python and the libraries for matrix products."""
    versions = [_versions(run) for run in runs]
    notices = _tell_missing(runs, versions, "records of its libraries")
    rows = differing_rows(versions)
    same = len(all_rows(versions)) - len(rows)
    if not rows:
        return Section("Versions", [f"All {same} recorded versions are the same."], notices=notices)
    grid = Grid("Versions that differ", ("library", *(run.name for run in runs)), rows)
    sentence = f"{count(len(rows), 'version differs', 'versions differ')}, {same} are the same."
    return Section("Versions", [sentence], [grid], notices=notices)


def compare_machines(runs: Sequence[Run]) -> Section:
    """All recorded properties of the machines, and when the runs ran."""
    machines = [_machine(run) for run in runs]
    notices = _tell_missing(runs, machines, "record of its machine")
    differing = [row[0] for row in differing_rows(machines)]
    sentence = (
        f"The machines differ: {', '.join(differing)}."
        if differing
        else "All recorded properties of the machines are the same."
    )
    rows = [*all_rows(machines), *all_rows([_times(run) | _quiet(run) for run in runs])]
    grid = Grid("Machines and times", ("property", *(run.name for run in runs)), rows)
    method = ["Machines of one model may still differ: virtual ones share their host."]
    return Section("Machine", [sentence], [grid], method=method, notices=notices)


def _tell_missing(runs: Sequence[Run], found: Sequence[Mapping[str, str]], what: str) -> list[str]:
    """A notice for each run in which nothing was found."""
    return [f"{run.name} has no {what}" for run, one in zip(runs, found, strict=True) if not one]


def _modules(run: Run) -> dict[str, str]:
    """First digits of the fingerprint of every module; of a mixed run, all that occur."""
    found: dict[str, set[str]] = {}
    for record in run.records:
        for module, code in part_of(part_of(record, "code"), "modules").items():
            found.setdefault(module, set()).add(str(code)[:_HASH_DIGITS])
    return {module: _join(found[module]) for module in sorted(found)}


def _commits(run: Run) -> dict[str, str]:
    jobs: dict[str, int] = {}
    for record in run.records:
        commit = describe_commit(record) or "not recorded"
        jobs[commit] = jobs.get(commit, 0) + 1
    if len(jobs) == 1:
        return {"commit": next(iter(jobs))}
    return {
        "commit": "\n".join(
            f"{commit}: {count(number, 'job', 'jobs')}" for commit, number in jobs.items()
        )
    }


def _versions(run: Run) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name in _SOFTWARE:
        for machine in _machines(run):
            if name in machine:
                found.setdefault(name, set()).add(str(machine[name]))
    for record in run.records:
        for library, version in part_of(part_of(record, "code"), "libraries").items():
            found.setdefault(library, set()).add(str(version))
        for blas in parts_of(record, "blas"):
            name = f"{blas.get('internal_api')} ({blas.get('user_api')})"
            words = f"{blas.get('version')} {blas.get('architecture') or ''}".strip()
            found.setdefault(name, set()).add(words)
    return {name: _join(versions) for name, versions in found.items()}


def _machine(run: Run) -> dict[str, str]:
    """What is recorded of a machine, by a word for each; of several machines, all that occur."""
    found: dict[str, dict[str, None]] = {}
    for machine in _machines(run):
        for name, value in machine.items():
            if name not in _SOFTWARE:
                words, shown = _in_words(name, value)
                found.setdefault(words, {})[shown] = None
    return {name: "\n".join(values) for name, values in found.items()}


def _in_words(name: str, value: Any) -> tuple[str, str]:
    """A property of a machine and its value, such as "memory", "24 GiB"."""
    if name.endswith(_BYTES) and isinstance(value, int):
        return name.removesuffix(_BYTES).replace("_", " "), f"{value / 2**30:.3g} GiB"
    return name.replace("_", " "), str(value)


def _machines(run: Run) -> list[dict[str, Any]]:
    return [
        machine
        for machine in (run.machine, *(part_of(r, "machine") for r in run.records))
        if machine
    ]


def _times(run: Run) -> dict[str, str]:
    """Number of jobs, when the first began and the last ended, and how long that took."""
    started = [text for record in run.records if (text := _time(record.get("started")))]
    ended = [text for record in run.records if (text := _time(record.get("ended")))]
    if not started or not ended:
        return {}
    first, last = min(started), max(ended)
    minutes = (last - first).total_seconds() / 60
    return {
        "jobs with a record": str(len(run.records)),
        "first job began": f"{first.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "minutes until the last ended": f"{minutes:,.0f}",
    }


def _quiet(run: Run) -> dict[str, str]:
    """How many measurements of seconds per epoch other work, or the host, disturbed."""
    table = run.table("batch_size_benchmark", ["disturbed"])
    if isinstance(table, str):
        return {}
    disturbed = int((table["disturbed"].astype(str) == "True").sum())
    return {"disturbed measurements": share(disturbed, len(table))}


def _time(text: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else None


def _join(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
