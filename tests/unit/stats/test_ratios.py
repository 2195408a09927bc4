import pytest

from mlplab.stats.intervals import median_interval
from mlplab.stats.ratios import median_ratio, paired_ratio


@pytest.mark.parametrize(
    ("factor", "verdict"), [(2.0, "slower"), (0.5, "faster"), (1.0, "no clear difference")]
)
def test_a_verdict_needs_an_interval_beside_one(random, factor, verdict):
    reference = random.normal(1, 0.05, 20)
    ratio = median_ratio(factor * random.normal(1, 0.05, 20), reference)
    assert ratio.verdict == verdict
    assert ratio.low <= ratio.ratio <= ratio.high


def test_the_interval_of_a_single_round_is_its_ratio_to_the_last_digit(random):
    rounds = [(0.4291276750000179, 0.31511649700041744), *random.uniform(0.1, 1, (20, 2))]
    for seconds, reference in rounds:
        ratio = median_ratio([seconds], [reference])
        assert ratio.low == ratio.ratio == ratio.high == seconds / reference


def test_a_ratio_of_nothing_is_refused():
    with pytest.raises(ValueError, match="got 0 and 3"):
        median_ratio([], [1, 2, 3])


def test_pairs_need_both_times():
    with pytest.raises(ValueError, match="got 2 and 1"):
        paired_ratio([1, 2], [1])
    with pytest.raises(ValueError, match="got none"):
        median_interval([])


def test_the_interval_of_a_median_holds_it(random):
    middle, low, high = median_interval(random.normal(5, 1, 30))
    assert low < middle < high
    assert high - low < 1.5
