"""Published figures beside those found here."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

COLUMNS = [
    "id",
    "article",
    "statement",
    "kind",
    "published",
    "reproduced",
    "unit",
    "tolerance",
    "verdict",
    "evidence",
]


class ClaimError(Exception):
    """The claims cannot be read, or the evidence of one is missing."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(_Entry):
    """The mean of a column over the rows of a table that meet all conditions."""

    table: str
    column: str
    where: dict[str, str | int | float]

    def __str__(self) -> str:
        conditions = ", ".join(f"{column} = {value}" for column, value in self.where.items())
        return f"tables/{self.table}.csv: mean of {self.column} where {conditions}"


class Claim(_Entry):
    """A published figure and how it is found again, see ``config/claims.yaml``."""

    id: str
    article: Literal["A", "B", "C"]
    statement: str
    kind: Literal["exact", "statistical", "machine"]
    published: float
    unit: str
    tolerance: float = Field(ge=0)
    absolute: bool = False
    requires: dict[str, Any] = {}
    value: Query


def load_claims(path: str | os.PathLike[str]) -> list[Claim]:
    """Read claims; ClaimError lists all faults of the file."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        claims = TypeAdapter(list[Claim]).validate_python(content)
    except ValidationError as error:
        faults = "\n".join(
            f"  - {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise ClaimError(f"{path}: {error.error_count()} fault(s):\n{faults}") from None
    except (OSError, yaml.YAMLError) as error:
        raise ClaimError(f"{path}: cannot be read ({error})") from None
    ids = [claim.id for claim in claims]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise ClaimError(f"{path}: found {repeated} more than once; every id must be unique")
    return claims


def evaluate_claims(
    claims: Sequence[Claim], tables: Mapping[str, pd.DataFrame], config: Mapping[str, Any]
) -> pd.DataFrame:
    """A row per claim: "reproduced", "not reproduced", or "not tested" by such a configuration.

    Parameters
    ----------
    tables : tables by name, as the queries call them
    config : the configuration of the run that made them

    Raises
    ------
    ClaimError
        The configuration meets what a claim requires, but the evidence is not there.
    """
    rows = []
    for claim in claims:
        row = claim.model_dump(include=set(COLUMNS)) | {"reproduced": math.nan}
        unmet = [
            f"{path} = {wanted}"
            for path, wanted in claim.requires.items()
            if _look_up(config, path) != wanted
        ]
        # The batch sizes of a run are a list, of which the query picks one.
        size = claim.value.where.get("batch_size")
        if size is not None and size not in config["train"]["batch_sizes"]:
            unmet.append(f"train.batch_sizes with {size}")
        if unmet:
            row |= {"verdict": "not tested", "evidence": f"requires {', '.join(unmet)}"}
        else:
            found = _evaluate(claim, tables)
            allowed = claim.tolerance * (1 if claim.absolute else abs(claim.published))
            holds = abs(found - claim.published) <= allowed
            row |= {
                "reproduced": found,
                "verdict": "reproduced" if holds else "not reproduced",
                "evidence": str(claim.value),
            }
        rows.append(row)
    return pd.DataFrame(rows)[COLUMNS]


def _look_up(config: Mapping[str, Any], path: str) -> Any:
    """The value at a key path; ``...``, which equals nothing, where an experiment is not there."""
    value: Any = config
    for key in path.split("."):
        value = value.get(key, ...) if isinstance(value, Mapping) else ...
    return value


def _evaluate(claim: Claim, tables: Mapping[str, pd.DataFrame]) -> float:
    query = claim.value
    if query.table not in tables:
        raise ClaimError(f"claim {claim.id}: there is no table {query.table}")
    rows = tables[query.table]
    absent = {query.column, *query.where} - set(rows.columns)
    if absent:
        raise ClaimError(f"claim {claim.id}: {query.table} has no column {sorted(absent)}")
    for column, value in query.where.items():
        rows = rows[rows[column] == value]
    values = rows[query.column]
    if values.empty or values.isna().any():
        raise ClaimError(f"claim {claim.id}: no value for {query}")
    return float(values.mean())
