"""Entries under names that users choose: which are removed, and which keys name them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from mlplab.config.comparison import ROLES
from mlplab.config.faults import suggest
from mlplab.config.fields import read_null, run_checks
from mlplab.config.workflow import WorkflowConfig

# Sections that hold entries under such names. Null in place of an entry removes it.
COLLECTIONS = ("experiments", "keras_experiments", "networks", "cost_quality.settings")

# Names of entries, by the path of their section.
Names = Mapping[str, Collection[str]]


class Reference(NamedTuple):
    """A key whose value is the name of an entry."""

    path: str
    name: str
    collection: str


def remove_entries(mapping: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The configuration without entries that are null, and the names of these."""
    kept, removed = dict(mapping), {}
    for path in COLLECTIONS:
        entries = _look_up(kept, path)
        removed[path] = [
            name
            for name, entry in entries.items()
            if read_null(entry) is None and isinstance(name, str)
        ]
        if removed[path]:
            rest = {name: entry for name, entry in entries.items() if name not in removed[path]}
            kept = _replace(kept, path.split("."), rest)
    return kept, removed


def list_entries(contents: Iterable[Any]) -> dict[str, list[str]]:
    """The names under which the content of any file has an entry."""
    mappings = [content for content in contents if isinstance(content, Mapping)]
    return {
        path: [
            name
            for mapping in mappings
            for name, entry in _look_up(mapping, path).items()
            if isinstance(name, str) and read_null(entry) is not None
        ]
        for path in COLLECTIONS
    }


def find_unknown_removals(removed: Names, known: Names) -> Iterator[str]:
    """Entries that are removed and were never there."""
    for path, names in removed.items():
        for name in names:
            if name not in known[path]:
                there = list(dict.fromkeys(known[path]))
                yield (
                    f"{path}.{name}: found null, which removes an entry; allowed: an entry, or "
                    f"null for one of {there}{suggest(name, there)}"
                )


def find_absent_names(config: WorkflowConfig, removed: Names) -> Iterator[str]:
    """Keys that name an entry which is not there, or is removed."""
    naming: dict[tuple[str, str], list[str]] = {}
    for path, name, collection in run_checks(_list_references(config)):
        entries = getattr(config, collection, None)
        if entries is None or name in entries:
            continue
        if name in removed[collection]:
            naming.setdefault((collection, name), []).append(path)
        else:
            yield (
                f"{path}: found {name!r}; allowed: a name in {collection}, {list(entries)}"
                f"{suggest(name, entries)}"
            )
    for (collection, name), paths in naming.items():
        *others, last = paths
        keys = f"{', '.join(others)} and {last}" if others else last
        yield (
            f"{collection}.{name}: found null, which removes it; {keys} "
            f"{'name' if others else 'names'} it; allowed: an entry, or null if {keys} "
            f"{'name' if others else 'names'} another, of {list(getattr(config, collection))}"
        )


def _list_references(config: WorkflowConfig) -> Iterator[Callable[[], Iterable[Reference]]]:
    """Every key that names an entry, each read when it is called."""
    yield lambda: [Reference("train.network", config.train.network, "networks")]
    yield lambda: [
        Reference("experiment_defaults.network", config.experiment_defaults.network, "networks")
    ]
    for name in getattr(config, "experiments", {}):
        yield partial(_refer_to_network, config, name)
    for key in ROLES:
        yield partial(_refer_to_experiment, config, key)
    yield lambda: [
        Reference("comparison.keras_log", config.comparison.keras_log, "keras_experiments")
    ]
    yield lambda: [
        Reference("comparison.learning_rates", name, "experiments")
        for name in config.comparison.learning_rates
    ]


def _refer_to_network(config: WorkflowConfig, name: str) -> Iterator[Reference]:
    """The network of an experiment, unless it is that of the defaults, which is told once."""
    network = config.experiments[name].network
    if network != getattr(getattr(config, "experiment_defaults", None), "network", None):
        yield Reference(f"experiments.{name}.network", network, "networks")


def _refer_to_experiment(config: WorkflowConfig, key: str) -> Iterator[Reference]:
    yield Reference(f"comparison.{key}", getattr(config.comparison, key), "experiments")


def _look_up(mapping: Mapping[str, Any], path: str) -> Mapping[Any, Any]:
    """The section at a path; empty where there is none."""
    value: Any = mapping
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _replace(mapping: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    key, *inner = keys
    return {**mapping, key: _replace(mapping[key], inner, value) if inner else value}
