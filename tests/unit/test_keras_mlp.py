import subprocess
import sys

import numpy as np
import pytest

from mlplab.keras_mlp import (
    MatchedModel,
    build_deep_model,
    build_reference_model,
    configure_tensorflow,
    train_keras,
)
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.numpy_mlp.parameters import draw_parameters


@pytest.fixture(scope="module", autouse=True)
def _configured():
    configure_tensorflow(2, seed=0)


def describe(model):
    return [
        (layer.units, layer.activation.__name__, getattr(layer.kernel_regularizer, "l2", None))
        for layer in model.layers
    ]


def test_the_reference_model_is_that_of_article_a():
    model = build_reference_model(784)
    layers = describe(model)
    assert [layer[:2] for layer in layers] == [
        (70, "sigmoid"),
        (30, "sigmoid"),
        (10, "sigmoid"),
    ]
    assert float(layers[0][2]) == float(layers[1][2]) == pytest.approx(0.01)
    assert layers[2][2] is None
    assert type(model.optimizer).__name__ == "RMSprop"
    assert model.loss == "categorical_crossentropy"


@pytest.mark.parametrize("jit_compile", [True, False])
def test_the_deep_model_is_that_of_article_b(jit_compile):
    model = build_deep_model(784, jit_compile=jit_compile)
    assert describe(model) == [(size, "sigmoid", None) for size in (200, 100, 50, 30, 10)]
    assert model.jit_compile is jit_compile


def test_importing_the_module_does_not_start_tensorflow():
    code = "import sys, mlplab.keras_mlp; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_threads_cannot_be_changed_once_they_run():
    build_reference_model(3)(np.zeros((1, 3), np.float32))
    with pytest.raises(RuntimeError, match="already runs with"):
        configure_tensorflow(1)


def test_a_training_gives_a_row_per_epoch(random):
    x = random.normal(size=(300, 5)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    model = build_reference_model(5, 2, hidden=(8,), l2=0.001)
    history = train_keras(model, x, y, x[:50], y[:50], epochs=3, batch_size=50)
    assert history["epoch"].tolist() == [1, 2, 3]
    assert history["train_accuracy"].between(0, 1).all()
    assert (history[["wall_seconds", "cpu_seconds", "total_cost"]] > 0).all().all()
    assert history["regularization_share"].between(0, 1, inclusive="neither").all()
    assert {"mean_abs_weight_L0", "mean_abs_weight_L1"} <= set(history.columns)
    assert history["test_accuracy"].iloc[-1] == pytest.approx(
        (model.predict(x[:50], verbose=0).argmax(axis=1) == y[:50]).mean()
    )


def test_a_diverging_training_names_epoch_and_learning_rate(random):
    x = np.full((20, 2), np.nan, np.float32)
    with pytest.raises(FloatingPointError, match=r"epoch 1 at learning rate 0.001"):
        train_keras(
            build_reference_model(2, 2, hidden=(3,)),
            x,
            np.arange(20) % 2,
            x,
            np.arange(20) % 2,
            epochs=2,
            batch_size=10,
        )


def test_the_matched_model_takes_the_same_200_steps(random):
    """Same start weights, same batches: after 200 steps both hold the same weights."""
    x = random.normal(size=(1_000, 60)).astype(np.float32)
    y = random.integers(10, size=1_000)
    classifier = NumpyMLPClassifier(
        batch_size=100, epochs=20, momentum=0.4, l2=0.1, l1=0.01, decrease_const=0, random_state=4
    ).fit(x, y)
    state = np.random.RandomState(4)
    start = draw_parameters([60, 70, 30, 10], "float32", state)
    matched = MatchedModel(start.weights, start.biases, momentum=0.4, l2=0.1, l1=0.01)
    targets = np.eye(10, dtype=np.float32)[y]
    for _ in range(20):
        matched.train_epoch(x, targets, state.permutation(len(x)), 100, 1e-3)
    found = [*matched.coefs, *matched.intercepts]
    expected = [*classifier.coefs_, *classifier.intercepts_]
    for one, other in zip(found, expected, strict=True):
        assert np.linalg.norm(one - other) <= 1e-4 * np.linalg.norm(other)


def test_gradients_agree_with_automatic_differentiation(random):
    x = random.normal(size=(40, 6))
    y = random.integers(4, size=40)
    classifier = NumpyMLPClassifier(
        (5, 4), batch_size=40, epochs=1, momentum=0, l2=0.1, l1=0.05, dtype="float64",
        random_state=1, shuffle=False,
    )  # fmt: skip
    classifier.fit(x, y)
    start = draw_parameters([6, 5, 4, 4], "float64", np.random.RandomState(1))
    matched = MatchedModel(start.weights, start.biases, momentum=0, l2=0.1, l1=0.05)
    gradients = [g.numpy() for g in matched.gradients(x, np.eye(4)[y])]
    pairs = zip(
        [*start.weights, *start.biases],
        [*classifier.coefs_, *classifier.intercepts_],
        [*gradients[::2], *gradients[1::2]],
        strict=True,
    )
    for before, after, gradient in pairs:
        np.testing.assert_allclose((before - after) / 1e-3, gradient, rtol=1e-6, atol=1e-9)
