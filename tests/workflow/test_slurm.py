"""profiles/slurm on a real SLURM of one node: the quick run, timed jobs alone."""

import json
import re

import pytest

from mlplab.provenance.verify import main as verify
from tests.workflow.slurm import why_no_cluster

pytestmark = pytest.mark.skipif(bool(why_no_cluster()), reason=why_no_cluster())
TIMED = {
    "measure_batch_size",
    "measure_cluster_cost",
    "measure_keras_run",
    "measure_ladder",
    "measure_ladder_batch_sizes",
    "measure_ladder_input_spaces",
    "measure_operations",
    "measure_threads",
    "train_deep_model",
}


@pytest.fixture(scope="module")
def submitted(quick_folder):
    """The jobs that SLURM had, under the names of their rules."""
    by_rule = {}
    for job in json.loads((quick_folder / "jobs.json").read_text()):
        rule = re.match(r"rule_([a-z_]+?)(_wildcards_.*)?$", job["Comment"]).group(1)
        by_rule.setdefault(rule, []).append(job)
    return by_rule


def test_results_are_complete_and_as_recorded(quick_checkout):
    results = quick_checkout / "results" / "quick"
    assert (results / "tables" / "claims.csv").exists()
    assert verify([str(results)]) == 0


def test_seeds_k_and_batch_sizes_are_jobs_of_the_cluster_and_figures_and_tables_are_not(submitted):
    assert {rule: len(jobs) for rule, jobs in submitted.items()} == {
        "record_run": 1,  # of the machine that computes
        "scale_pixels": 3,
        "fit_clusters": 3 * 2,
        "score_silhouettes": 1,
        "measure_silhouette_error": 1,
        "describe_clusters": 2,
        "fit_raw_clusters": 1,
        "transform_clusters": 5,
        "transform_raw_clusters": 1,
        "transform_components": 1,
        "transform_random": 2,
        "train_numpy": 3,
        "train_keras": 3,
        "train_keras_experiment": 2,
        "train_bridge": 2,
        "train_experiment": 20,
        "make_search_features": 1,
        "run_trial": 2 + 1,
        "train_final": 2,
        "measure_cluster_cost": 6,
        "measure_cluster_growth": 2,
        "measure_keras_run": 1,
        "measure_ladder": 1,
        "measure_ladder_batch_sizes": 1,
        "measure_ladder_input_spaces": 1,
        "measure_batch_size": 2,
        "measure_operations": 1,
        "measure_threads": 1,
        "train_deep_model": 3,
    }
    assert {job["JobState"] for jobs in submitted.values() for job in jobs} == {"COMPLETED"}


def test_timed_jobs_and_no_others_have_the_node_to_themselves(submitted):
    alone = {rule: list(filter(is_alone, jobs)) for rule, jobs in submitted.items()}
    assert {rule for rule, jobs in alone.items() if jobs} == TIMED
    assert all(len(alone[rule]) == len(submitted[rule]) for rule in TIMED)
    everything = [job for jobs in submitted.values() for job in jobs]
    for timed in filter(is_alone, everything):
        beside = [job for job in everything if job is not timed and overlap(job, timed)]
        assert beside == [], timed


def is_alone(job):
    return job["OverSubscribe"] == "NO"


def overlap(one, other):
    """Whether two jobs ran at the same time; SLURM writes whole seconds, ISO dates."""
    return one["StartTime"] < other["EndTime"] and other["StartTime"] < one["EndTime"]


def test_jobs_ask_for_the_processors_and_the_memory_that_they_use(submitted):
    (silhouettes,) = submitted["score_silhouettes"]
    assert silhouettes["CPUs/Task"] == "8"
    assert silhouettes["MinMemoryNode"] == "8000M"
    assert {job["CPUs/Task"] for job in submitted["fit_clusters"]} == {"1"}
    assert {job["CPUs/Task"] for job in submitted["train_numpy"]} == {"1"}
