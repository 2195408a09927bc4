import math

import pandas as pd
import pytest

from mlplab.reporting.claims.evaluation import CLAIMS, evaluate_claims, judge
from mlplab.reporting.claims.model import Claim, ClaimError
from mlplab.reporting.claims.queries import Estimate
from tests.unit.reporting.claims.conftest import ENTRY, claim

CONFIG = {"dataset": "mnist", "train": {"epochs": 35, "batch_sizes": [100, 500]}}


@pytest.mark.parametrize(
    ("changes", "found", "verdict"),
    [
        ({}, (0.6,), "reproduced"),
        ({}, (0.6, 0.599, 0.601), "reproduced"),
        ({}, (0.6, 0.59, 0.61), "inconclusive"),
        ({}, (0.59, 0.4, 0.8), "inconclusive"),
        ({}, (0.5, 0.4, 0.59), "not reproduced"),
        ({}, (0.7, 0.63, 0.8), "not reproduced"),
        ({"better": "higher"}, (0.7, 0.63, 0.8), "better than published"),
        ({"better": "higher"}, (0.5, 0.4, 0.59), "not reproduced"),
        ({"better": "higher"}, (0.7, 0.6, 0.8), "inconclusive"),
        ({"better": "lower"}, (0.5, 0.4, 0.59), "better than published"),
        ({"absolute": True}, (0.595,), "reproduced"),
        ({"published": 0.0}, (0.01,), "not reproduced"),
        ({"comparison": "at least"}, (99.0,), "reproduced"),
        ({"comparison": "at least"}, (0.61, 0.59, 0.62), "inconclusive"),
        ({"comparison": "at least"}, (0.5,), "not reproduced"),
        ({"comparison": "at most"}, (-9.0,), "reproduced"),
        ({"comparison": "at most"}, (0.63,), "not reproduced"),
    ],
)
def test_the_interval_lies_in_outside_or_across_the_tolerance(changes, found, verdict):
    assert judge(claim(**changes), Estimate(*found)) == verdict


def test_what_was_never_reached_is_not_reproduced():
    found = Estimate(math.nan, finding="never reached")
    assert judge(claim(better="lower"), found) == "not reproduced"


def test_a_row_has_the_figure_its_interval_and_its_evidence(tables):
    value = {"where": {"epoch": 35}, "per": "seed"}
    table = evaluate_claims([claim(value=value, requires={"train.epochs": 35})], tables, CONFIG)
    assert table.columns.tolist() == [*CLAIMS.columns]
    row = table.iloc[0]
    assert row["reproduced"] == pytest.approx(0.5)
    assert row["ci_low"] < 0.3
    assert (row["repetitions"], row["verdict"]) == (3, "inconclusive")
    assert row["tolerance"] == pytest.approx(0.0122)
    assert row["evidence"] == "tables/history.csv: accuracy where epoch = 35, mean over every seed"


def test_the_evidence_tells_values_of_the_configuration(tables):
    table = evaluate_claims([claim(tells=["train.epochs"])], tables, CONFIG)
    assert table["evidence"].iloc[0].endswith("; train.epochs = 35")


def test_a_finding_stands_in_the_evidence(tables):
    value = {"column": "gap", "where": {"epoch": 35}, "per": "seed", "empty": "never reached"}
    row = evaluate_claims([claim(value=value)], tables, CONFIG).iloc[0]
    assert row["verdict"] == "not reproduced"
    assert pd.isna(row["reproduced"])
    assert row["evidence"].endswith("mean over every seed: never reached in 1 of 3")


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
    assert pd.isna(row["reproduced"])


def test_a_list_that_includes_what_is_required_will_do(tables):
    requires = {"train.batch_sizes": {"includes": [500]}}
    assert evaluate_claims([claim(requires=requires)], tables, CONFIG)["verdict"][0] == "reproduced"


def test_what_cannot_be_tested_says_why(tables):
    entry = ENTRY | {"kind": "not testable here", "reason": "needs a GPU", "value": None}
    row = evaluate_claims([Claim.model_validate(entry)], tables, CONFIG).iloc[0]
    assert (row["verdict"], row["evidence"]) == ("not testable here", "needs a GPU")
    assert pd.isna(row["tolerance"])


def test_missing_evidence_names_the_claim(tables):
    with pytest.raises(ClaimError, match="claim X: table history has no row where epoch = 99"):
        evaluate_claims([claim(value={"where": {"epoch": 99}})], tables, CONFIG)
