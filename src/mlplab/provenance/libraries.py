"""The installed libraries that results depend on."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Mapping
from functools import lru_cache

# Import names of libraries, and the distributions whose versions can change a result.
NUMERICAL_LIBRARIES = {
    "jax": ("jax", "jaxlib", "numpy"),
    "keras": ("keras", "tensorflow", "numpy"),
    "kneed": ("kneed", "scipy", "numpy"),
    "matplotlib": ("matplotlib", "numpy"),
    "numba": ("numba", "llvmlite", "numpy"),
    "numpy": ("numpy",),
    "pandas": ("pandas", "numpy"),
    "scipy": ("scipy", "numpy"),
    "sklearn": ("scikit-learn", "scipy", "numpy"),
    "tensorflow": ("tensorflow", "numpy"),
    "torch": ("torch",),
}
# These move, check or show data: an upgrade of them makes nothing stale.
HARMLESS_LIBRARIES = frozenset(
    {
        "joblib",
        "packaging",
        "platformdirs",
        "pooch",
        "psutil",
        "pydantic",
        "requests",
        "threadpoolctl",
        "tqdm",
        "typing_extensions",
        "urllib3",
        "yaml",
    }
)


def library_versions(import_names: set[str]) -> dict[str, str]:
    """Versions of the installed distributions behind import names, and of those they compute with.

    Left out are the standard library and the ``HARMLESS_LIBRARIES``.
    """
    wanted: set[str] = set()
    for name in import_names - sys.stdlib_module_names - HARMLESS_LIBRARIES:
        known = NUMERICAL_LIBRARIES.get(name)
        wanted |= set(_distributions().get(name, ()) if known is None else known)
    versions = {name: _installed_version(name) for name in sorted(wanted)}
    return {name: version for name, version in versions.items() if version is not None}


@lru_cache(maxsize=1)
def _distributions() -> Mapping[str, list[str]]:
    """Distributions by import name; slow, as it reads the file lists of all of them."""
    return importlib.metadata.packages_distributions()


@lru_cache(maxsize=64)
def _installed_version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
