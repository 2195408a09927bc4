"""Check results against the records beside them: ``python -m mlplab.provenance.verify FOLDER``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from mlplab.provenance.records import content_hash, recorded_hash
from mlplab.runtime.console import run_command
from mlplab.runtime.files import TEMPORARY_PREFIX
from mlplab.runtime.sidecars import SIDECAR_SUFFIX, read_sidecar, sidecar_path

# At the top of a run's folder: about jobs, not results.
_NO_RESULTS = {"logs", "job_times", "report.html", "ro-crate-metadata.json", "source"}


def find_results(folder: Path) -> list[Path]:
    """Result files under a run's folder, and those that a record names but that are missing."""
    found = set()
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_dir() or inside.parts[0] in _NO_RESULTS:
            continue
        if path.name.endswith(SIDECAR_SUFFIX):
            found.add(path.with_name(path.name.removesuffix(SIDECAR_SUFFIX)))
        elif not path.name.startswith(TEMPORARY_PREFIX):
            found.add(path)
    return sorted(found)


def find_faults(result: Path) -> Iterator[str]:
    """The mismatches between a result and its record, in words; none if they match."""
    record = read_sidecar(result)
    if not result.exists():
        yield "missing: only its record exists"
    elif record is None:
        fault = "cannot be read" if sidecar_path(result).exists() else "is missing"
        yield f"unrecorded: {sidecar_path(result).name} {fault}"
    else:
        recorded = recorded_hash(record, result)
        if recorded is None:
            yield f"unrecorded: {sidecar_path(result).name} is the record of another file"
        elif content_hash(result) != recorded:
            yield f"changed: differs from the file that {record['rule']} wrote"


def main(arguments: list[str] | None = None) -> int:
    """Print a line per fault; 1 if there is a fault or nothing to check, else 0."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.provenance.verify", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="such as results/default")
    n_results = n_faults = 0
    for folder in parser.parse_args(arguments).folders:
        results = find_results(folder)
        if not results:
            print(f"{folder}: no results; is it the folder of a run?")
            n_faults += 1
        for result in results:
            for fault in find_faults(result):
                print(f"{result}: {fault}")
                n_faults += 1
        n_results += len(results)
    print(f"{n_results} results checked, {n_faults} not as recorded")
    return int(n_faults > 0)


if __name__ == "__main__":
    run_command(main)
