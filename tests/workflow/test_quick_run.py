"""The workflow itself, on real images, as a user runs it."""

import os
import shutil
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
import yaml

from mlplab.benchmark.threads import thread_counts
from mlplab.clusters.sweep import SWEEP
from mlplab.machine.processors import available_threads, gpu_present
from mlplab.reporting.study.words import plain
from mlplab.reporting.tables.training import HISTORY
from tests.crates import find_faults
from tests.workflow.running import QUICK_FILE, run, snakemake


@pytest.fixture(scope="module")
def results(quick_checkout):
    return quick_checkout / "results" / "quick"


def test_nothing_is_left_to_do(quick_checkout):
    done = snakemake(quick_checkout, *QUICK_FILE)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_the_run_becomes_a_research_object(quick_checkout, results, tmp_path):
    crate = tmp_path / "quick"
    shutil.copytree(results, crate)
    done = run(quick_checkout, sys.executable, "-m", "mlplab.reporting.crate", str(crate))
    assert done.returncode == 0, done.stderr
    assert "cannot be read" not in done.stderr
    assert "no record of" not in done.stderr
    assert "not finished" not in done.stderr
    assert find_faults(crate, tmp_path) == []


def test_the_sweep_has_a_row_per_k_and_seed(results):
    sweep = pd.read_csv(results / "tables" / "cluster_sweep.csv")
    assert sweep.columns.tolist() == [*SWEEP.columns]
    assert sweep["k"].tolist() == [10, 10, 20, 20, 30, 30]
    assert sweep["seed"].tolist() == [0, 1] * 3
    assert (sweep.groupby("seed")["inertia"].diff().dropna() < 0).all()
    assert sweep["silhouette"].between(-1, 1).all()
    assert (sweep["silhouette_standard_error"] == 0).all()


def test_the_k_that_the_sweep_chooses_is_trained_on(results):
    choices = pd.read_csv(results / "tables" / "cluster_choices.csv").set_index("criterion")
    chosen = int(choices.loc["chosen", "k"])
    centers = results / "models" / "clusters"
    assert (centers / "k-auto-seed-0.centers.npy").read_bytes() == (
        centers / f"k-{chosen}-seed-0.centers.npy"
    ).read_bytes()
    history = pd.read_csv(results / "tables" / "training_history.csv")
    widths = history.groupby("input_space")["n_features"].unique()
    assert widths["clusters-auto"].tolist() == [chosen]
    described = pd.read_csv(results / "tables" / "clusters_auto.csv")
    assert len(described) == chosen
    assert described["size"].sum() == 4000


def test_clusters_are_compared_with_the_labels(results):
    quality = pd.read_csv(results / "tables" / "cluster_quality.csv")
    assert len(quality) == 6
    assert quality["purity"].between(0.3, 1).all()
    assert quality["adjusted_mutual_information"].between(0.1, 1).all()
    assert (quality["smallest"] >= 1).all()
    assert (quality["mean_size"] * quality["k"]).round().tolist() == [4000] * 6


def test_the_cost_of_the_articles_k_means_is_measured_beside_others(results):
    cost = pd.read_csv(results / "tables" / "cluster_cost_quality.csv")
    assert {"minibatch", "lloyd", "elkan"} == set(cost["algorithm"])
    articles = cost[cost["setting"] == "articles"].iloc[0]
    assert (articles["n_init"], articles["batch_size"], articles["k"]) == (20, 500, 20)
    assert cost["relative_inertia"].min() == 1


def test_sampled_silhouettes_lie_within_their_error_of_the_exact_ones(results):
    error = pd.read_csv(results / "tables" / "silhouette_error.csv")
    assert error["n_sample"].tolist() == [500, 2000]
    assert (error["error"].abs() < 4 * error["standard_error"]).all()


def test_both_networks_were_trained_on_both_spaces(results):
    history = pd.read_csv(results / "tables" / "training_history.csv")
    assert {*HISTORY.columns} - {"mean_abs_weight_L<layer>"} <= set(history.columns)
    history = history[history["experiment"] == "batch_sizes"]
    runs = history.groupby(["framework", "input_space", "batch_size"])["epoch"].max()
    assert len(runs) == 2 * 3
    assert (runs == 8).all()
    assert history["test_accuracy"].between(0, 1).all()


def test_keras_is_trained_with_all_seeds_with_and_without_regularisation(results):
    history = pd.read_csv(results / "tables" / "training_history.csv")
    last = history[(history["framework"] == "keras") & (history["epoch"] == 4)]
    seeds = last.groupby("experiment")["seed"].agg(list).to_dict()
    assert seeds == {"batch_sizes": [0] * 3, "keras_reference": [0, 1], "keras_without_l2": [0]}
    shares = last.groupby("experiment")["regularization_share"].max()
    assert shares["keras_without_l2"] == 0 < shares["keras_reference"]


def test_the_ways_between_numpy_and_keras_share_their_ends_and_the_whole_gap(results):
    bridge = pd.read_csv(results / "tables" / "bridge.csv")
    assert bridge.groupby("direction")["step"].agg(list).tolist() == [[*range(8)]] * 2
    ways = bridge.groupby("direction")
    accuracy = bridge.set_index(["direction", "step"])["test_accuracy"]
    assert accuracy["forwards", 0] == accuracy["backwards", 7]
    assert accuracy["forwards", 7] == accuracy["backwards", 0]
    gap = accuracy["forwards", 7] - accuracy["forwards", 0]
    assert ways["change"].sum().tolist() == pytest.approx([gap, gap])


def test_learning_rates_are_compared_with_the_usual_one(results):
    rates = pd.read_csv(results / "tables" / "learning_rates.csv")
    assert rates["learning_rate"].tolist() == pytest.approx([0.001, 0.002, 0.004])
    assert (rates["epochs"] == 10).all()


def test_experiments_are_trained_with_all_their_seeds(results):
    history = pd.read_csv(results / "tables" / "training_history.csv")
    runs = history[history["experiment"] == "article_a"].groupby("seed")
    assert runs["epoch"].max().to_dict() == {0: 5, 1: 5}
    assert runs["batch_size"].unique().str[0].tolist() == [500, 500]


def test_input_spaces_are_compared_with_the_first_over_seeds(results):
    controls = pd.read_csv(results / "tables" / "feature_controls.csv").set_index("input_space")
    assert controls["verdict"].iloc[0] == "reference"
    assert controls.index.tolist() == ["clusters-30", "pca-30", "images-30", "pixels"]
    assert set(controls["verdict"].iloc[1:]) <= {"better", "worse", "no clear difference"}
    assert (controls["ci_low"] <= controls["test_accuracy"]).all()
    history = pd.read_csv(results / "tables" / "training_history.csv")
    history = history[history["experiment"] == "feature_controls"]
    assert history["validation_accuracy"].notna().all()
    tested = history[history["test_accuracy"].notna()]
    assert (tested["epoch"] == 10).all()
    assert len(tested) == 4 * 2


def test_predictions_are_those_whose_accuracy_the_table_holds(results):
    wrong = []
    for path in (results / "training" / "experiments").rglob("*.predictions.npy"):
        history = pd.read_csv(path.with_name(path.name.replace(".predictions.npy", ".csv")))
        y_test = np.load(results / "data" / "labels" / "y_test.npy")
        if np.mean(np.load(path) == y_test) != history["test_accuracy"].iloc[-1]:
            wrong.append(path)
    assert wrong == []


def test_time_scalings_and_strengths_of_l2_have_their_tables(results):
    tables = results / "tables"
    times = pd.read_csv(tables / "time_to_accuracy.csv")
    assert set(times["experiment"]) == {"article_c_reference", "article_c_clusters"}
    reached = times[times["epochs"].notna()]
    assert reached["speedup"].tolist() == pytest.approx(
        (reached["reference_seconds"] / reached["seconds"]).tolist()
    )
    configured = times[times["target_kind"] == "configured"]
    assert set(configured["target"]) == {0.5, 0.7}
    own = times[times["target_kind"] == "best of the reference"].set_index("experiment")
    assert own.loc["article_c_reference", "epochs"] >= 1
    rule = pd.read_csv(tables / "lambda_rule.csv")
    assert rule["l2_factor"].tolist() == [0.1, 1.0]
    assert rule["l2"].tolist() == pytest.approx([0.1 * 0.2 * 30 / 784, 0.2 * 30 / 784])
    paired = pd.read_csv(tables / "reference_paired.csv").set_index("input_space")
    assert paired.loc["clusters-30", "against"] == "pixels"
    assert 0 < paired.loc["clusters-30", "mcnemar_p"] <= 1


def test_scalings_are_compared_at_the_epochs_that_are_published(quick_checkout, tmp_path):
    """The quick run has none of them: the articles published nothing of ten epochs or fewer."""
    folder = tmp_path / "mlplab"
    shutil.copytree(quick_checkout, folder)
    table = "results/quick/tables/scaling_comparison.csv"
    assert pd.read_csv(folder / table).empty
    points = (
        "comparison={published: [{accuracy: 0.5, epoch: 5}, {accuracy: 0.7, epoch: 10}], "
        "choose_at: [10]}"
    )
    done = snakemake(folder, *QUICK_FILE, "--config", points, "--", table)
    assert done.returncode == 0, done.stderr
    assert "rule train_experiment" not in done.stderr
    scalings = pd.read_csv(folder / table)
    assert set(scalings["input_space"]) == {"clusters-30-samplestandard", "clusters-30-raw"}
    assert set(scalings["epoch"]) == {5, 10}
    assert set(scalings.loc[scalings["decides"], "epoch"]) == {10}


def test_every_input_is_followed_over_time_on_the_validation_images(results):
    curves = pd.read_csv(results / "tables" / "controls_over_time.csv")
    spaces = curves.groupby("input_space")
    assert set(spaces.groups) == {"clusters-30", "pca-30", "images-30", "pixels"}
    assert (spaces["epoch"].agg(list).map(lambda epochs: epochs == [*range(1, 11)])).all()
    assert (curves["seeds"] == 2).all()
    assert (spaces["cpu_seconds"].diff().dropna() > 0).all()
    assert curves["validation_accuracy"].between(curves["lowest"], curves["highest"]).all()


def test_networks_learn_more_than_chance(results):
    final = pd.read_csv(results / "tables" / "final_accuracies.csv")
    assert (final["test_accuracy"] > 0.2).all()


def test_every_variant_is_measured_in_every_round_and_compared_to_numpy(results):
    benchmark = pd.read_csv(results / "tables" / "batch_size_benchmark.csv")
    absent = pd.read_csv(results / "tables" / "absent_variants.csv")
    variants = {"numpy", "compiled", "products", "keras", "keras_tuned", "keras_matched", "sklearn"}
    assert variants <= set(benchmark["variant"])
    assert set(benchmark["variant"]) | set(absent["variant"]) == {*variants, "pytorch", "jax"}
    cases = benchmark.groupby(["input_space", "batch_size", "variant"])["round"].unique()
    assert set(cases.index.droplevel("variant")) == {
        ("pixels", 1000),
        ("clusters-30", 500),
    }
    assert all(list(rounds) == [1, 2] for rounds in cases)
    assert (benchmark["seconds_per_epoch"] > 0).all()
    assert (benchmark["n_threads"] <= os.cpu_count()).all()
    assert benchmark["blas_threads"].between(1, benchmark["n_threads"]).all()
    tuned = benchmark[benchmark["variant"] == "keras_tuned"]
    assert tuned["notes"].str.contains("steps_per_execution=").all()
    ratios = pd.read_csv(results / "tables" / "batch_size_ratios.csv")
    assert set(ratios["verdict"]) <= {"faster", "slower", "no clear difference"}
    assert len(ratios) == 2 * (len(set(benchmark["variant"])) - 2)


def test_operations_threads_and_the_deep_model_have_their_tables(results):
    operations = pd.read_csv(results / "tables" / "operation_times.csv")
    assert set(operations["framework"]) == {"numpy", "tensorflow"}
    assert set(operations["batch_size"]) == {500}
    threads = pd.read_csv(results / "tables" / "thread_scaling.csv")
    counts = thread_counts(available_threads())
    cases = threads.groupby(["framework", "setting", "n_threads"])["round"].unique()
    assert set(cases.index) == {*product(["numpy", "keras"], ["environment", "api"], counts)}
    assert all(list(rounds) == [1] for rounds in cases)
    by_environment = threads[threads["setting"] == "environment"]
    assert (by_environment["blas_threads"] <= by_environment["n_threads"]).all()
    deep = pd.read_csv(results / "tables" / "deep_model.csv").set_index("variant")
    assert deep["xla"].to_dict() == {"numpy": False, "keras": False, "keras_xla": True}
    assert (deep["epochs"] == 3).all()
    assert deep["test_accuracy"].between(0, 1).all()


def test_every_step_of_the_ladder_is_measured_in_every_round_beside_keras(results):
    ladder = pd.read_csv(results / "tables" / "optimization_ladder.csv")
    assert ladder.groupby("name")["round"].agg(list).tolist() == [[1, 2]] * 8
    steps = ladder[ladder["step"].notna()]
    assert steps.groupby("step")["name"].nunique().to_dict() == dict.fromkeys(range(7), 1)
    assert (steps["full_accuracy_seconds"] > steps["batch_accuracy_seconds"]).all()
    assert (ladder["batch_accuracy_seconds"] > 0).all()
    summary = pd.read_csv(results / "tables" / "optimization_ladder_summary.csv")
    assert len(summary) == 2 * 7 + 1
    assert summary["published_ratio"].count() == 6
    assert (summary["ci_low"] <= summary["ratio_to_keras"]).all()


def test_the_ladder_is_compared_over_batch_sizes_input_spaces_and_allocators(results):
    sizes = pd.read_csv(results / "tables" / "ladder_batch_sizes.csv")
    assert sizes.groupby("name")["batch_size"].agg(list).tolist() == [[500, 1000] * 2] * 4
    spaces = pd.read_csv(results / "tables" / "ladder_input_spaces.csv")
    assert set(spaces["input_space"]) == {"pixels", "clusters-30"}
    allocation = pd.read_csv(results / "tables" / "allocation.csv")
    cases = allocation.groupby(["step", "allocator"])["round"].agg(list)
    assert len(cases) == 4
    assert cases.tolist() == [[1, 2]] * 4


def test_keras_log_and_call_have_their_tables(results):
    log = pd.read_csv(results / "tables" / "keras_log.csv")
    assert log.groupby("measure")["epoch"].agg(list).tolist() == [[1, 2, 3, 4]] * 2
    assert log["published"].notna().all()
    passes = pd.read_csv(results / "tables" / "keras_log_passes.csv")
    assert passes["seed"].tolist() == [0, 0, 1, 1]
    history = pd.read_csv(results / "tables" / "training_history.csv").set_index("experiment")
    assert set(history.loc["keras_reference", "seed"]) == {0, 1}
    run = pd.read_csv(results / "tables" / "keras_run.csv")
    disturbed = run.groupby("process")["disturbed"].any()
    # A disturbed process is followed by another; `retries` of the quick run is 1.
    assert disturbed.index.tolist() in ([1, 2], [1, 2, 3] if disturbed.iloc[:2].any() else [1, 2])
    assert run.groupby("process")["run"].agg(list).tolist() == [[1, 2]] * len(disturbed)


def test_backward_times_of_every_round_stand_beside_the_two_published_batches(results):
    ladder = pd.read_csv(results / "tables" / "optimization_ladder.csv")
    backward = pd.read_csv(results / "tables" / "backward_times.csv")
    layers = backward.groupby(["origin", "step", "round"])["layer"].agg(list)
    assert all(found == ["L0", "L1", "L2"] for found in layers)
    assert layers["published"].index.tolist() == [(0, 1), (0, 2)]
    timed = ladder[ladder["backward_L0_seconds"].notna()]
    assert set(layers["measured"].index) == set(zip(timed["step"], timed["round"], strict=True))
    assert (backward.loc[backward["layer"] == "L1", "ratio_to_L1"] == 1).all()


def test_every_figure_has_its_three_files(results):
    folder = results / "figures"
    drawn = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    drawn = {path.as_posix() for path in drawn if path.suffix != ".json"}
    stems = {name.rpartition(".")[0] for name in drawn}
    assert drawn == {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg", "csv")}
    runs = {
        f"runs/{run}-{kind}"
        for run in (
            "article_a/pixels",
            "article_c_reference/pixels",
            "article_c_clusters/clusters-30",
        )
        for kind in ("panels", "accuracy", "confusion")
    }
    times = {"seconds_per_epoch", "batch_size_ratios", "optimization_ladder", "epoch_shares"}
    times |= {"backward_times", "operations", "roofline", "thread_scaling", "deep_model"}
    clusters = {"cluster_sweep", "cluster_cost_quality"} | {
        f"{kind}_{k}"
        for kind in ("ambiguous_images", "cluster_centers", "silhouette_samples")
        for k in ("30", "auto")
    }
    comparisons = {"feature_controls", "controls_over_time", "lambda_rule", "time_to_accuracy"}
    comparisons |= {"search", "bridge"}
    assert {"training_history"} | comparisons | clusters | times | runs <= stems
    assert all((folder / name).stat().st_size > 5_000 for name in drawn if name.endswith("g"))


def test_the_study_page_answers_every_question_from_the_tables(results):
    page = (results / "study.html").read_text()
    answers = (results / "report" / "answers.rst").read_text()
    assert "Left out" not in answers
    assert "processor" in answers
    ratios = pd.read_csv(results / "tables" / "batch_size_ratios.csv")
    keras = ratios[(ratios["variant"] == "keras") & (ratios["input_space"] == "pixels")]
    nearest = keras.loc[(keras["batch_size"] - 500).abs().idxmin(), "ratio_to_numpy"]
    for text in (page, answers):
        told = (f"it takes {plain(nearest)} times as long", f"by a factor of {plain(nearest)}")
        assert any(words in text for words in told)


def test_the_study_page_made_by_itself_is_the_one_of_the_run(quick_checkout, results):
    made = (results / "study.html").read_bytes()
    done = run(quick_checkout, sys.executable, "-m", "mlplab.reporting.study", str(results))
    assert done.returncode == 0, done.stderr
    assert (results / "study.html").read_bytes() == made


def test_captions_of_the_report_of_mnist_name_what_was_published(quick_checkout, tmp_path):
    """The browser looks at the report of own data, of which nothing was published."""
    path = tmp_path / "report.html"
    done = snakemake(
        quick_checkout, "--configfile", "results/quick/config.yaml", "--report", str(path)
    )
    assert done.returncode == 0, done.stderr
    assert "hollow marks are the published ones" in path.read_text()


def test_the_merged_config_lies_beside_the_results(results):
    recorded = yaml.safe_load((results / "config.yaml").read_text())
    assert recorded["run"] == "quick"
    assert recorded["train"]["epochs"] == 8
    assert recorded["networks"]["article_a"]["learning_rate"] == 0.001


def test_every_result_is_as_recorded(quick_checkout):
    verify = [sys.executable, "-m", "mlplab.provenance.verify", "results/quick", "resources/mnist"]
    done = run(quick_checkout, *verify)
    assert done.returncode == 0, done.stdout
    assert "results checked, 0 not as recorded" in done.stdout


def test_nothing_half_written_is_left(results):
    assert [path for path in results.rglob("*") if path.name.startswith(".incomplete-")] == []


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


@pytest.mark.skipif(gpu_present(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused_before_any_job(checkout):
    done = snakemake(checkout, "--config", "run=refused", "benchmark={device: gpu}")
    assert done.returncode != 0
    assert "benchmark.device: found 'gpu', but nvidia-smi lists no GPU" in done.stderr
    assert not (checkout / "results" / "refused").exists()


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
    assert f"folder {tmp_path}: lacks train-images-idx3-ubyte; found" in said
    assert "storage.googleapis.com" in said
    assert "MLPLAB_DATA_DIR" in said
    assert "Traceback" not in said
    assert list(checkout.glob("resources/fashion_mnist/*")) == []
