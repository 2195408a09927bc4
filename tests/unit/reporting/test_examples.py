"""The examples in the documentation of tables, figures, claims and pages run."""

import doctest
import importlib
import pkgutil

import pytest

from mlplab import reporting

MODULES = [
    module.name
    for module in pkgutil.walk_packages(reporting.__path__, "mlplab.reporting.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    ]
    assert len(found) > 20
