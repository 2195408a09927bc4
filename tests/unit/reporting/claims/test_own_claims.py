"""The claims of this project against its configuration; tables: tests/workflow/test_claims.py."""

import copy

import pytest
import yaml

from mlplab.config.loading import load_config
from mlplab.config.workflow import WorkflowConfig
from mlplab.reporting.claims.evaluation import evaluate_claims, look_up, unmet_requirements
from mlplab.reporting.claims.expressions import Arithmetic, Query, Ratio
from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.claims.model import BY_CONSTRUCTION, NOT_TESTABLE, STATEMENT
from tests.conftest import ROOT

CONFIG = ROOT / "config"
# What the default run leaves out: the sweep with 500 starts.
NOT_IN_THE_DEFAULT_RUN = {"C-sweep-sum-minutes"}
# Figures of the articles beside each other that do not fit.
CONTRADICTIONS = {
    "A-factor-5-to-6-batch",
    "A-factor-6",
    "C-1800-from-600",
    "C-gain",
    "C-remaining-difference-unrounded",
    "C-sweep-to-180",
}


@pytest.fixture(scope="module")
def claims():
    return load_claims(CONFIG / "claims.yaml")


def read_config(*layers):
    merged = {}
    for layer in ("config.yaml", *layers):
        update(merged, yaml.safe_load((CONFIG / layer).read_text()))
    return load_config(merged).resolved(WorkflowConfig.model_fields)


def update(merged, layer):
    for key, value in layer.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            update(merged[key], value)
        else:
            merged[key] = value


def test_all_three_articles_have_their_claims(claims):
    assert len(claims) >= 55
    assert {claim.article for claim in claims} == {"A", "B", "C"}
    assert {claim.id[0] for claim in claims if claim.id[1] == "-"} == {"A", "B", "C"}


def test_what_is_required_or_told_is_a_key_of_the_default_configuration(claims):
    config = read_config()
    paths = {(claim.id, path) for claim in claims for path in (*claim.requires, *claim.tells)}
    assert [(i, path) for i, path in sorted(paths) if look_up(config, path) is ...] == []


def test_claims_of_published_targets_are_of_no_target_of_ones_own(claims):
    places = [getattr(claim.value, "where", {}) for claim in claims]
    targets = [where for where in places if "target" in where]
    assert len(targets) == 6
    assert {where.get("target_kind") for where in targets} == {"published"}


def test_the_default_run_tests_all_that_can_be_tested(claims):
    config = read_config()
    untested = {claim.id: unmet_requirements(claim, config) for claim in claims}
    assert {i for i, unmet in untested.items() if unmet} == NOT_IN_THE_DEFAULT_RUN


@pytest.mark.parametrize(
    "collection", ["experiments", "keras_experiments", "cost_quality.settings"]
)
def test_without_an_entry_the_claims_about_it_are_not_tested(claims, collection):
    config = read_config()
    for name in look_up(config, collection):
        without = copy.deepcopy(config)
        del look_up(without, collection)[name]
        about = [c for c in claims if f"'{name}'" in repr((c.value, c.tells, *c.requires))]
        about += [c for c in claims if any(f".{name}." in key for key in (*c.requires, *c.tells))]
        if about:
            verdicts = set(evaluate_claims(about, {}, without)["verdict"])
            assert verdicts == {"not tested"}, name


def test_the_run_of_the_articles_parameters_tests_the_sweep_as_published(claims):
    config = read_config("article.yaml")
    sweep = [claim for claim in claims if claim.id.startswith("C-sweep")]
    assert {claim.id for claim in sweep} > NOT_IN_THE_DEFAULT_RUN
    assert [claim.id for claim in sweep if unmet_requirements(claim, config)] == []


def test_claims_about_mnist_do_not_apply_to_another_data_set(claims):
    config = read_config() | {"dataset": "fashion_mnist", "experiments": {}}
    verdicts = evaluate_claims(claims, {}, config).set_index("id")["verdict"]
    assert set(verdicts) == {"not applicable", NOT_TESTABLE}


def test_a_statement_shows_words_and_no_figure_as_published(claims):
    statements = [claim for claim in claims if claim.kind == STATEMENT]
    assert len(statements) >= 20
    assert all(claim.words and claim.bound_reason for claim in statements)
    assert [claim.id for claim in statements if claim.published is not None] == []


def test_what_follows_from_the_configuration_is_not_counted(claims):
    constructed = [claim for claim in claims if claim.kind == BY_CONSTRUCTION]
    assert [claim.id for claim in constructed if claim.is_counted] == []
    ours = {claim.id for claim in constructed if not isinstance(claim.value, Arithmetic)}
    assert ours == {"A-learning-rate", "C-input-nodes", "C-K70-inputs", "C-lambda"}


def test_where_the_articles_contradict_themselves_the_row_says_how(claims):
    arithmetic = [claim for claim in claims if isinstance(claim.value, Arithmetic)]
    config = read_config()
    rows = evaluate_claims(arithmetic, {}, config).set_index("id")
    assert set(rows.index[rows["verdict"] == "not reproduced"]) == CONTRADICTIONS
    assert rows.loc[list(CONTRADICTIONS), "cause"].str.len().min() > 20
    assert set(rows["verdict"]) == {"reproduced", "not reproduced"}
    assert rows.loc["A-factor-5-to-6-batch", "found"] == pytest.approx(4.48, abs=0.005)
    assert rows.loc["C-weights", "found"] == 57_280


def test_at_least_110_rows_count(claims):
    assert sum(claim.is_counted for claim in claims) >= 110


def test_figures_of_later_parts_say_where_they_come_from(claims):
    later = {claim.id for claim in claims if claim.source}
    assert later == {claim.id for claim in claims if claim.id.startswith("A-later-")}


def test_one_measurement_is_counted_once(claims):
    values = [str(claim.value) for claim in claims if claim.value and claim.is_counted]
    assert [value for value in values if values.count(value) > 1] == []


def test_times_are_averaged_geometrically(claims):
    times = [
        claim
        for claim in claims
        if claim.kind == "machine" and isinstance(claim.value, Query) and claim.value.per
    ]
    assert len(times) > 5
    assert [claim.id for claim in times if claim.value.average != "geometric"] == []


def test_all_ratios_of_times_are_of_pairs(claims):
    ratios = [claim for claim in claims if isinstance(claim.value, Ratio)]
    assert len(ratios) > 20
    assert [c.id for c in ratios if len({query.per for query in c.value.ratio}) > 1] == []
    assert [c.id for c in ratios if c.value.ratio[0].per is None] == []
