"""The variants: which there are, and what each says about itself.

A variant is one file, ``variants/<name>_variant.py``. At its top it declares
``VARIANT = Variant(package=..., framework=..., label=..., color=..., marker=..., linestyle=...)``,
see :class:`mlplab.benchmark.declaration.Variant`. Its function ``train(problem, clock)`` (a
:data:`mlplab.benchmark.problem.Train`) trains ``problem.epochs`` epochs, with ``clock.start()``
before and ``clock.stop()`` after each. A function ``predict(problem, clock)``, if there is one,
classifies all samples as often. A new file needs no entry anywhere else.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from mlplab.benchmark.declaration import Variant

_FOLDER, _SUFFIX = Path(__file__).parent / "variants", "_variant.py"
_REQUIRED = [name for name in Variant._fields if name not in Variant._field_defaults]


def find_variants(folder: Path) -> dict[str, Variant]:
    """The declarations of all variants in a folder, by name and in their order.

    They are read from the syntax trees. Nothing is imported, so a declaration costs no framework.

    Raises
    ------
    ValueError
        A declaration is missing or faulty; the message names the file and the fault.
    """
    found = {
        path.name.removesuffix(_SUFFIX): read_declaration(path)
        for path in sorted(folder.glob(f"*{_SUFFIX}"))
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def read_declaration(path: Path) -> Variant:
    """What a variant's file declares.

    Raises
    ------
    ValueError
        The declaration is missing or faulty; the message names the file and the fault.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{path}: line {error.lineno}: not Python: {error.msg}") from None
    calls = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["VARIANT"]
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "Variant"
    ]
    if len(calls) != 1:
        raise ValueError(
            f"{path}: found {len(calls)} declarations VARIANT = Variant(...); allowed: one, with "
            f"{', '.join(_REQUIRED)}"
        )
    (call,) = calls
    if call.args:
        raise ValueError(f"{path}: found a field of VARIANT without its name; write name=value")
    fields = {str(keyword.arg): _read_field(path, keyword) for keyword in call.keywords}
    if missing := [name for name in _REQUIRED if name not in fields]:
        raise ValueError(f"{path}: VARIANT lacks {', '.join(missing)}")
    if unknown := [name for name in fields if name not in Variant._fields]:
        raise ValueError(
            f"{path}: VARIANT has {', '.join(unknown)}; allowed: {', '.join(Variant._fields)}"
        )
    return Variant(**fields)


def _read_field(path: Path, keyword: ast.keyword) -> Any:
    allowed: dict[str, type | tuple[type, ...]] = {"linestyle": (str, tuple), "order": int}
    try:
        value = ast.literal_eval(keyword.value)
    except ValueError:
        value = None
    if not isinstance(value, allowed.get(str(keyword.arg), str)):
        raise ValueError(
            f"{path}: VARIANT has {keyword.arg}={ast.unparse(keyword.value)}; allowed: a literal "
            "of the type that mlplab.benchmark.declaration.Variant names"
        )
    return value


VARIANTS = find_variants(_FOLDER)
NAMES = tuple(VARIANTS)
