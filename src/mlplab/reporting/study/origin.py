"""Machine, code and time of the tables of a run, from the records beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlplab.reporting.folders import describe_commit, part_of, parts_of


def describe_origin(records: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Machine, libraries, code and times of results, by a word for each.

    Parameters
    ----------
    records : JSON objects; None for a result without a record

    Returns
    -------
    dict of words; if the records differ, all that occur
    """
    known, missing = [], 0
    for record in records:
        if record is None:
            missing += 1
        else:
            known.append(record)
    if not known:
        return {"records": f"none of {missing} tables has one"}
    machines = [part_of(record, "machine") for record in known]
    libraries: dict[str, list[str]] = {}
    for record in known:
        for name, version in part_of(part_of(record, "code"), "libraries").items():
            libraries.setdefault(name, []).append(str(version))
    origin = {
        "processor": _distinct(_processor(machine) for machine in machines),
        "memory": _distinct(_memory(machine) for machine in machines),
        "system": _distinct(str(machine.get("system", "")) for machine in machines),
        "commit": _distinct(describe_commit(record) for record in known),
        "tables made (UTC)": _period(known),
        "Python": _distinct(str(machine.get("python", "")) for machine in machines),
        "libraries": ", ".join(
            f"{name} {_distinct(versions)}" for name, versions in sorted(libraries.items())
        ),
        "BLAS libraries": _distinct(
            f"{blas.get('internal_api')} {blas.get('version')} ({blas.get('architecture')})"
            for record in known
            for blas in parts_of(record, "blas")
            if blas.get("user_api") == "blas"
        ),
    }
    origin = {name: text for name, text in origin.items() if text}
    if missing:
        origin["records"] = f"{_count(missing)} without one"
    return origin


def _processor(machine: Mapping[str, Any]) -> str:
    if "processor" not in machine:
        return ""
    cores = machine.get("processors")
    return f"{machine['processor']}" + (f", {cores} processors" if cores else "")


def _memory(machine: Mapping[str, Any]) -> str:
    size = machine.get("memory_bytes")
    return f"{size / 2**30:.0f} GiB" if isinstance(size, int) else ""


def _period(records: Iterable[Mapping[str, Any]]) -> str:
    times = [
        str(record[key]) for record in records for key in ("started", "ended") if record.get(key)
    ]
    return f"{min(times)[:16]} to {max(times)[:16]}".replace("T", " ") if times else ""


def _count(number: int) -> str:
    return "1 table" if number == 1 else f"{number} tables"


def _distinct(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))
