"""Plans: measured once, the same in every process, and never in the way."""

import itertools
import json
import math
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from mlplab.machine import watch
from mlplab.numpy_mlp import Plan, planning
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import Step

SIZES = (784, 70, 30, 10)
X = np.random.default_rng(0).random((3000, 784), dtype=np.float32)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path))
    planning._plans_of_this_process.clear()
    yield tmp_path / "plans"
    planning._plans_of_this_process.clear()


def test_a_plan_is_measured_once_and_kept_for_other_processes(cache, monkeypatch):
    plan = choose_plan(X, SIZES, 1000, 2)
    (file,) = cache.iterdir()
    assert Plan(**json.loads(file.read_text())["plan"]) == plan
    planning._plans_of_this_process.clear()
    monkeypatch.setattr(planning, "_measure", lambda *_: pytest.fail("measured again"))
    assert choose_plan(X, SIZES, 1000, 2) == plan


def test_a_kept_plan_is_the_one_that_is_used(cache):
    choose_plan(X, SIZES, 1000, 2)
    (file,) = cache.iterdir()
    file.write_text(json.dumps({"plan": {"workers": 2, "blas_threads": 1, "slice_rows": 123}}))
    planning._plans_of_this_process.clear()
    assert choose_plan(X, SIZES, 1000, 2) == Plan(2, 1, 123)


@pytest.mark.parametrize("content", ["", "{}", '{"plan": {"workers": 0}}', "[1]"])
def test_a_damaged_plan_is_measured_again(cache, content):
    plan = choose_plan(X, SIZES, 500, 2)
    (file,) = cache.iterdir()
    file.write_text(content)
    planning._plans_of_this_process.clear()
    assert choose_plan(X, SIZES, 500, 2).workers in (1, 2)
    assert json.loads(file.read_text())["plan"].keys() == vars(plan).keys()
    assert len(list(cache.iterdir())) == 1


def test_of_two_measurements_the_first_to_be_kept_holds(cache):
    path = cache / "case.json"
    first = {"plan": {"workers": 1, "blas_threads": 2, "slice_rows": 9}}
    assert planning._keep_first(path, json.dumps(first)) == Plan(1, 2, 9)
    assert planning._keep_first(path, json.dumps({"plan": {**first["plan"], "workers": 7}})) == (
        Plan(1, 2, 9)
    )


def test_a_cache_that_cannot_be_written_costs_only_the_keeping(cache, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "file"))
    measure, calls = planning._measure, []
    monkeypatch.setattr(planning, "_measure", lambda *a: calls.append(1) or measure(*a))
    plans = [choose_plan(X, SIZES, 500, 2) for _ in range(2)]
    assert plans[0] == plans[1]
    assert calls == [1]


def test_two_processes_train_the_same_bytes(cache):
    code = (
        "import hashlib; import numpy as np; from mlplab.numpy_mlp import NumpyMLPClassifier;"
        "r = np.random.RandomState(0); x = r.rand(3000, 784).astype('f4');"
        "y = r.randint(10, size=3000);"
        "c = NumpyMLPClassifier(epochs=2, random_state=1, n_threads=2, monitor='none').fit(x, y);"
        "print(c.plan_, hashlib.sha256(c.coefs_[0].tobytes()).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize("batch_size", [32, 500, 10_000])
def test_wide_layers_are_shared_among_threads(engine, batch_size):
    wide = (784, 512, 512, 512, 512, 10)
    shape = planning._Shape(engine, wide, batch_size, 2)
    workers = {plan.workers for plans in planning._candidates(shape) for plan in plans}
    assert workers == {1, 2}


def test_to_choose_among_plans_makes_no_trainer(engine):
    idle = replace(engine, trainer=lambda *_: pytest.fail("made a trainer"))
    assert any(planning._candidates(planning._Shape(idle, SIZES, 500, 2)))


@pytest.mark.parametrize("sizes", [SIZES, (784, 200, 100, 50, 30, 10), (784, 512, 512, 10)])
@pytest.mark.parametrize(
    ("batch_size", "plan"),
    [
        (32, Plan(1, 1, 32)),
        (32, Plan(2, 1, 32, "features")),
        (128, Plan(2, 1, 128, "features")),
        (500, Plan(2, 1, 250)),
        (500, Plan(4, 1, 125)),
        (2000, Plan(2, 1, 500)),
    ],
)
def test_memory_is_that_of_two_batches_and_some_copies_of_the_weights(
    request, engine, batch_size, plan, sizes
):
    import tracemalloc

    n = 3 * batch_size
    codes, order = np.arange(n) % 10, np.random.RandomState(0).permutation(n)
    x = np.ones((n, 784), np.float32)
    parameters, previous = (Parameters.zeros(sizes, "float32") for _ in range(2))
    with engine.trainer(parameters, previous, batch_size, plan):
        pass  # the first time takes memory for what is imported then
    tracemalloc.start()
    request.addfinalizer(tracemalloc.stop)
    with engine.trainer(parameters, previous, batch_size, plan) as trainer:
        tracemalloc.reset_peak()  # to look for BLAS libraries takes memory too, for a moment
        trainer.run_epoch(x, codes, order, Step(1e-3, 0.1, 0.1, 0.1))
        trainer.evaluate(x, codes)
    peak = tracemalloc.get_traced_memory()[1]
    if sizes == SIZES:  # nodes above the input are few
        nodes, copies = 2 * batch_size * SIZES[0], {"numpy": 2, "compiled": 4}[engine.name]
    elif engine.name == "numpy":  # a worker has gradients
        nodes, copies = 2 * batch_size * sum(sizes), plan.workers
    else:  # all parameters are there with padding; a worker has upper weights of its own, too, and
        # memory for 500 images that are classified at once
        nodes = max(2 * batch_size, 500 * plan.workers) * sum(sizes)
        copies = 2 + 2 * plan.workers
    # Beside arrays there are threads, queues and views.
    assert peak <= 4 * nodes + copies * parameters.vector.nbytes + 100_000


def test_batch_sizes_that_are_there_by_chance_share_a_plan(cache):
    for n in (1500, 1501, 1999):
        choose_plan(np.resize(X, (n, 784)), SIZES, n, 2)
    assert len(list(cache.iterdir())) == 1


class _Distance:
    """Processors that are as far apart as a list says, before and after each pass."""

    def __init__(self, *far):
        self.left = [300.0 if each else 100.0 for each in far]
        self.called = []

    def bring_near(self):
        self.called.append("brought near")

    def measure(self):
        self.called.append("measured")
        return self.left.pop(0) if self.left else 100.0

    def is_far(self, distance):
        return distance > 200


@pytest.mark.parametrize(
    ("tolerated", "far", "passes", "disturbed", "reason"),
    [
        (math.inf, [], 2, 0, ""),
        (math.inf, [0, 0, 1, 0, 0, 1], 4, 2, "cores were far apart"),
        (math.inf, [1] * 8, 4, 4, "cores were far apart"),
        (-1.0, [], 4, 4, "others used"),
    ],
)
def test_plans_are_timed_again_after_a_disturbance(
    cache, monkeypatch, caplog, tolerated, far, passes, disturbed, reason
):
    distance = _Distance(*far)
    monkeypatch.setattr(planning, "watched_distance", lambda *_: nullcontext(distance))
    monkeypatch.setattr(planning, "DISTURBED_ABOVE", tolerated)
    with caplog.at_level("INFO"):
        choose_plan(X, SIZES, 500, 2)
    assert distance.called == ["brought near", "measured", "measured"] * passes
    told = [text for text in caplog.messages if text.startswith("plans: a pass was disturbed")]
    assert len(told) == disturbed
    assert all(reason in text for text in told)


def test_a_pass_from_which_the_host_takes_time_is_disturbed(cache, monkeypatch, caplog):
    monkeypatch.setattr(planning, "watched_distance", lambda *_: nullcontext(_Distance()))
    monkeypatch.setattr(planning, "DISTURBED_ABOVE", 0.1)
    stolen = itertools.count(step=100.0)
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(user=0.0, steal=next(stolen)))
    monkeypatch.setattr(watch, "_shortest_known", lambda: 0.0)
    with caplog.at_level("INFO"):
        choose_plan(X, SIZES, 500, 2)
    told = [text for text in caplog.messages if text.startswith("plans: a pass was disturbed")]
    assert len(told) == 4
    assert all("the host took" in text for text in told)


def test_times_of_a_disturbed_pass_do_not_count(cache, monkeypatch):
    few, many = Plan(1, 1, 500), Plan(2, 1, 250)
    found = [
        planning._Pass({few: 0.1, many: 0.2}, 0.0, 300.0),
        planning._Pass({few: 0.4, many: 0.3}, 0.0, 100.0),
        planning._Pass({few: 0.5, many: 0.2}, 0.0, 100.0),
    ]
    monkeypatch.setattr(planning, "watched_distance", lambda *_: nullcontext(_Distance()))
    monkeypatch.setattr(planning, "_time_candidates", lambda *_: found.pop(0))
    assert choose_plan(X, SIZES, 500, 2) == many


@pytest.mark.parametrize("granted", [True, False])
def test_plans_are_timed_and_kept_apart_where_processors_stay_awake(cache, monkeypatch, granted):
    asked = []

    @contextmanager
    def keep_awake():
        asked.append("awake")
        yield granted

    monkeypatch.setattr(planning, "keep_processors_awake", keep_awake)
    monkeypatch.setattr(planning, "watched_distance", lambda *_: nullcontext(_Distance()))
    monkeypatch.setattr(planning, "DISTURBED_ABOVE", math.inf)
    choose_plan(X, SIZES, 500, 2)
    assert not asked
    choose_plan(X, SIZES, 500, 2, awake=True)
    # To see whether it is granted, and if it is for two passes.
    assert len(asked) == (3 if granted else 1)
    kept = [json.loads(path.read_text())["awake"] for path in cache.iterdir()]
    assert sorted(kept) == [False, True][: 1 + granted]
