"""The compiled engine: NumPy's network, on any threads, and no surprise at its start."""

import ctypes
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
from numba import njit

from mlplab.numpy_mlp import NumpyMLPClassifier, Plan, blas
from mlplab.numpy_mlp.compiled import kernels, pace
from mlplab.numpy_mlp.compiled import trainer as compiled
from mlplab.numpy_mlp.compiled.pace import Pace
from mlplab.numpy_mlp.compiled.storage import code_folder, load_code
from mlplab.numpy_mlp.engines import EngineError, find_engine
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Step
from mlplab.numpy_mlp.workspace import sigmoid

ROWS, FEATURES = Plan(2, 1, 125), Plan(2, 1, 1000, "features")
HANGS = 120  # seconds after which a fit of a moment has no end
FIT = """
import logging, numpy as np, time
from mlplab.numpy_mlp import NumpyMLPClassifier, Plan
x, y = np.random.default_rng(0).random((960, 60), dtype=np.float32), np.arange(960) % 5
network = NumpyMLPClassifier((20, 12), epochs=20, batch_size=100, learning_rate=1e-3, l1=1e-3,
                             random_state=0, engine="compiled", plan=Plan(2, 1, 25))
print(network.fit(x, y).coefs_[0].tobytes().hex())
"""


@pytest.fixture
def interruptible():
    """What runs in the background of a shell inherits that it ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@njit
def apply_sigmoid(z):
    kernels.apply_sigmoid(z)


def run(code, **environment):
    """A process of its own, to which a home folder or a cache belongs."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def train(engine, plan, *, dtype="float32", n_epochs=20, alone=False):
    """Parameters and last step after 200 steps of ten batches an epoch."""
    sizes, random = [60, 20, 12, 5], np.random.RandomState(0)
    x = random.normal(size=(960, 60)).astype(dtype)
    codes, weights = random.randint(5, size=960), random.uniform(0, 2, 960).astype(dtype)
    parameters = draw_parameters(sizes, dtype, random)
    previous = Parameters.zeros(sizes, dtype)
    with find_engine(engine).trainer(parameters, previous, 100, plan) as trainer:
        if engine == "compiled":
            trainer._pace.alone = alone
        for _ in range(n_epochs):
            order = random.permutation(960)
            trainer.run_epoch(x, codes, order, Step(1e-3, 0.1, 0.01, 0.001), weights=weights)
    return np.concatenate([parameters.vector, previous.vector])


@pytest.mark.parametrize(
    "plan", [Plan(1, 1, 30), ROWS, Plan(3, 1, 7), FEATURES, Plan(3, 1, 1, "features")]
)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-13)])
def test_after_200_steps_the_weights_are_those_of_numpy(plan, dtype, tolerance):
    expected = train("numpy", Plan(1, 1, 1000), dtype=dtype)
    found = train("compiled", plan, dtype=dtype)
    assert np.abs(found - expected).max() < tolerance * np.abs(expected).max()


@pytest.mark.parametrize("plan", [ROWS, Plan(3, 1, 7), FEATURES, Plan(3, 1, 1, "features")])
def test_one_thread_alone_computes_the_bytes_of_one_for_each_share(plan):
    together, again, alone = (train("compiled", plan, alone=each) for each in (False, False, True))
    assert together.tobytes() == again.tobytes() == alone.tobytes()


@pytest.mark.parametrize("plan", [Plan(1, 1, 30), ROWS, FEATURES])
@pytest.mark.parametrize("alone", [False, True])
def test_segments_of_one_batch_compute_the_same_bytes(plan, alone, monkeypatch):
    expected = train("compiled", plan).tobytes()
    monkeypatch.setattr(pace, "_TRIAL_NS", 0)
    monkeypatch.setattr(pace, "_SEGMENT_NS", 0)
    assert train("compiled", plan, alone=alone).tobytes() == expected


def test_more_threads_than_processors_end_and_compute_the_same_bytes():
    expected = [train("compiled", plan).tobytes() for plan in (ROWS, FEATURES)]
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        found = [train("compiled", plan).tobytes() for plan in (ROWS, FEATURES)]
        assert os.sched_getaffinity(0) == {min(allowed)}
    finally:
        os.sched_setaffinity(0, allowed)
    assert found == expected


def test_fits_in_threads_of_a_pool_compute_the_same_bytes():
    expected = train("compiled", ROWS).tobytes()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: train("compiled", ROWS).tobytes(), range(8)))
    assert found == [expected] * 8


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_fits_under_joblib_compute_the_same_bytes(backend):
    expected = train("compiled", FEATURES).tobytes()
    fit = joblib.delayed(train)
    parallel = joblib.Parallel(n_jobs=2, backend=backend, timeout=HANGS)
    found = parallel(fit("compiled", FEATURES) for _ in range(4))
    assert [parameters.tobytes() for parameters in found] == [expected] * 4


@pytest.mark.parametrize(("method", "n"), [("fork", 1), ("spawn", 4)])
def test_fits_in_child_processes_end_and_compute_the_same_bytes(method, n):
    fits = [("compiled", plan) for plan in (ROWS, FEATURES) for _ in range(n)]
    expected = [train(*fit).tobytes() for fit in fits]
    # To leave the block ends the processes, also those that hang.
    with multiprocessing.get_context(method).Pool(n) as pool:
        found = pool.starmap_async(train, fits, chunksize=1).get(HANGS)
    assert [parameters.tobytes() for parameters in found] == expected


def test_a_child_can_fit_that_was_forked_while_another_thread_began_to():
    expected = train("compiled", ROWS).tobytes()
    with blas._lock:
        pool = multiprocessing.get_context("fork").Pool(1)
    with pool:
        found = pool.apply_async(train, ("compiled", ROWS)).get(HANGS)
    assert found.tobytes() == expected


def test_a_fit_leaves_the_affinity_of_its_threads_as_it_is():
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        train("compiled", ROWS)
        train("compiled", FEATURES)
        assert os.sched_getaffinity(0) == {max(allowed)}
    finally:
        os.sched_setaffinity(0, allowed)
    train("compiled", ROWS)
    assert os.sched_getaffinity(0) == allowed


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-7), (np.float64, 4e-16)])
def test_its_sigmoid_is_exact_to_the_last_places(dtype, tolerance):
    z = np.linspace(-80, 80, 100_003).astype(dtype)
    expected = sigmoid(z.astype(np.longdouble), out=np.empty_like(z, np.longdouble))
    apply_sigmoid(z)
    assert np.abs(z - expected).max() < tolerance


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_its_sigmoid_bears_every_number(dtype):
    z = np.array([np.nan, np.inf, -np.inf, np.finfo(dtype).max, np.finfo(dtype).min] * 5, dtype)
    apply_sigmoid(z)
    assert np.isnan(z[0::5]).all()
    assert (z[1::5] == 1).all()
    assert (z[3::5] == 1).all()
    assert (np.abs(z[[2, 4]]) < 1e-37).all()


def test_read_only_and_unaligned_samples_need_no_other_code(random):
    x, y = random.normal(size=(120, 5)).astype(np.float32), np.arange(120) % 3
    shifted = np.empty(x.nbytes + 1, np.uint8)[1:].view(np.float32).reshape(x.shape)
    shifted[...] = x
    fixed = x.copy()
    fixed.flags.writeable = False

    def fit(samples):
        network = NumpyMLPClassifier(4, epochs=1, random_state=0, engine="compiled")
        return network.fit(samples, y, np.broadcast_to(np.float32(1), 120)).coefs_[0].tobytes()

    expected = fit(x)
    codes = [len(f.signatures) for f in (compiled.epochs.train_by_rows, compiled.epochs.evaluate)]
    assert [fit(shifted), fit(fixed)] == [expected] * 2
    assert codes == [
        len(f.signatures) for f in (compiled.epochs.train_by_rows, compiled.epochs.evaluate)
    ]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_in_an_epoch_ends_it_soon_and_leaves_no_thread():
    x = np.random.default_rng(0).random((20_000, 784), dtype=np.float32)
    y = np.arange(20_000) % 10
    network = NumpyMLPClassifier((512, 512), 100, 50, engine="compiled", plan=ROWS, monitor="none")
    n_threads, begun = threading.active_count(), time.perf_counter()
    timer = threading.Timer(2.0, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        network.fit(x, y)
    assert time.perf_counter() - begun < 30
    timer.join()
    assert threading.active_count() == n_threads
    assert np.isfinite(network.coefs_[0]).all()
    assert not network._network.previous_step.vector.any()
    network.partial_fit(x[:200], y[:200])


@pytest.mark.parametrize("plan", [ROWS, FEATURES], ids=str)
@pytest.mark.parametrize("thread", [0, 1])
def test_a_thread_that_does_not_come_keeps_no_other_waiting(monkeypatch, plan, thread):
    name = f"train_by_{plan.split}"
    compiled_code = getattr(compiled.epochs, name)

    def fail_in_a_thread(task, duty):
        if duty.thread == thread:
            raise MemoryError("no room")
        return compiled_code(task, duty)

    network = NumpyMLPClassifier((20,), 2, 500, engine="compiled", plan=plan, random_state=0)
    x, y = np.random.default_rng(0).random((2000, 30), dtype=np.float32), np.arange(2000) % 3
    expected = network.fit(x, y).coefs_[0]
    with monkeypatch.context() as context:
        context.setattr(compiled.epochs, name, fail_in_a_thread)
        with pytest.raises(MemoryError, match="no room"):
            network.fit(x, y)
    assert np.array_equal(network.fit(x, y).coefs_[0], expected)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_in_a_callback_of_llvm_comes_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr("mlplab.numpy_mlp.compiled.storage.code_folder", lambda: tmp_path)
    steps = []

    def call_back():
        signal.raise_signal(signal.SIGINT)
        steps.append("called back")

    # An error in it would be printed and lost.
    named = {"__name__": "llvmlite.binding", "call_back": call_back}
    exec("def in_llvm():\n    call_back()", named)
    in_llvm = ctypes.CFUNCTYPE(None)(named["in_llvm"])

    def use():
        in_llvm()
        steps.append("returned")
        time.sleep(HANGS)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        load_code("float32", use)
    assert steps == ["called back", "returned"]
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_ends_a_compilation_soon(tmp_path):
    begun = subprocess.Popen(
        [sys.executable, "-c", FIT],
        env=os.environ | {"MLPLAB_CACHE_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert "Compiling" in begun.stderr.readline()
    time.sleep(1)
    begun.send_signal(signal.SIGINT)
    _, errors = begun.communicate(timeout=5)
    assert errors.endswith("KeyboardInterrupt\n")
    assert "Exception ignored" not in errors


def test_to_import_the_network_imports_no_numba():
    done = run(
        "import sys, mlplab.numpy_mlp as m; m.NumpyMLPClassifier().get_params();"
        "print('numba' in sys.modules)"
    )
    assert done.stdout == "False\n"


def test_the_first_fit_says_that_it_compiles_and_later_ones_do_not(tmp_path):
    first, second = (run(FIT, MLPLAB_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert first.stderr.count("Compiling the engine for float32") == 1
    assert second.stderr == ""
    assert first.stdout == second.stdout
    (folder,) = tmp_path.glob("compiled-*")
    for path in folder.glob("*.nbc"):
        path.write_bytes(path.read_bytes()[:-500])
    third = run(FIT, MLPLAB_CACHE_DIR=str(tmp_path))
    assert "damaged" in third.stderr
    assert "Compiling the engine for float32" in third.stderr
    assert third.stdout == first.stdout
    assert run(FIT, MLPLAB_CACHE_DIR=str(tmp_path)).stderr == ""


def test_without_a_cache_to_write_the_code_lies_in_a_temporary_folder(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    code_folder.cache_clear()
    try:
        folder = code_folder()
        assert folder.is_dir()
        assert folder.parent == tmp_path / f"mlplab-{os.getuid()}"
        shutil.rmtree(folder.parent)
        folder.parent.touch()
        code_folder.cache_clear()
        assert code_folder().parent == tmp_path
    finally:
        code_folder.cache_clear()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"NUMBA_DISABLE_JIT": "1"}, "the environment sets NUMBA_DISABLE_JIT"),
        ({"PYTHONPATH": "{folder}"}, "No module named 'llvmlite'"),
    ],
)
def test_without_numba_it_is_refused_with_the_way_out(tmp_path, setting, reason):
    (tmp_path / "numba").mkdir()
    absent = "raise ImportError(\"No module named 'llvmlite'\")"
    (tmp_path / "numba" / "__init__.py").write_text(absent)
    environment = {key: value.format(folder=tmp_path) for key, value in setting.items()}
    code = FIT.replace("print(", "from mlplab.numpy_mlp.engines import EngineError\ntry:\n    ")
    code = code.replace("network.fit(x, y).coefs_[0].tobytes().hex())", "network.fit(x, y)")
    done = run(code + "\nexcept EngineError as error:\n    print(error)\n", **environment)
    assert done.stdout == (
        f'engine="compiled" is not usable here: {reason}; install Numba, or use engine="numpy"\n'
    )


def test_an_engine_error_is_a_value_error():
    assert issubclass(EngineError, ValueError)


class _Machine:
    """Seconds of a batch that two ways take, one after the other."""

    def __init__(self, together, alone, lost):
        self.pace, self.seconds = Pace(), {False: together, True: alone}
        self.lost, self.ways = lost, []

    def work(self, n):
        for _ in range(n):
            alone = self.pace.alone
            self.ways.append(alone)
            self.pace.note(10 * self.seconds[alone], 10, 0.0 if alone else self.lost)
        return self


def test_one_thread_that_is_tried_has_less_time():
    machine = _Machine(1.0, 1.8, 5.0)
    spans = []
    for _ in range(4):
        spans.append(machine.pace.segment_ns)
        machine.work(1)
    assert machine.ways == [False, True, False, False]
    assert spans[1] < spans[0] == spans[2] == spans[3]


def test_threads_with_a_processor_each_stay_together():
    assert _Machine(1.0, 1.8, 1.0).work(50).ways == [False] * 50


def test_threads_that_lose_their_processors_without_harm_stay_together_most_of_the_time():
    ways = _Machine(1.0, 1.8, 5.0).work(200).ways
    assert 0 < sum(ways) < 12


def test_where_one_thread_is_faster_it_works_alone_most_of_the_time():
    ways = _Machine(3.0, 1.0, 15.0).work(200).ways
    assert sum(ways) > 185
    trials = [place for place, alone in enumerate(ways) if not alone]
    assert max(b - a for a, b in itertools.pairwise(trials)) < 40


def test_threads_come_together_again_when_the_others_have_gone():
    machine = _Machine(3.0, 1.0, 15.0).work(100)
    machine.seconds[False], machine.lost = 0.6, 0.0
    assert machine.work(60).ways[-10:] == [False] * 10
