"""Words for what is wrong with a configuration: key path, what was found, what is allowed."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mlplab.config.fields import PATTERNS, read_null
from mlplab.config.renamed import describe_old_key
from mlplab.data.own import CHOICE_TAGS

_LONGEST_FOUND = 80


class ConfigError(Exception):
    """The configuration cannot be used; the message lists every fault with its key path."""

    @classmethod
    def of(cls, faults: Sequence[str], advice: Sequence[str] = ()) -> ConfigError:
        """The error that lists faults, one a line, and ends with advice on several of them."""
        lines = [f"  - {fault}" for fault in faults]
        return cls("\n".join([f"the configuration has {len(faults)} fault(s):", *lines, *advice]))


_ALLOWED = {
    "missing": "this key must be given",
    "too_short": "at least {min_length} value(s)",
    "too_long": "at most {max_length} values",
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "string_unicode": "a text that can be written as UTF-8",
    "string_too_short": "a text that is not empty",
    "tuple_type": "a list",
    "model_type": "a section with keys of its own",
    "dict_type": "a section with keys of its own",
    "invalid_key": "keys that are texts",
    "string_pattern_mismatch": "{pattern}",
    "literal_error": "{expected}",
    "finite_number": "a finite number",
}


def describe_faults(model: type[BaseModel], faults: Iterable[ErrorDetails]) -> list[str]:
    """A line for each fault that pydantic found."""
    return [
        _describe(model, fault)
        for fault in faults
        # a list whose values are all refused is also reported as too short
        if not (fault["type"] == "too_short" and fault["input"])
    ]


def suggest(found: object, names: Iterable[str]) -> str:
    """A question for the name that was meant, if one is near."""
    near = difflib.get_close_matches(str(found)[:_LONGEST_FOUND], names, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _describe(model: type[BaseModel], fault: ErrorDetails) -> str:
    keys = [part for part in fault["loc"] if part not in ("[key]", *CHOICE_TAGS)]
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "invalid_key":
        keys[-1] = str(keys[-1])
    path = _write_path(keys)
    if kind == "missing":
        return f"{path}: found nothing; allowed: {_ALLOWED[kind]}"
    if (old := describe_old_key(keys, fault["input"])) is not None:
        return f"{path}: found {write_value(fault['input'])}; {old}"
    if kind == "repeated":
        return f"{path}: found {context['repeated']} more than once; allowed: {fault['msg']}"
    if kind == "extra_forbidden":
        allowed = f"no such key{_suggest_key(model, keys)}"
    elif kind in _ALLOWED:
        words = {key: PATTERNS.get(value, value) for key, value in context.items()}
        allowed = _ALLOWED[kind].format(**words)
    else:
        allowed = fault["msg"].removeprefix("Value error, ")
    is_section = kind in ("model_type", "dict_type") and isinstance(keys[-1], str)
    if is_section and read_null(fault["input"]) is None:
        allowed += "; to keep its values, leave the key out"
    if kind == "literal_error":
        allowed += suggest(fault["input"], re.findall("'([^']+)'", allowed))
    return f"{path}: found {write_value(fault['input'])}; allowed: {allowed}"


def _write_path(keys: Sequence[int | str]) -> str:
    """The path in one line, also with odd keys."""
    path = ""
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        else:
            plain = re.fullmatch(r"[\w-]+", key, re.ASCII)
            path += f".{key if plain else write_value(key)}"
    return path.lstrip(".") or "the configuration"


def write_value(value: object) -> str:
    """The value in one line of bounded length; null, true and false as a file has them."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    try:
        found = repr(value)
    except (ValueError, RecursionError):
        return "a value too large to be shown"
    return found if len(found) <= _LONGEST_FOUND else found[: _LONGEST_FOUND - 3] + "..."


def _suggest_key(model: type[BaseModel], keys: Sequence[int | str]) -> str:
    section = _find_section(model, keys[:-1])
    if section is None:
        return ""
    names = ", ".join(section.model_fields)
    return suggest(keys[-1], section.model_fields) or f"; there are {names}"


def _find_section(model: type[BaseModel], keys: Sequence[int | str]) -> type[BaseModel] | None:
    """The model of the section at a path that may lead through lists and named entries."""
    annotation: Any = model
    for key in keys:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields[str(key)].annotation
        else:
            arguments = get_args(annotation)
            annotation = arguments[1] if get_origin(annotation) is dict else arguments[0]
    is_section = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_section else None
