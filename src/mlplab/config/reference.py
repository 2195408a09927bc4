"""The reference of the configuration, and the schemas: ``python -m mlplab.config.reference``.

Writes ``docs/generated/configuration.md`` and the schemas in ``config/`` from the models of the
configuration, in the folder of the project.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mlplab.config.fields import LARGEST_COUNT, PATTERNS
from mlplab.config.prose import HEAD, TAIL
from mlplab.config.schema import claims_schema, config_schema, datasets_schema, file_schema
from mlplab.features.spaces import INPUT_SPACE_PATTERN
from mlplab.runtime.console import run_command
from mlplab.runtime.files import save_text

_REQUIRED, _OF_EXPERIMENTS = "must be given", "experiments.<name>."
_KINDS = {
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "string": ("text", "texts"),
    "boolean": ("`true` or `false`", "`true` or `false`"),
}


def render_files(defaults: Mapping[str, Any]) -> dict[str, str]:
    """The content of every generated file, by its path in the project.

    ``defaults`` is the content of ``config/config.yaml``.
    """
    schemas = {
        "config/schema.json": file_schema(),
        "config/datasets.schema.json": datasets_schema(),
        "config/claims.schema.json": claims_schema(),
    }
    texts = {
        path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for path, schema in schemas.items()
    }
    return texts | {"docs/generated/configuration.md": render_reference(config_schema(), defaults)}


def render_reference(schema: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """The page that describes every key of a configuration, in Markdown.

    ``defaults`` is a configuration with every key; an entry that is chosen by name, or stands in
    a list, has no default.
    """
    reference = _Reference(schema, defaults)
    return "\n".join([HEAD, *reference.contents(), "", *reference.sections(), TAIL])


class _Reference:
    """The keys of a JSON schema, section by section."""

    def __init__(self, schema: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self.schema, self.definitions = schema, schema.get("$defs", {})
        self.defaults = defaults

    def contents(self) -> Iterator[str]:
        """A table of the top level that leads to the sections."""
        yield "| key | meaning |"
        yield "|---|---|"
        for key, field in self.schema["properties"].items():
            link = f"[`{key}`](#{key})" if self._find_section(field) else f"[`{key}`](#the-run)"
            yield f"| {link} | {_cell(field['description'])} |"

    def sections(self) -> Iterator[str]:
        """The keys at the top, then the sections with their own."""
        top = self.schema["properties"]
        plain = {key: field for key, field in top.items() if not self._find_section(field)}
        yield from self._table("The run", 2, "", plain)
        for key, field in top.items():
            if key not in plain:
                yield from self._section(key, 2, field)

    def _section(self, path: str, level: int, field: Mapping[str, Any]) -> Iterator[str]:
        suffix, section = self._find_section(field) or ("", {})
        inner = section["properties"]
        words = section.get("description", "").split(".")[0] + "."
        below = f"{path}{suffix}"
        plain = {key: f for key, f in inner.items() if not self._find_section(f)}
        yield from self._table(
            path if level == 2 else f"`{path}`",
            level,
            f"{below}.",
            plain,
            words,
        )
        for key, inner_field in inner.items():
            if key not in plain:
                yield from self._section(f"{below}.{key}", level + 1, inner_field)

    def _table(
        self,
        title: str,
        level: int,
        prefix: str,
        fields: Mapping[str, Any],
        words: str = "",
    ) -> Iterator[str]:
        yield f"{'#' * level} {title}"
        yield ""
        if words:
            yield words
            yield ""
        if not fields:
            return
        yield "| key | type | allowed | default | meaning |"
        yield "|---|---|---|---|---|"
        for key, field in fields.items():
            kind, allowed = self._describe(field)
            default = self._write_default(f"{prefix}{key}")
            meaning = _cell(field["description"])
            yield f"| `{prefix}{key}` | {kind} | {_cell(allowed)} | {default} | {meaning} |"
        yield ""

    def _write_default(self, path: str) -> str:
        """The value of a key in the defaults."""
        value: Any = self.defaults
        if path.startswith(_OF_EXPERIMENTS):
            value = self.defaults["experiment_defaults"]
            path = path.removeprefix(_OF_EXPERIMENTS)
            if path not in value:
                return _REQUIRED
        if "<name>" in path or "[ ]" in path:
            return _REQUIRED
        for key in path.split("."):
            value = value[key]
        return _write(value)

    def _find_section(self, field: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """What stands between the path of the field and its keys, and the section with the keys."""
        if "$ref" in field:
            target = self.definitions[field["$ref"].rsplit("/", 1)[1]]
            return "", target
        for holder, suffix in (("patternProperties", ".<name>"), ("items", "[ ]")):
            inner = field.get(holder, {})
            inner = next(iter(inner.values()), {}) if holder == "patternProperties" else inner
            if "$ref" in inner:
                return suffix, self.definitions[inner["$ref"].rsplit("/", 1)[1]]
        return None

    def _describe(self, field: Mapping[str, Any]) -> tuple[str, str]:
        """Type and allowed values of a field, in words."""
        for holder in ("anyOf", "oneOf"):
            if holder in field:
                return self._describe_alternatives(field[holder])
        if field.get("type") == "array":
            return self._describe_list(field)
        if "enum" in field or "const" in field:
            values = field.get("enum", [field.get("const")])
            return "one of", ", ".join(_write(value) for value in values)
        return _KINDS[field["type"]][0], _write_range(field)

    def _describe_alternatives(self, alternatives: list[Mapping[str, Any]]) -> tuple[str, str]:
        kinds, allowed = [], []
        for alternative in alternatives:
            if alternative.get("type") == "null":
                kinds.append("`null`")
            elif "const" in alternative:
                kinds.append(_write(alternative["const"]))
            elif (section := self._find_section(alternative)) is not None:
                kinds.append(f"section of {', '.join(map(_write, section[1]['properties']))}")
            else:
                kind, words = self._describe(alternative)
                kinds.append(kind)
                allowed += [words] if words else []
        return " or ".join(kinds), "; ".join(allowed)

    def _describe_list(self, field: Mapping[str, Any]) -> tuple[str, str]:
        if "prefixItems" in field:
            first = field["prefixItems"][0]
            kind = f"{field['minItems']} {_KINDS[first['type']][1]}"
            return kind, f"each {_write_range(first)}, the smaller first"
        kind, allowed = self._describe(field["items"])
        words = [f"each {allowed}"] if allowed else []
        if kind == "one of":
            kind, words = "name", [f"each one of {allowed}"]
        for one, many in (*_KINDS.values(), ("name", "names")):
            kind = re.sub(rf"^{one}\b", many, kind)
        words += ["at least one"] if field.get("minItems") else []
        words += ["none twice"] if field.get("uniqueItems") else []
        return f"list of {kind}", "; ".join(words)


def _write_range(field: Mapping[str, Any]) -> str:
    if field.get("pattern") == INPUT_SPACE_PATTERN:
        return "a [input space](#input-spaces)"
    if "pattern" in field:
        return PATTERNS[field["pattern"]]
    words = []
    for key, sign in (
        ("minimum", "≥"),
        ("exclusiveMinimum", ">"),
        ("maximum", "≤"),
        ("exclusiveMaximum", "<"),
    ):
        if key in field and field[key] != LARGEST_COUNT:
            words.append(f"{sign} {'2³²' if field[key] == 2**32 else field[key]}")
    return " and ".join(words)


def _write(value: Any) -> str:
    """A value as it stands in YAML."""
    if value is None:
        return "`null`"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _cell(text: str) -> str:
    """The text as a cell of a table, whose borders and names in angle brackets stay visible."""
    return text.replace("|", r"\|").replace("<", "&lt;") if "`" not in text else text


def main() -> int:
    """Write all files; return 2 outside the folder of the project."""
    file = Path("config/config.yaml")
    if not file.is_file():
        print(f"{file}: not found; run this in the folder of the project", file=sys.stderr)
        return 2
    defaults = yaml.safe_load(file.read_text(encoding="utf-8"))
    for path, text in render_files(defaults).items():
        save_text(Path(path), text)
        print(path)
    return 0


if __name__ == "__main__":
    run_command(main)
