import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mlplab.benchmark import threads
from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.operations import OPERATION_TIMES, measure_operations, time_numpy
from mlplab.benchmark.problem import Problem

ALL_LAYERS = ["L0", "L1", "L2"]


@pytest.fixture
def samples(random):
    return random.standard_normal((600, 20), dtype=np.float32), random.integers(3, size=600)


def test_every_operation_is_timed_in_both_frameworks(samples):
    problem = Problem.from_labels(*samples, batch_size=100, n_threads=2)
    table = measure_operations(problem, Schedule(rounds=2))
    assert table.columns.tolist() == list(OPERATION_TIMES.columns)
    table = table.fillna({"layer": ""})
    for framework, products in (("numpy", ["np.dot", "np.matmul"]), ("tensorflow", ["tf.matmul"])):
        rows = table[table["framework"] == framework]
        layers = rows.groupby("operation")["layer"].agg(lambda column: sorted(set(column)))
        assert layers.to_dict() == {
            "gather": [""],
            "update": [""],
            "step_overhead": [""],
            "error": ["L1", "L2"],
            "forward": ALL_LAYERS,
            "weight_gradient": ALL_LAYERS,
            "sigmoid": ALL_LAYERS,
            "sigmoid_derivative": ALL_LAYERS,
        }
        assert sorted(set(rows["function"][rows["operation"] == "forward"])) == products
    timed = table[table["operation"] != "step_overhead"]
    assert (timed["seconds"] > 0).all()
    assert table["seconds_per_epoch"].to_numpy() == pytest.approx(6 * table["seconds"].to_numpy())
    is_product = table["operation"].isin(["forward", "error", "weight_gradient"])
    assert (table["gflops"].notna() == is_product).all()
    first = table[is_product].iloc[0]
    lower, upper = {"L0": (20, 70), "L1": (70, 30), "L2": (30, 3)}[first["layer"]]
    assert first["gflops"] * first["seconds"] * 1e9 == pytest.approx(2 * 100 * lower * upper)


class PoolsClock:
    """Notes the threads of the BLAS libraries at the end of each epoch."""

    def __init__(self):
        self.seen = []

    def start(self):
        pass

    def stop(self, parts=None):
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        self.seen.append({"scipy.libs" in pool["filepath"]: pool["num_threads"] for pool in pools})


def test_scipys_blas_has_one_thread_while_operations_of_numpy_are_timed(samples):
    # With two pools at work products waited for SciPy's threads, up to a thousand times as long.
    clock = PoolsClock()
    with threadpool_limits(3, user_api="blas"):
        time_numpy(Problem(*samples, batch_size=100, n_threads=2, epochs=1), clock)
    # Where NumPy and SciPy share a library there is no second pool.
    assert [{True: 1} | pools for pools in clock.seen] == [{False: 2, True: 1}]


@pytest.mark.parametrize(
    ("n_available", "counts"), [(1, [1, 2]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_threads_double_up_to_those_of_the_machine(n_available, counts):
    assert threads.thread_counts(n_available) == counts


def test_both_ways_to_limit_threads_are_measured(samples, monkeypatch):
    # One thread, fewer than any machine takes by itself; the quick run measures more as well.
    monkeypatch.setattr(threads, "thread_counts", lambda _: [1])
    problem = Problem.from_labels(*samples, batch_size=100)
    table = threads.measure_threads(problem, Schedule(rounds=2))
    assert table.columns.tolist() == list(threads.THREAD_SCALING.columns)
    cases = table.groupby(["framework", "setting", "n_threads"])["round"].agg(list)
    assert len(cases) == 2 * 2
    assert all(rounds == [1, 2] for rounds in cases)
    by_environment = table[table["setting"] == "environment"]
    assert (by_environment["blas_threads"] <= by_environment["n_threads"]).all()
    api = table[(table["framework"] == "keras") & (table["setting"] == "api")]
    assert all(
        note.startswith(f"{n} intra-op")
        for note, n in zip(api["notes"], api["n_threads"], strict=True)
    )
    assert (table["cpus_used"] > 0).all()
