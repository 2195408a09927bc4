from dataclasses import replace

import numpy as np
import pytest

from mlplab.benchmark.deep_model import DEEP_MODEL, DeepTraining, train_deep_model
from mlplab.machine.processors import available_threads
from mlplab.training.samples import Samples


@pytest.fixture
def samples():
    """Two classes that a feature each tells apart."""
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 240)
    x = random.standard_normal((240, 6)).astype(np.float32)
    x[np.arange(240), y] += 6
    return Samples(x[:200], y[:200], x[200:], y[200:])


TRAINING = DeepTraining((8, 4), batch_size=20, epochs=60, n_threads=1, seed=3)


def train(samples, **changes):
    parameters = {"learning_rate": 0.05, "momentum": 0.0, "decrease_const": 0.0}
    return train_deep_model(samples, "numpy", replace(TRAINING, **changes), parameters=parameters)


def test_the_numpy_variant_learns_and_its_row_says_how(samples):
    table = train(samples)
    assert list(table.columns) == list(DEEP_MODEL.columns)
    row = table.iloc[0]
    assert (row["framework"], row["variant"], row["xla"]) == ("numpy", "numpy", False)
    assert (row["batch_size"], row["epochs"], row["seed"], row["n_threads"]) == (20, 60, 3, 1)
    assert row["train_accuracy"] > 0.95
    assert row["test_accuracy"] > 0.9
    assert 0 < row["seconds_per_epoch"] < row["wall_seconds"]


def test_a_seed_gives_the_same_accuracies(samples):
    accuracies = ["train_accuracy", "test_accuracy"]
    first, second = (train(samples, epochs=3)[accuracies] for _ in range(2))
    assert first.equals(second)


def test_the_row_names_the_threads_that_there_are(samples):
    assert train(samples, epochs=2, n_threads=500)["n_threads"].item() == available_threads()
