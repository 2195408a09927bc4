"""What the variants do in an epoch; ``test_interleaved.py`` measures them in their processes."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.neural_network

from mlplab.benchmark import operations, threads
from mlplab.benchmark.batch_sizes import count_operations
from mlplab.benchmark.ladder import trainers
from mlplab.benchmark.ladder.measurement import train_step
from mlplab.benchmark.ladder.steps import STEPS
from mlplab.benchmark.problem import HIDDEN, L2, LEARNING_RATE, MOMENTUM, Problem
from mlplab.benchmark.variants import (
    compiled_variant,
    numpy_variant,
    products_variant,
    sklearn_variant,
)
from mlplab.keras_mlp import configure_tensorflow
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp import NumpyMLPClassifier, Plan
from tests.unit.benchmark.clocks import Recorder, keep_made

N, BATCH, SIZES = 600, 100, [20, *HIDDEN, 3]


@pytest.fixture
def problem(random):
    """Three classes that a feature each tells apart."""
    codes = random.integers(3, size=N)
    x = random.standard_normal((N, 20)) + 4 * np.eye(3, 20)[codes]
    # As many threads as other tests have: a process cannot change them once TensorFlow runs.
    return Problem(x.astype(np.float32), codes, BATCH, n_threads=2, epochs=3)


@pytest.fixture
def clock():
    return Recorder()


@pytest.fixture
def classifier(problem):
    """This project's classifier after as many epochs."""
    return NumpyMLPClassifier(
        HIDDEN,
        batch_size=BATCH,
        epochs=problem.epochs,
        learning_rate=LEARNING_RATE,
        decrease_const=0.0,
        momentum=MOMENTUM,
        l2=L2,
        random_state=0,
        plan=Plan(1, 1, BATCH),
    ).fit(problem.x, problem.codes)


def assert_same_network(parameters, classifier):
    found, expected = [*parameters.weights, *parameters.biases], classifier.coefs_
    for one, other in zip(found, [*expected, *classifier.intercepts_], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("module", "train", "said"),
    [
        (numpy_variant, numpy_variant.train, "2x1 threads, split by rows, slices of 30"),
        (numpy_variant, compiled_variant.train, "2x1 threads, split by rows, slices of 30"),
        (threads, threads.train_numpy_by_environment, " BLAS threads"),
    ],
)
def test_the_numpy_variants_train_the_network_of_the_classifier(
    problem, clock, classifier, monkeypatch, module, train, said
):
    monkeypatch.setattr(numpy_variant, "choose_plan", lambda *_, **__: Plan(2, 1, 30))
    drawn = keep_made(monkeypatch, module, "draw_parameters")
    train(problem, clock)
    assert_same_network(drawn[0], classifier)
    assert clock.epochs == problem.epochs
    (note,) = clock.notes
    assert said in note


def test_steps_of_the_ladder_train_it_too_and_tell_the_parts_of_every_epoch(
    problem, classifier, monkeypatch
):
    monkeypatch.setattr(trainers, "choose_plan", lambda *_, **__: Plan(1, 1, BATCH))
    for kind in STEPS:
        made, clock = [], Recorder()

        def make(*arguments, kind=kind, made=made):
            made.append(kind(*arguments))
            return made[0]

        train_step(make, problem, clock)
        assert_same_network(made[0].parameters(), classifier)
        assert clock.epochs == problem.epochs
        for parts in clock.parts:
            faults = {name for name in parts if name.endswith("_faults")}
            assert faults == {"batches_faults", "prediction_faults"}
            passes = parts.keys() - faults - {"shuffle", "batches", "prediction"}
            backward = {"backward_L0", "backward_L1", "backward_L2"}
            measured = {"forward", "record", "update"} | backward
            assert passes == (set() if kind in STEPS[5:] else measured)
            assert min(parts[name] for name in parts.keys() - faults) > 0
            # Those of one epoch alone, or they would outgrow it.
            assert sum(parts[name] for name in passes) < parts["batches"]


def test_scikit_learns_network_goes_on_learning_on_one_thread(problem, clock, monkeypatch):
    networks = keep_made(monkeypatch, sklearn.neural_network, "MLPClassifier")
    sklearn_variant.train(replace(problem, n_threads=1), clock)
    (network,) = networks
    assert clock.epochs == len(network.loss_curve_) == 3
    assert network.t_ == 3 * N
    assert (np.diff(network.loss_curve_) < 0).all()
    assert [w.shape for w in network.coefs_] == [(20, 70), (70, 30), (30, 3)]
    assert clock.most_threads == 1


class _CountedList(list):
    """A list that counts how often it is gone through."""

    passes = 0

    def __iter__(self):
        self.passes += 1
        return super().__iter__()


PLANS = [Plan(2, 1, 40), Plan(1, 1, 500), Plan(2, 1, BATCH, "features")]


@pytest.mark.parametrize("plan", PLANS, ids=["two by rows", "one", "two by features"])
def test_the_products_are_those_of_the_network(problem, clock, monkeypatch, plan):
    lists = []

    def count(*arguments, make=products_variant._products):
        lists.extend(_CountedList(products) for products in make(*arguments))
        return lists

    monkeypatch.setattr(products_variant, "_find_fastest", lambda _: plan)
    monkeypatch.setattr(products_variant, "_products", count)
    products_variant.train(problem, clock)
    assert clock.epochs == 3
    assert len(lists) == plan.workers
    done = 0
    for products in lists:
        passes = products.passes // problem.epochs
        for left, right, result in products:
            np.testing.assert_allclose(result, left @ right, rtol=1e-4, atol=1e-4)
            done += passes * 2 * left.shape[0] * left.shape[1] * right.shape[1]
    # What an epoch needs; of the samples, those that fill no slice are left out.
    assert 0.9 * N * count_operations(SIZES) < done <= N * count_operations(SIZES)
    every = [product for products in lists for product in products]
    operands = [array for *both, _ in every for array in both]
    results = [result for *_, result in every]
    assert not any(np.shares_memory(one, other) for one in operands for other in results)


def test_keras_limited_by_the_environment_learns_with_the_threads_it_tells(
    problem, clock, monkeypatch
):
    configure_tensorflow(problem.n_threads, seed=0)
    models = keep_made(monkeypatch, threads, "build_reference_model")
    losses, stop = [], clock.stop
    monkeypatch.setattr(clock, "stop", lambda parts=None: (stop(parts), losses.append(loss())))

    def loss():
        """Mean log-loss of the classes, which the regularisation is no part of."""
        outputs = models[0](problem.x).numpy()
        return -np.log(outputs / outputs.sum(axis=1, keepdims=True))[range(N), problem.codes].mean()

    threads.train_keras_by_environment(problem, clock)
    n = min(problem.n_threads, available_threads())
    assert clock.notes == [f"{n} intra-op and {n} inter-op threads"]
    assert clock.epochs == 3
    assert losses[0] > losses[1] > losses[2]
    (model,) = models
    assert int(model.optimizer.iterations) == 3 * N // BATCH


@pytest.fixture
def slow_operation(monkeypatch):
    """An operation that takes 4 ms of a clock that nothing else moves, and its calls."""
    now, calls = [0.0], []
    monkeypatch.setattr(operations, "time", SimpleNamespace(perf_counter=lambda: now[0]))

    def operate(n=1, pause=0.0):
        calls.append(n)
        now[0] += 0.004 * n + pause

    return operate, calls


def test_an_operation_is_repeated_until_its_time_can_be_told(slow_operation, monkeypatch):
    operate, calls = slow_operation
    assert operations._calls(operate)() == pytest.approx(0.004)
    assert len(calls) == 3  # 12 ms, the first that are 10 or more
    monkeypatch.setattr(operations, "_SECONDS_OF_AN_OPERATION", 0.0)
    assert operations._calls(operate)() == pytest.approx(0.004)
    assert len(calls) == 4


def test_what_an_epoch_costs_whatever_its_steps_is_no_part_of_a_step(slow_operation):
    operate, calls = slow_operation
    assert operations._seconds_per_step(lambda n: operate(n, pause=5.0)) == pytest.approx(0.004)
    assert len(set(calls)) == 2


def shapes_by_operation(parts):
    """Shapes of the results of a framework's operations, by operation and layer."""
    shapes = {}
    for key, shape in parts.items():
        operation, _, layer = key.split("|")
        shapes.setdefault((operation, layer), set()).add(shape)
    return shapes


@pytest.mark.parametrize("framework", ["numpy", "tensorflow"])
def test_operations_are_those_of_a_batch(problem, clock, monkeypatch, framework):
    """Each is called once an epoch, and gives the shape of its result instead of seconds."""
    monkeypatch.setattr(operations, "_calls", lambda operation: lambda: np.shape(operation()))
    getattr(operations, f"time_{framework}")(replace(problem, epochs=2), clock)
    assert clock.epochs == 2
    shapes = shapes_by_operation(clock.parts[0])
    assert shapes.pop(("gather", "")) == {(BATCH, 20)}
    assert shapes.pop(("update", "")) == {()}
    (seconds,) = shapes.pop(("step_overhead", ""))
    assert isinstance(seconds, float)
    for layer, (lower, upper) in enumerate([(20, 70), (70, 30), (30, 3)]):
        name = f"L{layer}"
        assert shapes.pop(("forward", name)) == {(BATCH, upper)}
        assert shapes.pop(("weight_gradient", name)) == {(lower, upper)}
        assert shapes.pop(("sigmoid", name)) == {(BATCH, upper)}
        assert shapes.pop(("sigmoid_derivative", name)) <= {(BATCH, upper), ()}
        if layer:
            assert shapes.pop(("error", name)) == {(BATCH, lower)}
    assert not shapes
