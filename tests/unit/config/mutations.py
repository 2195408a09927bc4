"""Changes that surely make a configuration wrong, each with the key path that must be named.

What is wrong at a place follows from its JSON schema, so every key of a model is reached.
"""

import copy
import datetime
import math
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mlplab.config.fields import read_null
from mlplab.config.names import COLLECTIONS

REMOVED = object()
ODD_KEYS = ["", " ", "a.b", "a b", "ключ", "\n", "\x00", "[0]", "__proto__", "x" * 200, "🙂", "'"]


@dataclass(frozen=True)
class Place:
    """A place in a configuration: its keys, and the schema of what stands there."""

    keys: tuple[str | int, ...]
    schema: dict[str, Any]

    @property
    def path(self) -> str:
        parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return "".join(parts).lstrip(".")


@dataclass(frozen=True)
class Mutation:
    """A value, or none, that is put at a place, and how the line of its fault begins."""

    keys: tuple[str | int, ...]
    value: Any
    begins: str

    def apply(self, mapping: dict[str, Any]) -> None:
        *outer, last = self.keys
        for key in outer:
            mapping = mapping[key]
        if self.value is REMOVED:
            del mapping[last]
        else:
            mapping[last] = copy.deepcopy(self.value)


def find_places(schema, value, definitions, keys=()):
    """Every place of a valid configuration but the top."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    if keys:
        yield Place(keys, schema)
    if isinstance(value, dict):
        named = next(iter(schema.get("patternProperties", {}).values()), None)
        for key, inner in value.items():
            inside = schema.get("properties", {}).get(key, named)
            yield from find_places(inside, inner, definitions, (*keys, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            inside = schema["items"] if "items" in schema else schema["prefixItems"][index]
            yield from find_places(inside, inner, definitions, (*keys, index))


def mutations(place: Place, known_datasets):
    """A strategy for what is wrong at a place."""
    wrong = _wrong_values(place.schema)
    if ".".join(map(str, place.keys[:-1])) in COLLECTIONS:
        # Null removes an entry: tests/unit/config/test_removals.py.
        wrong = wrong.filter(lambda value: read_null(value) is not None)
    if place.keys == ("dataset",):
        wrong |= st.text().filter(lambda text: text not in known_datasets)
    choices = [wrong.map(lambda value: Mutation(place.keys, value, place.path))]
    properties = place.schema.get("properties", {})
    if properties:
        choices.append(
            st.text("abcdefgh_", min_size=1)
            .filter(lambda key: key not in properties)
            .flatmap(
                lambda key: _junk().map(
                    lambda value: Mutation((*place.keys, key), value, f"{place.path}.{key}")
                )
            )
        )
        choices.append(
            st.sampled_from(ODD_KEYS).map(
                lambda key: Mutation((*place.keys, key), 1, f"{place.path}.{_as_told(key)}")
            )
        )
    if place.schema.get("required"):
        choices.append(
            st.sampled_from(place.schema["required"]).map(
                lambda key: Mutation((*place.keys, key), REMOVED, f"{place.path}.{key}")
            )
        )
    return st.one_of(choices)


def _as_told(key: str) -> str:
    """How a path has a key: odd ones in quotes, long ones cut."""
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else repr(key)[:70]


def _junk():
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    return leaves | st.lists(leaves, max_size=3) | st.dictionaries(st.text(), leaves, max_size=2)


def deep(depth: int) -> Any:
    """A list in a list in a list …"""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


_NOT_LISTS = [True, 0, -1, 1.5, math.nan, 10**400, datetime.date(2020, 5, 16), {}, {"a": {}}]
_LISTS = [[], [[]], [None], [{}], deep(20)]


def _wrong_values(schema):
    """A strategy for values that a schema refuses."""
    if "anyOf" in schema:
        (schema,) = (s for s in schema["anyOf"] if s.get("type") != "null" and "const" not in s)
        return _wrong_values(schema).filter(
            lambda value: read_null(value) is not None and value != "auto" and value != "all"
        )
    none = st.none()
    if "oneOf" in schema:
        # A text or a section: what is wrong within these is told with a longer path.
        return none | st.integers() | st.floats() | st.booleans() | st.sampled_from(_LISTS)
    kind = schema["type"]
    if kind == "object":
        return none | st.sampled_from([*_NOT_LISTS[:7], *_LISTS]) | st.text()
    if kind == "array":
        shape = none | st.sampled_from(_NOT_LISTS) | st.text()
        if schema.get("minItems"):
            shape |= st.just([])
        if "prefixItems" in schema:
            return shape | st.sampled_from([[0.5], [0.5, 0.6, 0.7], [0.6, 0.5]])
        if schema.get("uniqueItems") and schema["items"].get("type") == "integer":
            shape |= st.integers(2, 1000).map(lambda number: [number, number])
        if "$ref" in schema["items"]:
            return shape | st.sampled_from([[None], [3], [[]]])
        return shape | _wrong_values(schema["items"]).map(lambda value: [value])
    collections = st.sampled_from([*_LISTS, {}, {"a": 1}, datetime.date(2020, 5, 16), b"\xff"])
    if kind == "string":
        return none | collections | st.integers() | st.floats() | st.booleans() | _texts(schema)
    if kind == "boolean":
        words = st.text().filter(lambda text: text not in ("true", "false"))
        return none | collections | st.integers() | st.floats() | words
    words = st.text().filter(_is_no_number) | st.sampled_from(["nan", "inf", "1,5", "0x10"])
    odd = none | collections | st.booleans() | words | _beyond(schema)
    return odd | (st.floats() if kind == "integer" else st.sampled_from([math.nan, -math.inf]))


def _texts(schema):
    """Texts that an enumeration or a pattern refuses; none where every text is allowed."""
    if "enum" in schema or "const" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return st.text().filter(lambda text: text not in allowed)
    if "pattern" in schema:
        return st.text().filter(lambda text: not re.fullmatch(schema["pattern"].strip("^$"), text))
    return st.nothing()


def _beyond(schema):
    """Numbers outside the limits."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    below = st.integers(max_value=low - 1) | st.just(-(10**400))
    if high is None:
        return below
    return below | st.integers(min_value=high + 1) | st.just(10**400)


def _is_no_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return True
    return False
