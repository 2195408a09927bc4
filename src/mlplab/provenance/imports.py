"""Imports of a Python file, read from its syntax tree without running the file."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import decode_source
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1]

# Functions that import or run what a name or a string says.
_IMPORTERS = {"__import__", "builtins.__import__", "importlib.import_module"}
_OPAQUE = {
    "exec",
    "eval",
    "builtins.exec",
    "builtins.eval",
    "importlib.reload",
    "importlib.util.spec_from_file_location",
    "runpy.run_module",
    "runpy.run_path",
}
# A file without any of these words names none of these functions.
_LAST_WORDS = {name.rpartition(".")[2] for name in _IMPORTERS | _OPAQUE}
_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_LAST_WORDS))})\b")
_MODULES = {name.rpartition(".")[0] for name in _IMPORTERS | _OPAQUE} - {""}
# Fields in which a statement, or a clause of one, holds statements.
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
# A parameter of the job that runs a script; the workflow engine puts the job in by some name.
_PARAMETER = re.compile(r"(\w+)\.params\.(\w+)")


class FingerprintError(Exception):
    """The dependencies of a script are unknown; the message names file and line."""


class Import(NamedTuple):
    """A module that a file imports, and the line.

    ``optional``: the name may belong to an attribute of the module above it instead. ``bound``: the
    file gets the module itself and may use any of its attributes.
    """

    name: str
    line: int
    optional: bool = False
    bound: bool = False


class Imports(NamedTuple):
    """What a file imports.

    Attributes
    ----------
    names : modules
    patterns : names with ``*`` and their lines; each stands for all matching modules of the package
    parameters : job parameters that name a module, and their lines
    uses : dotted names such as ``lab.part.function``, where the file imports ``lab`` or takes a
        name from it
    on_demand : imports that a package makes when one of its public names is first used, by public
        name; those under ``""`` are for any name
    """

    names: tuple[Import, ...] = ()
    patterns: tuple[tuple[str, int], ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    uses: frozenset[str] = frozenset()
    on_demand: Mapping[str, Imports] = {}


def module_path(name: str, package: Path, beside: Path) -> Path | None:
    """The file of a module of the package, or of one in the folder ``beside``; None if neither."""
    first, *rest = name.split(".")
    folder = package if first == package.name else beside / first
    for path in (folder.joinpath(*rest, "__init__.py"), folder.joinpath(*rest).with_suffix(".py")):
        if path.is_file():
            return path
    return None


def names_importers(source: bytes) -> bool:
    """Whether a file may name a function that imports or runs what its argument says.

    Most files name none and import by statements alone.
    """
    # Python normalises names: full-width letters stand for those of ASCII.
    text = unicodedata.normalize("NFKC", decode_source(source))
    return _WORDS.search(text) is not None


def read_imports(
    tree: ast.Module, path: Path, package: str, module: str, *, expressions: bool = True
) -> Imports:
    """The imports of a file, whose name as a module is ``module``.

    Imports in a function ``__getattr__`` of a package's ``__init__`` are on demand. Without
    ``expressions``, which make up most of a tree, only statements are read; that is enough where
    :func:`names_importers` is false.

    Raises
    ------
    FingerprintError
        Only a run can tell what the file imports or runs. Allowed are ``import_module`` and
        ``__import__`` with a literal name, with an f-string that begins with the package (any
        module that matches may be loaded), and in a script with ``job.params.name``, where ``job``
        is any name that the file leaves to the workflow engine to define.
    """
    reader = _Reader(tree, path, package, module, expressions)
    # Names first: a function may use an import that stands further down.
    for node in _statements(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            reader.add_aliases(node)
    for node in tree.body:
        if reader.is_package and isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            reader.read_on_demand(node)
        else:
            reader.visit(node)
    return reader.imports()


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The statements directly in a statement, and its clauses that hold statements."""
    for name in BLOCKS:
        yield from getattr(node, name, ())


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a node."""
    for inner in _blocks(node):
        yield inner
        yield from _statements(inner)


class _Reader(ast.NodeVisitor):
    def __init__(
        self, tree: ast.Module, path: Path, package: str, module: str, expressions: bool
    ) -> None:
        self.tree, self.path, self.package, self.module = tree, path, package, module
        self.expressions = expressions
        self.is_package = path.name == "__init__.py"
        self.parents = module.split(".") if self.is_package else module.split(".")[:-1]
        self.names: list[Import] = []
        self.patterns: list[tuple[str, int]] = []
        self.parameters: list[tuple[str, int]] = []
        self.uses: set[str] = set()
        self.reads_uses = False
        self.on_demand: dict[str, _Reader] = {}
        # All meanings that a name has anywhere in the file, in any order.
        self.aliases: dict[str, set[str]] = {}

    def imports(self) -> Imports:
        return Imports(
            tuple(self.names),
            tuple(self.patterns),
            tuple(self.parameters),
            frozenset(self.uses),
            {name: reader.imports() for name, reader in self.on_demand.items()},
        )

    def add_aliases(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note the meanings of the names that an import binds."""
        source = self._source(node) if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            if alias.asname or source:
                meaning = f"{source}.{alias.name}" if source else alias.name
                name = alias.asname or alias.name
            else:  # `import a.b` binds the name a
                name = meaning = alias.name.split(".")[0]
            self.aliases.setdefault(name, set()).add(meaning)
            # A package's submodules and public names are in reach of such a name.
            if meaning.split(".")[0] == self.package and source in ("", self.package):
                self.expressions = self.reads_uses = True

    def read_on_demand(self, function: ast.FunctionDef) -> None:
        """Read a module's ``__getattr__``: which imports each public name needs.

        Told apart are the cases of a match on the argument; all other code serves any name.
        """
        subject = function.args.args[0].arg if function.args.args else ""
        stored = any(
            isinstance(node, ast.Name) and node.id == subject and isinstance(node.ctx, ast.Store)
            for node in ast.walk(function)
        )
        for statement in function.body:
            if (
                isinstance(statement, ast.Match)
                and ast.unparse(statement.subject) == subject
                and not stored
            ):
                for case in statement.cases:
                    for name in _literals(case.pattern) or [""]:
                        self._on_demand(name).visit(case)
            else:
                self._on_demand("").visit(statement)

    def _on_demand(self, name: str) -> _Reader:
        if name not in self.on_demand:
            reader = _Reader(self.tree, self.path, self.package, self.module, self.expressions)
            reader.aliases, reader.reads_uses = self.aliases, self.reads_uses
            self.on_demand[name] = reader
        return self.on_demand[name]

    def generic_visit(self, node: ast.AST) -> None:
        """The statements in a node, or everything in it."""
        if self.expressions:
            super().generic_visit(node)
        else:
            for inner in _blocks(node):
                self.visit(inner)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [Import(alias.name, node.lineno, bound=True) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """A name taken from a module may be a module itself, or an attribute."""
        source, line = self._source(node), node.lineno
        for alias in node.names:
            if alias.name != "*":
                self.names.append(Import(source, line))
                self.names.append(Import(f"{source}.{alias.name}", line, optional=True, bound=True))
                continue
            if source in _MODULES:
                raise self._error(node, f"a star that brings functions of {source}")
            self.names.append(Import(source, line, bound=True))
            if source.split(".")[0] == self.package:
                # Which submodules a star brings depends on __all__, so all count.
                self.patterns.append((f"{source}*", line))

    def visit_If(self, node: ast.If) -> None:
        """Imports for type checkers never happen."""
        never = self._meanings(node.test) & {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for child in [*([] if never else node.body), *node.orelse]:
            self.visit(child)
        if self.expressions:
            self.visit(node.test)

    def visit_Call(self, node: ast.Call) -> None:
        """A call may import a module by its name."""
        if self._meanings(node.func) & _IMPORTERS:
            self._add_dynamic_import(node)
            for child in [*node.args, *node.keywords]:
                self.visit(child)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._look_up(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._look_up(node)
        self.generic_visit(node)

    def _source(self, node: ast.ImportFrom) -> str:
        """The module that names are imported from, leading dots resolved."""
        if not node.level:
            return str(node.module)
        anchor = self.parents[: len(self.parents) - (node.level - 1)]
        if not anchor:
            raise self._error(node, "a relative import that leads out of the package")
        return ".".join([*anchor, *([node.module] if node.module else [])])

    def _add_dynamic_import(self, call: ast.Call) -> None:
        argument = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            if not argument.value.startswith("."):
                self.names.append(Import(argument.value, call.lineno, bound=True))
                return
        elif isinstance(argument, ast.JoinedStr):
            pattern = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "*"
                for part in argument.values
            )
            if pattern.startswith(f"{self.package}."):
                self.patterns.append((pattern, call.lineno))
                return
        elif isinstance(argument, ast.Attribute) and self.module == self.path.name:  # a script
            parameter = _PARAMETER.fullmatch(ast.unparse(argument))
            if parameter and not self._defines(parameter[1]):
                self.parameters.append((parameter[2], call.lineno))
                return
        raise self._error(call, f"a dynamic import, {ast.unparse(call)}")

    def _defines(self, name: str) -> bool:
        """Whether the file gives the name a meaning anywhere."""
        return name in self.aliases or any(
            (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.arg) and node.arg == name)
            or getattr(node, "name", None) == name  # of a function, a class, an error, a pattern
            for node in ast.walk(self.tree)
        )

    def _look_up(self, node: ast.Name | ast.Attribute) -> None:
        for meaning in self._meanings(node):
            if meaning in _OPAQUE | _IMPORTERS:
                raise self._error(node, f"{ast.unparse(node)}, which may import or run anything")
            if self.reads_uses and meaning.startswith(f"{self.package}."):
                self.uses.add(meaning)

    def _meanings(self, node: ast.expr) -> set[str]:
        """``a.b`` for an attribute of an imported name, for every meaning of the name."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, {node.id})
        if isinstance(node, ast.Attribute):
            return {f"{owner}.{node.attr}" for owner in self._meanings(node.value)}
        return set()

    def _error(self, node: ast.stmt | ast.expr, found: str) -> FingerprintError:
        return FingerprintError(
            f"{self.path}:{node.lineno}: found {found}; this hides which code the results depend "
            "on. Allowed: an import statement; import_module with a literal name; with an f-string "
            f'that declares several modules, such as f"{self.package}.name_{{part}}"; in a script, '
            "with a parameter of its job, such as job.params.module"
        )


def _literals(pattern: ast.pattern) -> Iterable[str]:
    """The strings that a pattern matches; empty if it may match others."""
    if isinstance(pattern, ast.MatchOr):
        parts = [_literals(part) for part in pattern.patterns]
        return [name for part in parts for name in part] if all(parts) else []
    if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant):
        return [pattern.value.value] if isinstance(pattern.value.value, str) else []
    return []
