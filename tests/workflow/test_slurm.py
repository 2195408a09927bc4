"""profiles/slurm: what its plan asks of a cluster, and some jobs on a real SLURM of one node."""

import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from mlplab.provenance.verify import main as verify
from tests.conftest import ROOT
from tests.workflow.running import TINY_FILE, snakemake_command, write_own_data
from tests.workflow.running import run as run_command
from tests.workflow.slurm import single_node_cluster, why_no_cluster

PROFILE = ("--workflow-profile", "profiles/slurm")
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
# Untimed and timed jobs, whose tables are made where snakemake runs.
TARGETS = (
    "tables/cluster_sweep.csv",
    "tables/thread_scaling.csv",
    "tables/batch_size_summary.csv",
    "training/numpy/clusters-10/batch-100-seed-0.csv",
)


def test_jobs_that_compute_are_jobs_of_the_cluster_and_figures_and_tables_are_not():
    rules = (ROOT / "workflow" / "rules").glob("*.smk")
    text = "\n".join(path.read_text() for path in rules)
    parts = re.split(r"^\s*(?:rule|checkpoint) (\w+):$", text, flags=re.MULTILINE)
    submitted = {
        name
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
        if not re.search(r"^\s+localrule: True$", body, re.MULTILINE)
    }
    derived = re.findall(r"^\s*use rule (\w+) as (\w+) with:$", text, re.MULTILINE)
    for _ in derived:  # which may themselves be bases
        submitted |= {name for base, name in derived if base in submitted}
    assert submitted == TIMED | {
        "record_run",  # of the machine that computes
        "scale_pixels",
        "fit_clusters",
        "score_silhouettes",
        "measure_silhouette_error",
        "measure_cluster_growth",
        "describe_clusters",
        "fit_raw_clusters",
        "transform_clusters",
        "transform_raw_clusters",
        "transform_components",
        "transform_random",
        "train_numpy",
        "train_keras",
        "train_keras_experiment",
        "train_bridge",
        "train_experiment",
        "make_search_features",
        "run_trial",
        "train_final",
    }


@pytest.fixture(scope="module")
def cluster_run(checkout, tmp_path_factory):
    """A checkout whose tiny run came to some tables on a cluster, and the jobs that SLURM had."""
    if reason := why_no_cluster():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("on a cluster") / "mlplab"
    shutil.copytree(checkout, folder)
    write_own_data(folder)
    targets = (f"results/tiny/{target}" for target in TARGETS)
    # Names of its files may not hold spaces, as the folder does.
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as files,
        single_node_cluster(Path(files)) as cluster,
    ):
        # With a cache of its own, its timed jobs wait for those of no other test.
        variables = {"MLPLAB_DATA_DIR": "", "MLPLAB_CACHE_DIR": str(folder / "cache")}
        done = cluster.snakemake(folder, *TINY_FILE, "--", *targets, **variables)
        jobs = cluster.jobs()
    assert done.returncode == 0, done.stdout + done.stderr
    by_rule: dict[str, list[dict[str, str]]] = {}
    for job in jobs:
        rule = re.match(r"rule_([a-z_]+?)(_wildcards_.*)?$", job["Comment"]).group(1)
        by_rule.setdefault(rule, []).append(job)
    return folder, by_rule


def test_results_are_complete_and_as_recorded(cluster_run):
    folder, submitted = cluster_run
    results = folder / "results" / "tiny"
    assert all((results / target).exists() for target in TARGETS)
    assert verify([str(results)]) == 0
    assert {job["JobState"] for jobs in submitted.values() for job in jobs} == {"COMPLETED"}
    # A job for each K and seed, and for each input space and batch size.
    assert {rule: len(jobs) for rule, jobs in submitted.items()} == {
        "scale_pixels": 2,
        "fit_clusters": 2,
        "score_silhouettes": 1,
        "transform_clusters": 1,
        "train_numpy": 1,
        "measure_batch_size": 2,
        "measure_threads": 1,
    }


def test_timed_jobs_and_no_others_have_the_node_to_themselves(cluster_run):
    _, submitted = cluster_run
    everything = [job for jobs in submitted.values() for job in jobs]
    alone = [job for job in everything if job["OverSubscribe"] == "NO"]
    assert alone == [job for rule, jobs in submitted.items() if rule in TIMED for job in jobs]
    for timed in alone:
        beside = [job for job in everything if job is not timed and overlap(job, timed)]
        assert beside == [], timed


def overlap(one, other):
    """Whether two jobs ran at the same time; SLURM writes whole seconds, ISO dates."""
    return one["StartTime"] < other["EndTime"] and other["StartTime"] < one["EndTime"]


def test_jobs_ask_for_the_processors_and_the_memory_that_they_use(cluster_run):
    _, submitted = cluster_run
    (silhouettes,) = submitted["score_silhouettes"]
    assert silhouettes["CPUs/Task"] == "8"
    assert silhouettes["MinMemoryNode"] == "8000M"
    assert {job["CPUs/Task"] for job in submitted["fit_clusters"]} == {"1"}
    assert {job["CPUs/Task"] for job in submitted["train_numpy"]} == {"1"}


def test_timed_jobs_and_no_others_ask_for_a_node_of_their_own(tiny_copy):
    command = snakemake_command(*PROFILE, *TINY_FILE, "--forceall", "--dry-run")
    done = run_command(tiny_copy, *command)
    assert done.returncode == 0, done.stderr
    parts = re.split(r"^(?:local)?(?:rule|checkpoint) (\w+):$", done.stdout, flags=re.MULTILINE)
    planned, alone = Counter(parts[1::2]), Counter()
    for rule, body in zip(parts[1::2], parts[2::2], strict=True):
        alone[rule] += "slurm_extra=--exclusive" in body.partition("\n[")[0]
    assert +alone == {rule: planned[rule] for rule in TIMED}
