"""The file that says which numbers, tables and figures of a run the documentation shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mlplab.reporting.claims.expressions import Difference, Query, Ratio


class ShownError(Exception):
    """The file, or a run, lacks what the documentation shows; the message lists all faults."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(_Entry):
    """A number that prose names."""

    value: Query | Ratio | Difference = Field(description="as in config/claims.yaml")
    format: str = Field(".3g", description="Python's format; one that ends in % makes per cent")


class Rows(_Entry):
    """Rows and columns of a table that a page shows."""

    table: str = Field(description="name of a table of the run, without .csv")
    columns: Mapping[str, str] = Field(description="the heads of the columns, by their names")
    where: Mapping[str, str | int | float | bool | tuple[str | int | float | bool, ...]] = Field(
        default_factory=dict, description="columns and the values, or lists of them, of the rows"
    )
    formats: Mapping[str, str] = Field(
        default_factory=dict, description="Python's formats of columns of numbers"
    )


class Part(_Entry):
    """What is shown of another run, too: names of numbers and of tables."""

    numbers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


class Shown(_Entry):
    """All that the documentation shows of the run that it describes, and of others.

    Attributes
    ----------
    run : name of the run that numbers, tables, figures and the README's rows come from
    numbers, tables : what prose names, and what pages show
    figures : names of figures, without the suffix
    readme : the README's rows: ids of claims, and what is compared in them in words
    other_runs : what is shown of other runs, by their names
    """

    run: str
    numbers: Mapping[Annotated[str, Field(pattern="^[a-z0-9-]+$")], Number]
    tables: Mapping[Annotated[str, Field(pattern="^[a-z0-9-]+$")], Rows]
    figures: tuple[str, ...]
    readme: Mapping[str, str]
    other_runs: Mapping[str, Part] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parts_exist(self) -> Shown:
        if self.run in self.other_runs:
            raise ValueError(f"other_runs: found {self.run}; allowed: runs that are not described")
        for run, part in self.other_runs.items():
            absent = set(part.numbers) - set(self.numbers) | set(part.tables) - set(self.tables)
            if absent:
                raise ValueError(
                    f"other_runs.{run}: found {', '.join(sorted(absent))}; allowed: names under "
                    "numbers and tables"
                )
        return self

    def of(self, run: str) -> Shown:
        """What is shown of a run; of one that is not named, nothing."""
        if run == self.run:
            return self
        part = self.other_runs.get(run, Part())
        return self.model_copy(
            update={
                "numbers": {name: self.numbers[name] for name in part.numbers},
                "tables": {name: self.tables[name] for name in part.tables},
                "figures": (),
                "readme": {},
            }
        )


def load_shown(path: str | os.PathLike[str]) -> Shown:
    """Read the file.

    Raises
    ------
    ShownError
        It cannot be read, or has faults.
    """
    try:
        return Shown.model_validate(yaml.safe_load(Path(path).read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ShownError(f"{path}: cannot be read ({error})") from None
    except ValidationError as error:
        faults = "\n".join(
            f"  - {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise ShownError(f"{path}: {error.error_count()} fault(s):\n{faults}") from None
