"""Machine, code and time of the tables of a run, from the records beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def describe_origin(records: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Machine, libraries, code and times of results, by a word for each.

    Parameters
    ----------
    records : of :func:`mlplab.provenance.records.read_sidecar`; None for a result without a record

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
    machines = [record["machine"] for record in known]
    libraries: dict[str, list[str]] = {}
    for record in known:
        for name, version in record["code"]["libraries"].items():
            libraries.setdefault(name, []).append(version)
    origin = {
        "processor": _distinct(f"{m['processor']}, {m['processors']} used by the system"
                               for m in machines),
        "system": _distinct(machine["system"] for machine in machines),
        "Python": _distinct(machine["python"] for machine in machines),
        "libraries": ", ".join(
            f"{name} {_distinct(versions)}" for name, versions in sorted(libraries.items())
        ),
        "matrix products": _distinct(
            f"{blas['internal_api']} {blas['version']} ({blas['architecture']})"
            for record in known
            for blas in record["blas"]
            if blas["user_api"] == "blas"
        ),
        "code": _distinct(_commit(record["git"]) for record in known),
        "made (UTC)": f"{min(r['started'] for r in known)} to {max(r['ended'] for r in known)}",
    }  # fmt: skip
    if missing:
        origin["records"] = f"{_count(missing)} without one"
    return origin


def _commit(git: Mapping[str, Any]) -> str:
    commit: str | None = git["commit"]
    if commit is None:
        return "not from a git repository"
    return commit[:12] + (", with changes" if git["dirty"] else "")


def _count(number: int) -> str:
    return "1 table" if number == 1 else f"{number} tables"


def _distinct(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values))
