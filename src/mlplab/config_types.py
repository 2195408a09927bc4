"""What sections of the configuration are made of: numbers and texts with their limits."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from mlplab.spaces import AUTO, INPUT_SPACE_NAMES, INPUT_SPACE_PATTERN


class Section(BaseModel):
    """A section of the configuration: no unknown keys, and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _read_digits(value: Any) -> Any:
    """Values in lists and sections that come from snakemake's --config arrive as texts."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value) else value


def _accept_auto(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    if value == AUTO:
        return value
    try:
        return check(value)
    except ValidationError:
        words = f"a whole number, at least 2, or {AUTO}"
        raise PydanticCustomError("cluster_choice", words) from None


Whole = Annotated[int, BeforeValidator(_read_digits)]
Count = Annotated[Whole, Field(strict=True, ge=1)]
ClusterCount = Annotated[Whole, Field(strict=True, ge=2)]
ClusterChoice = Annotated[
    ClusterCount, WrapValidator(_accept_auto), PlainSerializer(lambda choice: choice)
]
Seed = Annotated[Whole, Field(strict=True, ge=0, lt=2**32)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


# Patterns of texts, each with its words.
_NAME = r"^[A-Za-z0-9_-]+$"
PATTERNS = {_NAME: "letters, digits, '-' and '_'", INPUT_SPACE_PATTERN: INPUT_SPACE_NAMES}

Name = Annotated[str, Field(pattern=_NAME)]
InputSpace = Annotated[str, Field(pattern=INPUT_SPACE_PATTERN)]
