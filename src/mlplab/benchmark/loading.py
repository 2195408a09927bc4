"""Import a variant, if the package that it needs is installed.

Apart from the registry: a module that imports this one depends on the code of every variant.
"""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from mlplab.benchmark.registry import NAMES, VARIANTS


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
