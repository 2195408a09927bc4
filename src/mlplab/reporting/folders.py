"""What pages read from a run's folder: a broken part is None or a reason, never an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from mlplab.runtime.files import read_table

_COMMIT_DIGITS = 12


def read_config(folder: Path) -> dict[str, Any] | None:
    """The configuration that the run in the folder recorded; None if it cannot be read."""
    try:
        content = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        json.dumps(content, default=str)  # refuses sections that hold themselves
    except (OSError, TypeError, ValueError, yaml.YAMLError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def read_record(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, such as a record; None if it cannot be read or holds another."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def try_table(path: Path) -> pd.DataFrame | str:
    """A table, or the reason why it cannot be read."""
    try:
        return read_table(path)
    except (OSError, ValueError) as error:
        return f"cannot be read ({' '.join(str(error).split())})"


def part_of(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A part of a record; empty if there is none, as in records of earlier versions."""
    part = record.get(key)
    return part if isinstance(part, dict) else {}


def parts_of(record: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of parts in a record, such as its libraries for matrix products; see above."""
    parts = record.get(key)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def describe_commit(record: Mapping[str, Any]) -> str:
    """The commit that a record names, in words; empty where the record has no word of it.

    Examples
    --------
    >>> describe_commit({"git": {"commit": "0123456789abcdef", "dirty": True}})
    '0123456789ab, with changes'
    """
    git = part_of(record, "git")
    if "commit" not in git:
        return ""
    if git["commit"] is None:
        return "not from a git repository"
    return str(git["commit"])[:_COMMIT_DIGITS] + (", with changes" if git.get("dirty") else "")
