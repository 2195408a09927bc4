"""What a source says to Python, without what it says to readers."""

from __future__ import annotations

import ast
from typing import Any

# Fields of a syntax tree: the u before a string, and whether a name is read, set or deleted, which
# its place says already.
_MEANINGLESS_FIELDS = {"kind", "ctx"}
# Of a variant, what figures show. The rules that draw variants get it as a param.
_DESCRIPTIVE_FIELDS = {"label", "color", "marker", "linestyle", "order"}


def essence(tree: ast.Module) -> str:
    """A syntax tree as text, without positions, ``pass``, and strings that stand alone.

    Meaningless and empty fields are left out too, since newer versions of Python add some.
    """
    parts: list[str] = []
    _add_essence(tree, parts)
    return "".join(parts)


def _add_essence(node: Any, parts: list[str]) -> None:
    # Without generators, for speed: every start of the workflow reads all its code like this.
    if not isinstance(node, ast.AST):
        parts.append(repr(node))
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        node = _without_descriptions(node, node.func.id)
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


def _without_descriptions(call: ast.Call, name: str) -> ast.Call:
    """The declaration of a table or variant without what it tells readers, like a docstring.

    Of a table the names of its columns count, of a variant what it needs.
    """
    if name == "Table":
        columns = [a for a in call.args if isinstance(a, ast.Dict)]
        # Of a dictionary that another one is unpacked into, the other one has no key.
        names = [k or v for d in columns for k, v in zip(d.keys, d.values, strict=True)]
        return ast.Call(call.func, names if columns else call.args, [])
    if name == "Variant":
        counting = [k for k in call.keywords if k.arg not in _DESCRIPTIVE_FIELDS]
        return ast.Call(call.func, call.args, counting)
    return call


def _says_nothing(node: Any) -> bool:
    """Whether it is ``pass`` or a string alone, which documents the code beside it."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return isinstance(node, ast.Pass)
