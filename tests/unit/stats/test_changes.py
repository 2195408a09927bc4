"""Ratios of two runs: the test is that of their rounds, and errs as often as it says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlplab.stats.changes import ratio_change
from mlplab.stats.intervals import Interval
from mlplab.stats.ratios import count_trimmed, geometric_interval

SPREAD = 0.05


def change_of(before, after):
    return ratio_change(
        geometric_interval(before), len(before), geometric_interval(after), len(after)
    )


@pytest.mark.parametrize(("before", "after"), [(3, 5), (5, 5), (6, 12), (18, 6)])
def test_the_intervals_give_the_test_of_the_rounds(random, before, after):
    """SciPy has Welch's test, and Yuen's where both sides trim the same share at either end."""
    one, other = np.exp(random.normal(0, SPREAD, before)), np.exp(random.normal(0.05, 0.02, after))
    (trim,) = {count_trimmed(rounds) / rounds for rounds in (before, after)}
    expected = stats.ttest_ind(np.log(other), np.log(one), equal_var=False, trim=trim)
    ends = np.exp(expected.confidence_interval())
    change = change_of(one, other)
    assert change.p == pytest.approx(expected.pvalue)
    assert (change.low, change.high) == pytest.approx(tuple(ends))


@pytest.mark.parametrize("rounds", [3, 5, 6, 10, 20])
def test_equal_ratios_differ_in_at_most_about_five_percent_of_cases(rounds):
    """With few rounds Welch's test is careful. The standard error of a share is 0.5 %."""
    random = np.random.default_rng(rounds)
    draws = np.exp(random.normal(0, SPREAD, (2_000, 2, rounds)))
    false = np.mean([change_of(one, other).p < 0.05 for one, other in draws])
    assert 0.02 <= false <= 0.07


@pytest.mark.parametrize("rounds", [3, 10])
def test_the_interval_of_a_change_holds_the_truth_in_about_95_percent_of_cases(rounds):
    random = np.random.default_rng(rounds)
    draws = np.exp(random.normal([[0.0], [0.1]], SPREAD, (2_000, 2, rounds)))
    changes = [change_of(one, other) for one, other in draws]
    held = np.mean([change.low <= math.exp(0.1) <= change.high for change in changes])
    assert 0.93 <= held <= 0.985


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_a_change_back_is_the_inverse_with_the_same_p(one, other):
    a, b = Interval(one, one / 1.1, one * 1.1), Interval(other, other / 1.2, other * 1.2)
    there, back = ratio_change(a, 5, b, 7), ratio_change(b, 7, a, 5)
    assert there.factor * back.factor == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p == pytest.approx(back.p)


def test_a_single_round_gives_a_factor_and_no_test():
    nothing = float("nan")
    change = ratio_change(Interval(2.0, nothing, nothing), 1, Interval(3.0, 2.9, 3.1), 5)
    assert change.factor == pytest.approx(1.5)
    assert np.isnan([change.low, change.high, change.p]).all()


def test_equal_rounds_differ_from_all_others_and_not_from_themselves():
    exact = Interval(2.0, 2.0, 2.0)
    assert ratio_change(exact, 3, exact, 3).p == 1.0
    assert ratio_change(exact, 3, Interval(2.5, 2.5, 2.5), 3).p == 0.0


def test_a_ratio_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match=r"found 0\.0 and 1\.0; allowed: positive"):
        ratio_change(Interval(0.0, 0.0, 1.0), 3, Interval(1.0, 0.9, 1.1), 3)
