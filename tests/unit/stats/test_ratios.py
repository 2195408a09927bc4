import numpy as np
import pytest

from mlplab.stats import paired_ratio
from mlplab.stats.ratios import geometric_interval


@pytest.mark.parametrize(
    ("factor", "verdict"), [(2.0, "slower"), (0.5, "faster"), (1.0, "no clear difference")]
)
def test_a_verdict_needs_an_interval_beside_one(random, factor, verdict):
    reference = random.normal(1, 0.05, 20)
    ratio = paired_ratio(factor * random.normal(1, 0.05, 20), reference)
    assert ratio.verdict == verdict
    assert ratio.low <= ratio.ratio <= ratio.high


def test_the_mean_is_that_of_logarithms_and_the_median_stands_beside():
    """Logarithms 0, ln 2, ln 4: mean ln 2, standard error ln 2 / √3; t with 2 degrees 4.302653."""
    ratio = paired_ratio([1.0, 2.0, 12.0], [1.0, 1.0, 3.0])
    half = 4.302653 * np.log(2) / np.sqrt(3)
    assert ratio.ratio == pytest.approx(2.0)
    assert ratio.low == pytest.approx(2 * np.exp(-half))
    assert ratio.high == pytest.approx(2 * np.exp(half))
    assert (ratio.median, ratio.rounds) == (2.0, 3)


def test_of_six_rounds_the_lowest_and_the_highest_do_not_count():
    middle = [1.0, 2.0, 4.0, 8.0]
    assert geometric_interval([*middle, 0.1, 1e9]).mean == pytest.approx(np.sqrt(8))
    five = geometric_interval([*middle, 1e9]).mean
    assert five == pytest.approx((64 * 1e9) ** (1 / 5))


def test_a_single_round_has_no_interval_and_no_verdict():
    ratio = paired_ratio([0.4291276750000179], [0.31511649700041744])
    assert ratio.ratio == 0.4291276750000179 / 0.31511649700041744
    assert np.isnan([ratio.low, ratio.high]).all()
    assert ratio.verdict == "not tested"


def test_pairs_need_both_times_and_times_are_positive():
    with pytest.raises(ValueError, match="got 2 and 1"):
        paired_ratio([1, 2], [1])
    with pytest.raises(ValueError, match="values: found"):
        paired_ratio([], [])
    with pytest.raises(ValueError, match=r"found 0\.0; allowed: positive numbers"):
        geometric_interval([1.0, 0.0])
