"""Configuration files as text: what keeps them from being read, or from meaning one thing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mlplab.config.faults import ConfigError, write_value

# Some hundred times the default configuration; reading takes a second or two.
MAX_BYTES = 10**6
_ALLOWED = "allowed: keys, each with its value, in YAML"
_PLAIN_TAG, _MERGE_KEY = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"), "<<"
# With this key, Snakemake takes the file for a template of yte, and evaluates it.
_TEMPLATE_KEY = "__use_yte__"
_NO_TEMPLATE = f"{_TEMPLATE_KEY}: found a template; allowed: plain values"
_KINDS = {"scalar": "a single value", "sequence": "a list", "mapping": "a section"}


def check_config_files(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Make sure that files can be read as YAML or JSON with keys at the top, each of them once.

    Raises
    ------
    ConfigError
        With one line per fault: file, line, what was found, what is allowed.
    """
    # Snakemake makes paths of the command line absolute, so one file may come under two paths.
    once = dict.fromkeys(Path(path).absolute() for path in paths)
    faults = [fault for path in once for fault in _find_faults(path)]
    if faults:
        raise ConfigError.of(faults)


def read_config_file(path: str | os.PathLike[str]) -> Any:
    """The content of a file that :func:`check_config_files` accepts, read as Snakemake reads it."""
    text = Path(path).read_text(encoding="utf-8")
    return json.loads(text) if _is_json(text) else yaml.safe_load(text)


def _find_faults(path: Path) -> Iterator[str]:
    here = Path.cwd()
    name = path.relative_to(here) if path.is_relative_to(here) else path
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            yield f"{name}: found {size:,} bytes; allowed: at most {MAX_BYTES:,}"
            return
        if not (path.is_file() or path.is_dir()):
            yield f"{name}: found a device or a pipe; {_ALLOWED}, in a file"
            return
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        yield f"{name}: cannot be read ({error.strerror}); allowed: a file that exists"
        return
    except UnicodeDecodeError as error:
        yield f"{name}: found bytes that are no text (at {error.start}); {_ALLOWED}, as UTF-8"
        return
    if _is_json(text):
        for fault in _find_json_faults(text):
            yield f"{name}: {fault}"
        return
    try:
        loader = yaml.SafeLoader(text)
        top = loader.get_single_node()
    except yaml.YAMLError as error:
        yield f"{name}{_describe_error(error, text)}; {_ALLOWED}"
        return
    except RecursionError:
        yield f"{name}: found sections or lists that are nested too deep; {_ALLOWED}"
        return
    if not isinstance(top, yaml.MappingNode):
        found = f"found {_KINDS[top.id]} at the top" if top else "found nothing"
        yield f"{name}: {found}; {_ALLOWED}"
        return
    faults = list(_find_node_faults(loader, top, "", {}))
    yield from (f"{name}, line {line}: {fault}" for line, fault in faults)
    if not faults:
        try:
            loader.construct_document(top)
        except yaml.YAMLError as error:
            yield f"{name}{_describe_error(error, text)}; {_ALLOWED}"


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _find_json_faults(text: str) -> list[str]:
    faults: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = dict.fromkeys(name for name in names if names.count(name) > 1)
        faults.extend(f"{name}: found again; allowed: each key once" for name in twice)
        if _TEMPLATE_KEY in names:
            faults.append(_NO_TEMPLATE)
        return dict(pairs)

    json.loads(text, object_pairs_hook=look)
    return faults


def _describe_error(error: yaml.YAMLError, text: str) -> str:
    """Line and words for what YAML cannot read."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        place = getattr(error, "position", 0)
        line = text.count("\n", 0, place) + 1
        return f", line {line}: found a character that may not stand in YAML"
    lines = text.splitlines()
    line = min(mark.line, max(len(lines) - 1, 0))
    found = lines[line][:60] if lines else ""
    problem = getattr(error, "problem", None) or "not YAML"
    if "\t" in found[: len(found) - len(found.lstrip())]:
        problem = "tabs do not indent in YAML, spaces do"
    return f", line {line + 1}, column {mark.column + 1}: found {found!r}; {problem}"


def _find_node_faults(
    loader: yaml.SafeLoader, node: yaml.Node, path: str, seen: dict[int, bool]
) -> Iterator[tuple[int, str]]:
    """Line and fault of values that are none, and of keys that stand twice.

    ``seen`` holds nodes, which may be named again by aliases, and whether they are still open.
    """
    line = node.start_mark.line + 1
    if seen.get(id(node)):
        yield line, f"{path}: found an alias of what it stands in; allowed: a value that ends"
    if id(node) in seen:
        return
    seen[id(node)] = True
    if isinstance(node, yaml.ScalarNode):
        if not _is_value(loader, node):
            found = f"{path}: found {write_value(node.value)}"
            yield line, f"{found}; allowed: a value, quoted if it is a text"
    elif not node.tag.startswith(_PLAIN_TAG):
        yield line, f"{path or 'the top'}: found {write_value(node.tag)}; allowed: no tag"
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _find_node_faults(loader, item, f"{path}[{index}]", seen)
    else:
        yield from _find_key_faults(loader, node, path, seen)
    seen[id(node)] = False


def _find_key_faults(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: str, seen: dict[int, bool]
) -> Iterator[tuple[int, str]]:
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            yield line, f"{path or 'the top'}: found {_KINDS[key.id]} as a key; allowed: a text"
            continue
        if key.value != _MERGE_KEY and not _is_value(loader, key):
            found = f"{path or 'the top'}: found {write_value(key.value)} as a key"
            yield line, f"{found}; allowed: a text"
            continue
        if key.value == _TEMPLATE_KEY:
            yield line, _NO_TEMPLATE
        inner = f"{path}.{key.value}".lstrip(".")
        if key.value in lines and key.value != _MERGE_KEY:
            first = lines[key.value]
            yield line, f"{inner}: found again after line {first}; allowed: each key once"
        lines.setdefault(key.value, line)
        yield from _find_node_faults(loader, value, inner, seen)


def _is_value(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> bool:
    """Whether it can be read, unlike a date in month 13 or a number of 5,000 digits."""
    try:
        loader.construct_object(node)
    except (ValueError, OverflowError, yaml.YAMLError):
        return False
    return True
