import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlplab.reporting.claims.evaluation import CLAIMS, evaluate_claims, judge
from mlplab.reporting.claims.model import Claim, ClaimError
from mlplab.reporting.claims.queries import Estimate
from tests.unit.reporting.claims.conftest import ENTRY, claim, statement

CONFIG = {"dataset": "mnist", "train": {"epochs": 35, "batch_sizes": [100, 500]}}
NARROW = {"published": 0.61, "tolerance": 0.02}
SEEDS = {"kind": "statistical", "published": 0.61, "tolerance": 0.05, "absolute": True}


@pytest.mark.parametrize(
    ("changes", "found", "verdict"),
    [
        ({}, (0.6, 0.599, 0.601), "reproduced"),
        ({}, (0.6, 0.59, 0.61), "inconclusive"),
        ({}, (0.59, 0.4, 0.8), "inconclusive"),
        ({}, (0.5, 0.4, 0.59), "not reproduced"),
        ({}, (0.7, 0.63, 0.8), "not reproduced"),
        ({"better": "higher"}, (0.7, 0.63, 0.8), "better than published"),
        ({"better": "higher"}, (0.5, 0.4, 0.59), "not reproduced"),
        ({"better": "higher"}, (0.7, 0.6, 0.8), "inconclusive"),
        ({"better": "lower"}, (0.5, 0.4, 0.59), "better than published"),
        ({"absolute": True}, (0.595, 0.591, 0.6), "reproduced"),
        ({"published": 0.0, "absolute": True}, (0.03, 0.025, 0.035), "not reproduced"),
        ({"comparison": "at most"}, (0.61, 0.6, 0.62), "reproduced"),
        ({"comparison": "at least"}, (99.0, 98.0, 100.0), "reproduced"),
        ({"comparison": "at least"}, (0.61, 0.59, 0.62), "inconclusive"),
        ({"comparison": "at least"}, (0.5, 0.4, 0.55), "not reproduced"),
        ({"comparison": "at most"}, (-9.0, -10.0, -8.0), "reproduced"),
        ({"comparison": "at most"}, (0.64, 0.63, 0.65), "not reproduced"),
    ],
)
def test_the_interval_of_a_mean_lies_in_outside_or_across_the_tolerance(changes, found, verdict):
    assert judge(claim(**NARROW | changes), Estimate(*found, repetitions=3)) == verdict


@given(
    published=st.floats(0.1, 10),
    tolerance=st.floats(0, 2),
    low=st.floats(0.01, 10),
    width=st.floats(1, 3),
    gains=st.booleans(),
)
def test_a_ratio_and_its_inverse_have_the_same_verdict(published, tolerance, low, width, gains):
    """Keras may take 1.77 times as long as NumPy, or NumPy 1 / 1.77 times as long as Keras."""
    high = low * width
    edges = published / (1 + tolerance), published * (1 + tolerance)
    assume(not any(math.isclose(end, edge) for end in (low, high) for edge in edges))
    one = claim(published=published, tolerance=tolerance, better="higher" if gains else None)
    other = claim(published=1 / published, tolerance=tolerance, better="lower" if gains else None)
    verdict = judge(one, Estimate(low, low, high, repetitions=3))
    assert judge(other, Estimate(1 / low, 1 / high, 1 / low, repetitions=3)) == verdict


def test_a_relative_tolerance_of_a_time_or_a_statement_is_a_factor(tables):
    claims = [
        claim(id="time"),
        claim(id="difference", absolute=True),
        claim(id="exact", tolerance=0.0),
        claim(id="limit", comparison="at most"),
        claim(id="rule", kind="by construction"),
        claim(id="seeds", kind="statistical"),
        statement(id="words", comparison="equal", tolerance=0.5),
    ]
    table = evaluate_claims(claims, tables, CONFIG).set_index("id")
    assert table["tolerance_factor"].dropna().to_dict() == {"time": 2.0, "limit": 2.0, "words": 1.5}


@pytest.mark.parametrize(
    ("changes", "ends", "verdict"),
    [
        ({}, (0.57, 0.66), "reproduced"),
        ({}, (0.50, 0.70), "inconclusive"),
        ({}, (0.50, 0.60), "not reproduced"),
        ({}, (0.62, 0.99), "not reproduced"),
        ({"better": "higher"}, (0.62, 0.99), "better than published"),
        ({"better": "lower"}, (0.50, 0.60), "better than published"),
        ({"better": "lower"}, (0.62, 0.63), "not reproduced"),
        ({"comparison": "at least", "tolerance": 0}, (0.62, 0.9), "reproduced"),
        ({"comparison": "at least", "tolerance": 0}, (0.60, 0.9), "inconclusive"),
        ({"comparison": "at least", "tolerance": 0}, (0.50, 0.6), "not reproduced"),
    ],
)
def test_a_published_run_is_held_against_one_more_run_of_ours(changes, ends, verdict):
    """The interval of the mean alone would lie within the tolerance in each case."""
    low, high = ends
    found = Estimate(0.61, 0.609, 0.611, prediction_low=low, prediction_high=high, repetitions=5)
    assert judge(claim(**SEEDS | changes), found) == verdict


def test_an_interval_that_is_too_wide_says_nothing_of_a_figure_inside(tables):
    """0.5 ± 0.248 for the mean of three seeds, ± 0.497 for one more: t is 4.302653."""
    narrow, wide = (
        claim(**SEEDS | {"id": name, "published": 0.9, "tolerance": tolerance})
        for name, tolerance in (("narrow", 0.4), ("wide", 0.5))
    )
    table = evaluate_claims([narrow, wide], tables, CONFIG)
    assert table["verdict"].tolist() == ["inconclusive", "reproduced"]
    half = 4.302653 * 0.1 * math.sqrt(1 + 1 / 3)
    ends = table[["prediction_low", "prediction_high"]].iloc[0].tolist()
    assert ends == pytest.approx([0.5 - half, 0.5 + half], abs=1e-6)


@pytest.mark.parametrize("repetitions", [None, 1])
def test_one_repetition_gives_no_verdict(repetitions):
    found = Estimate(0.6, repetitions=repetitions)
    for judged in (claim(), claim(**SEEDS), statement()):
        assert judge(judged, found) == "one run"
    assert judge(claim(better="lower"), Estimate(math.nan, finding="never reached")) == "one run"


def test_what_follows_from_the_configuration_may_differ_as_much_either_way():
    constructed = claim(kind="by construction", published=100, tolerance=0.1)
    found = [judge(constructed, Estimate(number)) for number in (89.0, 90.5, 109.5, 111.0)]
    assert found == ["not reproduced", "reproduced", "reproduced", "not reproduced"]


def test_what_follows_from_the_configuration_needs_no_repetition():
    constructed = claim(kind="by construction", published=784, tolerance=0)
    assert judge(constructed, Estimate(784.0)) == "reproduced"
    assert judge(constructed, Estimate(783.0)) == "not reproduced"


def test_only_what_no_seed_reaches_is_not_reproduced():
    never = Estimate(math.nan, repetitions=3, finding="never reached")
    assert judge(claim(better="lower"), never) == "not reproduced"
    some = Estimate(math.nan, repetitions=3, finding="1 of 3 seeds", partly_reached=True)
    assert judge(claim(better="lower"), some) == "inconclusive"


def test_a_statement_is_held_against_a_bound_of_ours(tables):
    table = evaluate_claims([statement(), statement(bound=0.8)], tables, CONFIG)
    assert table["verdict"].tolist() == ["inconclusive", "reproduced"]
    row = table.iloc[0]
    assert (row["words"], row["bound"], row["bound_reason"]) == ("hardly half", 0.7, "ours")
    assert pd.isna(row["published"])
    assert pd.isna(row["prediction_low"])


def test_a_row_has_the_figure_its_interval_and_its_evidence(tables):
    table = evaluate_claims([claim(requires={"train.epochs": 35})], tables, CONFIG)
    assert table.columns.tolist() == [*CLAIMS.columns]
    row = table.iloc[0]
    assert row["found"] == pytest.approx(0.5)
    assert row["ci_low"] < 0.3
    assert (row["repetitions"], row["verdict"]) == (3, "reproduced")
    assert (row["tolerance"], row["tolerance_factor"]) == (0.5, 2.0)
    assert row["evidence"] == "tables/history.csv: accuracy where epoch = 35, mean over every seed"


def test_only_a_row_that_fails_has_a_cause(tables):
    good, bad, unknown = (
        claim(id="good", cause="x"),
        claim(id="bad", published=9, cause="another optimiser"),
        claim(id="unknown", published=9),
    )
    causes = evaluate_claims([good, bad, unknown], tables, CONFIG)["cause"]
    assert pd.isna(causes[0])
    assert causes[1:].tolist() == ["another optimiser", "cause unknown"]


def test_a_restatement_and_what_follows_by_construction_are_not_counted(tables):
    claims = [
        claim(id="X"),
        claim(id="Y", restates="X"),
        claim(id="Z", kind="by construction"),
    ]
    table = evaluate_claims(claims, tables, CONFIG)
    assert table["counted"].tolist() == [True, False, False]
    assert table["verdict"].tolist()[:2] == ["reproduced", "reproduced"]


def test_the_evidence_tells_values_of_the_configuration(tables):
    table = evaluate_claims([claim(tells=["train.epochs"])], tables, CONFIG)
    assert table["evidence"].iloc[0].endswith("; train.epochs = 35")


def test_a_finding_stands_in_a_column_of_its_own(tables):
    value = {"column": "gap", "empty": "never reached"}
    row = evaluate_claims([claim(value=value)], tables, CONFIG).iloc[0]
    assert row["verdict"] == "inconclusive"
    assert pd.isna(row["found"])
    assert row["finding"] == "2 of 3 seeds, at gap 2 to 4"


@pytest.mark.parametrize(
    ("requires", "verdict", "reason"),
    [
        ({"dataset": "other", "train.epochs": 1}, "not applicable", "dataset = other, train.e"),
        ({"train.epochs": 600}, "not tested", "requires train.epochs = 600"),
        ({"experiments.b.epochs": 9}, "not tested", "requires experiments.b.epochs = 9"),
        ({"train.epochs.more": None}, "not tested", "requires train.epochs.more = null"),
        (
            {"train.batch_sizes": {"includes": [500, 7]}},
            "not tested",
            "requires train.batch_sizes with 500, 7",
        ),
    ],
)
def test_another_configuration_does_not_test_a_claim(tables, requires, verdict, reason):
    row = evaluate_claims([claim(requires=requires)], tables, CONFIG).iloc[0]
    assert row["verdict"] == verdict
    assert reason in row["evidence"]
    assert pd.isna(row["found"])


def test_a_list_that_includes_what_is_required_will_do(tables):
    requires = {"train.batch_sizes": {"includes": [500]}}
    assert evaluate_claims([claim(requires=requires)], tables, CONFIG)["verdict"][0] == "reproduced"


def test_what_cannot_be_tested_says_why(tables):
    entry = ENTRY | {"kind": "not testable here", "reason": "needs a GPU", "value": None}
    entry |= {"tolerance_reason": ""}
    row = evaluate_claims([Claim.model_validate(entry)], tables, CONFIG).iloc[0]
    assert (row["verdict"], row["evidence"]) == ("not testable here", "needs a GPU")
    assert pd.isna(row["tolerance"])


def test_missing_evidence_names_the_claim(tables):
    with pytest.raises(ClaimError, match="claim X: table history has no row where epoch = 99"):
        evaluate_claims([claim(value={"where": {"epoch": 99}})], tables, CONFIG)
