"""Checks of the parameters of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlplab.numpy_mlp.trainer import Plan


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Check the parameters of ``NumpyMLPClassifier``.

    Raises
    ------
    ValueError
        Some are unusable; the message names each one, what was found and what is allowed.
    """
    sizes = parameters["hidden_layer_sizes"]
    sizes_hold = isinstance(sizes, Sequence | np.ndarray) and all(_is_whole(s) for s in sizes)
    rules = [
        ("hidden_layer_sizes", sizes_hold, "a list of whole numbers, each at least 1"),
        ("batch_size", _is_whole(parameters["batch_size"]), "a whole number, at least 1"),
        ("epochs", _is_whole(parameters["epochs"]), "a whole number, at least 1"),
        ("monitor_every", _is_whole(parameters["monitor_every"]), "a whole number, at least 1"),
        *(
            (name, _is_number(parameters[name]) and parameters[name] > 0, "a number above 0")
            for name in ("learning_rate", "init_factor", "init_interval")
        ),
        *(
            (name, _is_number(parameters[name]) and parameters[name] >= 0, "a number, at least 0")
            for name in ("decrease_const", "l2", "l1")
        ),
        (
            "momentum",
            _is_number(parameters["momentum"]) and 0 <= parameters["momentum"] < 1,
            "a number, at least 0 and below 1",
        ),
        ("init", parameters["init"] in ("sqrt_nodes", "const"), '"sqrt_nodes" or "const"'),
        ("dtype", parameters["dtype"] in ("float32", "float64"), '"float32" or "float64"'),
        (
            "n_threads",
            parameters["n_threads"] is None or _is_whole(parameters["n_threads"]),
            "None, or a whole number, at least 1",
        ),
        (
            "plan",
            parameters["plan"] is None or isinstance(parameters["plan"], Plan),
            "None, or a Plan",
        ),
        (
            "monitor",
            parameters["monitor"] in ("full", "batch", "none"),
            '"full", "batch" or "none"',
        ),
    ]
    faults = [
        f"{name} is {parameters[name]!r}, allowed: {allowed}"
        for name, holds, allowed in rules
        if not holds
    ]
    if faults:
        raise ValueError("; ".join(faults))


def _is_whole(value: Any) -> bool:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return is_whole and bool(value >= 1)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float | np.integer | np.floating)
    return is_number and bool(np.isfinite(value))
