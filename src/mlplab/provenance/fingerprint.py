"""The code and the libraries that a script's results depend on."""

from __future__ import annotations

import ast
import fnmatch
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mlplab.provenance.essence import essence
from mlplab.provenance.imports import (
    PACKAGE,
    FingerprintError,
    Import,
    Imports,
    module_path,
    names_importers,
    read_imports,
)
from mlplab.provenance.libraries import library_versions

_HASH_DIGITS = 16
_NO_PARAMETERS: Mapping[str, str] = {}
# Stands for every public name of a package.
_ANY = "*"


def import_closure(
    script: str | Path,
    package: str | Path = PACKAGE,
    *,
    parameters: Mapping[str, str] = _NO_PARAMETERS,
) -> dict[str, str]:
    """A hash for the script and for every module of the package that it imports.

    Imports count wherever they stand, in functions too, and so do the ``__init__`` of every package
    on the way and modules beside the script. Two kinds do not: imports under ``if TYPE_CHECKING``,
    and those that a package makes on demand for public names that nobody uses, see
    :func:`mlplab.provenance.imports.read_imports`.

    Hashes are taken over syntax trees, so comments, docstrings and layout do not count. That of a
    package's ``__init__`` includes the data files in the package.

    Parameters
    ----------
    script : path of a Python file
    package : folder of the package, ``mlplab`` by default
    parameters : parameters of the job that runs the script; some may name modules that it imports

    Returns
    -------
    dict of module name (the script's own is its file name) and hash, sorted by name

    Raises
    ------
    FingerprintError
        A file is missing or is not valid Python, or only a run can tell what it imports.
    """
    modules: dict[str, str] = code_fingerprint(script, package, parameters=parameters)["modules"]
    return modules


def code_fingerprint(
    script: str | Path,
    package: str | Path = PACKAGE,
    *,
    parameters: Mapping[str, str] = _NO_PARAMETERS,
) -> dict[str, Any]:
    """The code and the libraries that the results of a script depend on.

    Returns
    -------
    dict of ``script``, the path as given; ``parameters``, those that name a module which the script
    imports; ``modules``, see :func:`import_closure`; and ``libraries``, the versions of the
    libraries that these modules import, see :func:`mlplab.provenance.libraries.library_versions`

    Examples
    --------
    >>> found = code_fingerprint("workflow/scripts/tabulate_search.py")
    >>> "mlplab.training.search.results" in found["modules"], sorted(found["libraries"])[:2]
    (True, ['numpy', 'pandas'])
    """
    return code_fingerprints([(script, parameters)], package)[0]


def code_fingerprints(
    jobs: Iterable[tuple[str | Path, Mapping[str, str]]], package: str | Path = PACKAGE
) -> list[dict[str, Any]]:
    """The :func:`code_fingerprint` of each script with its parameters; files are read once."""
    code = _Code(Path(package))
    return [code.fingerprint(Path(script), parameters) for script, parameters in jobs]


def describe_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The differences between two :func:`code_fingerprint`, in words; empty if there are none."""
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


class _Reached(NamedTuple):
    """A module that is imported; ``attribute`` is the name taken from it, or ``_ANY``."""

    name: str
    path: Path
    attribute: str | None = None


class _Part(NamedTuple):
    """Imports, found: modules of the package or beside the script, and names of all others."""

    reached: tuple[_Reached, ...]
    foreign: frozenset[str]


class _Module(NamedTuple):
    """A file: its hash, and its imports, those on demand by public name."""

    hash: str
    always: _Part
    on_demand: Mapping[str, _Part]
    parameters: tuple[tuple[str, int], ...]

    def parts(self, attribute: str | None) -> Iterator[_Part]:
        """Its imports if this attribute is taken from it."""
        yield self.always
        if attribute == _ANY:
            yield from self.on_demand.values()
        elif attribute is not None:
            for name in ("", attribute):
                if name in self.on_demand:
                    yield self.on_demand[name]


class _Code:
    """The files of a package and those beside scripts, each read when first needed."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._modules: dict[tuple[Path, str], _Module] = {}
        self._paths: dict[tuple[Path, str], Path | None] = {}

    def fingerprint(self, script: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
        """See :func:`code_fingerprint`."""
        hashes: dict[str, str] = {}
        foreign: set[str] = set()
        used: dict[str, str] = {}
        seen: set[_Reached] = set()
        waiting = [_Reached(script.name, script)]
        while waiting:
            reached = waiting.pop()
            if reached in seen:
                continue
            seen.add(reached)
            module = self._module(reached.name, reached.path, script.parent)
            hashes[reached.name] = module.hash
            parts = list(module.parts(reached.attribute))
            if module.parameters:
                used = _used_parameters(module.parameters, parameters, script)
                named = [Import(used[name], line, bound=True) for name, line in module.parameters]
                parts.append(self._find(Imports(tuple(named)), script, script.parent))
            for part in parts:
                foreign |= part.foreign
                waiting += part.reached
        return {
            "script": script.as_posix(),
            "parameters": used,
            "modules": dict(sorted(hashes.items())),
            "libraries": library_versions(foreign),
        }

    def _module(self, name: str, path: Path, beside: Path) -> _Module:
        if (beside, name) not in self._modules:
            digest, imports = _read(path, self._package.name, name)
            on_demand = imports.on_demand.items()
            self._modules[beside, name] = _Module(
                digest,
                self._find(imports, path, beside),
                {public: self._find(part, path, beside) for public, part in on_demand},
                imports.parameters,
            )
        return self._modules[beside, name]

    def _find(self, imports: Imports, path: Path, beside: Path) -> _Part:
        package = self._package
        found: list[_Reached] = []
        foreign = set()
        for imported in imports.names:
            above: _Reached | None = None
            for part in _with_parents(imported.name):
                source, is_last = self._path(part, beside), part == imported.name
                # The package comes first, even where a module has that name.
                if above is not None and is_last and imported.optional:
                    found.append(above._replace(attribute=part.rpartition(".")[2]))
                if source is not None:
                    above = _Reached(part, source)
                    found.append(
                        above._replace(attribute=_ANY) if is_last and imported.bound else above
                    )
                elif part.split(".")[0] != package.name:
                    foreign.add(part.split(".")[0])
                elif not (is_last and imported.optional):
                    raise FingerprintError(
                        f"{path}:{imported.line}: imports {part}, which is no module of {package}"
                    )
        for use in imports.uses:
            found += self._used_names(use, beside)
        for pattern, line in imports.patterns:
            found += _matching_modules(pattern, package, f"{path}:{line}")
        return _Part(tuple(found), frozenset(foreign))

    def _used_names(self, use: str, beside: Path) -> Iterator[_Reached]:
        """For ``lab.part.function.name``: the package ``lab.part``, from which a name is taken."""
        above: _Reached | None = None
        for part in _with_parents(use):
            source = self._path(part, beside)
            if source is None:
                if above is not None:
                    yield above._replace(attribute=part.rpartition(".")[2])
                return
            above = _Reached(part, source)

    def _path(self, name: str, beside: Path) -> Path | None:
        if (beside, name) not in self._paths:
            self._paths[beside, name] = module_path(name, self._package, beside)
        return self._paths[beside, name]


def _used_parameters(
    wanted: Iterable[tuple[str, int]], parameters: Mapping[str, str], script: Path
) -> dict[str, str]:
    used = {}
    for name, line in wanted:
        if not isinstance(parameters.get(name), str):
            raise FingerprintError(
                f"{script}:{line}: imports the module that the parameter {name} of its job names, "
                f"but found {parameters.get(name)!r}; allowed: the name of a module"
            )
        used[name] = parameters[name]
    return used


def _with_parents(name: str) -> Iterator[str]:
    """``a``, ``a.b`` and ``a.b.c`` for ``a.b.c``: importing a module runs its packages too."""
    parts = name.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def _matching_modules(pattern: str, package: Path, where: str) -> list[_Reached]:
    """The modules of the package whose names match a pattern with ``*``, and their packages."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if fnmatch.fnmatchcase(name, pattern):
            for part in _with_parents(name):
                source = module_path(part, package, package)
                if source is not None:
                    found.append(_Reached(part, source, _ANY if part == name else None))
    if not found:
        raise FingerprintError(f"{where}: imports {pattern}, which matches no module of {package}")
    return found


def _read(path: Path, package: str, name: str) -> tuple[str, Imports]:
    try:
        source = path.read_bytes()
        data = _data_files(path.parent) if path.name == "__init__.py" else []
        contents = [(file, content.read_bytes()) for file, content in data]
    except OSError as error:
        raise FingerprintError(f"{path}: cannot be read ({error.strerror})") from error
    digest, imports = _parse(source, str(path), package, name)
    for file, content in contents:
        digest += f" {file} {hashlib.sha256(content).hexdigest()}"
    return hashlib.sha256(digest.encode()).hexdigest()[:_HASH_DIGITS], imports


def _data_files(folder: Path) -> list[tuple[str, Path]]:
    """Names and paths of a package's files that are not Python, without those of its packages."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            found.append((path.name, path))
        elif path.is_dir() and not (path / "__init__.py").is_file():
            found += [(f"{path.name}/{name}", inner) for name, inner in _data_files(path)]
    return found


# A job reads its code before and after its work; an unchanged file is parsed once.
@lru_cache(maxsize=512)
def _parse(source: bytes, path: str, package: str, name: str) -> tuple[str, Imports]:
    try:
        tree = ast.parse(source, path)
        digest = hashlib.sha256(essence(tree).encode()).hexdigest()
        expressions = names_importers(source)
        return digest, read_imports(tree, Path(path), package, name, expressions=expressions)
    except SyntaxError as error:
        raise FingerprintError(f"{path}:{error.lineno}: not valid Python: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested too deep, too many digits
        raise FingerprintError(f"{path}: cannot be parsed: {error}") from error
