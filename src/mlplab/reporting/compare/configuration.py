"""What the configurations of runs say differently."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mlplab.reporting.compare.loading import Run
from mlplab.reporting.compare.numbers import count
from mlplab.reporting.compare.sections import ABSENT, Grid, Section

# A list with more entries is told by those that not all runs have.
_FEW_ENTRIES = 6
# The name of the run is its folder's, and differs by itself.
_NAME = "run"


def compare_configurations(runs: Sequence[Run]) -> Section:
    """The key paths at which the configurations differ, with the values of every run."""
    known = [run for run in runs if run.config is not None]
    notices = [
        f"{run.name} has no config.yaml that can be read" for run in runs if run.config is None
    ]
    if len(known) < 2:
        return Section("Configuration", ["Not compared."], notices=notices)
    rows = list(differing_keys([run.config or {} for run in known]))
    if not rows:
        return Section("Configuration", ["The configurations are the same."], notices=notices)
    grid = Grid("Keys that differ", ("key", *(run.name for run in known)), rows)
    return Section(
        "Configuration",
        [f"{count(len(rows), 'key differs', 'keys differ')} in the configuration."],
        [grid],
        notices=notices,
    )


def differing_keys(configs: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """A row per key path whose values are not the same: the path, then the values in words."""
    flat = [dict(_flatten({k: v for k, v in config.items() if k != _NAME})) for config in configs]
    for key in dict.fromkeys(key for values in flat for key in values):
        found = [values.get(key, ABSENT) for values in flat]
        words = [value if value is ABSENT else _write(value) for value in found]
        if len(set(words)) > 1:
            yield key, *_shorten_lists(found, words)


def _flatten(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        value = dict(enumerate(value))
    if isinstance(value, dict) and (value or not key):
        for name, inner in value.items():
            yield from _flatten(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, value


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _shorten_lists(values: Sequence[Any], words: Sequence[str]) -> list[str]:
    """Long lists as the number of entries and those that not all runs have."""
    entries = [list(map(_write, value)) for value in values if isinstance(value, list)]
    if len(entries) < len(values) or max(map(len, entries)) <= _FEW_ENTRIES:
        return list(words)
    shared = set.intersection(*map(set, entries))
    if all(set(own) == shared for own in entries):
        return list(words)  # in another order, or with an entry twice
    return [
        f"{len(own)} entries" + (f", not shared: {', '.join(rest)}" if rest else "")
        for own in entries
        for rest in [[entry for entry in own if entry not in shared]]
    ]
