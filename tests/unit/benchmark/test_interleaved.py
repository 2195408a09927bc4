import gc
import importlib
import importlib.util
import itertools
import os
import pickle
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_limits

from mlplab.benchmark import interleaved
from mlplab.benchmark.interleaved import Schedule, measure_interleaved
from mlplab.benchmark.loading import NamedVariant, load_variant
from mlplab.benchmark.problem import Problem
from mlplab.benchmark.registry import NAMES, VARIANTS
from mlplab.benchmark.runners import Setup, VariantFault, start_runners, thread_variables
from mlplab.machine import nearest_distance
from mlplab.machine.core_distance import CoreDistance
from mlplab.machine.watch import QuietWatch
from mlplab.runtime.files import load_array, save_array
from tests.conftest import ROOT


@pytest.fixture
def samples(random):
    return random.standard_normal((600, 20), dtype=np.float32), random.integers(3, size=600)


def small(x, codes):
    """A problem of some batches for one thread."""
    return Problem.from_labels(x, codes, batch_size=100, n_threads=1)


class _PipelinesAtStart:
    """A clock that counts TensorFlow's new pipelines that are there when an epoch may begin."""

    def __init__(self):
        self.pipelines = []
        gc.collect()  # what other tests left must not vanish in between
        self._before = self._count()

    def start(self):
        self.pipelines.append(self._count() - self._before)

    def _count(self):
        from tensorflow.python.data.ops.iterator_ops import OwnedIterator

        return sum(isinstance(thing, OwnedIterator) for thing in gc.get_objects())

    def stop(self, parts=None):
        pass

    def note(self, text):
        pass


@pytest.mark.parametrize("name", ["keras", "keras_tuned", "keras_matched"])
def test_no_pipeline_of_tensorflow_waits_for_the_next_measurement(samples, name):
    clock = _PipelinesAtStart()
    # As many threads as in other tests of Keras: a process cannot change them once TensorFlow runs.
    load_variant(name).train(Problem(*samples, batch_size=50, n_threads=2, epochs=3), clock)
    assert clock.pipelines == [0, 0, 0]


def test_every_round_measures_all_variants_and_absent_ones_are_told(samples):
    problem = Problem.from_labels(*samples, batch_size=100, n_threads=2)
    threads = problem.n_threads
    names = ["numpy", "products", "sklearn", "keras", "keras_matched", "no_such"]
    table, absent = measure_interleaved(
        {name: NamedVariant(name) for name in names}, problem, Schedule(rounds=3)
    )
    counts = table.groupby("variant")["round"].agg(list)
    assert counts.to_dict() == {
        name: [1, 2, 3] for name in ("numpy", "products", "sklearn", "keras", "keras_matched")
    }
    assert (table[["wall_seconds", "first_epoch_seconds"]] > 0).all().all()
    assert table["notes"][table["variant"] == "numpy"].str.contains("threads").all()
    assert set(absent) == {"no_such"}
    assert (table["blas_threads"] >= 1).all()
    assert table["notes"][table["variant"] == "keras"].str.contains(f"{threads} intra-op").all()


def report_parts(problem, clock):
    """A variant whose first epoch has no parts, and whose others say how the samples came."""
    for number in range(problem.epochs):
        clock.start()
        clock.stop({"mapped": float(isinstance(problem.x, np.memmap))} if number else None)


@pytest.mark.parametrize("mapped", [True, False])
def test_functions_are_measured_too_and_their_parts_become_columns(samples, tmp_path, mapped):
    x, codes = samples
    if mapped:
        save_array(tmp_path / "x.npy", x)
        x = load_array(tmp_path / "x.npy")
    table, absent = measure_interleaved(
        {"some": report_parts, "numpy": partial(report_parts)},
        small(x, codes),
        Schedule(rounds=2),
    )
    assert not absent
    assert sorted(table["variant"]) == ["numpy"] * 2 + ["some"] * 2
    assert table["mapped_seconds"].tolist() == [mapped] * 4


def test_only_maps_of_whole_files_are_sent_as_paths(samples, tmp_path):
    x, codes = samples
    save_array(tmp_path / "x.npy", x)
    whole = load_array(tmp_path / "x.npy")
    sent = pickle.dumps(Problem(whole, codes, 100, 1, 2))
    assert len(sent) < codes.nbytes + 1000 < x.nbytes
    np.testing.assert_array_equal(pickle.loads(sent).x, x)
    part = pickle.loads(pickle.dumps(Problem(whole[10:300:3], codes, 100, 1, 2)))
    np.testing.assert_array_equal(part.x, x[10:300:3])


@pytest.mark.parametrize("name", NAMES)
def test_every_named_variant_has_a_module_and_says_what_it_needs(name):
    package = VARIANTS[name].package
    if importlib.util.find_spec(package) is None:
        with pytest.raises(ModuleNotFoundError, match=f"{package} is not installed"):
            load_variant(name)
        assert callable(importlib.import_module(f"mlplab.benchmark.variants.{name}_variant").train)
    else:
        assert callable(load_variant(name).train)


class _MovedApart(CoreDistance):
    """Processors that are far apart at the end of the first measurement."""

    def __init__(self, n, patience):
        super().__init__(1, patience)
        # At the beginning and at the end of the measurement.
        self._left = [100.0, 300.0]

    def bring_near(self):
        pass

    def measure(self):
        found = self._left.pop(0) if self._left else 100.0
        self.nearest = 100.0
        return found

    def find_nearest(self, seconds):
        pass


def test_a_measurement_in_which_processors_moved_apart_is_kept_and_repeated(samples, monkeypatch):
    monkeypatch.setattr(nearest_distance, "CoreDistance", _MovedApart)
    monkeypatch.setattr(QuietWatch, "disturbed", False)  # whatever runs beside it
    schedule = Schedule(rounds=2, retries=3)
    table, _ = measure_interleaved({"some": report_parts}, small(*samples), schedule)
    assert table["round"].tolist() == [1, 1, 2]
    assert table["measurement"].tolist() == [1, 2, 1]
    assert table["disturbed"].tolist() == [True, False, False]
    assert table["core_round_trip_ns"].tolist() == [300.0, 100.0, 100.0]


class _Near(CoreDistance):
    """Processors that are always near, or always far."""

    found, searched = 100.0, 0

    def bring_near(self):
        pass

    def __init__(self, n, patience):
        super().__init__(1, patience)

    def measure(self):
        self.nearest = min(self.found, self.nearest) if self.nearest > 0 else self.found
        return self.found

    def find_nearest(self, seconds):
        _Near.searched += 1
        self.measure()


def test_how_near_processors_come_is_searched_once_and_then_recalled(
    samples, monkeypatch, tmp_path
):
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(nearest_distance, "CoreDistance", _Near)
    monkeypatch.setattr(QuietWatch, "disturbed", False)  # whatever runs beside it
    monkeypatch.setattr(nearest_distance, "_others_rest", lambda: True)
    settings = small(*samples), Schedule(rounds=3)
    near, _ = measure_interleaved({"some": report_parts}, *settings)
    monkeypatch.setattr(_Near, "found", 300.0)
    far, _ = measure_interleaved({"some": report_parts}, *settings)
    assert _Near.searched == 1
    monkeypatch.setattr(nearest_distance, "_others_rest", lambda: False)
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "another"))
    measure_interleaved({"some": report_parts}, *settings)
    assert _Near.searched == 1
    monkeypatch.setattr(nearest_distance, "_others_rest", lambda: True)
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "a third"))
    measure_interleaved({"some": report_parts}, small(*samples), Schedule(rounds=2))
    assert _Near.searched == 1  # two rounds are not worth the wait
    assert [*near["disturbed"], *far["disturbed"]] == [False] * 3 + [True] * 3


def break_off(problem, clock):
    """A variant that fails after its first epoch."""
    clock.start()
    clock.stop()
    raise ValueError("no second epoch")


def use_too_many_threads(problem, clock):
    clock.start()
    with threadpool_limits(3, user_api="blas"):
        clock.stop()
    clock.start()


def train_slowly(problem, clock):
    """A variant whose epochs take a tenth of a second, and which never ends by itself."""
    for _ in range(problem.epochs):
        clock.start()
        time.sleep(0.1)
        clock.stop()


@pytest.mark.parametrize(
    ("variant", "fault"),
    [
        (break_off, "variant some failed: ValueError: no second epoch"),
        (
            use_too_many_threads,
            "variant some: found 3 threads in the blas pool; allowed: at most 1",
        ),
    ],
)
def test_a_variant_that_fails_is_named(samples, variant, fault):
    with pytest.raises(VariantFault, match=fault):
        measure_interleaved({"some": variant}, small(*samples), Schedule(rounds=2))


def test_short_epochs_are_repeated_within_a_measurement(samples):
    table, _ = measure_interleaved(
        {"some": train_slowly}, small(*samples), Schedule(rounds=2, measurement_seconds=0.25)
    )
    # Three, or two where other tests use the processors.
    assert table["epochs"].isin([2, 3]).all()
    assert table["seconds_per_epoch"].between(0.1, 0.25).all()
    assert table["cpu_seconds"].max() < 0.1


def count_epochs(problem, clock):
    """A variant that tells the number of each epoch."""
    for number in range(problem.epochs):
        clock.start()
        clock.stop({"number": float(number)})


@pytest.mark.parametrize(("settled_from", "numbers"), [(1.0, [2, 4]), (0.0, [1, 2])])
def test_an_untimed_epoch_follows_idleness_unless_epochs_are_long(
    samples, monkeypatch, settled_from, numbers
):
    monkeypatch.setattr(interleaved, "_SETTLED_FROM_SECONDS", settled_from)
    table, _ = measure_interleaved({"some": count_epochs}, small(*samples), Schedule(rounds=2))
    assert table["number_seconds"].tolist() == numbers


def report_half(problem, clock):
    """A variant that tells half the seconds of its epochs, of a tenth each."""
    for _ in range(problem.epochs):
        clock.start()
        time.sleep(0.1)
        clock.stop({"half": 0.05})


def test_a_part_is_that_of_one_epoch_however_many_are_timed(samples):
    schedule = Schedule(rounds=1, measurement_seconds=0.25)
    table, _ = measure_interleaved({"some": report_half}, small(*samples), schedule)
    assert table["epochs"].item() > 1
    assert table["half_seconds"].item() == pytest.approx(0.05)


class _Epochs:
    """A runner whose epochs take some seconds of a clock of its own."""

    def __init__(self, seconds):
        self.seconds, self.now, self.done = seconds, 0.0, []

    def run_epoch(self):
        self.now += self.seconds
        self.done.append("epoch")

    def wait_until_at_rest(self):
        self.done.append("rest")


@pytest.mark.parametrize(("seconds", "epochs"), [(0.1, 6), (0.25, 3), (2.0, 1)])
def test_epochs_warm_up_for_some_time(monkeypatch, seconds, epochs):
    runner = _Epochs(seconds)
    monkeypatch.setattr(interleaved, "time", SimpleNamespace(perf_counter=lambda: runner.now))
    interleaved._warm_up(runner, 0.55)
    assert runner.done == ["epoch", "rest"] * epochs


@pytest.mark.parametrize(("long_from", "warmed"), [(0.0, []), (100.0, [0.5])])
def test_long_epochs_do_not_warm_up(samples, monkeypatch, long_from, warmed):
    seconds = []
    monkeypatch.setattr(interleaved, "_SETTLED_FROM_SECONDS", long_from)
    monkeypatch.setattr(interleaved, "_WARMING_MEASUREMENTS", 5)
    monkeypatch.setattr(interleaved, "_warm_up", lambda _, for_seconds: seconds.append(for_seconds))
    schedule = Schedule(rounds=1, measurement_seconds=0.1)
    measure_interleaved({"some": train_slowly}, small(*samples), schedule)
    assert seconds == warmed


def test_disturbed_measurements_are_kept_and_repeated_up_to_a_limit(samples, monkeypatch):
    monkeypatch.setattr(QuietWatch, "disturbed", True)
    schedule = Schedule(rounds=3, retries=2)
    table, _ = measure_interleaved({"some": train_slowly}, small(*samples), schedule)
    numbers = table[["round", "measurement"]].values.tolist()
    assert numbers == [[1, 1], [1, 2], [1, 3], [2, 1], [3, 1]]
    assert table["disturbed"].all()


def test_a_measurement_from_which_the_host_takes_time_is_disturbed(samples, monkeypatch):
    stolen = itertools.count(step=100.0)
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(user=0.0, steal=next(stolen)))
    schedule = Schedule(rounds=1, measurement_seconds=0.2, retries=1)
    table, _ = measure_interleaved({"some": train_slowly}, small(*samples), schedule)
    assert table["disturbed"].tolist() == [True, True]
    assert (table["stolen_cpu_share"] > 0.1).all()
    assert (table["foreign_cpu_share"] == 0).all()


def test_processes_end_with_their_parent_even_if_it_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys\n"
        "import numpy as np\n"
        "from mlplab.benchmark.interleaved import Schedule, measure_interleaved\n"
        "from mlplab.benchmark.problem import Problem\n"
        "from tests.unit.benchmark.test_interleaved import train_slowly\n"
        "x, codes = np.zeros((4, 2), np.float32), np.arange(4)\n"
        "problem = Problem.from_labels(x, codes, batch_size=2, n_threads=1)\n"
        "measure_interleaved({'some': train_slowly}, problem, Schedule(rounds=1000))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, str(script)], env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    )
    try:
        child = _wait_for(lambda: _children(parent.pid))
    finally:
        parent.kill()
        parent.wait()
    assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in child))


def tidy_up_after_epochs(problem, clock):
    """A variant that has work to do between its epochs."""
    for _ in range(problem.epochs):
        clock.start()
        clock.stop()
        time.sleep(0.3)


def test_a_variant_rests_only_when_it_has_done_what_lies_between_its_epochs(samples):
    problem = Problem(*samples, batch_size=100, n_threads=1, epochs=2)
    setup = Setup("some", tidy_up_after_epochs, problem, thread_variables(1))
    with start_runners([setup]) as (runner,):
        assert runner.wait_until_loaded()
        assert runner.prepare()
        for _ in range(problem.epochs):
            ended = time.perf_counter()
            runner.run_epoch()
            runner.wait_until_at_rest()
            assert time.perf_counter() - ended >= 0.3
        with pytest.raises(VariantFault, match="variant some failed: its process ended"):
            runner.run_epoch()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends forks with their parent")
def test_keras_is_loaded_once_for_all_variants_that_need_it(samples):
    problem = Problem(*samples, batch_size=100, n_threads=1, epochs=3)
    names, before = ("keras", "keras_matched"), _children(os.getpid())
    setups = [Setup(name, NamedVariant(name), problem, thread_variables(1)) for name in names]
    with start_runners(setups) as runners:
        assert all(runner.wait_until_loaded() for runner in runners)
        (loader,) = set(_children(os.getpid())) - set(before)
        forks = _children(loader)
        assert len(forks) == 2
        assert all(runner.prepare() for runner in runners)
        assert all(runner.run_epoch().wall_seconds > 0 for runner in runners)
        assert [runner.pools["blas"] for runner in runners] == [1, 1]
    assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (loader, *forks)))


def _children(parent):
    """Processes that measure; Python's tracker of resources is another child."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [pid for pid in listed if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _wait_for(condition):
    for _ in range(200):
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError("waited for 20 seconds")
