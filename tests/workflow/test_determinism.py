"""What is equal to the last byte, within a tolerance, or only in distribution."""

import importlib.metadata

import numpy as np
import pandas as pd
import pytest

from mlplab.clusters.clustering import KMeansSettings, fit_kmeans
from mlplab.data import load_dataset
from mlplab.features.scaling import scale_features
from mlplab.provenance.fingerprint import code_fingerprint
from mlplab.runtime.sidecars import read_sidecar
from mlplab.training.keras_training import ReferenceModel, train_keras_reference
from mlplab.training.numpy_training import train_numpy
from mlplab.training.samples import Samples
from mlplab.training.settings import NetworkSettings, TrainingSettings

NETWORK = NetworkSettings(learning_rate=0.001, decrease_const=1e-6, momentum=5e-5, l2=0.01)


@pytest.fixture(scope="module")
def data(quick_checkout):
    return quick_checkout / "results" / "quick" / "data"


def samples(data, space):
    """The first of what a training of the quick run reads."""
    sizes = {"train": 1500, "test": 300}
    x = [np.load(data / space / f"x_{part}.npy")[:n] for part, n in sizes.items()]
    y = [np.load(data / "labels" / f"y_{part}.npy")[:n] for part, n in sizes.items()]
    return Samples(x[0], y[0], x[1], y[1])


def test_byte_equal_data_and_scaling(data, quick_checkout, mnist_spec):
    """Another process, with as many threads as it likes, comes to the same bytes."""
    dataset = load_dataset(quick_checkout / "resources" / "mnist", mnist_spec)
    for method in ("standard", "unit", "normalizer"):
        scaled = scale_features(dataset.x_train[:4000], dataset.x_test[:1000], method)
        for part, array in zip(("train", "test"), scaled, strict=True):
            stored = np.load(data / f"pixels-{method}" / f"x_{part}.npy")
            assert stored.tobytes() == np.ascontiguousarray(array).tobytes()


def test_byte_equal_fingerprints(data, quick_checkout, monkeypatch):
    """The fingerprint that a job recorded is the one computed here and now."""
    monkeypatch.chdir(quick_checkout)
    recorded = read_sidecar(data / "pixels-unit" / "x_train.npy")["code"]
    assert recorded == code_fingerprint("workflow/scripts/scale_pixels.py", "src/mlplab")
    assert recorded["libraries"]["numpy"] == importlib.metadata.version("numpy")


def test_equal_within_tolerance_kmeans_across_threads(data):
    x = np.load(data / "pixels-normalizer" / "x_train.npy")[:1500]
    one, two = (
        fit_kmeans(x, 10, KMeansSettings("minibatch", 3, 100, 512), seed=0, n_threads=n)
        for n in (1, 2)
    )
    np.testing.assert_allclose(one.centers, two.centers, rtol=1e-4, atol=1e-5)
    assert (one.labels == two.labels).mean() > 0.999


def test_equal_within_tolerance_numpy_training_across_threads(data):
    histories = [
        train_numpy(
            samples(data, "pixels-standard"),
            NETWORK,
            TrainingSettings(epochs=4, batch_size=250),
            seed=0,
            n_threads=n,
        ).history
        for n in (1, 2)
    ]
    for column in ("total_cost", "mean_abs_weight_L0", "mean_abs_weight_L2"):
        one, two = (history[column].to_numpy() for history in histories)
        np.testing.assert_allclose(one, two, rtol=1e-3)


def test_equal_in_distribution_keras(data):
    """Two trainings with the same seed: neither bytes nor a narrow tolerance is promised."""
    accuracies = [
        train_keras_reference(
            samples(data, "pixels-unit"),
            TrainingSettings(epochs=6, batch_size=50),
            ReferenceModel((70, 30), l2=0.0001, n_pixels=784, n_threads=2),
            seed=seed,
        )["test_accuracy"].iloc[-1]
        for seed in (0, 0, 1)
    ]
    assert np.ptp(accuracies) < 0.2
    assert min(accuracies) > 0.4


def test_equal_in_distribution_timings(data):
    """Medians of two trainings, one after the other, are of the same order; no more is promised."""
    medians = [
        train_numpy(
            samples(data, "pixels-standard"),
            NETWORK,
            TrainingSettings(epochs=15, batch_size=250),
            seed=0,
            n_threads=1,
        )
        .history["wall_seconds"]
        .median()
        for _ in range(2)
    ]
    assert pd.Series(medians).max() < 5 * pd.Series(medians).min()
