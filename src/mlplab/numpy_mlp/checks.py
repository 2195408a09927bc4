"""Checks of the parameters of the network."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlplab.numpy_mlp.engines import ENGINES
from mlplab.numpy_mlp.trainer import Plan


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Check the parameters of ``NumpyMLPClassifier``.

    Raises
    ------
    ValueError
        Some are unusable; the message names each one, what was found and what is allowed.
    """
    callbacks = parameters["callbacks"]
    rules = [
        (
            "hidden_layer_sizes",
            _are_sizes(parameters["hidden_layer_sizes"]),
            "a whole number, or a list of them, each at least 1",
        ),
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
        ("init", _is_one_of(parameters["init"], "sqrt_nodes", "const"), '"sqrt_nodes" or "const"'),
        ("engine", _is_one_of(parameters["engine"], *ENGINES), '"numpy" or "compiled"'),
        ("dtype", _is_one_of(parameters["dtype"], "float32", "float64"), '"float32" or "float64"'),
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
            _is_one_of(parameters["monitor"], "full", "batch", "none"),
            '"full", "batch" or "none"',
        ),
        *(
            (name, isinstance(parameters[name], bool | np.bool_), "True or False")
            for name in ("shuffle", "progress")
        ),
        (
            "callbacks",
            isinstance(callbacks, Sequence) and all(callable(each) for each in callbacks),
            "a list of functions",
        ),
    ]
    faults = [
        f"{name} is {parameters[name]!r}, allowed: {allowed}"
        for name, holds, allowed in rules
        if not holds
    ]
    if faults:
        raise ValueError("; ".join(faults))


def list_sizes(hidden_layer_sizes: Any) -> list[int]:
    """Nodes of the hidden layers; a single whole number is one layer."""
    sizes = [hidden_layer_sizes] if _is_whole(hidden_layer_sizes) else hidden_layer_sizes
    return [int(size) for size in sizes]


def _are_sizes(value: Any) -> bool:
    if _is_whole(value):
        return True
    # A generator would be empty at the next fit, and a set has no order.
    if hasattr(value, "__array__"):
        is_list = np.ndim(value) == 1
    else:
        is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return is_list and all(_is_whole(size) for size in value)


def _is_one_of(value: Any, *names: str) -> bool:
    return isinstance(value, str | np.dtype) and value in names


def _is_whole(value: Any) -> bool:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return is_whole and bool(value >= 1)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float | np.integer | np.floating)
    return is_number and bool(abs(value) <= sys.float_info.max)
