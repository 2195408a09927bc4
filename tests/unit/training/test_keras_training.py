"""Whole trainings with Keras, as tables of the workflow."""

import numpy as np
import pytest

from mlplab.benchmark.deep_model import DEEP_MODEL, DeepTraining, train_deep_model
from mlplab.keras_mlp import models as keras_models
from mlplab.machine.processors import available_threads
from mlplab.training import keras_training
from mlplab.training.keras_training import train_keras_reference
from mlplab.training.samples import Samples
from mlplab.training.settings import TrainingSettings
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
        hidden_layer_sizes=(6, 3),
        l2=0.002,
        seed=1,
        n_threads=N_THREADS,
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


def test_epochs_in_one_call_and_several_seeds_in_a_process_give_the_same_numbers(samples):
    def train(seed, *, one_call):
        history = train_keras_reference(
            samples,
            TrainingSettings(epochs=2, batch_size=30),
            hidden_layer_sizes=(6, 3),
            l2=0.01,
            seed=seed,
            n_threads=N_THREADS,
            one_call=one_call,
        )
        return history[["total_cost", "train_accuracy", "test_accuracy"]].to_numpy()

    first, other, again = (train(seed, one_call=True) for seed in (0, 1, 0))
    np.testing.assert_array_equal(again, first)
    assert (other != first).any()
    np.testing.assert_allclose(train(0, one_call=False), first, rtol=1e-5)


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
