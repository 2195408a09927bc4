"""How a claim's number is found in the tables of a run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

Scalar = bool | int | float | str


class Entry(BaseModel):
    """A part of the description of a claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(Entry):
    """A number from the rows of a table that meet all conditions."""

    table: str = Field(description="name of a table of the run, without .csv")
    column: str | tuple[str, ...] = Field(description="a column; several are added up row by row")
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(
        {}, description="columns and the value they must have; a list: one of these values"
    )
    per: str | None = Field(
        None,
        description="a column that numbers repetitions, such as seed: one number is taken from the "
        "rows of each, and these are averaged",
    )
    take: Literal["single", "mean", "median", "min", "max", "first", "last", "sum"] = Field(
        "single", description="how rows become one number; single: there is exactly one row"
    )
    at: str | None = Field(
        None, description="with min or max: the value of this column in that row instead"
    )
    average: Literal["mean", "geometric"] = Field(
        "mean",
        description="of repetitions: their mean, or the geometric mean of times and ratios; the "
        "intervals are Student's t, of logarithms for the latter. Of the pairs of a ratio the "
        "mean is always geometric, of those of a difference never",
    )
    quiet: bool = Field(
        False, description="leave out disturbed repetitions where two others are left"
    )
    interval: str | None = Field(
        None, description="the table's own interval: columns <interval>_low and <interval>_high"
    )
    divide_by: float = Field(1.0, gt=0, description="the number is divided by this")
    subtract_from: float | None = Field(
        None, description="the number, once divided, is subtracted from this"
    )
    empty: float | str | None = Field(
        None,
        description="what an empty field says: in words, a finding that refutes the claim, or the "
        "number that it stands for",
    )

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if self.at and self.take not in ("min", "max"):
            raise ValueError("at: allowed with take: min or take: max only")
        if self.interval and (self.per or self.take in ("mean", "median", "sum")):
            raise ValueError("interval: allowed only where the number is that of one row")
        if self.quiet and not self.per:
            raise ValueError("quiet: allowed with per only")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are added up."""
        return (self.column,) if isinstance(self.column, str) else self.column

    def named_columns(self) -> dict[str, set[str]]:
        """The columns of each table that the query reads."""
        names = {*self.columns, *self.where} | {name for name in (self.at, self.per) if name}
        if self.quiet:
            names.add("disturbed")
        if self.interval:
            names |= {f"{self.interval}_low", f"{self.interval}_high"}
        return {self.table: names}

    def __str__(self) -> str:
        mean = "mean" if self.average == "mean" else "geometric mean"
        return self._in_words(f", {mean} over every {self.per}" if self.per else "")

    def of_one(self) -> str:
        """The query in words, for one repetition."""
        return self._in_words("")

    def _in_words(self, average: str) -> str:
        number = " + ".join(self.columns)
        if self.at:
            number = f"{self.at} at the {self.take} of {number}"
        elif self.take != "single":
            number = f"{self.take} of {number}"
        words = f"tables/{self.table}.csv: {number}{conditions(self.where)}{average}"
        words = words if self.divide_by == 1 else f"({words}) / {self.divide_by:.10g}"
        return words if self.subtract_from is None else f"{self.subtract_from:.10g} - ({words})"

    def scaled(self, number: float) -> float:
        """A number of the table as the query asks for it: divided, then subtracted."""
        number /= self.divide_by
        return number if self.subtract_from is None else self.subtract_from - number


class Ratio(Entry):
    """The first number over the second, pair by pair where both are repeated alike."""

    ratio: tuple[Query, Query] = Field(description="the number above, and the one below")

    def named_columns(self) -> dict[str, set[str]]:
        """The columns of each table that the queries read."""
        return _join(*self.ratio)

    def __str__(self) -> str:
        return _pair(*self.ratio, "over", "geometric mean of the ratios")


class Difference(Entry):
    """The first number less the second, pair by pair where both are repeated alike."""

    difference: tuple[Query, Query] = Field(description="a number, and what is taken from it")

    def named_columns(self) -> dict[str, set[str]]:
        """The columns of each table that the queries read."""
        return _join(*self.difference)

    def __str__(self) -> str:
        return _pair(*self.difference, "less", "mean of the differences")


class Points(Entry):
    """Two columns of the rows of a table that meet all conditions."""

    table: str = Field(description="name of a table of the run, without .csv")
    x: str = Field(description="column of the points' x")
    y: str = Field(description="column of the points' y")
    per: str = Field(description="a column that numbers repetitions: each has a line of its own")
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(
        {}, description="columns and the value they must have; a list: one of these values"
    )
    quiet: bool = Field(False, description="leave out disturbed repetitions, as in a query")


class Straightness(Entry):
    """How well a straight line describes y over x: the squared correlation."""

    r_squared: Points = Field(description="the points that a straight line is laid through")

    def named_columns(self) -> dict[str, set[str]]:
        """The columns of each table that are read."""
        points = self.r_squared
        names = {points.x, points.y, points.per, *points.where}
        return {points.table: names | {"disturbed"} if points.quiet else names}

    def __str__(self) -> str:
        points = self.r_squared
        where = f"{conditions(points.where)}, mean over every {points.per}"
        return f"tables/{points.table}.csv: R² of {points.y} over {points.x}{where}"


_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Arithmetic(Entry):
    """Figures that the articles print, put together by the four operations.

    Examples
    --------
    >>> round(Arithmetic(arithmetic="49.5 / 11.06").number, 2)
    4.48
    """

    arithmetic: str = Field(
        description="numbers, + - * / and parentheses, such as 49.5 / 11.06; only for kind 'by "
        "construction'"
    )

    @field_validator("arithmetic")
    @classmethod
    def _check_text(cls, text: str) -> str:
        try:
            _calculate(ast.parse(text, mode="eval").body)
        except (SyntaxError, ValueError, ZeroDivisionError) as error:
            raise ValueError(f"must be numbers, + - * / and parentheses ({error})") from None
        return text

    @property
    def number(self) -> float:
        """What the text comes to."""
        return _calculate(ast.parse(self.arithmetic, mode="eval").body)

    def named_columns(self) -> dict[str, set[str]]:
        """None: the figures are those of the articles."""
        return {}

    def __str__(self) -> str:
        return f"figures of the articles: {self.arithmetic}"


def _calculate(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_calculate(node.left), _calculate(node.right))
    raise ValueError(f"found {ast.unparse(node)}")


_FORMS = ("ratio", "difference", "r_squared", "arithmetic")


def _form(value: Any) -> str:
    keys = value.keys() if isinstance(value, dict) else type(value).model_fields
    return next((key for key in _FORMS if key in keys), "query")


Expression = Annotated[
    Annotated[Query, Tag("query")]
    | Annotated[Ratio, Tag("ratio")]
    | Annotated[Difference, Tag("difference")]
    | Annotated[Straightness, Tag("r_squared")]
    | Annotated[Arithmetic, Tag("arithmetic")],
    Discriminator(_form),
]


def conditions(where: dict[str, Scalar | tuple[Scalar, ...]]) -> str:
    """The conditions of a query in words."""
    words = [
        f"{column} = {' or '.join(map(str, value)) if isinstance(value, tuple) else value}"
        for column, value in where.items()
    ]
    return f" where {', '.join(words)}" if words else ""


def _pair(first: Query, second: Query, operation: str, average: str) -> str:
    """Two queries in words, and how their pairs are averaged if both are repeated alike."""
    if first.per is None or first.per != second.per:
        return f"[{first}] {operation} [{second}]"
    return f"[{first.of_one()}] {operation} [{second.of_one()}], {average} of every {first.per}"


def _join(*queries: Query) -> dict[str, set[str]]:
    columns: dict[str, set[str]] = {}
    for query in queries:
        for table, names in query.named_columns().items():
            columns.setdefault(table, set()).update(names)
    return columns
