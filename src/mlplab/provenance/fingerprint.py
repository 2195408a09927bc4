"""What a script's results depend on besides data and parameters: its code and its libraries."""

from __future__ import annotations

import ast
import fnmatch
import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mlplab.provenance.imports import (
    PACKAGE,
    FingerprintError,
    Imports,
    module_path,
    names_importers,
    read_imports,
)

# Import names of the libraries that compute or draw, and the distributions whose versions can
# change a result. Others (progress bars, downloads, validation) move or check data, and an upgrade
# of them should not train anything anew.
NUMERICAL_LIBRARIES = {
    "jax": ("jax", "jaxlib", "numpy"),
    "keras": ("keras", "tensorflow", "numpy"),
    "kneed": ("kneed", "scipy", "numpy"),
    "matplotlib": ("matplotlib", "numpy"),
    "numpy": ("numpy",),
    "pandas": ("pandas", "numpy"),
    "scipy": ("scipy", "numpy"),
    "sklearn": ("scikit-learn", "scipy", "numpy"),
    "tensorflow": ("tensorflow", "numpy"),
    "torch": ("torch",),
}

_HASH_DIGITS = 16
# Whether a string has a u before it; whether a name is read, set or deleted, which its place tells.
_MEANINGLESS_FIELDS = {"kind", "ctx"}


def import_closure(script: str | Path, package: str | Path = PACKAGE) -> dict[str, str]:
    """A hash for the script and for every module of the package that it imports.

    Counted are imports anywhere in the code, also those in functions, the ``__init__`` of every
    package on the way, and files beside the script. Left out are imports under
    ``if TYPE_CHECKING``, which never happen. A hash is taken over the syntax tree, so comments,
    docstrings and layout do not count.

    Parameters
    ----------
    script : path of a Python file
    package : folder of the package, ``mlplab`` by default

    Returns
    -------
    dict of module name (the script's own is its file name) and hash, sorted by name

    Raises
    ------
    FingerprintError
        A file is missing or no Python, or imports what only a run would tell.
    """
    return dict(sorted(_Code(Path(package)).closure(Path(script))[0].items()))


def code_fingerprint(script: str | Path, package: str | Path = PACKAGE) -> dict[str, Any]:
    """Everything that makes a script's results another's: ``modules`` and ``libraries``.

    ``script`` is the path as given, ``modules`` that of :func:`import_closure`, and ``libraries``
    the versions of the numerical libraries that these modules import and of those they run on.
    """
    return code_fingerprints([script], package)[0]


def code_fingerprints(
    scripts: Iterable[str | Path], package: str | Path = PACKAGE
) -> list[dict[str, Any]]:
    """The :func:`code_fingerprint` of each script, all of the same moment: files are read once."""
    code = _Code(Path(package))
    prints = []
    for script in scripts:
        modules, foreign = code.closure(Path(script))
        prints.append(
            {
                "script": Path(script).as_posix(),
                "modules": dict(sorted(modules.items())),
                "libraries": library_versions(foreign),
            }
        )
    return prints


def library_versions(import_names: set[str]) -> dict[str, str]:
    """Versions of the numerical libraries among ``import_names``, as far as installed."""
    wanted = {name for used in import_names for name in NUMERICAL_LIBRARIES.get(used, ())}
    versions = {name: _installed_version(name) for name in sorted(wanted)}
    return {name: version for name, version in versions.items() if version is not None}


def describe_changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """In words, how two of :func:`code_fingerprint` differ; empty if they do not."""
    changes = []
    for kind, noun in (("modules", "module"), ("libraries", "library")):
        old, new = before.get(kind, {}), now.get(kind, {})
        for name in sorted(old.keys() | new.keys()):
            if name not in old:
                changes.append(f"{noun} {name} is new")
            elif name not in new:
                changes.append(f"{noun} {name} is no longer used")
            elif old[name] != new[name]:
                versions = f" from {old[name]} to {new[name]}" if kind == "libraries" else ""
                changes.append(f"{noun} {name} changed{versions}")
    return changes


class _Module(NamedTuple):
    """A file: its hash, names and paths of what it imports here, top-level names of the rest."""

    hash: str
    imported: tuple[tuple[str, Path], ...]
    foreign: frozenset[str]


class _Code:
    """The files of a package and those beside scripts, each read when first asked for."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._modules: dict[tuple[Path, str], _Module] = {}
        self._paths: dict[tuple[Path, str], Path | None] = {}

    def closure(self, script: Path) -> tuple[dict[str, str], set[str]]:
        """Hashes of the modules reached, and top-level names of what else they import."""
        hashes: dict[str, str] = {}
        foreign: set[str] = set()
        waiting = [(script.name, script)]
        while waiting:
            name, path = waiting.pop()
            if name not in hashes:
                module = self._module(name, path, script.parent)
                hashes[name] = module.hash
                foreign |= module.foreign
                waiting += module.imported
        return hashes, foreign

    def _module(self, name: str, path: Path, beside: Path) -> _Module:
        if (beside, name) not in self._modules:
            self._modules[beside, name] = self._resolve(name, path, beside)
        return self._modules[beside, name]

    def _resolve(self, name: str, path: Path, beside: Path) -> _Module:
        package = self._package
        digest, imports = _read(path, package.name, name)
        found: list[tuple[str, Path]] = []
        foreign = set()
        for imported, line in imports.names:
            for part in _with_parents(imported):
                source = self._path(part, beside)
                if source is not None:
                    found.append((part, source))
                elif part.split(".")[0] != package.name:
                    foreign.add(part.split(".")[0])
                elif part not in imports.attributes:
                    raise FingerprintError(
                        f"{path}:{line}: imports {part}, which is no module of {package}"
                    )
        for pattern, line in imports.patterns:
            found += _matching_modules(pattern, package, f"{path}:{line}")
        return _Module(digest, tuple(found), frozenset(foreign))

    def _path(self, name: str, beside: Path) -> Path | None:
        if (beside, name) not in self._paths:
            self._paths[beside, name] = module_path(name, self._package, beside)
        return self._paths[beside, name]


def _with_parents(name: str) -> Iterator[str]:
    """``a``, ``a.b`` and ``a.b.c`` for ``a.b.c``: importing a module runs its packages too."""
    parts = name.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def _matching_modules(pattern: str, package: Path, where: str) -> list[tuple[str, Path]]:
    """Names and files of the modules of the package whose name fits a pattern with ``*``."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if fnmatch.fnmatchcase(name, pattern):
            found += [(part, module_path(part, package, package)) for part in _with_parents(name)]
    if not found:
        raise FingerprintError(f"{where}: imports {pattern}, which fits no module of {package}")
    return [(name, path) for name, path in found if path is not None]


def _read(path: Path, package: str, name: str) -> tuple[str, Imports]:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise FingerprintError(f"{path}: cannot be read ({error.strerror})") from error
    return _parse(source, str(path), package, name)


# A job looks at its code before and after; a file that is still the same is parsed once.
@lru_cache(maxsize=512)
def _parse(source: bytes, path: str, package: str, name: str) -> tuple[str, Imports]:
    try:
        tree = ast.parse(source, path)
        digest = hashlib.sha256(_essence(tree).encode()).hexdigest()[:_HASH_DIGITS]
        expressions = names_importers(source)
        return digest, read_imports(tree, Path(path), package, name, expressions=expressions)
    except SyntaxError as error:
        raise FingerprintError(f"{path}:{error.lineno}: no valid Python: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested deeply, or a number of many digits
        raise FingerprintError(f"{path}: cannot be read as a tree: {error}") from error


def _essence(tree: ast.Module) -> str:
    """A syntax tree as text, without positions, ``pass``, and strings that stand for themselves.

    Left out too are fields without a meaning, and empty ones, since newer Python versions add some.
    """
    parts: list[str] = []
    _add_essence(tree, parts)
    return "".join(parts)


def _add_essence(node: Any, parts: list[str]) -> None:
    # Written for speed, without generators: every start of the workflow reads all its code so.
    if not isinstance(node, ast.AST):
        parts.append(repr(node))
        return
    parts.append(f"{type(node).__name__}(")
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or name in _MEANINGLESS_FIELDS:
            continue
        if type(value) is not list:
            parts.append(f"{name}=")
            _add_essence(value, parts)
        elif kept := [entry for entry in value if not _says_nothing(entry)]:
            parts.append(f"{name}=[")
            for entry in kept:
                _add_essence(entry, parts)
                parts.append(",")
            parts.append("]")
    parts.append(")")


def _says_nothing(node: Any) -> bool:
    """Whether it is ``pass`` or a string alone, which documents what is beside it."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return isinstance(node, ast.Pass)


@lru_cache(maxsize=64)
def _installed_version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
