"""Numbers as prose prints them."""

import doctest

import pytest

from mlplab.reporting.docs_run import numbers
from mlplab.reporting.docs_run.model import Shown
from mlplab.reporting.docs_run.numbers import print_numbers, write_number
from tests.unit.reporting.docs_run.conftest import RATIOS, SHOWN


def test_the_example_runs():
    tried = doctest.testmod(numbers)
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.mark.parametrize(
    ("value", "layout", "text"),
    [
        (3.333, ".2g", "3.3"),
        (0.9641, ".1%", "96.4 %"),
        (-0.5, ".1f", "−0.5"),
        (1234.5, ".2g", "1200"),
        (0.00002, ".1g", "0.00002"),
        (60_000, ",.0f", "60,000"),
    ],
)
def test_a_number_is_written_without_exponents_and_with_a_true_minus(value, layout, text):
    assert write_number(value, layout) == text


def test_an_interval_of_shares_has_one_sign():
    shown = Shown.model_validate(
        SHOWN | {"numbers": {"keras-32": SHOWN["numbers"]["keras-32"] | {"format": ".0%"}}}
    )
    found = print_numbers(shown, {"ratios": RATIOS}).iloc[0]
    assert (found["text"], found["interval"]) == ("333 %", "310 to 360 %")


def test_all_faults_are_told_at_once():
    wrong = {"value": {"table": "ratios", "column": "ratio"}}
    shown = Shown.model_validate(SHOWN | {"numbers": {"first": wrong, "second": wrong}})
    with pytest.raises(numbers.ShownError) as error:
        print_numbers(shown, {"ratios": RATIOS})
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == ["first", "second"]
