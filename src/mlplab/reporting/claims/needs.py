"""What the claims need of a run: the tables and sections of the configuration that they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

# Every start of Snakemake reads the file; LibYAML, where there is one, is ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Needs(NamedTuple):
    """Names of tables, and of sections of the configuration, each sorted."""

    tables: tuple[str, ...]
    sections: tuple[str, ...]


def find_needs(path: str | os.PathLike[str]) -> Needs:
    """The tables and sections that the claims of a file name, without a check of the claims.

    :func:`mlplab.reporting.claims.loading.load_claims` names the faults of a file; here entries
    that are no mapping need nothing.
    """
    claims = _LOADER(Path(path).read_text(encoding="utf-8")).get_single_data()
    entries = [claim for claim in claims if isinstance(claim, dict)]
    tables = {table for claim in entries for table in _find_tables(claim.get("value"))}
    keys = {
        key for claim in entries for part in ("requires", "tells") for key in claim.get(part, ())
    }
    return Needs(tuple(sorted(tables)), tuple(sorted({key.split(".")[0] for key in keys})))


def _find_tables(value: Any) -> Iterator[str]:
    """The tables that an expression reads, however deep it names them."""
    if isinstance(value, dict):
        if isinstance(value.get("table"), str):
            yield value["table"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _find_tables(part)
