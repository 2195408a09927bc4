"""What a claim is: a published figure, and a description of how it is found again."""

from __future__ import annotations

import math
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mlplab.reporting.claims.expressions import Arithmetic, Entry, Expression, Query, Scalar

Kind = Literal["statistical", "machine", "statement", "by construction", "not testable here"]
STATISTICAL: Kind = "statistical"
MACHINE: Kind = "machine"
STATEMENT: Kind = "statement"
BY_CONSTRUCTION: Kind = "by construction"
NOT_TESTABLE: Kind = "not testable here"


class ClaimError(Exception):
    """The claims cannot be read, or the evidence of one is missing."""


class Includes(Entry):
    """A requirement of a list in the configuration: it holds these values."""

    includes: tuple[Scalar, ...] = Field(description="values that the list must hold")

    def __str__(self) -> str:
        return f"with {', '.join(map(str, self.includes))}"


class Claim(Entry):
    """A published figure and how it is found again, see ``config/claims.yaml``."""

    id: str = Field(description="name of the claim, used once")
    article: Literal["A", "B", "C"] = Field(description="article that makes the claim")
    statement: str = Field(description="what is claimed, in words")
    kind: Kind = Field(
        description="statistical: depends on random start weights; machine: on a computer's speed, "
        "so only ratios and shapes are compared; statement: words without a figure; by "
        "construction: follows from the configuration or a formula alone, so it is not counted"
    )
    published: float | None = Field(None, description="the published figure")
    words: str = Field("", description="what a statement says, in the article's sense")
    bound: float | None = Field(
        None, description="the figure that this project holds a statement against"
    )
    bound_reason: str = Field("", description="why the bound, with its tolerance, is what it is")
    unit: str = Field(description="unit of the figure; 1 for a bare number")
    comparison: Literal["equal", "at least", "at most"] = Field(
        "equal", description="what the figure found must be, beside the published one or the bound"
    )
    tolerance: float = Field(
        0.0,
        ge=0,
        description="a share of the published figure or the bound: half the largest width of the "
        "interval of a statistical figure; of machine figures and statements a factor either way, "
        "so that 0.25 allows from 1 / 1.25 to 1.25 times the figure",
    )
    absolute: bool = Field(
        False, description="the tolerance is a difference in the unit of the figure instead"
    )
    better: Literal["higher", "lower"] | None = Field(
        None, description="what lies beyond the tolerance on this side is better than published"
    )
    tolerance_reason: str = Field("", description="why the tolerance is what it is")
    cause: str = Field(
        "",
        description="why this run does not find the published figure, and what shows it, or what "
        "was ruled out; told only where the claim is not reproduced or better than published",
    )
    restates: str | None = Field(
        None,
        description="id of a claim about the same measurement: this one follows from that one or "
        "nearly so, and is not counted",
    )
    beside: str | None = Field(
        None,
        description="id of a claim about the articles' own program: this one shows the same figure "
        "of another program or setting, and is not counted",
    )
    source: str = Field(
        "", description="where the figure stands, if not in the text of the article"
    )
    reason: str = Field("", description="why the claim is not testable here")
    requires: dict[str, Any] = Field(
        {},
        description="key paths of the configuration and the values without which the claim is not "
        "tested; includes: a list holds at least these",
    )
    tells: tuple[str, ...] = Field(
        (), description="key paths of the configuration whose values the evidence names"
    )
    value: Expression | None = Field(
        None, description="how the figure is found in the tables of a run"
    )

    @field_validator("requires")
    @classmethod
    def _read_requirements(cls, requires: dict[str, Any]) -> dict[str, Any]:
        return {
            path: Includes.model_validate(wanted) if isinstance(wanted, dict) else wanted
            for path, wanted in requires.items()
        }

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        faults = []
        if self.kind == NOT_TESTABLE:
            if not self.reason:
                faults.append("reason: must say why it is not testable here")
            if self.value:
                faults.append("value: allowed only for what is testable")
        else:
            figure = {"published": self.published, "tolerance_reason": self.tolerance_reason}
            statement = {
                "words": self.words,
                "bound": self.bound,
                "bound_reason": self.bound_reason,
            }
            needed, other = figure, statement
            if self.kind == STATEMENT:
                needed, other = statement, figure
            faults += [f"{k}: must be given" for k, v in needed.items() if v in (None, "")]
            faults += [
                f"{name}: not allowed for kind {self.kind!r}"
                for name, given in other.items()
                if given not in (None, "")
            ]
            if self.value is None:
                faults.append("value: must be given")
            if self.reason:
                faults.append(f"reason: allowed only for kind {NOT_TESTABLE!r}")
            if isinstance(self.value, Arithmetic) and self.kind != BY_CONSTRUCTION:
                faults.append(f"value.arithmetic: allowed only for kind {BY_CONSTRUCTION!r}")
            if self.kind == STATISTICAL and isinstance(self.value, Query) and self.value.interval:
                faults.append(
                    f"value.interval: not allowed for kind {STATISTICAL!r}, which needs the "
                    "interval of one more run; use per"
                )
            if self.restates and self.beside:
                faults.append("beside: not allowed with restates")
        if not math.isnan(self.tolerance_factor) and self.target <= 0:
            faults.append("tolerance: must be absolute where the figure or bound is not positive")
        if self.better and self.comparison != "equal":
            faults.append("better: allowed only for comparison 'equal'")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def target(self) -> float:
        """The published figure, or the bound of a statement."""
        target = self.bound if self.kind == STATEMENT else self.published
        return 0.0 if target is None else target

    @property
    def allowed_difference(self) -> float:
        """The tolerance in the unit of the figure."""
        return self.tolerance * (1 if self.absolute else abs(self.target))

    @property
    def tolerance_factor(self) -> float:
        """The factor by which a time or a statement may differ either way; NaN without one.

        With a factor, a ratio and its inverse have the same verdict.
        """
        relative = self.tolerance > 0 and not self.absolute
        return 1 + self.tolerance if relative and self.kind in (MACHINE, STATEMENT) else math.nan

    @property
    def allowed_range(self) -> tuple[float, float]:
        """The smallest and the largest figure that agree with the target."""
        lowest, highest = (self.target + side * self.allowed_difference for side in (-1, 1))
        if not math.isnan(self.tolerance_factor):
            lowest = self.target / self.tolerance_factor
        return (
            -math.inf if self.comparison == "at most" else lowest,
            math.inf if self.comparison == "at least" else highest,
        )

    @property
    def is_counted(self) -> bool:
        """Whether its verdict counts. Of the claims about one measurement, only one does."""
        apart = self.restates or self.beside
        return apart is None and self.kind != BY_CONSTRUCTION
