"""The workflow itself, on real images, as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mlplab.tables import HISTORY_COLUMNS, SWEEP_COLUMNS

QUICK = ["--configfile", "config/quick.yaml"]


def snakemake(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("snakemake")
    return subprocess.run(
        [str(program), "--cores", "4", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def finished(checkout, mnist_folder):
    """A checkout in which the quick run has ended."""
    done = snakemake(checkout, *QUICK, MLPLAB_DATA_DIR=str(mnist_folder))
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture(scope="module")
def results(finished):
    return finished / "results" / "quick"


def test_nothing_is_left_to_do(finished):
    done = snakemake(finished, *QUICK)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_the_sweep_has_a_row_per_k(results):
    sweep = pd.read_csv(results / "tables" / "cluster_sweep.csv")
    assert sweep.columns.tolist() == SWEEP_COLUMNS
    assert sweep["k"].tolist() == [10, 20, 30]
    assert sweep["inertia"].is_monotonic_decreasing
    assert sweep["silhouette"].between(-1, 1).all()


def test_both_networks_were_trained_on_both_spaces(results):
    history = pd.read_csv(results / "tables" / "training_history.csv")
    assert set(HISTORY_COLUMNS) <= set(history.columns)
    history = history[history["experiment"] == "batch_sizes"]
    runs = history.groupby(["framework", "input_space", "batch_size"])["epoch"].max()
    assert len(runs) == 2 * 2 * 2
    assert (runs == 8).all()
    assert history["test_accuracy"].between(0, 1).all()


def test_experiments_are_trained_with_all_their_seeds(results):
    history = pd.read_csv(results / "tables" / "training_history.csv")
    runs = history[history["experiment"] == "article_a"].groupby("seed")
    assert runs["epoch"].max().to_dict() == {0: 5, 1: 5}
    assert runs["batch_size"].unique().str[0].tolist() == [500, 500]


def test_networks_learn_more_than_chance(results):
    final = pd.read_csv(results / "tables" / "final_accuracies.csv")
    assert (final["test_accuracy"] > 0.2).all()


def test_seconds_and_ratios_are_there(results):
    benchmark = pd.read_csv(results / "tables" / "batch_size_benchmark.csv")
    ratios = pd.read_csv(results / "tables" / "batch_size_ratios.csv")
    assert (benchmark["seconds_per_epoch"] > 0).all()
    assert set(ratios["verdict"]) <= {"faster", "slower", "no difference"}
    assert len(ratios) == 4


def test_every_step_of_the_ladder_is_measured_in_every_round_beside_keras(results):
    ladder = pd.read_csv(results / "tables" / "optimization_ladder.csv")
    assert ladder.groupby("name")["round"].agg(list).tolist() == [[1, 2, 3]] * 7
    steps = ladder[ladder["step"].notna()]
    assert steps.groupby("step")["name"].nunique().to_dict() == dict.fromkeys(range(6), 1)
    assert (steps["full_accuracy_seconds"] > steps["batch_accuracy_seconds"]).all()
    assert (ladder["batch_accuracy_seconds"] > 0).all()
    summary = pd.read_csv(results / "tables" / "optimization_ladder_summary.csv")
    assert len(summary) == 2 * 6 + 1
    assert summary["published_ratio"].count() == 6
    assert (summary["ci_low"] <= summary["ratio_to_keras"]).all()


def test_figures_are_drawn_twice(results):
    drawn = sorted(path.name for path in (results / "figures").iterdir())
    stems = ("cluster_sweep", "optimization_ladder", "seconds_per_epoch", "training_history")
    assert drawn == [f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")]
    assert all(path.stat().st_size > 5_000 for path in (results / "figures").iterdir())


def test_the_merged_config_lies_beside_the_results(results):
    recorded = yaml.safe_load((results / "config.yaml").read_text())
    assert recorded["run"] == "quick"
    assert recorded["train"]["epochs"] == 8
    assert recorded["train"]["numpy"]["learning_rate"] == 0.001


def test_nothing_half_written_is_left(results):
    assert [path for path in results.rglob("*") if path.name.startswith(".incomplete-")] == []


def jobs(done: subprocess.CompletedProcess) -> dict[str, int]:
    """Jobs per rule of a dry run, without the target that stands for all of them."""
    lines = [line.split() for line in done.stdout.splitlines()]
    table = {r[0]: int(r[1]) for r in lines if len(r) == 2 and r[1].isdigit() and ":" not in r[0]}
    return {rule: count for rule, count in table.items() if rule not in ("all", "total")}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "train={batch_sizes: [100, 500, 1000]}",
            {"record_run": 1, "train_numpy": 2, "train_keras": 2, "tabulate_training": 1,
             "evaluate_claims": 1, "plot_training_history": 1, "plot_seconds_per_epoch": 1},
        ),
        (
            "train={keras: {l2: 0.001}}",
            {"record_run": 1, "train_keras": 4, "tabulate_training": 1,
             "evaluate_claims": 1, "plot_training_history": 1, "plot_seconds_per_epoch": 1},
        ),
        (
            "cluster={k_values: [10, 20, 30, 40]}",
            {"record_run": 1, "fit_clusters": 1, "score_silhouettes": 1,
             "tabulate_cluster_sweep": 1, "plot_cluster_sweep": 1, "evaluate_claims": 1},
        ),
        (
            "experiments={article_a: {seeds: [0, 1, 2]}}",
            {"record_run": 1, "train_experiment": 1, "tabulate_training": 1, "evaluate_claims": 1,
             "plot_training_history": 1, "plot_seconds_per_epoch": 1},
        ),
        (
            "ladder={rounds: 4}",
            {"record_run": 1, "measure_ladder": 1, "tabulate_ladder": 1, "evaluate_claims": 1,
             "plot_optimization_ladder": 1},
        ),
        ("data_dir=elsewhere", {"record_run": 1}),
    ],
)  # fmt: skip
def test_a_changed_parameter_re_runs_what_depends_on_it(finished, change, expected):
    done = snakemake(finished, "--dry-run", *QUICK, "--config", change)
    assert done.returncode == 0, done.stderr
    assert jobs(done) == expected


def test_a_deleted_result_is_made_again_with_what_follows(finished):
    table = finished / "results" / "quick" / "tables" / "cluster_sweep.csv"
    content = table.read_text()
    table.unlink()
    found = jobs(snakemake(finished, "--dry-run", *QUICK))
    table.write_text(content)
    assert found == {"tabulate_cluster_sweep": 1, "plot_cluster_sweep": 1, "evaluate_claims": 1}


def test_wrong_configs_are_refused_with_all_faults_before_any_job(checkout):
    faults = ["color=red", "seeds=[]", "cluster={k_values: [90000]}", "train={batch_sizes: []}"]
    done = snakemake(checkout, "--config", "run=refused", *faults)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in said
    for key in ("color: found 'red'", "seeds: found []", "train.batch_sizes: found []"):
        assert key in said
    assert not (checkout / "results" / "refused").exists()


def test_sizes_beyond_the_data_are_refused(checkout):
    done = snakemake(checkout, "--config", "cluster={k_values: [40, 70, 90, 90000]}",
                     "train={batch_sizes: [70000]}")  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "cluster.k_values: found 90000" in said
    assert "train.batch_sizes: found 70000" in said


def test_without_any_source_all_are_told_and_nothing_is_left(checkout, tmp_path):
    arguments = [
        "download_dataset",
        "--config",
        "run=offline",
        "dataset=fashion_mnist",
        f"data_dir={tmp_path}",
    ]
    arguments += ["download={attempts: 1, timeout_seconds: 0.001}"]
    done = snakemake(checkout, *arguments)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"folder {tmp_path}: neither train-images-idx3-ubyte" in said
    assert "storage.googleapis.com" in said
    assert "MLPLAB_DATA_DIR" in said
    assert "Traceback" not in said
    assert list(checkout.glob("resources/fashion_mnist/*")) == []
