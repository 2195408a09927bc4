"""The record beside a result, where it lies and how it is read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

SIDECAR_SUFFIX = ".provenance.json"


def sidecar_path(result: str | os.PathLike[str]) -> Path:
    """The file beside a result that holds its record, a JSON object."""
    path = Path(result)
    return path.with_name(path.name + SIDECAR_SUFFIX)


def read_sidecar(result: str | os.PathLike[str]) -> dict[str, Any] | None:
    """The record of a result; None if there is none, or it cannot be read."""
    try:
        record: dict[str, Any] = json.loads(sidecar_path(result).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record
