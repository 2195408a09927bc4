"""profiles/slurm on a real SLURM of one node: K, seeds, batch sizes as jobs, timed ones alone."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from mlplab.verify import main as verify
from tests.workflow.running import TINY_FILE, run, write_tiny_config
from tests.workflow.slurm import PROGRAMS, single_node_cluster

MISSING = [name for name in PROGRAMS if not shutil.which(name)]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"SLURM is not installed: no {', '.join(MISSING)}"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can start a SLURM for several users"),
]
TARGETS = [
    "figures/cluster_sweep.png",
    "benchmark/clusters/articles.csv",
    "training/numpy/pixels-standard/batch-100-seed-0.csv",
    "training/experiments/feature_controls/pca-5/l2-1-seed-0.csv",
]
TIMED = {"measure_cluster_cost"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with single_node_cluster(tmp_path_factory.mktemp("slurm")) as started:
        yield started


@pytest.fixture(scope="module")
def finished(cluster, checkout, mnist_folder, tmp_path_factory):
    """A checkout in which a part of the tiny run has ended on the cluster."""
    folder = tmp_path_factory.mktemp("on a cluster") / "mlplab"
    shutil.copytree(checkout, folder)
    write_tiny_config(folder, data_dir=str(mnist_folder))
    done = run(
        folder,
        str(Path(sys.executable).with_name("snakemake")),
        *("--workflow-profile", "profiles/slurm", "--jobs", "4"),
        # This cluster has no accounting, and files appear at once.
        *("--slurm-status-command", "squeue", "--latency-wait", "5"),
        *("--slurm-init-seconds-before-status-checks", "1"),
        *(*TINY_FILE, "--", *(f"results/tiny/{target}" for target in TARGETS)),
        PATH=cluster.path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def submitted(cluster, finished):
    """The jobs that SLURM had, under the names of their rules."""
    by_rule = {}
    for job in cluster.jobs():
        rule = re.match(r"rule_([a-z_]+?)(_wildcards_.*)?$", job["Comment"]).group(1)
        by_rule.setdefault(rule, []).append(job)
    return by_rule


def test_results_are_complete_and_as_recorded(finished):
    results = finished / "results" / "tiny"
    assert [target for target in TARGETS if not (results / target).exists()] == []
    assert verify([str(results)]) == 0


def test_what_computes_is_a_job_of_the_cluster_and_what_draws_is_not(submitted):
    assert {rule: len(jobs) for rule, jobs in submitted.items()} == {
        "scale_pixels": 2,
        "fit_clusters": 2,
        "score_silhouettes": 1,
        "transform_components": 1,
        "measure_cluster_cost": 1,
        "train_numpy": 1,
        "train_experiment": 1,
    }
    assert {job["JobState"] for jobs in submitted.values() for job in jobs} == {"COMPLETED"}


def test_timed_jobs_and_no_others_have_the_node_to_themselves(cluster, submitted):
    exclusive = {
        rule for rule, jobs in submitted.items() for job in jobs if job["OverSubscribe"] == "NO"
    }
    assert exclusive == TIMED
    everything = [job for jobs in submitted.values() for job in jobs]
    for rule in TIMED:
        for timed in submitted[rule]:
            beside = [job for job in everything if job is not timed and overlap(job, timed)]
            assert beside == [], timed


def overlap(one, other):
    """Whether two jobs ran at the same time; SLURM writes whole seconds, ISO dates."""
    return one["StartTime"] < other["EndTime"] and other["StartTime"] < one["EndTime"]


def test_jobs_ask_for_the_processors_and_the_memory_that_they_use(submitted):
    (silhouettes,) = submitted["score_silhouettes"]
    assert silhouettes["CPUs/Task"] == "8"
    assert silhouettes["MinMemoryNode"] == "8000M"
    assert {job["CPUs/Task"] for job in submitted["fit_clusters"]} == {"1"}
    (training,) = submitted["train_numpy"]
    assert training["CPUs/Task"] == "1"
