"""JSON schemas of the files in config/, with which editors complete and check them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema

from mlplab.config.names import COLLECTIONS
from mlplab.config.workflow import WorkflowConfig
from mlplab.data.registry import DatasetName, DatasetSpec
from mlplab.reporting.claims.model import Claim


class _Generator(GenerateJsonSchema):
    """Without the titles that only repeat the keys, and strict about names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: DictSchema) -> dict[str, Any]:
        made = super().dict_schema(schema)
        return made | {"additionalProperties": False} if "patternProperties" in made else made


def config_schema() -> dict[str, Any]:
    """The schema of a complete configuration."""
    return _with_head(WorkflowConfig, "Configuration of a run of mlplab")


def file_schema() -> dict[str, Any]:
    """The schema of ``config/config.yaml`` and of any part of it that is laid over."""
    schema: dict[str, Any] = _drop_required(config_schema())
    for path in COLLECTIONS:
        _allow_removals(schema, path.split("."))
    return schema


def datasets_schema() -> dict[str, Any]:
    """The schema of ``config/datasets.yaml``."""
    return _with_head(dict[DatasetName, DatasetSpec], "Data sets that a configuration can name")


def claims_schema() -> dict[str, Any]:
    """The schema of ``config/claims.yaml``."""
    return _with_head(list[Claim], "Published figures and how they are found again")


def _with_head(kind: Any, title: str) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(schema_generator=_Generator)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _allow_removals(schema: dict[str, Any], keys: list[str]) -> None:
    """Allow null in place of the entries of the section at a path."""
    inner = schema
    for key in keys:
        if "$ref" in inner:
            inner = schema["$defs"][inner["$ref"].rsplit("/", 1)[1]]
        inner = inner["properties"][key]
    removal = {"type": "null", "description": "removes the entry"}
    for pattern, entry in inner["patternProperties"].items():
        inner["patternProperties"][pattern] = {"anyOf": [entry, removal]}


def _drop_required(schema: Any) -> Any:
    """The schema without lists of required keys; a key that is named so stays."""
    if isinstance(schema, dict):
        return {
            key: _drop_required(value)
            for key, value in schema.items()
            if not (key == "required" and isinstance(value, list))
        }
    return [_drop_required(item) for item in schema] if isinstance(schema, list) else schema
