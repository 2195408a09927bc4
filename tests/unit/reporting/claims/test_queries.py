import math

import pandas as pd
import pytest
from pydantic import TypeAdapter
from scipy import stats

from mlplab.reporting.claims.expressions import Expression
from mlplab.reporting.claims.model import ClaimError
from mlplab.reporting.claims.queries import evaluate
from mlplab.stats import paired_ratio

ROW = {"table": "history", "column": "accuracy", "where": {"epoch": 35}}
SECONDS = {"table": "history", "column": "seconds"}
SUMMARY = {"table": "summary", "column": "seconds", "interval": "ci"}


def found(value, tables):
    return evaluate(TypeAdapter(Expression).validate_python(value), tables)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"where": {"epoch": 35, "seed": 2}}, 0.5),
        ({"where": {"epoch": 35, "method": "b"}, "take": "mean"}, 0.5),
        ({"where": {"seed": [1, 3], "epoch": 35}, "take": "sum"}, 1.0),
        ({"take": "median"}, 0.5),
        ({"take": "min"}, 0.4),
        ({"take": "max"}, 0.6),
        ({"take": "first"}, 0.6),
        ({"take": "last"}, 0.4),
        ({"where": {}, "take": "max", "at": "epoch"}, 35),
        ({"where": {}, "take": "min", "at": "seconds"}, 1.0),
        ({"where": {"epoch": 35, "seed": 2}, "column": ["accuracy", "seconds"]}, 8.5),
        ({"where": {"epoch": 35, "seed": 2}, "divide_by": 5}, 0.1),
        ({"where": {"epoch": 35, "seed": 2}, "divide_by": 5, "subtract_from": 1.0}, 0.9),
        ({"take": "max", "subtract_from": 1.0}, 0.4),
    ],
)
def test_rows_become_one_number(tables, query, number):
    estimate = found(ROW | query, tables)
    assert estimate.value == pytest.approx(number)
    assert math.isnan(estimate.low)
    assert estimate.repetitions is None


def test_a_row_says_of_how_many_repetitions_it_is_the_average(tables):
    query = {"table": "summary", "column": "seconds", "where": {"method": "a"}}
    assert found(query, tables).repetitions == 11
    tables["summary"]["pairs"] = 4
    assert found(query, tables).repetitions == 4


def test_seeds_are_averaged_with_students_interval(tables):
    estimate = found(ROW | {"per": "seed"}, tables)
    half = stats.t.ppf(0.975, 2) * 0.1 / math.sqrt(3)
    assert estimate.value == pytest.approx(0.5)
    assert (estimate.low, estimate.high) == pytest.approx((0.5 - half, 0.5 + half))
    # √(1 + 1/3) standard deviations in place of √(1/3).
    assert estimate.prediction_low == pytest.approx(0.5 - 2 * half)
    assert estimate.prediction_high == pytest.approx(0.5 + 2 * half)
    assert estimate.repetitions == 3


def test_of_each_repetition_one_number_is_taken(tables):
    estimate = found(ROW | {"where": {}, "per": "seed", "take": "max", "at": "epoch"}, tables)
    assert (estimate.value, estimate.low, estimate.high) == (35, 35, 35)
    assert found(ROW | {"where": {}, "per": "seed", "take": "sum"}, tables).value == pytest.approx(
        0.7
    )


def test_one_repetition_has_no_interval(tables):
    estimate = found(ROW | {"per": "seed", "where": {"seed": 1, "epoch": 35}}, tables)
    assert estimate.repetitions == 1
    assert math.isnan(estimate.low)


def test_disturbed_repetitions_do_not_count_if_there_are_others(tables):
    query = SECONDS | {"where": {"epoch": 35}, "per": "seed", "average": "geometric", "quiet": True}
    estimate = found(query, tables)
    assert (estimate.value, estimate.repetitions) == (pytest.approx(math.sqrt(15)), 2)
    tables["history"]["disturbed"] = True
    assert found(query, tables).value == pytest.approx(120 ** (1 / 3))
    assert found(query, tables).repetitions == 3


def test_an_interval_of_the_table_is_taken_with_its_row(tables):
    estimate = found(SUMMARY | {"take": "max", "divide_by": 2}, tables)
    assert (estimate.value, estimate.low, estimate.high) == (2.0, 1.5, 3.0)
    assert estimate.repetitions == 9


def test_ratios_of_the_same_seeds_are_taken_pair_by_pair(tables):
    early = SECONDS | {"where": {"epoch": 34}, "per": "seed"}
    late = early | {"where": {"epoch": 35, "seed": [2, 3, 1]}}
    estimate = found({"ratio": [late, early]}, tables)
    ratio = paired_ratio([3.0, 8.0, 5.0], [1.0, 2.0, 1.0])
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
        (ratio.ratio, ratio.low, ratio.high)
    )
    assert estimate.repetitions == 3
    tables["history"]["seconds"] -= 3.0
    with pytest.raises(ClaimError, match="a geometric mean needs positive numbers, found -5"):
        found({"ratio": [late, early]}, tables)


def test_a_pair_is_quiet_if_both_are(tables):
    early = SECONDS | {"where": {"epoch": 34}, "per": "seed", "quiet": True}
    estimate = found({"difference": [early | {"where": {"epoch": 35}}, early]}, tables)
    # Seed 2 is disturbed in epoch 35; 3 - 1 and 5 - 1 are left.
    assert (estimate.value, estimate.repetitions) == (3.0, 2)


def test_only_repetitions_that_both_have_are_paired(tables):
    early = SECONDS | {"where": {"epoch": 34}, "per": "seed"}
    late = early | {"where": {"epoch": 35, "seed": [1, 2]}}
    assert found({"difference": [late, early]}, tables).repetitions == 2
    with pytest.raises(ClaimError, match=r"no seed is in both: \[3\] and \[1, 2\]"):
        found({"difference": [early | {"where": {"epoch": 34, "seed": 3}}, late]}, tables)


def test_a_pair_without_repetitions_has_no_interval(tables):
    a, b = (SUMMARY | {"where": {"method": method}} for method in "ab")
    for value, number in (({"difference": [b, a]}, 2.0), ({"ratio": [b, a]}, 2.0)):
        estimate = found(value, tables)
        assert (estimate.value, estimate.repetitions) == (number, 9)
        assert math.isnan(estimate.low)


def test_a_straight_line_is_recognised(tables):
    straight = pd.DataFrame({"k": [10, 20, 30, 40], "seconds": [1.0, 2.0, 3.0, 4.0], "seed": 0})
    query = {"r_squared": {"table": "line", "x": "k", "y": "seconds", "per": "seed"}}
    assert found(query, {"line": straight}).value == pytest.approx(1.0)
    crooked = straight.assign(seconds=[1.0, -1.0, 1.0, -1.0], seed=1)
    assert found(query, {"line": crooked}).value == pytest.approx(0.2)
    both = found(query, {"line": pd.concat([straight, crooked])})
    assert (both.value, both.repetitions) == (pytest.approx(0.6), 2)
    assert (both.low, both.high) == (0.0, 1.0)
    with pytest.raises(ClaimError, match="needs three different k or more of every seed"):
        found(query, {"line": straight.head(2)})


def test_of_straight_lines_those_of_disturbed_rounds_are_left_out():
    straight = pd.DataFrame({"k": [10, 20, 30], "seconds": [1.0, 2.0, 3.0], "disturbed": False})
    crooked = straight.assign(seconds=[1.0, -1.0, 1.0], disturbed=[False, True, False])
    rounds = [part.assign(round=n) for n, part in enumerate([straight, crooked, straight])]
    points = {"table": "line", "x": "k", "y": "seconds", "per": "round", "quiet": True}
    quiet = found({"r_squared": points}, {"line": pd.concat(rounds)})
    assert (quiet.value, quiet.repetitions) == (pytest.approx(1.0), 2)


def test_an_empty_field_may_be_a_finding(tables):
    gap = ROW | {"column": "gap", "empty": "never reached"}
    estimate = found(gap | {"per": "seed"}, tables)
    assert math.isnan(estimate.value)
    assert (estimate.finding, estimate.repetitions) == ("2 of 3 seeds, at gap 2 to 4", 3)
    assert estimate.partly_reached
    assert found(gap | {"where": {"epoch": 35, "seed": 3}}, tables).finding == "never reached"
    both = {"ratio": [ROW | {"per": "seed"}, gap | {"per": "seed"}]}
    assert found(both, tables).finding == "2 of 3 seeds, at gap 2 to 4"
    tables["history"].loc[1, "gap"] = None
    one = found(gap | {"per": "seed"}, tables)
    assert (one.finding, one.partly_reached) == ("1 of 3 seeds, at gap 4", True)
    tables["history"]["gap"] = math.nan
    none = found(gap | {"per": "seed"}, tables)
    assert (none.finding, none.partly_reached) == ("never reached", False)


def test_an_empty_field_may_stand_for_a_number(tables):
    gap = ROW | {"column": "gap", "empty": 0, "per": "seed"}
    estimate = found(gap, tables)
    # 2, 4 and the empty field
    assert (estimate.value, estimate.finding, estimate.repetitions) == (2.0, "", 3)


@pytest.mark.parametrize("take", ["min", "max"])
def test_of_empty_fields_alone_there_is_no_smallest_or_largest(tables, take):
    tables["history"]["gap"] = float("nan")
    query = ROW | {"column": "gap", "take": take, "at": "epoch", "empty": "never reached"}
    estimate = found(query, tables)
    assert math.isnan(estimate.value)
    assert estimate.finding == "never reached"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"table": "sweep"}, "there is no table sweep; given are history, summary"),
        ({"column": "loss"}, "table history has no column loss; its columns are seed, epoch"),
        ({"where": {"epoch": 99}}, "no row where epoch = 99: epoch is 34, 35 in the rows"),
        (
            {"where": {"epoch": 35, "method": "a"}},
            "no row where epoch = 35, method = a: method is b in the rows",
        ),
        ({}, "3 rows, where one was expected, .*where epoch = 35; add conditions"),
        ({"column": "gap", "per": "seed"}, "empty field in tables/history.csv: gap where"),
        ({"column": "gap", "take": "mean"}, "empty field in tables/history.csv: mean of gap"),
        ({"column": "gap", "where": {"epoch": 34, "seed": 3}}, "empty field in"),
        ({"quiet": True, "per": "seed", "table": "summary", "where": {}}, "no column .*disturb"),
    ],
)
def test_missing_evidence_is_an_error_that_names_it(tables, query, fault):
    with pytest.raises(ClaimError, match=fault):
        found(ROW | query, tables)


def test_a_table_without_rows_is_an_error(tables):
    with pytest.raises(ClaimError, match="table history has no rows"):
        found(ROW | {"where": {}}, {"history": tables["history"].head(0)})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            ROW | {"per": "seed"},
            "tables/history.csv: accuracy where epoch = 35, mean over every seed",
        ),
        (
            ROW | {"where": {"seed": [1, 2]}, "take": "max", "at": "epoch"},
            "tables/history.csv: epoch at the max of accuracy where seed = 1 or 2",
        ),
        (
            ROW | {"per": "round", "average": "geometric"},
            "tables/history.csv: accuracy where epoch = 35, geometric mean over every round",
        ),
        (
            {"ratio": [SUMMARY | {"where": {}, "divide_by": 60}, SUMMARY]},
            "[(tables/summary.csv: seconds) / 60] over [tables/summary.csv: seconds]",
        ),
        (
            {"difference": [SUMMARY | {"take": "max"}, SUMMARY]},
            "[tables/summary.csv: max of seconds] less [tables/summary.csv: seconds]",
        ),
        (
            {"r_squared": {"table": "t", "x": "k", "y": "s", "per": "seed"}},
            "tables/t.csv: R² of s over k, mean over every seed",
        ),
    ],
)
def test_evidence_says_where_to_look(value, words):
    assert str(TypeAdapter(Expression).validate_python(value)) == words
