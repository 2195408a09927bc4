"""Whole trainings with Keras, as tables of the workflow."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlplab.benchmark.deep_model import DEEP_MODEL, DeepTraining, train_deep_model
from mlplab.keras_mlp import models as keras_models
from mlplab.machine.processors import available_threads
from mlplab.training import keras_training
from mlplab.training.bridge import BridgeTraining, describe_networks, train_direction
from mlplab.training.differences import DIFFERENCES, list_stops
from mlplab.training.keras_training import (
    ReferenceModel,
    train_keras_reference,
    train_keras_together,
)
from mlplab.training.samples import Samples
from mlplab.training.settings import TrainingLabel, TrainingSettings
from tests.unit.benchmark.clocks import keep_made

# As many threads as other tests have: a process cannot change them once TensorFlow runs.
N_THREADS = 2


@pytest.fixture
def samples(random):
    """Two classes that a feature each tells apart."""
    y = random.integers(2, size=240)
    x = random.standard_normal((240, 6), dtype=np.float32) + 6 * np.eye(2, 6, dtype="f4")[y]
    return Samples(x[:200], y[:200], x[200:], y[200:])


def accuracy(model, samples):
    outputs = model(samples.x_test).numpy()
    return pytest.approx((outputs.argmax(axis=1) == samples.y_test).mean())


def test_the_reference_training_is_a_row_per_epoch_with_its_threads(samples, monkeypatch):
    models = keep_made(monkeypatch, keras_training, "build_reference_model")
    history = train_keras_reference(
        samples,
        TrainingSettings(epochs=4, batch_size=5),
        ReferenceModel((6, 3), l2=0.004, n_pixels=12, n_threads=N_THREADS),
        seed=1,
    )
    (model,) = models
    assert [layer.units for layer in model.layers] == [6, 3, 2]
    assert float(model.layers[0].kernel_regularizer.l2) == pytest.approx(0.002)
    assert int(model.optimizer.iterations) == 4 * 40
    assert history["epoch"].tolist() == [1, 2, 3, 4]
    assert history["total_cost"].is_monotonic_decreasing
    assert history["test_accuracy"].iloc[-1] == accuracy(model, samples)
    assert (history["n_threads"] == min(N_THREADS, available_threads())).all()
    load = history[["foreign_cpu_share", "stolen_cpu_share", "disturbed"]]
    assert load.nunique().tolist() == [1, 1, 1]
    assert [c for c in history if c.startswith("mean_abs")] == [
        f"mean_abs_weight_L{layer}" for layer in range(3)
    ]


def test_the_deep_model_is_trained_in_keras(samples, monkeypatch):
    models = keep_made(monkeypatch, keras_models, "build_deep_model")
    table = train_deep_model(
        samples,
        "keras",
        DeepTraining((6,), batch_size=20, epochs=3, n_threads=N_THREADS, seed=0),
        parameters={},
    )
    assert table.columns.tolist() == list(DEEP_MODEL.columns)
    row = table.iloc[0]
    assert (row["framework"], row["variant"], row["xla"]) == ("keras", "keras", False)
    (model,) = models
    assert model.jit_compile is False
    assert row["test_accuracy"] == accuracy(model, samples)
    assert int(model.optimizer.iterations) == 3 * 10
    assert 0 < row["seconds_per_epoch"] < row["wall_seconds"]


def test_the_networks_of_stops_are_trained_with_every_seed_on_the_pixels_of_their_way(samples):
    settings = {"hidden_layer_sizes": [6, 3], "learning_rate": 0.01, "l2": 0.5}
    network = describe_networks(settings, batch_size=20, n_features=6, n_pixels=12, keras_l2=0.001)
    assert network.hidden == (6, 3)
    assert network.descent.l2 == pytest.approx(0.25)
    stops = [stop for stop in list_stops([*DIFFERENCES]) if "pixels" in stop.keras][:2]
    rows = train_direction(
        {"keras": samples},
        stops,
        network,
        BridgeTraining(epochs=3, seeds=[4, 7], n_threads=N_THREADS),
    )
    assert rows[["direction", "step", "seed", "epochs"]].to_numpy().tolist() == [
        ["forwards", 1, 4, 3],
        ["forwards", 1, 7, 3],
        ["forwards", 2, 4, 3],
        ["forwards", 2, 7, 3],
    ]
    assert (rows[["wall_seconds", "cpu_seconds"]] > 0).all(axis=None)
    assert rows["test_accuracy"].between(0, 1).all()


@pytest.mark.parametrize("timed", [True, False])
def test_trainings_in_one_process_are_those_of_each_alone(samples, timed):
    model = ReferenceModel((6, 3), 0.01, n_pixels=6, n_threads=N_THREADS, timed=timed)
    settings = TrainingSettings(epochs=2, batch_size=30)
    labels = [TrainingLabel("both", "keras", "pixels-unit", seed) for seed in (3, 1)]
    together = train_keras_together(
        [(label, settings) for label in labels], lambda _: samples, model
    )
    assert together["seed"].tolist() == [3, 3, 1, 1]
    alone = train_keras_reference(samples, settings, replace(model, timed=not timed), seed=1)
    columns = ["epoch", "train_accuracy", "test_accuracy", "total_cost", "mean_abs_weight_L0"]
    last = together.loc[together["seed"] == 1, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(last, alone[columns], rtol=1e-6)
