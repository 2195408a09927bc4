"""Threads that train together: no data race, no thread left behind, no limit left in force."""

import random as standard_random
import threading
import time

import numpy as np
import pytest
import scipy.linalg.blas  # noqa: F401  (loads the BLAS whose threads are counted)
from threadpoolctl import threadpool_info, threadpool_limits

from mlplab.numpy_mlp import NumpyMLPClassifier, Plan
from mlplab.numpy_mlp.blas import blas_threads, limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.team import Link, Team
from mlplab.numpy_mlp.trainer import Step, Trainer
from mlplab.numpy_mlp.update import Update
from mlplab.numpy_mlp.workspace import OrderedSamples, Workspace

FEATURES = Plan(2, 1, 1000, "features")
PLANS = [FEATURES, Plan(2, 1, 1000), Plan(3, 1, 3)]


def train(sizes, n, batch, plan, *, shuffle, only_last, seed):
    """Weights after two epochs, the sums of batches, and those of an evaluation."""
    random = np.random.RandomState(seed)
    x, codes = random.normal(size=(n, sizes[0])), random.randint(sizes[-1], size=n)
    parameters = draw_parameters(sizes, "float64", random)
    sums = []
    with Trainer(parameters, Parameters.zeros(sizes, "float64"), batch, plan) as trainer:
        for _ in range(2):
            order = random.permutation(n) if shuffle else None
            step = Step(0.01, 0.5, 0.1, 0.01)
            trainer.run_epoch(x, codes, order, step, sums.append, only_last=only_last)
        evaluated = trainer.evaluate(x, codes)
    return parameters.vector, np.array(sums, float), np.array(evaluated, float)


@pytest.fixture
def jitter(monkeypatch):
    """Pauses of random length around all that the threads do, so that their order varies."""
    lengths = standard_random.Random(7)

    def pause():
        if lengths.random() < 0.3:
            time.sleep(lengths.random() * 4e-4)

    def slowed(function):
        def call(*arguments, **named):
            pause()
            result = function(*arguments, **named)
            pause()
            return result

        return call

    for kind, names in (
        (Link, ("tell_follower", "wait_for_leader", "tell_leader", "wait_for_follower")),
        (OrderedSamples, ("fetch_inputs",)),
        (Workspace, ("take_targets", "complete_forward", "propagate_errors", "upper_gradients")),
        (Workspace, ("errors_of", "statistics")),
        (Update, ("apply", "delta")),
    ):
        for name in names:
            monkeypatch.setattr(kind, name, slowed(getattr(kind, name)))


@pytest.mark.parametrize("seed", range(12))
def test_whoever_is_late_the_network_is_the_same(jitter, seed):
    random = standard_random.Random(seed)
    sizes = random.choice([[6, 5, 3], [6, 3], [5, 4, 4, 2]])
    batch = random.choice([1, 7, 10, 40])
    n = max(1, batch * random.choice([1, 2, 5, 8]) - random.choice([0, min(3, batch - 1)]))
    how = {"shuffle": random.random() < 0.5, "only_last": random.random() < 0.5, "seed": seed}
    expected = train(sizes, n, batch, Plan(1, 1, 1000), **how)
    for plan in PLANS:
        for found, wanted in zip(train(sizes, n, batch, plan, **how), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("plan", PLANS[:2])
@pytest.mark.parametrize("where", ["leader", "follower"])
@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_an_error_in_any_thread_ends_all_and_reaches_the_caller(monkeypatch, plan, where, error):
    apply, fetch_inputs, calls = Update.apply, OrderedSamples.fetch_inputs, iter(range(1000))

    def fail() -> None:
        leads = threading.current_thread() is threading.main_thread()
        if leads == (where == "leader") and next(calls) > 4:
            raise error("no more")

    monkeypatch.setattr(Update, "apply", lambda *a: fail() or apply(*a))
    monkeypatch.setattr(OrderedSamples, "fetch_inputs", lambda *a: fail() or fetch_inputs(*a))
    n_threads = threading.active_count()
    with pytest.raises(error, match="no more"):
        train([6, 5, 3], 100, 10, plan, shuffle=True, only_last=True, seed=0)
    assert threading.active_count() == n_threads


@pytest.mark.parametrize("moment", ["send", "wait"])
def test_an_interrupt_between_two_steps_of_a_run_leaves_no_thread_waiting(monkeypatch, moment):
    from mlplab.numpy_mlp import team

    original = getattr(team._Follower, moment)

    def interrupted(self, *arguments):
        if moment == "send":
            original(self, *arguments)
        raise KeyboardInterrupt

    n_threads = threading.active_count()
    crew = Team(2)
    monkeypatch.setattr(team._Follower, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        crew.run(
            lambda links: [(link.wait_for_follower(), link.tell_follower()) for link in links],
            [lambda link: (link.tell_leader(), link.wait_for_leader())] * 2,
        )
    monkeypatch.undo()
    crew.close()
    assert threading.active_count() == n_threads


def test_a_team_that_does_not_get_all_its_threads_leaves_none(monkeypatch):
    started, start = [], threading.Thread.start

    def start_one(thread):
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    n_threads = threading.active_count()
    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        Team(3)
    assert len(started) == 1
    assert threading.active_count() == n_threads


def test_a_single_feature_cannot_be_divided():
    with pytest.raises(ValueError, match="where there are two or more, not 1"):
        train([1, 4, 3], 20, 10, FEATURES, shuffle=False, only_last=False, seed=0)


def test_an_interrupted_epoch_counts_for_nothing(random, monkeypatch):
    x, y = random.normal(size=(60, 4)), np.arange(60) % 3
    network = NumpyMLPClassifier((5,), epochs=3, decrease_const=0.5, random_state=0).fit(x, y)
    rate = network.history_["learning_rate"].iloc[-1]
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run_epoch", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            network.partial_fit(x, y)
    network.partial_fit(x, y)
    assert network.history_["epoch"].tolist() == [1, 2, 3, 4]
    assert network.history_["learning_rate"].iloc[-1] == pytest.approx(rate / 2.5)


def counts(pools):
    return [pool["num_threads"] for pool in pools if pool["user_api"] == "blas"]


def test_numpys_blas_has_the_threads_asked_for_and_scipys_own_has_one():
    before = counts(threadpool_info())
    with limit_blas_threads(2):
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        own = [pool for pool in pools if "scipy.libs" in pool["filepath"]]
        others = [pool for pool in pools if "scipy.libs" not in pool["filepath"]]
        assert counts(others) == [2] * len(others)
        assert len(others) > 0
        assert counts(own) == [1] * len(own)
    assert counts(threadpool_info()) == before


def test_limits_that_overlap_end_with_what_was_there_before():
    before = counts(threadpool_info())
    first, second = limit_blas_threads(2), limit_blas_threads(1)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert blas_threads() == 1
    second.__exit__(None, None, None)
    assert counts(threadpool_info()) == before


def test_a_limit_around_a_fit_holds(random):
    x, y = random.normal(size=(900, 400)).astype(np.float32), np.arange(900) % 10
    with threadpool_limits(1):
        plan = NumpyMLPClassifier(epochs=1, random_state=0).fit(x, y).plan_
    assert (plan.workers, plan.blas_threads) == (1, 1)
