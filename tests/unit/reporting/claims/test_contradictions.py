"""Rows that cannot both be reproduced."""

import pytest

from mlplab.reporting.claims.contradictions import find_contradictions
from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.claims.model import Claim, ClaimError
from tests.conftest import ROOT
from tests.unit.reporting.claims.conftest import ENTRY, claim, entry, statement
from tests.unit.reporting.claims.test_model import write

ELBOW = {"table": "cluster_choices", "where": {"criterion": "elbow"}}
CELL = {"table": "history", "column": "seconds"}


def about(value, **changes):
    return Claim.model_validate(ENTRY | {"value": value} | changes)


def test_an_elbow_between_60_and_90_is_not_without_a_clear_place():
    """Both held the range over seeds and settings: within 30, and at least 30 wide."""
    within = about(
        ELBOW | {"column": "k", "interval": "k"},
        id="C-elbow",
        published=75,
        tolerance=15,
        absolute=True,
    )
    ends = [ELBOW | {"column": "k_high"}, ELBOW | {"column": "k_low"}]
    unclear = about(
        {"difference": ends}, id="C-no-clear-elbow", published=30, comparison="at least"
    )
    unclear = unclear.model_copy(update={"tolerance": 0.0})
    assert find_contradictions([within, unclear]) == [("C-elbow", "C-no-clear-elbow")]
    narrower = unclear.model_copy(update={"published": 29})
    assert find_contradictions([within, narrower]) == []


@pytest.mark.parametrize(
    ("published", "contradictions"), [(0.61, []), (1.2, [("a", "b")]), (0.19, [("a", "b")])]
)
def test_ranges_of_the_same_number_must_overlap(published, contradictions):
    pair = [claim(id="a"), claim(id="b", published=published, tolerance=0.01)]
    assert find_contradictions(pair) == contradictions


def test_ratios_and_sums_of_the_same_numbers_are_held_together():
    """A part of a sum cannot take three times as long as the sum."""
    seconds, both = CELL | {"take": "sum"}, CELL | {"column": ["seconds", "gap"], "take": "sum"}
    gap = CELL | {"column": "gap", "take": "sum"}
    share = about({"ratio": [seconds, both]}, id="share", published=0.2, tolerance=0.1)
    more = about({"ratio": [seconds, gap]}, id="more", published=3, tolerance=0.1)
    less = about({"ratio": [seconds, gap]}, id="less", published=0.25, tolerance=0.1)
    assert find_contradictions([share, more, less]) == [("share", "more"), ("more", "less")]


def test_a_mean_over_seeds_may_lie_as_far_below_the_figure_as_its_interval_is_wide():
    seeds = claim(id="seeds", kind="statistical", published=1.0, tolerance=0.5)
    little = statement(id="little", bound=0.6)
    assert find_contradictions([seeds, little]) == []
    assert find_contradictions([seeds, little.model_copy(update={"bound": 0.4})]) == [
        ("seeds", "little")
    ]


def test_claims_of_different_configurations_do_not_meet():
    pair = [
        claim(id="a", requires={"l2": 0.01}),
        claim(id="b", published=9, requires={"l2": 0.0, "epochs": 3}),
    ]
    assert find_contradictions(pair) == []


def test_a_file_with_a_contradiction_is_refused(tmp_path):
    path = write(tmp_path, entry(), entry(id="Y", published=9))
    with pytest.raises(ClaimError, match="X and Y cannot both be reproduced; correct one of them"):
        load_claims(path)


def test_the_own_claims_do_not_contradict_each_other():
    assert find_contradictions(load_claims(ROOT / "config" / "claims.yaml")) == []
