"""Machine, code and time of the tables of a run, from the records beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def describe_origin(records: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Machine, libraries, code and times of results, by a word for each.

    Parameters
    ----------
    records : of :func:`mlplab.runtime.sidecars.read_sidecar`; None for a result without a record

    Returns
    -------
    dict of words; if the records differ, all that occur
    """
    known, missing = [], 0
    for record in records:
        if isinstance(record, Mapping):
            known.append(record)
        else:
            missing += 1
    if not known:
        return {"records": f"none of {missing} tables has one"}
    machines = [_part(record, "machine") for record in known]
    libraries: dict[str, list[str]] = {}
    for record in known:
        for name, version in _part(_part(record, "code"), "libraries").items():
            libraries.setdefault(name, []).append(version)
    origin = {
        "processor": _distinct(_processor(machine) for machine in machines),
        "memory": _distinct(_memory(machine) for machine in machines),
        "system": _distinct(machine.get("system") for machine in machines),
        "code": _distinct(_commit(_part(record, "git")) for record in known),
        "made (UTC)": _period(known),
        "Python": _distinct(machine.get("python") for machine in machines),
        "libraries": ", ".join(
            f"{name} {_distinct(versions)}" for name, versions in sorted(libraries.items())
        ),
        "matrix products": _distinct(
            f"{blas.get('internal_api')} {blas.get('version')} ({blas.get('architecture')})"
            for record in known
            for blas in record.get("blas") or []
            if blas.get("user_api") == "blas"
        ),
    }
    origin = {name: text for name, text in origin.items() if text}
    if missing:
        origin["records"] = f"{_count(missing)} without one"
    return origin


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a record; empty if there is none, as in records of earlier versions."""
    part = record.get(name)
    return part if isinstance(part, Mapping) else {}


def _processor(machine: Mapping[str, Any]) -> str:
    if "processor" not in machine:
        return ""
    cores = machine.get("processors")
    return f"{machine['processor']}" + (f", {cores} processors" if cores else "")


def _memory(machine: Mapping[str, Any]) -> str:
    size = machine.get("memory_bytes")
    return f"{size / 2**30:.0f} GiB" if size else ""


def _period(records: Iterable[Mapping[str, Any]]) -> str:
    times = [record[key] for record in records for key in ("started", "ended") if record.get(key)]
    return f"{min(times)[:16]} to {max(times)[:16]}".replace("T", " ") if times else ""


def _commit(git: Mapping[str, Any]) -> str:
    if "commit" not in git:
        return ""
    commit: str | None = git["commit"]
    if commit is None:
        return "not from a git repository"
    return f"commit {commit[:12]}" + (", with changes" if git.get("dirty") else "")


def _count(number: int) -> str:
    return "1 table" if number == 1 else f"{number} tables"


def _distinct(values: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))
