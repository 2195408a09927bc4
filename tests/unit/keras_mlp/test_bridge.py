"""The networks between NumPy's and Keras' reference model are what their stops say."""

import keras
import numpy as np
import pytest

from mlplab.keras_mlp import build_reference_model, configure_tensorflow
from mlplab.keras_mlp.bridge import Bridge, BridgeNetwork
from mlplab.keras_mlp.models import Descent
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.training.differences import DIFFERENCES, list_stops, trained_stops

ORDER = tuple(DIFFERENCES)
NETWORK = BridgeNetwork(
    hidden=(6, 4),
    batch_size=20,
    descent=Descent(0.02, decrease_const=0.01, momentum=0.1, l2=0.3),
    keras_l2=0.03,
)


@pytest.fixture(scope="module", autouse=True)
def _configured():
    configure_tensorflow(2, seed=0)


@pytest.fixture
def samples(random):
    """Two classes that a feature each tells apart; the last batch is short."""
    y = random.integers(2, size=210)
    x = random.standard_normal((210, 5), dtype=np.float32) + 3 * np.eye(2, 5, dtype="f4")[y]
    return x, y


def test_both_ways_cross_all_differences_and_share_their_ends():
    stops = {stop.name: stop.keras for stop in list_stops(ORDER)}
    assert stops["forwards-0"] == stops["backwards-7"] == frozenset()
    assert stops["forwards-7"] == stops["backwards-0"] == frozenset(ORDER)
    assert stops["forwards-2"] == set(ORDER[:2])
    assert stops["backwards-2"] == set(ORDER[2:])
    assert len(trained_stops(ORDER)) == len(set(stops.values())) == 14


def test_one_end_repeats_the_training_of_the_network_in_numpy(samples):
    bridge = Bridge(5, 2, NETWORK, ())
    result = bridge.train(samples, samples, epochs=4, seed=3)
    network = NumpyMLPClassifier(
        (6, 4), 20, 4, 0.02, 0.01, 0.1, l2=0.3, random_state=3, n_threads=1
    ).fit(*samples)
    for weights, expected in zip(bridge.model.get_weights()[::2], network.coefs_, strict=True):
        np.testing.assert_allclose(weights, expected, atol=2e-5)
    assert result.test_accuracy == network.score(*samples)
    rate = float(bridge.model.optimizer.learning_rate)
    assert rate == pytest.approx(network.history_["learning_rate"].iloc[-1])


def test_the_other_end_takes_the_steps_of_the_reference_model(samples):
    whole = BridgeNetwork((6, 4), 210, NETWORK.descent, keras_l2=0.03)
    bridge = Bridge(5, 2, whole, ORDER)
    # In batches of all samples, their order is none of the result.
    bridge.train(samples, samples, epochs=3, seed=3)
    model = build_reference_model(5, 2, hidden=(6, 4), l2=0.03)
    keras.utils.set_random_seed(3)
    model.set_weights(build_reference_model(5, 2, hidden=(6, 4), l2=0.03).get_weights())
    targets = keras.utils.to_categorical(samples[1], 2)
    model.fit(samples[0], targets, batch_size=210, epochs=3, verbose=0)
    for weights, expected in zip(bridge.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, atol=1e-6)


@pytest.mark.parametrize("name", ORDER)
def test_every_difference_but_the_pixels_changes_the_weights(samples, name):
    ends = []
    for crossed in ((), (name,)):
        bridge = Bridge(5, 2, NETWORK, crossed)
        bridge.train(samples, samples, epochs=3, seed=0)
        ends.append(bridge.model.get_weights()[0])
    assert np.allclose(*ends) == (name == "pixels")


def test_a_mean_over_the_batch_is_a_smaller_step_of_descent(samples):
    """The sum with η is the mean with η times the batch size, L2 included."""
    whole = samples[0][:200], samples[1][:200]
    faster = BridgeNetwork(
        NETWORK.hidden, 20, Descent(0.4, decrease_const=0.01, momentum=0.1, l2=0.3)
    )
    sums, means = Bridge(5, 2, NETWORK, ()), Bridge(5, 2, faster, ("mean",))
    for bridge in (sums, means):
        bridge.train(whole, whole, epochs=2, seed=1)
    np.testing.assert_allclose(
        sums.model.get_weights()[0], means.model.get_weights()[0], rtol=1e-3, atol=1e-5
    )


def test_a_training_does_not_depend_on_those_before(samples):
    bridge = Bridge(5, 2, NETWORK, ("optimizer", "start"))
    first = bridge.train(samples, samples, epochs=2, seed=4)
    weights = bridge.model.get_weights()
    bridge.train(samples, samples, epochs=2, seed=5)
    again = bridge.train(samples, samples, epochs=2, seed=4)
    assert again.train_accuracy == first.train_accuracy
    for one, other in zip(weights, bridge.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
