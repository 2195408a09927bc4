"""Plans: measured once, the same in every process, and never in the way."""

import json
import subprocess
import sys

import numpy as np
import pytest
import scipy.linalg.blas  # noqa: F401  (loads the BLAS whose threads are counted)
from threadpoolctl import threadpool_info

from mlplab.numpy_mlp import Plan, planning
from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import Trainer

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
    assert choose_plan(X, SIZES, 500, 2).workers in (1, 2)


def test_two_processes_train_the_same_bytes(cache):
    code = (
        "import numpy as np; from mlplab.numpy_mlp import NumpyMLPClassifier;"
        "r = np.random.RandomState(0); x = r.rand(3000, 784).astype('f4');"
        "y = r.randint(10, size=3000);"
        "c = NumpyMLPClassifier(epochs=2, random_state=1, n_threads=2, monitor='none').fit(x, y);"
        "print(c.plan_, c.coefs_[0].tobytes().hex()[:20000])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


def test_only_one_pool_of_blas_threads_is_at_work():
    before = [pool["num_threads"] for pool in threadpool_info()]
    with limit_blas_threads(2):
        pools = [p for p in threadpool_info() if p["user_api"] == "blas"]
        own = [p for p in pools if "scipy.libs" in p["filepath"]]
        assert sum(p["num_threads"] > 1 for p in pools) <= 1
        assert all(p["num_threads"] == 1 for p in own)
    assert [pool["num_threads"] for pool in threadpool_info()] == before


@pytest.mark.parametrize("n_threads", [1, 2, 8])
@pytest.mark.parametrize("batch_size", [32, 64, 128, 250, 500, 1000, 2000, 10_000, 60_000])
def test_memory_is_less_than_two_batches_and_four_copies_of_the_weights(batch_size, n_threads):
    parameters, previous = (Parameters.zeros(SIZES, "float32") for _ in range(2))
    limit = 2 * batch_size * SIZES[0] * 4 + 4 * parameters.vector.nbytes
    assert planning.memory_limit(SIZES, batch_size, "float32") == limit
    groups = planning._candidates(SIZES, batch_size, "float32", n_threads)
    plans = [plan for group in groups for plan in group]
    assert plans
    for plan in plans:
        assert Trainer(parameters, previous, batch_size, plan).nbytes <= limit


def test_the_count_of_bytes_is_that_of_the_memory_taken():
    import tracemalloc

    parameters, previous = (Parameters.zeros(SIZES, "float32") for _ in range(2))
    tracemalloc.start()
    trainer = Trainer(parameters, previous, 10_000, Plan(2, 1, 500))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    own = trainer.nbytes - parameters.vector.nbytes - previous.vector.nbytes
    assert taken == pytest.approx(own, rel=0.02)
    assert np.isfinite(own)
