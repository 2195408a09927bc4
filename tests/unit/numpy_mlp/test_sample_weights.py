"""Sample weights multiply the costs of samples."""

from collections import OrderedDict

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mlplab.numpy_mlp import NumpyMLPClassifier, Plan

TIMES = ["wall_seconds", "cpu_seconds", "evaluation_cpu_seconds"]

pytestmark = pytest.mark.usefixtures("engine")
PLANS = [None, Plan(1, 1, 1000), Plan(3, 1, 7), Plan(2, 1, 1000, "features")]


@pytest.fixture
def samples(random):
    return random.normal(size=(103, 12)), random.integers(3, size=103)


def network(**parameters):
    settings = {"epochs": 3, "batch_size": 40, "momentum": 0.3, "l1": 0.01} | parameters
    return NumpyMLPClassifier((6, 4), random_state=0, **settings)


def layers(fitted):
    return [*fitted.coefs_, *fitted.intercepts_]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("monitor", ["full", "batch", "none"])
def test_weights_of_one_change_no_byte(samples, plan, dtype, monitor):
    x, y = samples
    chosen = {"plan": plan, "dtype": dtype, "monitor": monitor}
    without, ones, one = (
        network(**chosen).fit(x, y, weights).partial_fit(x, y, sample_weight=weights)
        for weights in (None, np.ones(103), 1)
    )
    for other in (ones, one):
        for expected, found in zip(layers(without), layers(other), strict=True):
            assert found.tobytes() == expected.tobytes()
        pd.testing.assert_frame_equal(
            other.history_.drop(columns=TIMES),
            without.history_.drop(columns=TIMES),
            check_exact=True,
        )


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("shuffle", [True, False])
def test_in_one_batch_a_whole_weight_is_so_many_copies(samples, plan, shuffle):
    x, y = samples
    weights = np.arange(103) % 4
    chosen = {"plan": plan, "dtype": "float64", "shuffle": shuffle, "batch_size": 500}
    weighted = network(**chosen).fit(x, y, weights).partial_fit(x, y, sample_weight=weights)
    x, y = np.repeat(x, weights, axis=0), np.repeat(y, weights)
    repeated = network(**chosen).fit(x, y).partial_fit(x, y)
    for found, expected in zip(layers(weighted), layers(repeated), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    for column in ("total_cost", "regularization_share", "last_batch_cost"):
        np.testing.assert_allclose(weighted.history_[column], repeated.history_[column], rtol=1e-10)


@pytest.mark.parametrize("plan", PLANS)
def test_weights_go_with_their_samples_through_shuffled_batches(samples, plan):
    x, y = samples
    weights = np.arange(103) % 4 / 2
    one, other = (
        network(plan=each, dtype="float64").fit(x, y, weights) for each in (plan, PLANS[1])
    )
    for found, expected in zip(layers(one), layers(other), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    # A sample of weight 0 has no influence, in whichever batch it lies.
    changed = np.where(weights[:, np.newaxis] == 0, 9 * x, x)
    third = network(plan=plan, dtype="float64").fit(changed, y, weights)
    for found, expected in zip(layers(third), layers(one), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_costs_of_the_history_are_weighted_and_accuracies_count_every_sample(samples):
    x, y = samples
    weights = np.where(y == 0, 5.0, 0.5)
    fitted = network(l1=0.0, l2=0.0, epochs=4).fit(x, y, weights)
    logits = fitted.decision_logits(x).astype(float)
    losses = np.logaddexp(0, logits).sum(axis=1) - logits[np.arange(103), y]
    record = fitted.history_.iloc[-1]
    assert record["total_cost"] == pytest.approx(weights @ losses, rel=1e-5)
    assert record["train_accuracy"] == fitted.score(x, y)


@pytest.mark.parametrize("monitor", ["full", "batch", "none"])
@pytest.mark.parametrize("weight", [1e-4, 1e4])
def test_the_size_of_weights_alone_is_no_divergence(samples, monitor, weight):
    x, y = samples
    scaled = network(monitor=monitor, l1=0.0, l2=0.0, learning_rate=1e-3 / weight)
    plain = network(monitor=monitor, l1=0.0, l2=0.0)
    scaled.fit(x, y, np.full(103, weight))
    for found, expected in zip(layers(scaled), layers(plain.fit(x, y)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_last_batch_without_weight_is_trained_past(samples):
    x, y = samples
    weights = np.r_[np.ones(80), np.zeros(23)]
    fitted = network(shuffle=False, monitor="none").fit(x, y, weights)
    assert all(np.isfinite(layer).all() for layer in layers(fitted))


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        (np.r_[-1.0, np.ones(102)], "Negative values in data passed to `sample_weight`"),
        (np.r_[np.nan, np.ones(102)], "sample_weight contains NaN"),
        (np.r_[np.inf, np.ones(102)], "sample_weight contains infinity"),
        (np.full(103, 1e300), "sample_weight contains infinity or a value too large"),
        (np.ones(102), r"sample_weight.shape == \(102,\), expected \(103,\)"),
        (np.ones((103, 1)), "Sample weights must be 1D array or scalar"),
        (np.zeros(103), "at least one non-zero"),
        (np.nan, "sample_weight contains NaN"),
        (-1, "Negative values in data passed to `sample_weight`"),
        (0, "at least one non-zero"),
        (1j, "sample_weight is a complex .*allowed: a list of numbers"),
        (["a"] * 103, "sample_weight is a list of <U1, allowed: a list of numbers"),
        (OrderedDict({0: 1.0}), "sample_weight is a OrderedDict"),
        (sparse.csr_array(np.ones((1, 103))), "sample_weight is a csr_array"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_weights_that_cannot_be_trained_with_are_refused_by_name(samples, weights, fault):
    for train in (network().fit, network().partial_fit):
        with pytest.raises(ValueError, match=fault):
            train(*samples, sample_weight=weights)


@pytest.mark.parametrize(
    "weights", [[2] * 103, 2, np.array(2.0), pd.Series([2] * 103, dtype="Int64")], ids=type
)
def test_numbers_in_any_container_are_weights(samples, weights):
    expected = network().fit(*samples, np.full(103, 2.0))
    np.testing.assert_array_equal(network().fit(*samples, weights).coefs_[0], expected.coefs_[0])
