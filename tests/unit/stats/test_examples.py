"""The examples in the documentation of the public names run."""

import doctest

import pytest

from mlplab.stats import intervals, ratios, significance


@pytest.mark.parametrize("module", [intervals, ratios, significance])
def test_examples_give_what_they_say(module):
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
