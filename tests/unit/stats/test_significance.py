import numpy as np
import pytest

from mlplab.stats import mean_interval, prediction_interval
from mlplab.stats.significance import holm_adjusted, one_more_p, zero_mean_p


def test_p_is_five_percent_at_the_end_of_an_interval():
    values = np.array([0.97, 0.98, 0.99, 0.96])
    for end in mean_interval(values)[1:]:
        assert zero_mean_p(values - end) == pytest.approx(0.05)
    for end in prediction_interval(values)[1:]:
        assert one_more_p(end, values) == pytest.approx(0.05)


def test_equal_values_differ_from_all_others_and_a_single_one_from_none():
    assert zero_mean_p([0.0, 0.0]) == one_more_p(2.0, [2.0, 2.0]) == 1.0
    assert zero_mean_p([1.0, 1.0]) == one_more_p(3.0, [2.0, 2.0]) == 0.0
    assert np.isnan([zero_mean_p([1.0]), one_more_p(3.0, [2.0])]).all()
    with pytest.raises(ValueError, match="values: found"):
        zero_mean_p([])


def test_the_smallest_p_counts_for_all_tests_and_none_overtakes_another():
    # 4 × 0.005, 3 × 0.01, then 2 × 0.03 = 0.06, which 1 × 0.04 may not undercut.
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_p_is_at_most_one_and_a_missing_one_is_no_test():
    assert holm_adjusted([0.6, np.nan, 0.7]) == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)
    assert len(holm_adjusted([])) == 0


def test_of_many_equal_methods_one_is_called_different_in_five_percent_of_families():
    """Ten tests of nothing: 1 - (1 - 0.05 / 10)^10 is 4.9 %; the standard error is 0.3 %."""
    p_values = np.random.default_rng(0).random((5_000, 10))
    false = np.mean([holm_adjusted(family).min() < 0.05 for family in p_values])
    assert false == pytest.approx(0.049, abs=0.01)
