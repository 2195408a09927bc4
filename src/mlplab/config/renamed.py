"""Keys of earlier versions: where each one is now, or why it is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_NETWORK = "networks.<name>"

RENAMED = {
    "benchmark.turn_seconds": "benchmark.measurement_seconds",
    "search.space.learning_rate_end": "search.space.learning_rate_end_ratio",
    "train.hidden_layer_sizes": f"{_NETWORK}.hidden_layer_sizes",
    "train.numpy": f"{_NETWORK}, which train.network names",
    "train.scale_l2_with_inputs": f"{_NETWORK}.scale_l2_with_inputs",
    "experiments.<name>.hidden_layer_sizes": f"{_NETWORK}.hidden_layer_sizes",
    "experiments.<name>.scale_l2_with_inputs": f"{_NETWORK}.scale_l2_with_inputs",
}
# Keys that were sections and are names of sections now.
RENAMED_SECTIONS = {
    "experiments.<name>.network": f"{_NETWORK}, which experiments.<name>.network names",
}
REMOVED = {
    "experiments.<name>.framework": "every experiment trains the NumPy network",
}


def describe_old_key(keys: Sequence[int | str], value: Any) -> str | None:
    """What became of a key that is refused, or None where no version had it."""
    path = ".".join(map(str, keys))
    if len(keys) == 3 and keys[0] == "experiments":
        path = f"experiments.<name>.{keys[2]}"
    renamed = RENAMED | (RENAMED_SECTIONS if isinstance(value, Mapping) else {})
    if path in renamed:
        return f"renamed to {renamed[path]}"
    return f"removed, because {REMOVED[path]}" if path in REMOVED else None
