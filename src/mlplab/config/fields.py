"""What sections of the configuration are made of: numbers and texts with their limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mlplab.features.spaces import AUTO, INPUT_SPACE_NAMES, INPUT_SPACE_PATTERN

# The context of a validation that leaves out what is faulty in place of refusing the whole.
KEEP_VALID = {"keep_valid": True}
_FAULTY = object()


class UnusableKey(AttributeError):
    """A key is read whose value is faulty or missing."""


class Section(BaseModel):
    """A section of the configuration: no unknown keys, and frozen.

    Validated in the context ``KEEP_VALID``, it lacks what is faulty: reading such a key raises
    ``UnusableKey``. So what several keys must satisfy together can be checked for the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _mark_missing(cls, values: Any, info: ValidationInfo) -> Any:
        if info.context is not KEEP_VALID or not isinstance(values, Mapping):
            return values
        return {
            name: values.get(name, _FAULTY)
            for name, field in cls.model_fields.items()
            if name in values or field.is_required()
        }

    @field_validator("*", mode="wrap")
    @classmethod
    def _mark_faulty(
        cls, value: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        if info.context is not KEEP_VALID:
            return check(value)
        try:
            return check(value)
        except ValidationError:
            return _FAULTY

    @model_validator(mode="after")
    def _drop_marked(self) -> Section:
        for name in [name for name, value in self.__dict__.items() if value is _FAULTY]:
            del self.__dict__[name]
        return self

    def __getattr__(self, name: str) -> Any:
        if name in type(self).model_fields:
            raise UnusableKey(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


Found = TypeVar("Found")
Check = Callable[[], Iterable[Found]]


def run_checks(checks: Iterable[Check[Found]]) -> Iterator[Found]:
    """What checks find; one that needs an unusable key ends there, the next goes on."""
    for check in checks:
        with suppress(UnusableKey):
            yield from check()


# Values in lists and sections that come from snakemake's --config arrive as texts.
_NULLS = ("null", "Null", "NULL", "~")


def _read_digits(value: Any) -> Any:
    digits = isinstance(value, str) and re.fullmatch("[+-]?[0-9]{1,18}", value)
    return int(value) if digits else value


def _read_number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _read_truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def read_null(value: Any) -> Any:
    """None for what YAML reads as null, of which ``--config`` makes texts."""
    return None if isinstance(value, str) and value in _NULLS else value


def _accept_auto(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    if value == AUTO:
        return value
    try:
        return check(value)
    except ValidationError:
        words = f"a whole number, at least 2, or {AUTO}"
        raise PydanticCustomError("cluster_choice", words) from None


def _refuse_repetitions(values: tuple[Any, ...]) -> tuple[Any, ...]:
    repeated = sorted({value for value in values if values.count(value) > 1}, key=str)
    if repeated:
        raise PydanticCustomError("repeated", "each value once", {"repeated": repeated})
    return values


_DIGITS, _NUMBER = BeforeValidator(_read_digits), BeforeValidator(_read_number)

# Whole numbers. More than this is a slip of the keyboard.
LARGEST_COUNT = 10**9
Count = Annotated[int, Field(strict=True, ge=1, le=LARGEST_COUNT), _DIGITS]
CountFromZero = Annotated[int, Field(strict=True, ge=0, le=LARGEST_COUNT), _DIGITS]
# The fewest that have a spread.
SampleCount = Annotated[int, Field(strict=True, ge=2, le=LARGEST_COUNT), _DIGITS]
ClusterCount = SampleCount
ClusterChoice = Annotated[
    ClusterCount,
    WrapValidator(_accept_auto),
    PlainSerializer(lambda choice: choice),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 2, "maximum": LARGEST_COUNT}, {"const": AUTO}]}
    ),
]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**32), _DIGITS]

# Numbers.
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False), _NUMBER]
NonNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False), _NUMBER]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False), _NUMBER]
PositiveShare = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False), _NUMBER]
ProperShare = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False), _NUMBER]

Switch = Annotated[bool, Field(strict=True), BeforeValidator(_read_truth)]

# In front of a type that allows null.
NULL = BeforeValidator(read_null)

# A list in which every value stands once.
Item = TypeVar("Item")
Distinct = Annotated[
    tuple[Item, ...],
    AfterValidator(_refuse_repetitions),
    Field(json_schema_extra={"uniqueItems": True}),
]

# Patterns of texts, each with its words.
# Names stand in file names, which hold at most 255 bytes.
_NAME = r"^[A-Za-z0-9_-]{1,100}$"
PATTERNS = {_NAME: "up to 100 letters, digits, '-' and '_'", INPUT_SPACE_PATTERN: INPUT_SPACE_NAMES}

Name = Annotated[str, Field(pattern=_NAME)]
Engine = Literal["numpy", "compiled"]
InputSpaceName = Annotated[str, Field(pattern=INPUT_SPACE_PATTERN)]
