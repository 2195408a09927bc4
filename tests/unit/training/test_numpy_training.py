"""What trainings have in common, and one of the NumPy network as a table."""

import subprocess
import sys
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.classifier import NumpyMLPClassifier
from mlplab.runtime.files import save_array
from mlplab.training.history import label_history
from mlplab.training.numpy_training import train_labelled, train_numpy
from mlplab.training.samples import Samples, hold_out, load_samples
from mlplab.training.settings import NetworkSettings, TrainingLabel, TrainingSettings

X = np.arange(12, dtype=np.float32).reshape(6, 2)


def samples(labels):
    return Samples(X, np.array(labels), X[:2], np.array([0, 1]))


def test_the_last_samples_are_kept_out():
    kept, x, y = hold_out(samples([0, 1, 0, 1, 0, 1]), 2)
    assert kept.x_train.tolist() == X[:4].tolist()
    assert kept.x_test.tolist() == X[:2].tolist()
    assert (x.tolist(), y.tolist()) == (X[4:].tolist(), [0, 1])


@pytest.mark.parametrize("n", [-1, 6])
def test_some_samples_have_to_be_left(n):
    with pytest.raises(ValueError, match=f"n_validation: found {n}; allowed: 0 to 5"):
        hold_out(samples([0, 1, 0, 1, 0, 1]), n)


def test_a_class_may_not_be_among_those_kept_out_alone():
    with pytest.raises(ValueError, match=r"the last 2 .* classes number \[2\], .* mix the images"):
        hold_out(samples([0, 0, 1, 1, 2, 2]), 2)


def test_samples_are_opened_from_the_paths_of_a_job(tmp_path):
    arrays = {"x_train": X, "y_train": np.arange(6), "x_test": X[:2], "y_test": np.arange(2)}
    for name, array in arrays.items():
        save_array(tmp_path / f"{name}.npy", array)
    opened = load_samples(SimpleNamespace(**{name: tmp_path / f"{name}.npy" for name in arrays}))
    assert opened.n_features == 2
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(opened, name), array)
        assert isinstance(getattr(opened, name), np.memmap)


@pytest.mark.parametrize(
    ("space", "input_space"), [("pixels-standard", "pixels"), ("clusters-70", "clusters-70")]
)
def test_epochs_are_labelled_with_their_training(space, input_space):
    history = pd.DataFrame({"epoch": [1, 2], "test_accuracy": [0.5, 0.6]}, index=[7, 8])
    table = label_history(
        history,
        TrainingLabel("some", "numpy", space, seed=4, l2_factor=2.0),
        n_features=2,
        batch_size=3,
    )
    assert table.columns.tolist() == [
        "experiment", "framework", "input_space", "n_features", "batch_size", "seed", "l2_factor",
        "epoch", "test_accuracy", "validation_accuracy",
    ]  # fmt: skip
    assert table.iloc[1, :9].tolist() == ["some", "numpy", input_space, 2, 3, 4, 2.0, 2, 0.6]
    assert table["validation_accuracy"].isna().all()


@pytest.fixture
def digits(random):
    """Three classes that a feature each tells apart."""
    y = random.integers(3, size=300)
    x = random.standard_normal((300, 8), dtype=np.float32) + 4 * np.eye(3, 8, dtype="f4")[y]
    return Samples(x[:240], y[:240], x[240:], y[240:])


NETWORK = NetworkSettings(
    hidden_layer_sizes=(6,), learning_rate=0.02, decrease_const=0.0, momentum=0.0, l2=0.5
)
SCHEDULE = TrainingSettings(epochs=4, batch_size=40)


def train(digits, *, network=NETWORK, l2_factor=1.0, **schedule):
    label = TrainingLabel("some", "numpy", "clusters-8", seed=2, l2_factor=l2_factor)
    schedule = replace(SCHEDULE, **schedule)
    return train_labelled(digits, label, network, schedule, n_pixels=32, n_threads=1)


def test_settings_have_the_defaults_of_the_classifier():
    defaults = NumpyMLPClassifier().get_params()
    settings = asdict(NetworkSettings())
    del settings["scale_l2_with_inputs"]
    assert settings == {name: defaults[name] for name in settings}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_is_that_of_the_classifier(digits, engine):
    found = train_numpy(digits, NETWORK, replace(SCHEDULE, engine=engine), seed=2, n_threads=1)
    parameters = asdict(NETWORK)
    del parameters["scale_l2_with_inputs"]
    classifier = NumpyMLPClassifier(
        **parameters, epochs=4, batch_size=40, random_state=2, n_threads=1, engine=engine
    )
    classifier.fit(digits.x_train, digits.y_train, validation_data=(digits.x_test, digits.y_test))
    same = ["epoch", "learning_rate", "train_accuracy", "test_accuracy", "total_cost"]
    pd.testing.assert_frame_equal(found.history[same], classifier.history_[same])
    np.testing.assert_array_equal(found.predictions, classifier.predict(digits.x_test))


def test_a_training_does_without_scikit_learn():
    program = "import sys, mlplab.training.numpy_training; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_a_tested_label_is_one_of_those_trained(digits):
    strange = replace(digits, y_test=digits.y_test + 1)
    with pytest.raises(ValueError, match=r"y holds \[3\], which are not among the classes"):
        train_numpy(strange, NETWORK, SCHEDULE, seed=2, n_threads=1)


@pytest.mark.parametrize(
    ("l2_factor", "scale", "l2"),
    [(1.0, True, 0.5 * 8 / 32), (3.0, True, 3.0 * 0.5 * 8 / 32), (3.0, False, 3.0 * 0.5)],
)
def test_l2_follows_its_factor_and_the_number_of_inputs(digits, l2_factor, scale, l2):
    expected = train_numpy(digits, replace(NETWORK, l2=l2), SCHEDULE, seed=2, n_threads=1)
    network = replace(NETWORK, scale_l2_with_inputs=scale)
    found = train(digits, network=network, l2_factor=l2_factor)
    assert found.history["total_cost"].tolist() == expected.history["total_cost"].tolist()
    np.testing.assert_array_equal(found.predictions, expected.predictions)
    assert (found.history["l2_factor"] == l2_factor).all()
    assert (found.history["n_threads"] == min(1, available_threads())).all()


def test_images_kept_for_validation_are_no_part_of_the_training(digits):
    y_train = digits.y_train.copy()
    y_train[-60:] = (y_train[-60:] + 1) % 3
    shuffled = Samples(digits.x_train, y_train, digits.x_test, digits.y_test)
    honest, wrong = (train(part, n_validation=60).history for part in (digits, shuffled))
    assert honest["total_cost"].tolist() == wrong["total_cost"].tolist()
    assert honest["validation_accuracy"].iloc[-1] > 0.9
    assert wrong["validation_accuracy"].iloc[-1] < 0.1
    assert train(digits).history["validation_accuracy"].isna().all()


def test_the_test_part_may_be_looked_at_in_the_end_alone(digits):
    training = train(digits, test_every_epoch=False, measure_every=2)
    history = training.history
    assert history["test_accuracy"].isna().tolist() == [True, True, True, False]
    assert history["total_cost"].isna().tolist() == [True, False, True, False]
    right = (training.predictions == digits.y_test).mean()
    assert history["test_accuracy"].iloc[-1] == right > 0.9
