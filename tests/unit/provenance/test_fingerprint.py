"""The code that a script's results depend on, found without running it."""

import ast
import importlib.metadata
import itertools
import json
import re
import subprocess
import sys
from textwrap import dedent

import pytest

from mlplab.provenance import imports, libraries
from mlplab.provenance.fingerprint import (
    FingerprintError,
    code_fingerprint,
    code_fingerprints,
    describe_changes,
    import_closure,
)
from mlplab.provenance.libraries import library_versions
from tests.conftest import ROOT

SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FIGURES = sorted((ROOT / "src" / "mlplab" / "reporting" / "figures").glob("*.py"))
TABLES_AND_FIGURES = [path for path in SCRIPTS if path.name.startswith(("tabulate_", "plot_"))]


@pytest.fixture
def package(tmp_path):
    """A package with modules that import one another in every way, and a folder for scripts."""
    files = {
        "lab/__init__.py": "",
        "lab/numbers.py": "import numpy as np\nONE = 1\n",
        "lab/tables.py": "from .numbers import ONE\n\n\ndef two():\n    return 2 * ONE\n",
        "lab/lazy.py": "def draw():\n    from lab import figures\n    return figures\n",
        "lab/figures.py": "import matplotlib\n",
        "lab/typed.py": """
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                import lab.figures
            else:
                import lab.numbers
        """,
        "lab/deep/__init__.py": "from lab.deep.inner import value\n",
        "lab/deep/inner.py": "from .. import tables\nvalue = 1\n",
        "lab/deep/other.py": "from ..deep import inner as renamed\n",
        "lab/plugins/__init__.py": """
            import importlib
            def load(name):
                return importlib.import_module(f"lab.plugins.{name}_plugin")
        """,
        "lab/plugins/red_plugin.py": "",
        "lab/plugins/blue_plugin.py": "import lab.numbers\n",
        "lab/plugins/helper.py": "",
        "lab/shop/__init__.py": """
            VERSION = 1
            def __getattr__(name):
                match name:
                    case "sell":
                        from lab.shop.selling import sell
                        return sell
                    case "buy" | "Buyer":
                        from lab.shop import buying
                        return getattr(buying, name)
                    case _:
                        raise AttributeError(name)
        """,
        "lab/shop/selling.py": "import lab.numbers\n",
        "lab/shop/buying.py": "",
        "lab/shop/paying.py": "from lab.shop import Buyer\n",
        "scripts/beside.py": "import lab.figures\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    return tmp_path / "lab"


def script(package, text):
    path = package.parent / "scripts" / "script.py"
    path.write_text(dedent(text))
    return path


def reached(package, text):
    return set(import_closure(script(package, text), package)) - {"script.py"}


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("", set()),
        ("import lab.numbers", {"lab", "lab.numbers"}),
        ("from lab import tables", {"lab", "lab.tables", "lab.numbers"}),
        ("from lab.tables import two", {"lab", "lab.tables", "lab.numbers"}),
        ("from lab.numbers import ONE as one", {"lab", "lab.numbers"}),
        ("def f():\n    import lab.lazy", {"lab", "lab.lazy", "lab.figures"}),
        ("import lab.typed", {"lab", "lab.typed", "lab.numbers"}),
        ("import lab.deep.other", {"lab", "lab.deep", "lab.deep.other", "lab.deep.inner",
                                   "lab.tables", "lab.numbers"}),
        ("from lab.deep import *", {"lab", "lab.deep", "lab.deep.other", "lab.deep.inner",
                                    "lab.tables", "lab.numbers"}),
        ("from numpy import *", set()),
        ("import beside", {"beside", "lab", "lab.figures"}),
        ("import lab.plugins", {"lab", "lab.plugins", "lab.plugins.red_plugin",
                                "lab.plugins.blue_plugin", "lab.numbers"}),
        ("__import__('lab.figures')", {"lab", "lab.figures"}),
        ("from importlib import import_module as im\nim('lab.numbers')", {"lab", "lab.numbers"}),
    ],
)  # fmt: skip
def test_every_kind_of_import_is_followed(package, text, modules):
    assert reached(package, text) == modules


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("from lab.shop import sell", {"selling"}),
        ("from lab.shop import buy", {"buying"}),
        ("from lab.shop import Buyer as b", {"buying"}),
        ("from lab.shop import VERSION", set()),
        ("import lab.shop.buying", {"buying"}),
        ("import lab.shop.buying as b\nb.sell()", {"buying"}),
        ("from lab.shop import buying", {"buying"}),
        ("from lab.shop.paying import pay", {"paying", "buying"}),
        ("import lab.shop", {"selling", "buying"}),
        ("import lab.shop as s", {"selling", "buying"}),
        ("from lab import shop", {"selling", "buying"}),
        ("__import__('lab.shop')", {"selling", "buying"}),
        ("from importlib import import_module\nimport_module(f'lab.sh{rest}')",
         {"selling", "buying", "paying"}),
        ("from lab.shop import *", {"selling", "buying", "paying"}),
        ("import lab.shop.buying\nlab.shop.sell()", {"selling", "buying"}),
        ("import lab\nlab.shop.sell()", {"selling"}),
        ("from lab import numbers\nimport lab as l\nl.shop.buy.price.high", {"buying"}),
    ],
)  # fmt: skip
def test_a_public_name_reaches_only_what_its_package_imports_for_it(package, text, modules):
    found = {name.removeprefix("lab.shop.") for name in reached(package, text)}
    assert found - {"lab", "lab.shop", "lab.numbers"} == modules
    assert ("lab.numbers" in reached(package, text)) == ("selling" in modules or "numb" in text)


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(name):\n    import lab.figures\n",
        "def __getattr__(name):\n    if name == 'sell':\n        import lab.figures\n",
        "def __getattr__(name):\n    match name:\n        case _:\n"
        "            import lab.figures\n",
        "def __getattr__(name):\n    match name:\n        case 'a' | _:\n"
        "            import lab.figures\n",
        "def __getattr__(name):\n    match other:\n        case 'a':\n"
        "            import lab.figures\n",
        "def __getattr__(name):\n    name = NAMES[name]\n    match name:\n        case 'a':\n"
        "            import lab.figures\n",
    ],
)
def test_an_import_on_demand_that_no_name_has_to_itself_serves_all_names(package, text):
    (package / "shop" / "__init__.py").write_text(text)
    assert "lab.figures" in reached(package, "from lab.shop import b")
    assert "lab.figures" not in reached(package, "import lab.shop.buying")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("shop/buying.py", "def __getattr__(name):\n    import lab.figures\n"),
        ("shop/__init__.py", "class C:\n    def __getattr__(self, name): import lab.figures\n"),
    ],
)
def test_imports_in_any_other_function_of_that_name_always_count(package, file, text):
    (package / file).write_text(text)
    assert "lab.figures" in reached(package, "import lab.shop.buying")


MODULE_OF_THE_JOB = """
    from importlib import import_module
    import_module(snakemake.params.module)
"""


def test_a_parameter_of_the_job_may_name_a_module(package):
    path = script(package, MODULE_OF_THE_JOB)
    code = code_fingerprint(path, package, parameters={"module": "lab.tables", "title": "Two"})
    assert set(code["modules"]) == {"script.py", "lab", "lab.tables", "lab.numbers"}
    assert code["parameters"] == {"module": "lab.tables"}
    other = code_fingerprint(path, package, parameters={"module": "lab.figures"})
    assert set(other["modules"]) == {"script.py", "lab", "lab.figures"}
    assert code == code_fingerprint(path, package, parameters=code["parameters"])
    assert "module lab.figures is new" in describe_changes(code, other)
    unused = code_fingerprint(script(package, ""), package, parameters={"module": "lab.tables"})
    assert unused == code_fingerprint(path, package)


@pytest.mark.parametrize("parameters", [{}, {"module": 3}, {"module": "lab.missing"}])
def test_a_parameter_that_names_no_module_is_refused(package, parameters):
    path = script(package, MODULE_OF_THE_JOB)
    with pytest.raises(FingerprintError, match=r"script\.py:3: imports "):
        code_fingerprint(path, package, parameters=parameters)


def test_only_a_script_has_parameters(package):
    (package / "numbers.py").write_text(dedent(MODULE_OF_THE_JOB))
    path = script(package, "import lab.numbers")
    with pytest.raises(FingerprintError, match=r"numbers\.py:3: found a dynamic import"):
        code_fingerprint(path, package, parameters={"module": "lab.tables"})


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module(name)",
        "import importlib as il\nil.import_module('.numbers', package)",
        "def f():\n    return load(name)\nfrom importlib import import_module as load",
        "from importlib import import_module\nloaders = [import_module]",
        "__import__('lab.' + name)",
        "import importlib\nimportlib.import_module(f'{where}.numbers')",
        "import importlib\nimportlib.import_module(f'lab.green_{part}')",
        "from importlib import import_module\nimport_module(snakemake.wildcards.module)",
        "from importlib import import_module\nimport_module(snakemake.params.module, 'lab')",
        "from json import snakemake\n__import__(snakemake.params.module)",
        "job = read()\n__import__(job.params.module)",
        "def f(job):\n    __import__(job.params.module)",
        "with a as job:\n    __import__(job.params.module)",
        "__import__(snakemake.params.module.name)",
        "exec(text)",
        "import runpy\nrunpy.run_path(path)",
        "import importlib.util\nimportlib.util.spec_from_file_location('x', path)",
        "import lab.missing",
        "from lab.missing import x",
        "from . import x",
        "def f():\n    from importlib import import_module as a\n    a(b)\nfrom json import a",
        "from importlib import import_module as a\ndef f(): from json import a\na(b)",
        "from importlib import *",
        "@eval(text)\ndef f():\n    pass",
        "def f(a=eval(text)):\n    pass",
        "class C(eval(text)):\n    pass",
        "a = f'{eval(text)}'",
        "a = lambda: eval(text)",
        "a = [b for b in a if (c := eval(b))]",
        "match a:\n    case b if eval(b):\n        pass",
        "if eval(text):\n    pass",
        "def f(:",
        "\uff45\uff56\uff41\uff4c(text)",  # letters of another width, which Python reads as eval
    ],
)
def test_what_only_a_run_would_tell_is_refused_with_file_and_line(package, text):
    path = script(package, f"\n{text}\n")
    with pytest.raises(FingerprintError, match=r"script\.py:[234]: "):
        import_closure(path, package)


def test_a_dynamic_import_deep_in_the_closure_is_refused_at_its_own_line(package):
    (package / "numbers.py").write_text("ONE = 1\nx = __import__(ONE)\n")
    with pytest.raises(FingerprintError, match=r"numbers\.py:2: found a dynamic import"):
        import_closure(script(package, "import lab.tables"), package)


@pytest.mark.parametrize("text", ["+AGU-val(text)", "from json import +ACo-\n+AF8AXw-import__(a)"])
def test_a_file_is_searched_for_such_names_as_python_decodes_it(package, text):
    path = script(package, f"# coding: utf-7\n{text}\n")
    with pytest.raises(FingerprintError, match=r"script\.py:[23]: found "):
        import_closure(path, package)


def test_a_tree_that_is_too_deep_is_told_with_its_file(package):
    path = script(package, "a = " + "+".join(["1"] * 20_000))
    with pytest.raises(FingerprintError, match=r"script\.py: cannot be parsed"):
        import_closure(path, package)


@pytest.mark.parametrize(
    "block",
    [
        "class C:\n    {}",
        "def f():\n    {}",
        "async def f():\n    async with a:\n        {}",
        "with a:\n    {}",
        "for i in a:\n    pass\nelse:\n    {}",
        "while a:\n    {}",
        "try:\n    {}\nexcept E:\n    pass",
        "try:\n    pass\nexcept* E:\n    {}",
        "try:\n    pass\nexcept E:\n    pass\nelse:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "if a:\n    pass\nelif b:\n    {}",
        "match a:\n    case 1:\n        {}",
    ],
)
@pytest.mark.parametrize("rest", ["", "model.eval()\n"], ids=["", "read with its expressions"])
def test_imports_in_every_kind_of_block_are_followed(package, block, rest):
    text = rest + block.format("import lab.numbers")
    assert reached(package, text) == {"lab", "lab.numbers"}


def test_statements_are_looked_for_wherever_this_python_has_some():
    fields = set()
    for kind in vars(ast).values():
        if isinstance(kind, type) and issubclass(kind, ast.AST):
            fields |= set(
                re.findall(r"(?:stmt|excepthandler|match_case)\* (\w+)", kind.__doc__ or "")
            )
    assert fields == set(imports.BLOCKS)


@pytest.mark.parametrize(
    "path",
    [path for path in SCRIPTS + SOURCES if not imports.names_importers(path.read_bytes())],
    ids=lambda path: path.stem,
)
def test_statements_alone_tell_the_same_as_all_of_a_file(path):
    arguments = ast.parse(path.read_bytes()), path, "mlplab", "mlplab.part.module"
    whole = imports.read_imports(*arguments)
    assert imports.read_imports(*arguments, expressions=False) == whole


def test_methods_called_eval_or_exec_are_no_dynamic_imports(package):
    assert reached(package, "model.eval()\nframe.eval('a + b')\n") == set()


@pytest.mark.parametrize(
    "edit",
    [
        "# a comment\nimport numpy as np\nONE = 1  # another\n",
        '"""A docstring."""\n\nimport numpy as np\n\nONE = 1\n"""What it is."""\n',
        "import numpy as np\nONE = (\n    1\n)\n",
    ],
)
def test_comments_docstrings_and_layout_do_not_count(package, edit):
    path = script(package, "import lab.tables")
    before = import_closure(path, package)
    (package / "numbers.py").write_text(edit)
    assert import_closure(path, package) == before


@pytest.mark.parametrize(
    "edit",
    [
        "import numpy as np\nONE = 1.0\n",
        "import numpy as np\nONE = True\n",
        "import numpy as np\nONE = None\n",
        "import numpy as np\nONE = '1'\n",
        "import numpy as np\nONE = b'1'\n",
        "import numpy as np\nONE: int = 1\n",
        "import numpy as np\nONE = -1\n",
        "import numpy as np\n",
    ],
)
def test_any_other_edit_changes_the_hash_of_its_module_alone(package, edit):
    path = script(package, "import lab.tables")
    before = import_closure(path, package)
    (package / "numbers.py").write_text(edit)
    after = import_closure(path, package)
    assert {name for name in before if before[name] != after[name]} == {"lab.numbers"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{**a}", "{None: a}"),
        ("f(x)", "f(*x)"),
        ("def f(*, x): a", "def f(*, x=None): a"),
        ("def f(x, /): a", "def f(x): a"),
        ("x[a:]", "x[:a]"),
        ("['a,b']", "['a', 'b']"),
        ("a = b, = c", "a, = b = c"),
        ("import a as b", "import a, b"),
        ("del a", "a"),
        ("match a:\n case None: b", "match a:\n case _: b"),
        ("try: a\nexcept E: b\nelse: c", "try: a\nexcept E: b\nfinally: c"),
        ("for a in b: c\nelse: d", "for a in b:\n c\n d"),
        ("async def f(): a", "def f(): a"),
        ("f'{a}'", "f'{a!r}'"),
        ("f'{a:b}'", "f'{a}b'"),
        ("T = Table('t', 'r', {'k': 'a'})", "T = Table('t', 'r', {'l': 'a'})"),
        ("T = Table('t', 'r', {**A, 'k': 'a'})", "T = Table('t', 'r', {**B, 'k': 'a'})"),
        ("T = Table('t', 'r', a)", "T = Table('t', 'r', b)"),
        ("V = Variant(package='a')", "V = Variant(package='b')"),
    ],
)
def test_programs_that_differ_have_different_hashes(package, one, other):
    hashes = [import_closure(script(package, text), package)["script.py"] for text in (one, other)]
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = u'b'", 'a = "b"'),
        ("if a: b\nelse: pass", "if a: b"),
        ("a = (b)", "a = b"),
        ("T = Table('t', 'rows', {'k': 'one'})", "T = Table('t', 'rows', {'k': 'two'}, notes='x')"),
        ("V = Variant(package='a', color='b')", "V = Variant(package='a', color='c', order=1)"),
    ],
)
def test_ways_to_write_the_same_have_the_same_hash(package, one, other):
    hashes = [import_closure(script(package, text), package)["script.py"] for text in (one, other)]
    assert hashes[0] == hashes[1]


def test_a_docstring_in_an_empty_function_does_not_count(package):
    path = script(package, "def f():\n    pass\n")
    before = import_closure(path, package)
    script(package, 'def f():\n    """Do nothing."""\n')
    assert import_closure(path, package) == before


def test_a_file_that_cannot_be_read_is_named(package):
    with pytest.raises(FingerprintError, match=r"nowhere\.py: cannot be read"):
        import_closure(package / "nowhere.py", package)


def test_several_scripts_have_the_fingerprints_that_each_has_alone(package):
    path, beside = script(package, MODULE_OF_THE_JOB), package.parent / "scripts" / "beside.py"
    jobs = [(beside, {}), (path, {"module": "lab.tables"}), (path, {"module": "lab.lazy"})]
    assert code_fingerprints(jobs, package) == [
        code_fingerprint(script, package, parameters=parameters) for script, parameters in jobs
    ]


def test_only_the_libraries_that_the_closure_imports_count(package):
    used = code_fingerprint(script(package, "import lab.tables"), package)["libraries"]
    assert used == {"numpy": importlib.metadata.version("numpy")}
    drawn = code_fingerprint(script(package, "import beside"), package)["libraries"]
    assert set(drawn) == {"matplotlib", "numpy"}


def test_libraries_bring_those_they_run_on_and_absent_ones_are_left_out(monkeypatch):
    assert set(library_versions({"sklearn", "tqdm"})) == {"scikit-learn", "scipy", "numpy"}
    absent = ("no-such-distribution", "numpy")
    monkeypatch.setitem(libraries.NUMERICAL_LIBRARIES, "absent", absent)
    assert set(library_versions({"absent"})) == {"numpy"}
    assert library_versions({"not_a_library"}) == {}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that makes a distribution with one import package seem to be installed."""

    def install(distribution, version, imported):
        info = tmp_path / "site" / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        fields = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(fields)
        (info / "top_level.txt").write_text(f"{imported}\n")
        forget()

    def forget():
        libraries._installed_version.cache_clear()
        libraries._distributions.cache_clear()

    monkeypatch.syspath_prepend(tmp_path / "site")
    yield install
    monkeypatch.undo()
    forget()


def test_a_library_that_nobody_knows_counts_with_its_version(package, install):
    install("strange-dist", "1.5", "strange")
    used = code_fingerprint(script(package, "from strange.part import x"), package)["libraries"]
    assert used == {"strange-dist": "1.5"}


def test_compilers_of_numerical_code_count(package, install):
    install("numba", "0.99", "numba")
    install("llvmlite", "0.98", "llvmlite")
    used = code_fingerprint(script(package, "import numba"), package)["libraries"]
    assert used == {
        "llvmlite": "0.98",
        "numba": "0.99",
        "numpy": importlib.metadata.version("numpy"),
    }


def test_the_standard_library_and_what_only_moves_data_do_not_count(monkeypatch):
    monkeypatch.delattr(libraries, "_distributions")  # slow, and not needed for these
    assert library_versions({"os", "xml", "pooch", "tqdm", "pydantic", "requests", "joblib"}) == {}


@pytest.mark.parametrize("name", ["deep/large.mplstyle", "deep/styles/large.mplstyle"])
def test_data_files_count_with_their_package(package, name):
    path = script(package, "import lab.deep.inner")
    seen = [import_closure(path, package)]
    (package / name).parent.mkdir(exist_ok=True)
    for text in ("font.size: 9", "font.size: 10"):
        (package / name).write_text(text)
        seen.append(import_closure(path, package))
    for before, after in itertools.pairwise(seen):
        assert {name for name in after if before[name] != after[name]} == {"lab.deep"}


def test_caches_and_hidden_files_do_not_count(package):
    path = script(package, "import lab.deep.inner")
    before = import_closure(path, package)
    for name in ("__pycache__/inner.cpython-311.nbi", "inner.pyc", ".inner.py.swp"):
        (package / "deep" / name).parent.mkdir(exist_ok=True)
        (package / "deep" / name).write_text("cached")
    assert import_closure(path, package) == before


def test_changes_are_told_in_words():
    before = {"modules": {"lab.a": "1", "lab.b": "2"}, "libraries": {"numpy": "2.4.6"}}
    now = {"modules": {"lab.a": "3", "lab.c": "4"}, "libraries": {"numpy": "2.5.0"}}
    assert describe_changes(before, before) == []
    assert describe_changes(before, now) == [
        "module lab.a changed",
        "module lab.b is no longer used",
        "module lab.c is new",
        "library numpy changed from 2.4.6 to 2.5.0",
    ]


FORKS = """
import json, os, sys
import kneed, matplotlib.pyplot, numpy, pandas, pooch, pydantic, scipy.sparse, sklearn.cluster
import sklearn.decomposition, sklearn.preprocessing, threadpoolctl, yaml

def modules():
    return [name for name in sys.modules if name.split(".")[0] == "mlplab"]

assert modules() == []
for name, code in json.load(sys.stdin).items():
    if os.fork() == 0:
        exec(code, {})
        print(json.dumps([name, modules()]), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def imported():
    """The modules of mlplab that the imports of every script bring, each in a process of its own.

    These are forks of one that has imported the large libraries, which would take seconds each.
    """
    codes = {
        path.stem: "\n".join(
            ast.unparse(node)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        for path in SCRIPTS
    }
    command = [sys.executable, "-c", FORKS]
    done = subprocess.run(
        command, input=json.dumps(codes), stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(map(json.loads, done.stdout.splitlines()))


@pytest.fixture(scope="module")
def closures():
    """All that each script may reach, whichever figures its job draws."""
    jobs = [
        (path, {"module": f"mlplab.reporting.figures.{figure.stem}"})
        for path in SCRIPTS
        for figure in FIGURES
        if figure.stem != "__init__"
    ]
    found = {}
    for (path, _), code in zip(jobs, code_fingerprints(jobs), strict=True):
        found.setdefault(path.stem, set()).update(code["modules"])
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_really_imports_is_in_its_closure(imported, closures, path):
    assert "mlplab.provenance.records" in imported[path.stem]
    assert set(imported[path.stem]) <= closures[path.stem]


def test_each_network_is_reached_by_its_own_training_alone(closures):
    numpy, keras = closures["train_numpy"], closures["train_keras"]
    assert "mlplab.numpy_mlp.trainer" in numpy - keras
    assert "mlplab.keras_mlp.models" in keras - numpy


@pytest.mark.parametrize("path", TABLES_AND_FIGURES, ids=lambda path: path.stem)
def test_no_table_and_no_figure_reaches_a_network(closures, path):
    networks = ("mlplab.numpy_mlp", "mlplab.keras_mlp")
    assert [name for name in sorted(closures[path.stem]) if name.startswith(networks)] == []


def test_only_the_download_reaches_what_fetches_files(closures):
    modules = {"mlplab.data.download", "mlplab.data.bounded_transfer"}
    assert [name for name, found in closures.items() if found & modules] == ["download_dataset"]


def test_no_measurement_reaches_the_tables_of_the_benchmark(closures):
    readers = [name for name, found in closures.items() if "mlplab.benchmark.summary" in found]
    assert readers == ["tabulate_batch_sizes"]
