import pandas as pd
import pytest
import yaml

from mlplab.claims import COLUMNS, Claim, ClaimError, evaluate_claims, load_claims
from tests.conftest import ROOT

CONFIG = {"dataset": "mnist", "train": {"epochs": 35, "batch_sizes": [500]}}
TABLES = {
    "history": pd.DataFrame(
        {"epoch": [34, 35, 35], "batch_size": 500, "accuracy": [0.1, 0.5, 0.7], "gap": [1, 2, None]}
    )
}


def claim(**changes):
    query = {"table": "history", "column": "accuracy", "where": {"epoch": 35}}
    entry = {
        "id": "X",
        "article": "A",
        "statement": "what was said",
        "kind": "statistical",
        "published": 0.61,
        "unit": "share",
        "tolerance": 0.02,
        "value": query | changes.pop("value", {}),
    }
    return Claim.model_validate(entry | changes)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "reproduced"),
        ({"published": 0.62}, "not reproduced"),
        ({"published": 0.615, "absolute": True}, "reproduced"),
        ({"published": 0.0, "tolerance": 0.5}, "not reproduced"),
    ],
)
def test_the_mean_over_seeds_is_compared_within_tolerance(changes, verdict):
    row = evaluate_claims([claim(**changes)], TABLES, CONFIG).iloc[0]
    assert row["reproduced"] == pytest.approx(0.6)
    assert row["verdict"] == verdict
    assert row["evidence"] == "tables/history.csv: mean of accuracy where epoch = 35"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"requires": {"dataset": "other"}}, "requires dataset = other"),
        ({"requires": {"train.epochs": 600}}, "requires train.epochs = 600"),
        ({"requires": {"experiments.b.epochs": 9}}, "requires experiments.b.epochs = 9"),
        ({"requires": {"train.epochs.more": None}}, "requires train.epochs.more = None"),
        ({"value": {"where": {"batch_size": 7}}}, "requires train.batch_sizes with 7"),
    ],
)
def test_another_configuration_does_not_test_a_claim(changes, reason):
    row = evaluate_claims([claim(**changes)], TABLES, CONFIG).iloc[0]
    assert (row["verdict"], row["evidence"]) == ("not tested", reason)
    assert pd.isna(row["reproduced"])


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"where": {"epoch": 99}}, "claim X: no value for"),
        ({"column": "gap"}, "claim X: no value for"),
        ({"column": "loss"}, r"history has no column \['loss'\]"),
        ({"table": "sweep"}, "there is no table sweep"),
    ],
)
def test_missing_evidence_is_an_error(value, fault):
    with pytest.raises(ClaimError, match=fault):
        evaluate_claims([claim(value=value)], TABLES, CONFIG)


def test_the_projects_own_claims_are_valid_and_say_where_they_hold():
    claims = load_claims(ROOT / "config" / "claims.yaml")
    assert len(claims) >= 10
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    config["dataset"] = "fashion_mnist"
    config["experiments"] = {}
    table = evaluate_claims(claims, {}, config)
    assert table.columns.tolist() == COLUMNS
    assert set(table["verdict"]) == {"not tested"}


def test_faults_of_the_file_are_listed(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text("- {id: X, kind: guess}")
    with pytest.raises(ClaimError, match=r"0\.kind(.|\n)*0\.published|0\.article"):
        load_claims(path)


def test_an_id_is_used_once(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump([claim().model_dump(), claim().model_dump()]))
    with pytest.raises(ClaimError, match=r"\['X'\] more than once"):
        load_claims(path)
