"""The reference of the library lists every public name, each with an example that runs."""

import doctest
import importlib
import inspect
import re

import pytest

from mlplab.keras_mlp import configure_tensorflow
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
LISTED = re.findall(r"^   (mlplab\.\S+)$", PAGE, re.MULTILINE)
PACKAGES = ("config", "data", "keras_mlp", "numpy_mlp", "stats")
# Records and errors have no examples of their own; those of the functions show them.
FUNCTIONS = [name for name in LISTED if name.rsplit(".", 1)[1][0].islower()]


def find(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def test_every_name_that_a_package_exports_is_listed():
    for package in PACKAGES:
        names = importlib.import_module(f"mlplab.{package}").__all__
        assert {f"mlplab.{package}.{name}" for name in names} <= set(LISTED)


@pytest.mark.parametrize("name", LISTED)
def test_a_public_name_is_described(name):
    assert len(inspect.getdoc(find(name))) > 30


@pytest.mark.parametrize("name", [*FUNCTIONS, "mlplab.numpy_mlp.NumpyMLPClassifier"])
def test_the_example_of_a_public_function_gives_what_it_says(name, monkeypatch, mnist_folder):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MLPLAB_DATA_DIR", str(mnist_folder))
    thing = find(name)
    if name.startswith("mlplab.keras_mlp."):
        # TensorFlow takes its threads once per process; other tests in this one ask for two.
        configure_tensorflow(2)
    module = importlib.import_module(thing.__module__)
    tests = doctest.DocTestFinder(recurse=False).find(thing, name, module, vars(module).copy())
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.summarize().attempted > 0
    assert runner.summarize().failed == 0
