"""A run's folder, read for a comparison. What is missing or cannot be read is a notice."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from mlplab.runtime.files import read_table
from mlplab.runtime.sidecars import SIDECAR_SUFFIX

_MANY = "two or more folders of runs, such as results/default results/quick"


class CompareError(Exception):
    """The runs cannot be compared; the message names what was found and what is allowed."""


@dataclass(frozen=True)
class Run:
    """The folder of a run, here or copied from another machine, and the name that it is given."""

    folder: Path
    name: str

    @cached_property
    def config(self) -> dict[str, Any] | None:
        """The configuration that the run recorded; None if it cannot be read."""
        try:
            content = yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8"))
            json.dumps(content, default=str)  # refuses sections that hold themselves
        except (OSError, TypeError, ValueError, yaml.YAMLError, RecursionError):
            return None
        return content if isinstance(content, dict) else None

    @cached_property
    def machine(self) -> dict[str, Any]:
        """What ``machine.json`` says; empty if it cannot be read."""
        return _read_json(self.folder / "machine.json")

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The records of all jobs, in the order of their start; a job with many results has one."""
        found = (_read_json(path) for path in sorted(self.folder.rglob(f"*{SIDECAR_SUFFIX}")))
        jobs = {
            json.dumps([record.get(key) for key in ("rule", "wildcards", "started")]): record
            for record in found
            if record
        }
        return sorted(jobs.values(), key=lambda record: str(record.get("started")))

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame | str:
        """The rows of ``tables/<name>.csv``, or why there are none, in words.

        Parameters
        ----------
        name : of the table, without its suffix
        columns : those that it must have
        """
        path = self.folder / "tables" / f"{name}.csv"
        if not path.is_file():
            return f"{self.name} has no {path.name}"
        try:
            table = read_table(path)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            return f"{path.name} of {self.name} cannot be read ({reason})"
        if missing := [column for column in columns if column not in table]:
            return f"{path.name} of {self.name} lacks {', '.join(missing)}"
        return table


def open_runs(folders: Sequence[Path]) -> list[Run]:
    """The runs of folders, each with a name of its own.

    Raises
    ------
    CompareError
        There are fewer than two folders, one is not that of a run, or one is given twice.
    """
    if len(folders) < 2:
        found = ", ".join(map(str, folders)) or "none"
        raise CompareError(f'runs: found {found}; allowed: {_MANY} (make compare RUNS="a b")')
    for folder in folders:
        if not folder.is_dir():
            raise CompareError(f"{folder}: found no such folder; allowed: {_MANY}")
        if not any((folder / name).exists() for name in ("config.yaml", "tables")):
            raise CompareError(f"{folder}: found neither config.yaml nor tables/; allowed: {_MANY}")
    places = [folder.resolve() for folder in folders]
    if repeated := [folder for folder, place in zip(folders, places, strict=True)
                    if places.count(place) > 1]:  # fmt: skip
        raise CompareError(f"{repeated[0]}: found the same run twice; allowed: {_MANY}")
    return [Run(place, name) for place, name in zip(places, _distinct_names(places), strict=True)]


def both_tables(
    first: Run, second: Run, name: str, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame] | list[str]:
    """A table of both runs, or the notices that tell why one is not there."""
    before, after = first.table(name, columns), second.table(name, columns)
    if isinstance(before, str) or isinstance(after, str):
        return [reason for reason in (before, after) if isinstance(reason, str)]
    return before, after


def read_numbers(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with these columns as numbers; what is no finite one, or not there, is missing."""
    numbers = {
        column: pd.to_numeric(table[column], errors="coerce").replace(
            [math.inf, -math.inf], math.nan
        )
        if column in table
        else pd.Series(float("nan"), index=table.index)
        for column in columns
    }
    return table.assign(**numbers)


def _distinct_names(places: Sequence[Path]) -> list[str]:
    """The names of the folders, with as many folders above them as tell them apart."""
    depth, longest = 1, max(len(place.parts) for place in places)
    while True:
        names = ["/".join(place.parts[-depth:]) for place in places]
        if len(set(names)) == len(names) or depth >= longest:
            return names
        depth += 1


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
