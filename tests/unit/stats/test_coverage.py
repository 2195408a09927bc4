"""Intervals keep their promise: simulated rounds and seeds, whose true mean is known."""

import numpy as np
import pytest

from mlplab.stats import mean_interval, paired_ratio, prediction_interval
from mlplab.stats.intervals import trimmed_mean
from mlplab.stats.ratios import count_trimmed

ROUNDS = range(3, 21)
# The standard error of a share near 0.95 is then 0.14 %.
RUNS = 25_000
SPREAD = 0.05


def lognormal(random, shape):
    return random.normal(0, SPREAD, shape)


def heavy_tails(random, shape):
    return SPREAD * random.standard_t(3, shape)


def one_round_in_ten_disturbed(random, shape):
    """One of the two times, either with the same chance, is up to twice as long."""
    longer = np.log(random.uniform(1.1, 2.0, shape)) * (random.random(shape) < 0.1)
    return lognormal(random, shape) + longer * random.choice([-1, 1], shape)


def one_round_in_ten_disturbed_on_the_same_side(random, shape):
    """It is always the first of the two that takes up to twice as long."""
    longer = np.log(random.uniform(1.1, 2.0, shape)) * (random.random(shape) < 0.1)
    return lognormal(random, shape) + longer


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize(
    "draw",
    [
        lognormal,
        heavy_tails,
        one_round_in_ten_disturbed,
        one_round_in_ten_disturbed_on_the_same_side,
    ],
)
def test_an_interval_of_a_ratio_holds_the_truth_in_95_percent_of_cases(draw, rounds):
    """Nobody noticed the disturbances; noticed ones are left out, which leaves fewer rounds."""
    logarithms = draw(np.random.default_rng(rounds), (RUNS, rounds))
    mean, half = trimmed_mean(logarithms, count_trimmed(rounds))
    assert 0.93 <= np.mean(np.abs(mean) <= half) <= 0.97


@pytest.mark.parametrize("rounds", [2, 3, 6, 20])
def test_a_ratio_has_the_interval_whose_coverage_is_simulated(random, rounds):
    seconds, reference = np.exp(random.normal(0, SPREAD, (2, rounds)))
    ratio = paired_ratio(seconds, reference)
    mean, half = trimmed_mean(np.log(seconds / reference), count_trimmed(rounds))
    assert (ratio.ratio, ratio.low, ratio.high) == pytest.approx(
        tuple(np.exp([mean, mean - half, mean + half]))
    )


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_a_mean_and_one_more_value_lie_in_their_intervals_in_95_percent_of_cases(seeds):
    """The standard error of a share near 0.95 is 0.34 % with 4,000 runs."""
    random = np.random.default_rng(seeds)
    held = {"mean": 0, "one more": 0}
    values, one_more = random.normal(5, 2, (4_000, seeds)), random.normal(5, 2, 4_000)
    for known, new in zip(values, one_more, strict=True):
        of_mean, of_one_more = mean_interval(known), prediction_interval(known)
        held["mean"] += of_mean.low <= 5 <= of_mean.high
        held["one more"] += of_one_more.low <= new <= of_one_more.high
    assert {name: count / 4_000 for name, count in held.items()} == pytest.approx(
        {"mean": 0.95, "one more": 0.95}, abs=0.0125
    )
