"""The whole workflow on data of the user's own: 12 × 20 pixels, seven classes, labels -3 to 300."""

import hashlib
import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.unit.data.own import LABELS, write_idx, write_npz
from tests.workflow.running import (
    OWN,
    OWN_ARRAYS,
    TINY_FILE,
    files_in,
    jobs,
    snakemake,
    write_tiny_config,
)


@pytest.fixture(scope="module")
def own(own_run, tmp_path_factory):
    """A copy of the finished run, for this file to change."""
    return shutil.copytree(own_run.checkout, tmp_path_factory.mktemp("own data") / "mlplab")


@pytest.fixture(scope="module")
def results(own):
    return own / "results" / "tiny"


def test_every_stage_has_the_images_and_classes_of_the_file(results):
    assert np.load(results / "data" / "pixels-unit" / "x_train.npy").shape == (700, 240)
    assert np.load(results / "data" / "labels" / "classes.npy").tolist() == LABELS.tolist()
    np.testing.assert_array_equal(
        np.load(results / "data" / "pixels-unit" / "x_test.npy"),
        OWN_ARRAYS["x_test"][:300].reshape(300, 240) / np.float32(255),
    )
    tables = results / "tables"
    history = pd.read_csv(tables / "training_history.csv")
    widths = history.groupby("input_space")["n_features"].unique().str[0]
    assert (widths["pixels"], widths["clusters-10"]) == (240, 10)
    rule = pd.read_csv(tables / "lambda_rule.csv")
    assert rule["l2"].tolist() == pytest.approx([0.2 * 10 / 240])
    assert set(pd.read_csv(tables / "cluster_sweep.csv")["dataset"]) == {"mine"}
    confusion = pd.read_csv(tables / "confusion.csv")
    assert set(confusion["label"]) == set(confusion["predicted"]) == set(LABELS)
    runs = confusion.groupby(["experiment", "input_space"])
    assert (runs["images"].sum() == 300).all()
    assert set(pd.read_csv(tables / "clusters_10.csv")["class"]) <= set(LABELS)


def test_published_figures_of_another_data_set_stand_nowhere(results):
    tables = results / "tables"
    claims = pd.read_csv(tables / "claims.csv")
    assert set(claims["verdict"]) == {"not applicable", "not testable here"}
    assert pd.read_csv(tables / "search_summary.csv")["published_accuracy"].isna().all()
    times = pd.read_csv(tables / "time_to_accuracy.csv")
    assert set(times["target_kind"]) == {"best of the reference"}
    assert pd.read_csv(tables / "scaling_comparison.csv").empty
    assert pd.read_csv(tables / "optimization_ladder_summary.csv")["published_ratio"].isna().all()
    assert set(pd.read_csv(tables / "backward_times.csv")["origin"]) == {"measured"}


def test_the_file_is_recorded_with_its_hash(own, results):
    record = json.loads((results / "data/labels/y_train.npy.provenance.json").read_text())
    digest = hashlib.sha256((own / "mine.npz").read_bytes()).hexdigest()
    assert record["inputs"] == {"mine.npz": digest}
    assert yaml.safe_load((results / "config.yaml").read_text())["dataset"] == "mine.npz"


def test_nothing_is_written_outside_the_folders_of_the_project(own_run):
    folder, before, home = own_run
    written = files_in(folder) - before
    assert {name.partition("/")[0] for name in written} == {"results", ".snakemake"}
    caches = {"/".join(name.split("/")[:2]) for name in files_in(home)}
    assert caches <= {
        ".cache/snakemake",
        ".cache/matplotlib",
        ".config/matplotlib",
        ".keras/keras.json",
    }


def test_a_changed_file_makes_what_is_read_from_it_stale_and_a_date_does_not(own):
    path = own / "mine.npz"
    kept = path.read_bytes()
    os.utime(path)
    assert jobs(snakemake(own, *TINY_FILE, "--dry-run")) == {}
    try:
        write_npz(path, OWN_ARRAYS, x_test=OWN_ARRAYS["x_test"][:, ::-1])
        os.utime(path, (0, 0))  # as if an older file had been moved there
        stale = jobs(snakemake(own, *TINY_FILE, "--dry-run"))
    finally:
        path.write_bytes(kept)
    assert {"extract_labels", "scale_pixels", "fit_clusters", "train_keras"} <= set(stale)
    assert "record_run" not in stale


def test_four_idx_files_give_the_same_arrays(own, results, tmp_path):
    dataset = write_idx(tmp_path, OWN_ARRAYS)
    changes = {"run": "idx", "dataset": dataset, "scale": {"n_train": 700, "n_test": None}}
    write_tiny_config(own, **changes)
    names = ["data/labels/y_train.npy", "data/pixels-unit/x_train.npy"]
    try:
        done = snakemake(own, *(f"results/idx/{name}" for name in names), *TINY_FILE)
        planned = jobs(snakemake(own, *TINY_FILE, "--dry-run"))
    finally:
        write_tiny_config(own, **OWN)
    assert done.returncode == 0, done.stderr
    for name in names:
        assert (own / "results" / "idx" / name).read_bytes() == (results / name).read_bytes()
    classes = np.load(own / "results" / "idx" / "data" / "labels" / "classes.npy")
    assert classes.tolist() == list(range(7))
    # `n_test: null` takes all there are.
    assert len(np.load(own / "results" / "idx" / "data" / "pixels-unit" / "x_test.npy")) == 750
    assert {"extract_labels", "download_dataset"}.isdisjoint(planned)
    assert "train_keras" in planned


def test_a_file_that_cannot_be_used_is_refused_before_any_job(own):
    write_npz(own / "wrong.npz", OWN_ARRAYS, y_test=None, y_train=OWN_ARRAYS["y_train"] / 2)
    for name, fault in (
        ("wrong.npz", "dataset: wrong.npz: found the arrays"),
        ("nowhere.npz", "dataset: nowhere.npz: cannot be read (No such file"),
    ):
        done = snakemake(own, *TINY_FILE, "--config", "run=refused", f"dataset={name}")
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert fault in said
        assert "Traceback" not in said
    assert not (own / "results" / "refused").exists()


def test_what_is_too_large_for_the_data_is_told_with_what_they_have(own):
    done = snakemake(
        own, "--dry-run", "--configfile", "config/quick.yaml", "--config", "dataset=mine.npz"
    )
    said = done.stdout + done.stderr
    assert "scale.n_train: found 4000; allowed: at most the 800 images there are" in said
    assert "silhouette.error_samples: found 2000; allowed: at most the 800 clustered images" in said
    assert "Traceback" not in said
