"""A run's folder as the study page reads it: whatever is there, and reasons for what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mlplab.reporting.folders import read_config, read_record, try_table
from mlplab.reporting.study.content import Tables
from mlplab.reporting.styles import Style
from mlplab.runtime.sidecars import sidecar_path


class RunError(Exception):
    """There is no run in the folder; the message says what was looked for."""


@dataclass(frozen=True)
class Run:
    """What a run holds.

    Attributes
    ----------
    name : of the run
    tables : its tables
    config : its configuration; empty where it cannot be read
    records : of its tables, a JSON object each; None without one
    styles : label, color, marker and linestyle of variants, by name
    """

    name: str
    tables: Tables
    config: Mapping[str, Any]
    records: tuple[Mapping[str, Any] | None, ...]
    styles: Mapping[str, Style]

    def setting(self, *keys: str) -> Any:
        """A value of the configuration, or None where it has no such key."""
        value: Any = self.config
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def load_run(
    folder: Path, styles: Mapping[str, Style], config: Mapping[str, Any] | None = None
) -> Run:
    """Read a run's folder, and its configuration there unless ``config`` is given.

    Raises
    ------
    RunError
        It is not a folder, or holds no table.
    """
    found = sorted((folder / "tables").glob("*.csv"))
    if not found:
        raise RunError(
            f"{folder}: found no tables in {folder / 'tables'}; allowed: the folder of a run, "
            "such as results/default, with one table at least"
        )
    frames: dict[str, pd.DataFrame] = {}
    faults: dict[str, str] = {}
    for path in found:
        table = try_table(path)
        if isinstance(table, str):
            faults[path.stem] = table
        else:
            frames[path.stem] = table
    if config is None:
        config = read_config(folder) or {}
    return Run(
        name=str(config.get("run") or folder.resolve().name),
        tables=Tables(frames, faults),
        config=config,
        records=tuple(read_record(sidecar_path(path)) for path in found),
        styles=styles,
    )
