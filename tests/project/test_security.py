"""What no code of the project does, found in its syntax: run data, build shell commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDERS = ("src", "workflow", "benchmarks", ".ci")
# Callables that run what they read, by their last names.
RUN_WHAT_THEY_READ = {
    "eval", "exec", "compile", "__import__", "system", "popen", "getoutput", "getstatusoutput",
    "create_subprocess_shell", "read_pickle", "unpickle", "unsafe_load", "full_load", "load_model",
}  # fmt: skip
# Methods of the same names that read no files: of a Keras model, of regular expressions.
HARMLESS = {"model.compile", "re.compile"}
UNPICKLING_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}


def python_files():
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def find_dangers(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                if node.module == "joblib" and "load" in names:
                    yield f"line {node.lineno}: imports joblib.load"
                names = [node.module or ""]
            yield from (
                f"line {node.lineno}: imports {name}"
                for name in names
                if name.split(".")[0] in UNPICKLING_MODULES
            )
        elif isinstance(node, ast.Call):
            yield from find_dangerous_calls(node)


def find_dangerous_calls(call: ast.Call) -> Iterator[str]:
    called = ast.unparse(call.func)
    last = called.rpartition(".")[2]
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    danger = last in RUN_WHAT_THEY_READ and called not in HARMLESS
    if called in ("joblib.load", "yaml.load", "yaml.load_all", "torch.load"):
        danger = True
    if called in ("np.load", "numpy.load"):
        # Said at every call, since the default was another once.
        pickles = given.get("allow_pickle")
        danger = not (isinstance(pickles, ast.Constant) and pickles.value is False)
    if "shell" in given and ast.unparse(given["shell"]) != "False":
        danger = True
    if danger:
        yield f"line {call.lineno}: {ast.unparse(call)}"


def test_there_is_code_to_look_at():
    assert len(python_files()) > 100


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_runs_what_it_reads(path):
    assert list(find_dangers(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "joblib.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "numpy.load(path, allow_pickle=trusted)",
        "pd.read_pickle(path)",
        "yaml.load(text)",
        "yaml.unsafe_load(text)",
        "eval(text)",
        "os.system(command)",
        "subprocess.run(command, shell=True)",
        "keras.models.load_model(path)",
    ],
)
def test_what_would_be_found(source):
    assert len(list(find_dangers(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "np.load(path, allow_pickle=False)",
        "yaml.safe_load(text)",
        "subprocess.run([npm, 'pack'])",
        "from joblib import cpu_count",
    ],
)
def test_what_is_allowed(source):
    assert list(find_dangers(source)) == []


def snakefiles() -> list[Path]:
    return [
        ROOT / "Snakefile",
        ROOT / "workflow" / "Snakefile",
        *sorted((ROOT / "workflow").rglob("*.smk")),
    ]


def test_no_rule_has_a_shell_command_or_code_of_its_own():
    """So no text of a configuration can become a part of a command."""
    assert len(snakefiles()) > 10
    directive = re.compile(
        r"^\s+(shell|run|wrapper|notebook|cwl):|\b(shell|eval|exec|system|popen)\(|\bpickle\b", re.M
    )
    found = {path.name: directive.findall(path.read_text()) for path in snakefiles()}
    assert {name for name, directives in found.items() if directives} == set()
