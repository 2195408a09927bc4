"""Imports of a Python file, read from its syntax tree without running it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
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
# Where none of these words stands, none of these functions is named.
_LAST_WORDS = {name.rpartition(".")[2] for name in _IMPORTERS | _OPAQUE}
_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_LAST_WORDS))})\b")
_MODULES = {name.rpartition(".")[0] for name in _IMPORTERS | _OPAQUE} - {""}
# Where statements lie in others, and in the clauses of those.
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class FingerprintError(Exception):
    """What a script depends on cannot be told; the message names file and line."""


class Imports(NamedTuple):
    """Names that a file imports and their lines.

    ``names`` are modules; those also in ``attributes`` may be something that a module defines.
    ``patterns`` stand for all modules of the package that fit them.
    """

    names: tuple[tuple[str, int], ...]
    attributes: frozenset[str]
    patterns: tuple[tuple[str, int], ...]


def module_path(name: str, package: Path, beside: Path) -> Path | None:
    """The file of a module of the package, or of one in the folder ``beside``; None if neither."""
    first, *rest = name.split(".")
    folder = package if first == package.name else beside / first
    for path in (folder.joinpath(*rest, "__init__.py"), folder.joinpath(*rest).with_suffix(".py")):
        if path.is_file():
            return path
    return None


def names_importers(source: bytes) -> bool:
    """Whether a file that Python can read may name a function that imports or runs what it is told.

    In most files no such word stands; they import by statements alone.
    """
    # As Python reads names: letters of other widths stand for those of ASCII.
    text = unicodedata.normalize("NFKC", decode_source(source))
    return _WORDS.search(text) is not None


def read_imports(
    tree: ast.Module, path: Path, package: str, module: str, *, expressions: bool = True
) -> Imports:
    """The imports of a file, whose name as a module is ``module``.

    Without ``expressions``, which are most of a tree, only statements are read; that is enough
    where :func:`names_importers` says no.

    Raises
    ------
    FingerprintError
        The file imports or runs what only a run would tell. Allowed are ``import_module`` and
        ``__import__`` of a literal name, and of an f-string that begins within the package: this
        declares that any module fitting the pattern may be loaded.
    """
    reader = _Reader(path, package, module, expressions)
    # Names first: a function may use what an import further down brings.
    for node in _statements(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            reader.add_aliases(node)
    reader.visit(tree)
    return Imports(tuple(reader.names), frozenset(reader.attributes), tuple(reader.patterns))


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement holds of statements, and of the clauses that hold some."""
    for name in BLOCKS:
        yield from getattr(node, name, ())


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a node."""
    for inner in _blocks(node):
        yield inner
        yield from _statements(inner)


class _Reader(ast.NodeVisitor):
    def __init__(self, path: Path, package: str, module: str, expressions: bool) -> None:
        self.path, self.package, self.expressions = path, package, expressions
        is_package = path.name == "__init__.py"
        self.parents = module.split(".") if is_package else module.split(".")[:-1]
        self.names: list[tuple[str, int]] = []
        self.attributes: set[str] = set()
        self.patterns: list[tuple[str, int]] = []
        # All that a name stands for anywhere in the file, whichever comes first.
        self.aliases: dict[str, set[str]] = {}

    def add_aliases(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note what the names that an import brings stand for."""
        prefix = f"{self._source(node)}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            if alias.asname or prefix:
                name, meaning = alias.asname or alias.name, prefix + alias.name
            else:  # `import a.b` brings the name a
                name = meaning = alias.name.split(".")[0]
            self.aliases.setdefault(name, set()).add(meaning)

    def generic_visit(self, node: ast.AST) -> None:
        """The statements in a node, or all that is in it."""
        if self.expressions:
            super().generic_visit(node)
        else:
            for inner in _blocks(node):
                self.visit(inner)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [(alias.name, node.lineno) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """What is taken from a module may be a module of its own, or an attribute."""
        source = self._source(node)
        self.names.append((source, node.lineno))
        for alias in node.names:
            if alias.name != "*":
                self.names.append((f"{source}.{alias.name}", node.lineno))
                self.attributes.add(f"{source}.{alias.name}")
            elif source in _MODULES:
                raise self._error(node, f"a star that brings functions of {source}")
            elif source.split(".")[0] == self.package:
                # Which submodules a star brings depends on __all__, so all count.
                self.patterns.append((f"{source}*", node.lineno))

    def visit_If(self, node: ast.If) -> None:
        """Imports for type checkers alone never happen."""
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
        self._refuse_opaque(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._refuse_opaque(node)
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
        argument = call.args[0] if call.args else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            if len(call.args) == 1 and not call.keywords and not argument.value.startswith("."):
                self.names.append((argument.value, call.lineno))
                return
        elif isinstance(argument, ast.JoinedStr):
            pattern = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "*"
                for part in argument.values
            )
            if pattern.startswith(f"{self.package}."):
                self.patterns.append((pattern, call.lineno))
                return
        raise self._error(call, f"a dynamic import, {ast.unparse(call)}")

    def _refuse_opaque(self, node: ast.Name | ast.Attribute) -> None:
        if self._meanings(node) & (_OPAQUE | _IMPORTERS):
            raise self._error(node, f"{ast.unparse(node)}, which may import or run anything")

    def _meanings(self, node: ast.expr) -> set[str]:
        """``a.b`` for an attribute of an imported name, with all that the name stands for."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, {node.id})
        if isinstance(node, ast.Attribute):
            return {f"{owner}.{node.attr}" for owner in self._meanings(node.value)}
        return set()

    def _error(self, node: ast.stmt | ast.expr, found: str) -> FingerprintError:
        return FingerprintError(
            f"{self.path}:{node.lineno}: found {found}; so it cannot be told which code the "
            "results depend on. Import by a statement, by import_module with a literal name, or, "
            f'to declare several modules, with an f-string as in f"{self.package}.name_{{part}}"'
        )
