import subprocess
import sys

import numpy as np
import pytest

from mlplab.keras_mlp import (
    Descent,
    build_deep_model,
    build_matched_model,
    build_reference_model,
    configure_tensorflow,
    train_keras,
    train_matched_steps,
)
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.runtime import arrays


@pytest.fixture(scope="module", autouse=True)
def _configured():
    configure_tensorflow(2, seed=0)


def describe(model):
    return [
        (layer.units, layer.activation.__name__, getattr(layer.kernel_regularizer, "l2", None))
        for layer in model.layers
    ]


def test_the_reference_model_is_that_of_article_a():
    model = build_reference_model(784, 10)
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
    model = build_deep_model(784, 10, jit_compile=jit_compile)
    assert describe(model) == [(size, "sigmoid", None) for size in (200, 100, 50, 30, 10)]
    assert type(model.optimizer).__name__ == "RMSprop"
    assert model.loss == "categorical_crossentropy"
    assert model.jit_compile is jit_compile


def test_importing_the_package_does_not_start_tensorflow():
    code = "import sys, mlplab.keras_mlp; sys.exit(bool({'tensorflow', 'keras'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_threads_cannot_be_changed_once_they_run():
    build_reference_model(3, 10)(np.zeros((1, 3), np.float32))
    with pytest.raises(RuntimeError, match="already runs with 2 intra-op and 2 inter-op"):
        configure_tensorflow(1)
    configure_tensorflow(2)


class _Gpus:
    """Stands in for TensorFlow's list of GPUs, and keeps what is set for one of them."""

    def __init__(self, monkeypatch, *names):
        import tensorflow as tf

        self.limits = []
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: list(names))
        monkeypatch.setattr(tf.config, "set_logical_device_configuration", self._keep)

    def _keep(self, gpu, devices):
        self.limits.append((gpu, [device.memory_limit for device in devices]))


@pytest.mark.parametrize(
    ("wanted", "limits"), [({}, []), ({"gpu_memory_mib": 512}, [("first", [512])])]
)
def test_the_memory_of_the_first_gpu_is_limited_if_asked(monkeypatch, wanted, limits):
    gpus = _Gpus(monkeypatch, "first", "second")
    configure_tensorflow(2, device="gpu", **wanted)
    assert gpus.limits == limits


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    gpus = _Gpus(monkeypatch)
    with pytest.raises(RuntimeError, match="device gpu: TensorFlow finds no GPU; install"):
        configure_tensorflow(2, device="gpu", gpu_memory_mib=512)
    assert not gpus.limits


@pytest.fixture
def samples(random):
    x = random.normal(size=(300, 5))
    return x, (x[:, 0] > 0).astype(int)


def test_a_training_gives_a_row_per_epoch(samples):
    x, y = samples
    model = build_reference_model(5, 2, hidden=(8,), l2=0.001)
    history = train_keras(model, x, y, x[:50], y[:50], epochs=3, batch_size=50)
    assert history["epoch"].tolist() == [1, 2, 3]
    assert history["train_accuracy"].between(0, 1).all()
    assert (history[["wall_seconds", "cpu_seconds", "total_cost"]] > 0).all().all()
    assert history["learning_rate"].tolist() == pytest.approx([0.001] * 3)
    assert history[["last_batch_cost", "last_batch_error"]].isna().all().all()
    for layer, dense in enumerate(model.layers):
        assert history[f"mean_abs_weight_L{layer}"].iloc[-1] == pytest.approx(
            np.abs(dense.kernel.numpy()).mean()
        )
    penalty = 0.001 * np.square(model.layers[0].kernel.numpy()).sum()
    assert history["regularization_share"].iloc[-1] == pytest.approx(
        penalty * len(x) / history["total_cost"].iloc[-1], rel=1e-5
    )
    assert history["test_accuracy"].iloc[-1] == pytest.approx(
        (model.predict(x[:50], verbose=0).argmax(axis=1) == y[:50]).mean()
    )


def test_a_training_without_test_part_misses_only_its_accuracy(samples):
    model = build_deep_model(5, 2, hidden=(4,))
    history = train_keras(model, *samples, None, None, epochs=2, batch_size=100)
    assert history["test_accuracy"].isna().all()
    assert (history["regularization_share"] == 0).all()
    assert (history["wall_seconds"] > 0).all()


def test_large_samples_are_read_by_batches_with_the_same_result(samples, monkeypatch):
    from mlplab.keras_mlp import batches

    def train(x, y):
        model = build_reference_model(5, 2, hidden=(4,))
        model.set_weights([np.full(w.shape, 0.1) + 0.1 * len(w) for w in model.get_weights()])
        model.run_eagerly = True  # for two steps quicker than to compile them
        # One batch an epoch: its sums do not depend on the order of the samples.
        history = train_keras(model, x, y, x, y, epochs=2, batch_size=300)
        return history[["total_cost", "train_accuracy", "test_accuracy"]]

    at_once = train(*samples)
    monkeypatch.setattr(arrays, "LARGEST_IN_MEMORY", 1000)
    read, kind = [], batches.BatchReader
    monkeypatch.setattr(batches, "BatchReader", lambda *a, **n: read.append(n) or kind(*a, **n))
    by_batches = train(*samples)
    assert read == [{"shuffle": True}, {"shuffle": False}]
    np.testing.assert_allclose(by_batches, at_once, rtol=1e-5)


def test_the_optimizer_of_the_matched_model_is_built_once():
    start = draw_parameters([3, 2, 2], "float32", np.random.RandomState(0))
    model = build_matched_model(start.weights, start.biases, steps_per_epoch=1)
    model.optimizer.build(model.trainable_variables)
    before = model.optimizer.variables
    assert len(before) == 2 + 4  # iterations and learning rate; a step of each variable
    model.optimizer.build(model.trainable_variables)
    assert [a is b for a, b in zip(before, model.optimizer.variables, strict=True)] == [True] * 6


def test_the_seed_decides_the_order_of_the_batches(samples):
    import keras

    def cost(seed):
        model = build_reference_model(5, 2, hidden=(4,))
        model.set_weights([np.full(w.shape, 0.1) + 0.1 * len(w) for w in model.get_weights()])
        keras.utils.set_random_seed(seed)
        history = train_keras(model, *samples, None, None, epochs=1, batch_size=20)
        return history["total_cost"].iloc[0]

    assert cost(1) == pytest.approx(cost(1), rel=1e-7)
    assert cost(1) != pytest.approx(cost(2), rel=1e-7)


@pytest.mark.parametrize("validate", [True, False])
def test_seconds_are_those_of_the_training_steps(samples, monkeypatch, validate):
    """By a clock that a step moves by 1, a validation batch by 1,000 and the end by 10⁶."""
    import keras

    from mlplab.keras_mlp import extensions

    now = [0.0]
    monkeypatch.setattr(extensions, "read_clocks", lambda: (now[0], 2 * now[0]))

    class Mover(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            now[0] += 1

        def on_test_batch_end(self, batch, logs=None):
            now[0] += 1_000

        def on_epoch_end(self, epoch, logs=None):
            now[0] += 1_000_000

    model = build_deep_model(5, 2, hidden=(4,))

    def fit(*, callbacks, fit=model.fit, **arguments):
        return fit(callbacks=[*callbacks, Mover()], **arguments)

    monkeypatch.setattr(model, "fit", fit)
    test = samples if validate else (None, None)
    history = train_keras(model, *samples, *test, epochs=2, batch_size=50)
    assert now[0] == 2 * (6 + 1_000 * validate + 1_000_000)
    assert history["wall_seconds"].tolist() == [6, 6]
    assert history["cpu_seconds"].tolist() == [12, 12]


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


def plain_gradients(weights, biases, x, targets, *, l2, l1):
    """Gradients of the cost in closed form: those of the weights, then those of the biases."""
    layers = [x]
    for w, b in zip(weights, biases, strict=True):
        layers.append(1 / (1 + np.exp(-(layers[-1] @ w + b))))
    delta = layers.pop() - targets
    of_weights, of_biases = [], []
    for w, below in zip(reversed(weights), reversed(layers), strict=True):
        of_weights.insert(0, below.T @ delta + l2 * w + l1 * np.sign(w))
        of_biases.insert(0, delta.sum(axis=0))
        delta = delta @ w.T * below * (1 - below)
    return of_weights + of_biases


def weights_and_biases(model):
    arrays = model.get_weights()
    return [*arrays[::2], *arrays[1::2]]


def automatic_gradients(model, x, targets):
    """By TensorFlow: those of the weights, then those of the biases; and the cost.

    The parts are added up here because Keras' own sum is always float32.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        cost = model.loss(targets, model(x, training=True)) + tf.add_n(model.losses)
    gradients = tape.gradient(cost, [v.value for v in model.trainable_variables])
    arrays = [g.numpy() for g in gradients]
    return [*arrays[::2], *arrays[1::2]], float(cost)


def assert_close_in_norm(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert np.linalg.norm(one - other) <= 1e-4 * np.linalg.norm(other)


def test_the_matched_model_takes_200_steps_of_the_articles(random):
    """Against the formulas written out in float64, the learning rate falling ten times."""
    x, targets = random.normal(size=(500, 20)), np.eye(4)[random.integers(4, size=500)]
    start = draw_parameters([20, 9, 6, 4], "float64", np.random.RandomState(7))
    batches = [rows for _ in range(10) for rows in np.array_split(random.permutation(500), 20)]
    model = build_matched_model(
        [w.astype(np.float32) for w in start.weights],
        [b.astype(np.float32) for b in start.biases],
        steps_per_epoch=20,
        descent=Descent(learning_rate=0.01, decrease_const=0.05, momentum=0.5, l2=0.1, l1=0.01),
    )
    train_matched_steps(model, x.astype(np.float32), targets.astype(np.float32), batches)

    values, n_layers = [a.copy() for a in (*start.weights, *start.biases)], len(start.weights)
    previous, rate = [np.zeros_like(a) for a in values], 0.01
    for step, rows in enumerate(batches):
        if step % 20 == 0:
            rate /= 1 + 0.05 * (step // 20)
        gradients = plain_gradients(
            values[:n_layers], values[n_layers:], x[rows], targets[rows], l2=0.1, l1=0.01
        )
        deltas = [rate * gradient for gradient in gradients]
        for value, delta, last in zip(values, deltas, previous, strict=True):
            value -= delta + 0.5 * last
        previous = deltas
    assert_close_in_norm(weights_and_biases(model), values)
    assert float(model.optimizer.learning_rate) == pytest.approx(rate, rel=1e-6)


def test_the_numpy_network_and_the_matched_model_hold_the_same_weights(random):
    """Same start weights, same batches, 200 steps in float32."""
    x = random.normal(size=(1_000, 60)).astype(np.float32)
    y = random.integers(10, size=1_000)
    classifier = NumpyMLPClassifier(
        batch_size=100, epochs=20, momentum=0.4, l2=0.1, l1=0.01, decrease_const=1e-3,
        random_state=4,
    ).fit(x, y)  # fmt: skip
    state = np.random.RandomState(4)
    start = draw_parameters([60, 70, 30, 10], "float32", state)
    matched = build_matched_model(
        start.weights,
        start.biases,
        steps_per_epoch=10,
        descent=Descent(momentum=0.4, l2=0.1, l1=0.01, decrease_const=1e-3),
    )
    batches = [state.permutation(len(x)).reshape(10, 100) for _ in range(20)]
    train_matched_steps(matched, x, np.eye(10, dtype=np.float32)[y], np.concatenate(batches))
    assert_close_in_norm(weights_and_biases(matched), [*classifier.coefs_, *classifier.intercepts_])


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_gradients_of_the_matched_loss_are_those_in_closed_form(random, scale):
    """In float64; large inputs saturate the nodes of the first layer."""
    x, targets = scale * random.normal(size=(40, 6)), np.eye(4)[random.integers(4, size=40)]
    start = draw_parameters([6, 5, 4, 4], "float64", np.random.RandomState(1))
    model = build_matched_model(
        start.weights, start.biases, steps_per_epoch=1, descent=Descent(l2=0.1, l1=0.05)
    )
    found, _ = automatic_gradients(model, x, targets)
    with np.errstate(over="ignore"):
        expected = plain_gradients(start.weights, start.biases, x, targets, l2=0.1, l1=0.05)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_the_matched_loss_is_the_sum_of_log_losses_for_any_logits():
    """One layer: the logit of output 0 is ±2,000, that of output 1 is 1."""
    weights, biases = np.array([[2_000.0, 0.0]]), np.array([0.0, 1.0])
    model = build_matched_model(
        [weights], [biases], steps_per_epoch=1, descent=Descent(l2=0.5, l1=0.25)
    )
    gradients, cost = automatic_gradients(model, np.array([[1.0], [-1.0]]), np.eye(2)[[0, 0]])
    log_losses = 2_000 + 2 * np.log1p(np.e)
    assert cost == pytest.approx(log_losses + 0.25 * 2_000**2 + 0.25 * 2_000, rel=1e-7)
    np.testing.assert_allclose(gradients[1], [-1.0, 2 / (1 + np.exp(-1))], rtol=1e-6)


def test_gradients_of_the_numpy_network_agree_with_automatic_differentiation(random):
    x = random.normal(size=(40, 6))
    y = random.integers(4, size=40)
    classifier = NumpyMLPClassifier(
        (5, 4), batch_size=40, epochs=1, momentum=0, l2=0.1, l1=0.05, dtype="float64",
        random_state=1, shuffle=False,
    )  # fmt: skip
    classifier.fit(x, y)
    start = draw_parameters([6, 5, 4, 4], "float64", np.random.RandomState(1))
    model = build_matched_model(
        start.weights, start.biases, steps_per_epoch=1, descent=Descent(l2=0.1, l1=0.05)
    )
    gradients, _ = automatic_gradients(model, x, np.eye(4)[y])
    pairs = zip(
        [*start.weights, *start.biases],
        [*classifier.coefs_, *classifier.intercepts_],
        gradients,
        strict=True,
    )
    for before, after, gradient in pairs:
        np.testing.assert_allclose((before - after) / 1e-3, gradient, rtol=1e-6, atol=1e-9)
