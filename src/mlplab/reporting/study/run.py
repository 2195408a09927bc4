"""A run's folder as the study page reads it: whatever is there, and reasons for what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from mlplab.reporting.figures.drawing import Style
from mlplab.reporting.study.content import Tables
from mlplab.runtime.files import read_table
from mlplab.runtime.sidecars import read_sidecar


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
    records : of its tables, see :func:`mlplab.runtime.sidecars.read_sidecar`; None without one
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
        try:
            frames[path.stem] = read_table(path)
        except (OSError, ValueError) as error:
            faults[path.stem] = f"cannot be read ({' '.join(str(error).split())})"
    if config is None:
        config = _mapping(_read_yaml(folder / "config.yaml"))
    return Run(
        name=str(config.get("run") or folder.resolve().name),
        tables=Tables(frames, faults),
        config=config,
        records=tuple(read_sidecar(path) for path in found),
        styles=styles,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
