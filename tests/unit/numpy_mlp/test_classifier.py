import copy
import doctest
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.cluster import MiniBatchKMeans
from sklearn.exceptions import SkipTestWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from mlplab.numpy_mlp import DivergenceError, NumpyMLPClassifier, Plan, classifier
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import Step
from mlplab.numpy_mlp.workspace import log_loss, sigmoid

TIMES = ["wall_seconds", "cpu_seconds", "evaluation_cpu_seconds"]

pytestmark = pytest.mark.usefixtures("engine")
SERIAL = Plan(1, 1, 1000)


def plans_of(engine, *plans):
    """Those that the engine can carry out."""
    return [plan for plan in plans if engine.name == "numpy" or plan.blas_threads == 1]


def layers(parameters):
    return *parameters.weights, *parameters.biases


def total_cost(parameters, x, codes, l1, l2):
    """Cost of a batch, by the formula and one layer at a time."""
    below = x
    for weights, biases in zip(parameters.weights, parameters.biases, strict=True):
        logits = below @ weights + biases
        below = 1 / (1 + np.exp(-logits))
    losses = np.logaddexp(0, logits) - np.eye(logits.shape[1])[codes] * logits
    squares = sum(np.square(w).sum() for w in parameters.weights)
    absolute = sum(np.abs(w).sum() for w in parameters.weights)
    return losses.sum() + l2 / 2 * squares + l1 * absolute


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    n=st.integers(1, 7),
    seed=st.integers(0, 10_000),
    l1=st.sampled_from([0.0, 0.1]),
    l2=st.sampled_from([0.0, 0.3]),
)
def test_gradients_are_those_of_the_cost(engine, sizes, n, seed, l1, l2):
    random = np.random.RandomState(seed)
    parameters = draw_parameters(sizes, "float64", random)
    # the cost has a kink where a weight is zero
    parameters.vector[:] += 0.01 * np.sign(parameters.vector)
    x, codes = random.normal(size=(n, sizes[0])), random.randint(sizes[-1], size=n)
    h, numeric = 1e-5, np.empty_like(parameters.vector)
    for i, value in enumerate(parameters.vector.copy()):
        costs = []
        for moved in (value + h, value - h):
            parameters.vector[i] = moved
            costs.append(total_cost(parameters, x, codes, l1, l2))
        parameters.vector[i] = value
        numeric[i] = (costs[0] - costs[1]) / (2 * h)
    before = parameters.vector.copy()
    rate = 1e-3
    with engine.trainer(parameters, Parameters.zeros(sizes, "float64"), n, SERIAL) as trainer:
        trainer.run_epoch(x, codes, None, Step(rate, 0.0, l2, l1))
    gradient = (before - parameters.vector) / rate
    found_layers, expected_layers = (
        layers(Parameters.from_vector(sizes, vector)) for vector in (gradient, numeric)
    )
    for found, expected in zip(found_layers, expected_layers, strict=True):
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * scale + 1e-9)


FEATURES = Plan(2, 1, 1000, "features")


@pytest.mark.parametrize("plan", [SERIAL, Plan(2, 1, 7), Plan(3, 1, 100), FEATURES])
@pytest.mark.parametrize("shuffle", [True, False])
def test_an_update_is_that_of_the_articles(engine, random, plan, shuffle):
    """w ← w − (Δ + α Δ_previous), written out plainly, over batches of which the last is short."""
    sizes, n, batch, alpha, l2, l1, rate = [5, 4, 3], 103, 40, 0.7, 0.02, 0.01, 0.01
    x, codes = random.normal(size=(n, 5)), random.integers(3, size=n)
    parameters = draw_parameters(sizes, "float64", np.random.RandomState(0))
    w = [a.copy() for a in parameters.weights]
    b = [a.copy() for a in parameters.biases]
    previous = [np.zeros_like(a) for a in (*w, *b)]
    order = random.permutation(n) if shuffle else None
    plain_order = np.arange(n) if order is None else order
    # Two epochs of three batches: the second begins with the last step of the first.
    for start in (*range(0, n, batch), *range(0, n, batch)):
        rows = plain_order[start : start + batch]
        hidden = 1 / (1 + np.exp(-(x[rows] @ w[0] + b[0])))
        output = 1 / (1 + np.exp(-(hidden @ w[1] + b[1])))
        delta = output - np.eye(3)[codes[rows]]
        lower = delta @ w[1].T * hidden * (1 - hidden)
        gradients = [x[rows].T @ lower, hidden.T @ delta]
        gradients = [g + l2 * v + l1 * np.sign(v) for g, v in zip(gradients, w, strict=True)]
        steps = [rate * g for g in (*gradients, lower.sum(axis=0), delta.sum(axis=0))]
        for value, step, last in zip((*w, *b), steps, previous, strict=True):
            value -= step + alpha * last
        previous = steps
    with engine.trainer(parameters, Parameters.zeros(sizes, "float64"), batch, plan) as trainer:
        for _ in range(2):
            trainer.run_epoch(x, codes, order, Step(rate, alpha, l2, l1))
    for found, expected in zip((*parameters.weights, *parameters.biases), (*w, *b), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_the_learning_rate_falls_as_published(random):
    classifier = NumpyMLPClassifier((2,), epochs=35, monitor="none")
    classifier.fit(random.normal(size=(10, 2)), np.arange(10) % 2)
    assert classifier.history_["learning_rate"].iloc[-1] == pytest.approx(
        0.0009994051838157095, rel=1e-15
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_a_scikit_learn_classifier(dtype):
    # These compare outputs to 1e-7 of their value, which is the rounding of single precision.
    reason = "single precision"
    too_exact = {
        "check_sample_weight_equivalence_on_dense_data": reason,
        "check_sample_weight_equivalence_on_sparse_data": reason,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        results = check_estimator(
            NumpyMLPClassifier(dtype=dtype),
            on_fail=None,
            expected_failed_checks=too_exact if dtype == "float32" else None,
        )
    failed = [r["check_name"] for r in results if r["status"] == "failed"]
    assert failed == []
    assert len(results) > 60
    assert get_tags(NumpyMLPClassifier()).input_tags.sparse


def test_its_example_is_true():
    tried = doctest.testmod(classifier)
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.fixture
def digits(mnist):
    x = StandardScaler().fit_transform(mnist.x_train[:6_000].astype(np.float32))
    return x, mnist.y_train[:6_000]


def test_it_learns_real_digits(digits):
    x, y = digits
    classifier = NumpyMLPClassifier(batch_size=100, epochs=30, random_state=0)
    classifier.fit(x[:5_000], y[:5_000], validation_data=(x[5_000:], y[5_000:]))
    history = classifier.history_
    assert classifier.score(x[5_000:], y[5_000:]) > 0.85
    assert history["test_accuracy"].iloc[-1] == classifier.score(x[5_000:], y[5_000:])
    assert history["train_accuracy"].iloc[-1] == classifier.score(x[:5_000], y[:5_000])
    assert history["epoch"].tolist() == list(range(1, 31))
    assert (history[TIMES] > 0).all().all()


def test_all_samples_are_measured_after_every_so_many_epochs_and_after_the_last(digits):
    x, y = digits
    often, seldom = (
        NumpyMLPClassifier(epochs=5, random_state=0, monitor_every=n).fit(
            x[:900], y[:900], validation_data={"seen": (x[:9], y[:9]), "new": (x[-9:], y[-9:])}
        )
        for n in (1, 2)
    )
    measured = [False, True, False, True, True]
    for column in ("train_accuracy", "total_cost", "mean_abs_weight_L0"):
        assert seldom.history_[column].notna().tolist() == measured
    rows = seldom.history_[measured].drop(columns=TIMES)
    pd.testing.assert_frame_equal(
        rows, often.history_.loc[measured, rows.columns], check_exact=True
    )
    assert seldom.history_[["seen", "new"]].notna().all().all()


def test_the_history_holds_the_cost_of_the_training_set(digits):
    x, y = digits
    classifier = NumpyMLPClassifier(epochs=2, random_state=0, l1=0.001).fit(x, y)
    record = classifier.history_.iloc[-1]
    parameters = Parameters.from_layers(classifier.coefs_, classifier.intercepts_, "float64")
    expected = total_cost(parameters, x.astype(np.float64), y, 0.001, 0.01)
    share = 1 - total_cost(parameters, x.astype(np.float64), y, 0, 0) / expected
    assert record["total_cost"] == pytest.approx(expected, rel=1e-5)
    assert record["regularization_share"] == pytest.approx(share, rel=1e-4)
    assert record["mean_abs_weight_L1"] == pytest.approx(np.abs(classifier.coefs_[1]).mean())


def test_batch_monitoring_changes_nothing_but_the_record(digits):
    fits = {
        monitor: NumpyMLPClassifier(epochs=3, random_state=1, monitor=monitor).fit(*digits)
        for monitor in ("full", "batch", "none")
    }
    for other in ("batch", "none"):
        np.testing.assert_array_equal(fits["full"].coefs_[0], fits[other].coefs_[0])
    costs = {m: fits[m].history_["total_cost"].iloc[-1] for m in ("full", "batch")}
    assert costs["full"] < costs["batch"]
    assert "total_cost" not in fits["none"].history_


@pytest.mark.parametrize("batch_size", [32, 100, 2_000])
@pytest.mark.parametrize("plan", [SERIAL, Plan(2, 1, 250), FEATURES, None])
def test_the_same_seed_gives_the_same_bytes(digits, plan, batch_size):
    first, second, third = (
        NumpyMLPClassifier(epochs=2, batch_size=batch_size, random_state=5, plan=plan).fit(*digits)
        for _ in range(3)
    )
    for one, *others in zip(first.coefs_, second.coefs_, third.coefs_, strict=True):
        assert [other.tobytes() for other in others] == [one.tobytes()] * 2
    costs = [fit.history_["total_cost"].tolist() for fit in (first, second, third)]
    assert costs[1:] == [costs[0]] * 2


def test_all_plans_give_the_same_network(engine, digits):
    plans = plans_of(engine, SERIAL, Plan(1, 2, 1000), Plan(2, 1, 100), Plan(2, 1, 250), FEATURES)
    fits = [NumpyMLPClassifier(epochs=3, random_state=2, plan=plan).fit(*digits) for plan in plans]
    for fit in fits[1:]:
        for one, other in zip(fits[0].coefs_, fit.coefs_, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_partial_fit_goes_on_where_fit_ended(digits):
    digits = digits[0][:5_200], digits[1][:5_200]  # eleven batches, the last one short
    whole = NumpyMLPClassifier(epochs=3, momentum=0.5, random_state=3).fit(*digits)
    parts = NumpyMLPClassifier(epochs=1, momentum=0.5, random_state=3)
    for _ in range(3):
        parts.partial_fit(*digits)
    np.testing.assert_array_equal(whole.coefs_[0], parts.coefs_[0])
    assert parts.history_["epoch"].tolist() == [1, 2, 3]


def test_partial_fit_needs_to_know_all_classes(random):
    x = random.normal(size=(6, 2))
    classifier = NumpyMLPClassifier((3,)).partial_fit(x, list("aabbaa"), classes=list("abc"))
    assert classifier.predict_proba(x).shape == (6, 3)
    with pytest.raises(ValueError, match="'d'"):
        classifier.partial_fit(x, list("aabbad"))
    with pytest.raises(ValueError, match=r"classes is \['a', 'b'\], the first partial_fit had"):
        classifier.partial_fit(x, list("aabbaa"), classes=list("ab"))


def test_it_works_behind_clusters(mnist):
    x, y = mnist.x_train[:3_000].astype(np.float32), mnist.y_train[:3_000]
    pipeline = make_pipeline(
        Normalizer(),
        MiniBatchKMeans(30, n_init=1, random_state=0),
        StandardScaler(),
        NumpyMLPClassifier(batch_size=50, epochs=100, l2=0.01, random_state=0),
    )
    assert pipeline.fit(x[:2_500], y[:2_500]).score(x[2_500:], y[2_500:]) > 0.8


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_copy_predicts_the_same_and_goes_on_learning(digits, copied):
    x, y = digits[0][:2_300], digits[1][:2_300]
    classifier = NumpyMLPClassifier(epochs=2, momentum=0.5, random_state=0).fit(x, y)
    other = copied(classifier)
    np.testing.assert_array_equal(other.predict_proba(x), classifier.predict_proba(x))
    before = other.coefs_[0].copy()
    for _ in range(2):
        other.partial_fit(x, y)
        classifier.partial_fit(x, y)
    assert np.abs(other.coefs_[0] - before).max() > 0.01
    np.testing.assert_array_equal(other.coefs_[0], classifier.coefs_[0])


def test_callbacks_see_every_epoch(random):
    seen = []
    classifier = NumpyMLPClassifier(
        (3,), epochs=4, callbacks=[lambda c, record: seen.append((c.n_iter_, record["epoch"]))]
    )
    classifier.fit(random.normal(size=(20, 3)), np.arange(20) % 3)
    assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_a_memory_map_is_trained_on_as_it_lies(engine, digits, tmp_path, monkeypatch):
    x, y = digits
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    seen = []
    run_epoch = engine.trainer.run_epoch
    monkeypatch.setattr(
        engine.trainer,
        "run_epoch",
        lambda self, x, *rest, **named: seen.append(x) or run_epoch(self, x, *rest, **named),
    )
    classifier = NumpyMLPClassifier(epochs=1, random_state=0).fit(mapped, y)
    assert np.shares_memory(seen[0], mapped)
    np.testing.assert_array_equal(
        classifier.coefs_[0], NumpyMLPClassifier(epochs=1, random_state=0).fit(x, y).coefs_[0]
    )


def test_constant_start_weights_lie_in_their_interval():
    parameters = draw_parameters(
        [50, 40, 3], "float32", np.random.RandomState(0), method="const", interval=0.25
    )
    assert 0.24 < np.abs(parameters.vector).max() <= 0.25
    scaled = draw_parameters([100, 40, 3], "float32", np.random.RandomState(0), factor=2.0)
    assert 0.19 < np.abs(scaled.weights[0]).max() <= 0.2


FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)


@pytest.mark.parametrize("logit", [10.0, 14.0, 16.0, 30.0, 80.0])
def test_the_loss_of_a_sure_and_right_output_keeps_its_digits(logit):
    logits = np.array([[logit, -logit]], np.float32)
    expected = 2 * np.log1p(np.exp(-np.float64(logit)))
    assert log_loss(logits, np.array([0])) == pytest.approx(expected, rel=1e-5)


@given(FINITE, st.integers(0, 1))
def test_loss_and_sigmoid_are_finite_for_any_logit(logit, code):
    logits = np.array([[logit, 0.0]], np.float32)
    assert np.isfinite(log_loss(logits, np.array([code])))
    assert 0 <= sigmoid(logits, out=np.empty_like(logits))[0, 0] <= 1


@pytest.mark.parametrize("monitor", ["full", "batch", "none"])
@pytest.mark.parametrize("learning_rate", [1.0, 1e6, 1e30])
def test_too_large_a_learning_rate_ends_with_a_clear_error(digits, learning_rate, monitor):
    classifier = NumpyMLPClassifier(
        epochs=20, learning_rate=learning_rate, random_state=0, l2=3.0, monitor=monitor
    )
    with pytest.raises(DivergenceError, match=r"epoch \d+ at learning rate .*smaller"):
        classifier.fit(*digits)


def test_much_regularisation_is_no_divergence(random):
    x, y = random.normal(size=(6, 784)), np.arange(6) % 2
    for strength in ({"l2": 10.0}, {"l1": 1.0}):
        network = NumpyMLPClassifier(epochs=2, learning_rate=1e-8, random_state=0, **strength)
        assert np.isfinite(network.fit(x, y).history_["total_cost"]).all()


def test_a_changed_dtype_waits_for_the_next_fit(digits):
    x, y = digits[0][:600], digits[1][:600]
    network = NumpyMLPClassifier(epochs=1, random_state=0).fit(x, y).set_params(dtype="float64")
    assert network.partial_fit(x, y).coefs_[0].dtype == np.float32
    assert network.predict_proba(x).shape == (600, 10)
    assert network.fit(x, y).coefs_[0].dtype == np.float64


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"batch_size": 0}, "batch_size is 0, allowed: a whole number, at least 1"),
        ({"batch_size": 10.5}, "batch_size is 10.5"),
        ({"hidden_layer_sizes": 5.0}, "is 5.0, allowed: a whole number, or a list of them"),
        ({"hidden_layer_sizes": 0}, "hidden_layer_sizes is 0"),
        ({"hidden_layer_sizes": True}, "hidden_layer_sizes is True"),
        ({"hidden_layer_sizes": np.array(5)}, r"hidden_layer_sizes is array\(5\)"),
        ({"hidden_layer_sizes": [[5, 3], [4]]}, "hidden_layer_sizes is "),
        ({"hidden_layer_sizes": (n for n in (5, 3))}, "hidden_layer_sizes is <generator"),
        ({"hidden_layer_sizes": {5, 3}}, "hidden_layer_sizes is {"),
        ({"hidden_layer_sizes": b"5"}, "hidden_layer_sizes is b'5'"),
        ({"hidden_layer_sizes": ""}, "hidden_layer_sizes is ''"),
        ({"init": np.array(["const", "const"])}, "init is array"),
        ({"learning_rate": 10**400}, "learning_rate is 10000"),
        ({"learning_rate": "constant"}, "learning_rate is 'constant', allowed: a number above 0"),
        ({"batch_size": "auto"}, "batch_size is 'auto', allowed: a whole number"),
        ({"shuffle": "no"}, "shuffle is 'no', allowed: True or False"),
        ({"callbacks": print}, "callbacks is .*allowed: a list of functions"),
        ({"learning_rate": "x"}, "learning_rate is 'x', allowed: a number above 0"),
        ({"plan": "no"}, "plan is 'no', allowed: None, or a Plan"),
        ({"momentum": 1.0}, "momentum is 1.0"),
        ({"engine": "fast"}, 'engine is .fast., allowed: "numpy" or "compiled"'),
        ({"dtype": "float16"}, "dtype is 'float16'"),
        ({"epochs": 0, "l2": -1}, "epochs is 0.*l2 is -1"),
        ({"hidden_layer_sizes": (5, 0)}, "hidden_layer_sizes"),
    ],
)
def test_bad_parameters_are_named(change, fault):
    with pytest.raises(ValueError, match=fault):
        NumpyMLPClassifier(**change).fit(np.zeros((4, 2)), [0, 1, 0, 1])


def test_a_plan_of_another_engine_is_refused(engine, random):
    plan = {"numpy": Plan(3, 1, 9, "features"), "compiled": Plan(1, 2, 9)}[engine.name]
    with pytest.raises(ValueError, match=rf'engine="{engine.name}" .*, got Plan'):
        NumpyMLPClassifier(plan=plan).fit(random.normal(size=(6, 5)), [0, 1] * 3)


def test_a_plan_does_not_nest_pools():
    with pytest.raises(ValueError, match="either several workers or several BLAS threads"):
        Plan(2, 2, 100)


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ((1, 1, 100, "features"), "between two or more workers"),
        ((2, 1, 100, "columns"), '"rows" or "features"'),
        ((0, 1, 100), "at least 1"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(plan, fault):
    with pytest.raises(ValueError, match=fault):
        Plan(*plan)


@pytest.mark.parametrize("sizes", [[6, 5, 3], [6, 3]])
@pytest.mark.parametrize("plan", [Plan(4, 1, 2), FEATURES])
@pytest.mark.parametrize("batch", [1, 3, 40])
def test_batches_of_fewer_samples_than_threads_are_worked(engine, random, plan, batch, sizes):
    x, codes = random.normal(size=(41, 6)), random.integers(3, size=41)
    order = random.permutation(41)
    found = []
    for each in (SERIAL, plan):
        parameters = draw_parameters(sizes, "float64", np.random.RandomState(0))
        with engine.trainer(parameters, Parameters.zeros(sizes, "float64"), batch, each) as trainer:
            for _ in range(2):
                trainer.run_epoch(x, codes, order, Step(0.01, 0.5, 0.1, 0.1))
        found.append(parameters.vector)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12, atol=1e-14)


def test_small_work_is_planned_without_measuring():
    assert choose_plan(np.zeros((9, 4)), [4, 3, 2], 10, 2).workers == 1


@pytest.mark.parametrize(
    ("sizes", "nodes"),
    [
        (7, [7]),
        (np.int64(7), [7]),
        ((), []),
        ([np.int32(3), 2], [3, 2]),
        (np.array([3, 2]), [3, 2]),
        (pd.Series([3, 2], index=[5, 6]), [3, 2]),
        (range(2, 4), [2, 3]),
    ],
)
def test_hidden_layers_are_one_number_or_a_list(random, sizes, nodes):
    network = NumpyMLPClassifier(sizes, epochs=1).fit(random.normal(size=(9, 4)), np.arange(9) % 2)
    assert [len(biases) for biases in network.intercepts_] == [*nodes, 2]


@pytest.mark.parametrize(
    "labels",
    [
        list("ab"),
        [False, True],
        [0.0, 1.0],
        np.array(list("ab"), object),
        pd.Series(list("ab"), dtype="category"),
        pd.Series(list("ab"), dtype="string"),
        pd.Series([1, 5], dtype="Int64"),
    ],
)
def test_labels_of_many_kinds_are_learned(random, labels):
    y = np.arange(40) % 2
    x = random.normal(size=(40, 3)) + 9 * y[:, np.newaxis]
    labels = labels if isinstance(labels, pd.Series) else pd.Series(labels)
    given = labels.iloc[y]
    network = NumpyMLPClassifier(4, epochs=100, learning_rate=0.01, random_state=0).fit(x, given)
    assert network.predict(x).tolist() == given.tolist()


@pytest.mark.parametrize(
    ("y", "fault"),
    [
        (np.arange(6) + 1j, "Complex data not supported"),
        (np.linspace(0, 1, 6), "Unknown label type: continuous"),
        ([1, 2, np.nan, 1, 2, 1], "Input y contains NaN"),
        (np.ones((6, 2)), "y should be a 1d array"),
        (np.array(1), "y should be a 1d array"),
        ([1, 2], "inconsistent numbers of samples"),
        (np.array([1, "a"] * 3, object), "Unknown label type"),
    ],
)
def test_labels_that_cannot_be_learned_are_refused(y, fault):
    with pytest.raises(ValueError, match=fault):
        NumpyMLPClassifier().fit(np.eye(6), y)


@pytest.mark.parametrize(
    "classes", [[0, 1, None], [0, 1, 0.5], [0, 1j], {0, 1}, 2, [[0, 1], [1, 2]]]
)
def test_classes_that_are_no_list_of_labels_are_refused(classes):
    x, y = np.eye(4), [0, 1, 0, 1]
    for network in (NumpyMLPClassifier(), NumpyMLPClassifier().partial_fit(x, y)):
        with pytest.raises(ValueError, match=r"classes is .*allowed: a list of labels"):
            network.partial_fit(x, y, classes=classes)


@pytest.mark.parametrize(
    ("pair", "fault"),
    [
        (np.eye(4), "'test_accuracy' is a ndarray, allowed: a pair of samples and labels"),
        ((np.eye(4), [0, 1, 0, 1], np.ones(4)), "'test_accuracy' is a tuple, allowed: a pair"),
        ({"new": np.eye(4)}, "'new' is a ndarray, allowed: a pair"),
        ({"new": (np.eye(4), [0, 1, 2, 3])}, r"'new': y holds \[2, 3\], which are not among"),
        ((np.eye(3), [0, 1, 0]), "'test_accuracy': X has 3 features"),
    ],
)
def test_validation_data_that_cannot_be_measured_are_named(pair, fault):
    with pytest.raises(ValueError, match=f"validation_data of {fault}"):
        NumpyMLPClassifier().fit(np.eye(4), [0, 1, 0, 1], validation_data=pair)
