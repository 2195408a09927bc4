"""The variants that there are, each a module with one function behind one interface.

A module has ``train(problem, clock)``, which trains ``problem.epochs`` epochs and calls
``clock.start()`` and ``clock.stop()`` around each (a :data:`mlplab.benchmark.problem.Train`
function). To add a variant, add its module to ``VARIANTS``.
"""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import NamedTuple


class Variant(NamedTuple):
    """The package without which a variant cannot run, and the library that does its work."""

    package: str
    framework: str


# A table, so that nobody has to import a module of a variant, with all that it imports, to know.
VARIANTS = {
    "numpy": Variant("numpy", "numpy"),
    "products": Variant("numpy", "blas"),
    "keras": Variant("keras", "keras"),
    "keras_tuned": Variant("keras", "keras"),
    "keras_matched": Variant("keras", "keras"),
    "sklearn": Variant("sklearn", "sklearn"),
    "pytorch": Variant("torch", "pytorch"),
    "jax": Variant("jax", "jax"),
}
NAMES = tuple(VARIANTS)


def load_variant(name: str) -> ModuleType:
    """The module of a variant.

    Raises
    ------
    ModuleNotFoundError
        The package that it needs is not installed.
    """
    require_package(name)
    return importlib.import_module(f"mlplab.benchmark.variants.{name}_variant")


def require_package(name: str) -> str:
    """The package that a variant needs.

    Raises
    ------
    ModuleNotFoundError
        It is not installed, or there is no such variant.
    """
    if name not in VARIANTS:
        raise ModuleNotFoundError(f"variant {name} is unknown; allowed: {', '.join(NAMES)}")
    package = VARIANTS[name].package
    if importlib.util.find_spec(package) is None:
        raise ModuleNotFoundError(f"variant {name}: {package} is not installed")
    return package
