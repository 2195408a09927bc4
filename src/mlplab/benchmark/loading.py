"""Variants by their names, imported if the package that they need is installed.

Apart from the registry: a module that imports this one depends on the code of every variant.
"""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from mlplab.benchmark.problem import Clock, Problem
from mlplab.benchmark.registry import NAMES, VARIANTS

_SLOW_PACKAGES = ("keras", "torch", "jax")


class NamedVariant:
    """A function of a variant of :mod:`mlplab.benchmark.variants`, by its name and theirs."""

    def __init__(self, name: str, function: str = "train") -> None:
        self.name, self.function = name, function

    @property
    def slow_package(self) -> str | None:
        """The package that the variant needs, if it is installed and takes seconds to import."""
        try:
            package = require_package(self.name)
        except ModuleNotFoundError:
            return None
        return package if package in _SLOW_PACKAGES else None

    def load(self) -> None:
        """Import the package of the variant if that takes seconds, else the variant's module.

        The imports are statements, so that a fingerprint sees what a measurement depends on.

        Raises
        ------
        ModuleNotFoundError
            The package is not installed.
        """
        match require_package(self.name):
            case "keras":
                import keras  # noqa: F401
            case "torch":
                import torch  # noqa: F401
            case "jax":
                import jax  # noqa: F401
            case _:
                load_variant(self.name)

    def __call__(self, problem: Problem, clock: Clock) -> None:
        getattr(load_variant(self.name), self.function)(problem, clock)


def load_variant(name: str) -> ModuleType:
    """The module of a variant.

    Raises
    ------
    ModuleNotFoundError
        The package that it needs is not installed, or there is no such variant.
    """
    require_package(name)
    return importlib.import_module(f"mlplab.benchmark.variants.{name}_variant")


def require_package(name: str) -> str:
    """The name of the package that a variant needs.

    Raises
    ------
    ModuleNotFoundError
        The package is not installed, or there is no such variant.
    """
    if name not in VARIANTS:
        raise ModuleNotFoundError(f"variant {name}: unknown; allowed: {', '.join(NAMES)}")
    package = VARIANTS[name].package
    if importlib.util.find_spec(package) is None:
        raise ModuleNotFoundError(f"variant {name}: {package} is not installed")
    return package
