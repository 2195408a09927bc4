"""The plan of the house: the rooms, the way of their imports, and what tests may read."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

LIBRARY = ROOT / "src" / "mlplab"
# A room imports from itself and from the rooms before it.
ROOMS = (
    "runtime",
    "stats",
    "machine",
    "data",
    "clusters",
    "features",
    "numpy_mlp",
    "keras_mlp",
    "training",
    "benchmark",
    "reporting",
    "config",
    "provenance",
)
MODULES = {
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(LIBRARY.rglob("*.py"))
}


def imported_modules(name: str) -> set[str]:
    """Modules of the library that a module names in an import, wherever the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: imports of this library name the whole module"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found.add(node.module)
    return {target for target in found if target in MODULES and target != "mlplab"}


def room_of(module: str) -> str:
    return module.split(".")[1]


def test_the_library_has_these_rooms_and_nothing_beside_them():
    entries = {path.name for path in LIBRARY.iterdir()} - {"__pycache__", "__init__.py"}
    assert entries == set(ROOMS)
    assert all((LIBRARY / room / "__init__.py").is_file() for room in ROOMS)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "mlplab"])
def test_imports_run_to_the_rooms_below(name):
    own = ROOMS.index(room_of(name))
    above = {target for target in imported_modules(name) if ROOMS.index(room_of(target)) > own}
    assert above == set()


def test_no_modules_import_each_other_in_a_circle():
    # A package names its public modules for users; these import nothing from the package itself.
    graph = {
        name: imported_modules(name) - {name}
        for name, path in MODULES.items()
        if path.name != "__init__.py"
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(graph)


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("__init__.py")), ids=lambda p: p.parent.name)
def test_a_package_holds_a_docstring_and_at_most_its_public_names(path):
    docstring, *rest = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    allowed = [
        node
        for node in rest
        if isinstance(node, ast.ImportFrom)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        or (isinstance(node, ast.FunctionDef) and node.name == "__getattr__")
    ]
    assert rest == allowed
    outside = [node.module for node in rest if isinstance(node, ast.ImportFrom)]
    assert set(outside) <= {"typing", "__future__"}


@pytest.mark.parametrize("package", ["config", "data", "keras_mlp", "numpy_mlp", "stats"])
def test_every_public_name_of_a_package_can_be_imported(package):
    module = __import__(f"mlplab.{package}", fromlist=["__all__"])
    assert module.__all__
    assert all(getattr(module, name).__name__ == name for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: p.stem)
def test_a_function_has_at_most_seven_parameters(path):
    """Numbers that travel together are one dataclass; an estimator names its parameters."""
    many = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            a = node.args
            names = [argument.arg for argument in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
            many[node.name] = len([name for name in names if name not in ("self", "cls")])
    limits = {"__init__": 21} if path.name == "classifier.py" else {}
    assert [name for name, n in many.items() if n > limits.get(name, 7)] == []


def test_unit_tests_mirror_the_rooms():
    folders = {path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == set(ROOMS)
    assert not list((ROOT / "tests" / "unit").glob("test_*.py"))


def test_the_snakefile_of_the_root_includes_the_workflow_and_holds_nothing_else():
    lines = (ROOT / "Snakefile").read_text().splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    joined = 'workflow.current_basedir.join("workflow/Snakefile")'
    assert code == [f"include: {joined}, overwrite_default_target=True"]


def test_no_test_reads_what_a_run_left_in_the_project():
    """Only the fixture that finds the verified images may look into `resources/`."""
    pattern = re.compile(r"""ROOT\s*/\s*["'](results|resources|\.snakemake)["'/]""")
    found = {
        path.relative_to(ROOT).as_posix(): pattern.findall(path.read_text(encoding="utf-8"))
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__)
    }
    assert {path: names for path, names in found.items() if names} == {
        "tests/conftest.py": ["resources"]
    }
