"""Large arrays lie in files; memory stays bounded in every stage."""

import errno
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from mlplab.clusters.clustering import (
    KMeansSettings,
    cluster_distances,
    fit_kmeans,
    nearest_centers,
)
from mlplab.clusters.quality import find_ambiguous
from mlplab.clusters.silhouette import measure_silhouettes
from mlplab.data import load_idx
from mlplab.features.scaling import scale_features
from mlplab.features.spaces import DistanceScaling, PixelScaling
from mlplab.features.transform import make_features
from mlplab.numpy_mlp import NumpyMLPClassifier, Plan
from mlplab.runtime import arrays
from mlplab.runtime.arrays import copy_rows, map_rows, row_blocks, scratch_array
from mlplab.runtime.files import load_array, load_parts, save_array

# The samples take 12 MB as float32, far more than may be held in memory at once.
N, D, K = 40_000, 75, 12
LIMIT = 2**20


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(arrays, "LARGEST_IN_MEMORY", LIMIT)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Samples of every kind, as memory maps, and their labels."""
    random = np.random.default_rng(11)
    folder, labels = tmp_path_factory.mktemp("stored"), random.integers(10, size=N)
    pixels = (25 * labels[:, np.newaxis] + random.integers(25, size=(N, D))).astype(np.uint8)
    save_array(folder / "pixels.npy", pixels)
    save_array(folder / "x.npy", pixels.astype(np.float32) / np.float32(255))
    return load_array(folder / "pixels.npy"), load_array(folder / "x.npy"), labels


def peak_of(work):
    """Bytes that Python and NumPy held at most while a function worked, and its result."""
    tracemalloc.start()
    try:
        result = work()
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


def test_small_arrays_are_in_memory_and_large_ones_in_nameless_files(small_limit):
    small, large = scratch_array((LIMIT // 4,)), scratch_array((LIMIT // 4 + 1,))
    assert not isinstance(small, np.memmap)
    assert isinstance(large, np.memmap)
    assert large.filename is None
    large[:] = 3
    assert large.sum() == 3 * large.size


def test_a_system_that_cannot_reserve_space_gets_its_file_too(small_limit, monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    large = scratch_array((LIMIT, 2), np.uint8)
    assert isinstance(large, np.memmap)
    large[-1] = 7
    assert large.sum() == 14


def test_a_full_disk_is_told_with_what_to_do(small_limit, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", fail)
    with pytest.raises(OSError, match=r"no temporary file of 4 MiB: No space.*TMPDIR") as told:
        scratch_array((2**20,))
    assert told.value.errno == errno.ENOSPC


@pytest.mark.parametrize("shape", [(N, D), (3, 10**9), (0, 5), (7,)])
def test_blocks_are_all_rows_once(shape, small_limit):
    blocks = list(row_blocks(shape))
    assert [block.start for block in blocks] == [0, *(block.stop for block in blocks[:-1])][
        : len(blocks)
    ]
    assert (blocks[-1].stop if blocks else 0) == shape[0]
    assert all(b.stop - b.start == 1 or (b.stop - b.start) * D * 8 <= LIMIT for b in blocks[:1])


def test_rows_are_mapped_and_joined_as_at_once(random, small_limit):
    parts = [random.normal(size=(n, 7)).astype(np.float32) for n in (5_000, 300)]
    joined = copy_rows(*parts)
    np.testing.assert_array_equal(joined, np.concatenate(parts))
    np.testing.assert_array_equal(map_rows(np.sqrt, np.abs(joined), 7), np.sqrt(np.abs(joined)))


def test_large_files_are_read_into_files(tmp_path, small_limit):
    content = np.arange(3 * LIMIT, dtype=np.uint8)
    header = b"\0\0\x08\x01" + len(content).to_bytes(4, "big")
    (tmp_path / "large").write_bytes(header + content.tobytes())
    peak, found = peak_of(lambda: load_idx(tmp_path / "large"))
    assert peak < 2.5 * LIMIT  # a block and its predecessor
    np.testing.assert_array_equal(found, content)


def test_both_parts_are_joined_in_a_file(tmp_path, stored, small_limit):
    for part in ("train", "test"):
        save_array(tmp_path / f"{part}.npy", stored[1])
    peak, joined = peak_of(lambda: load_parts(tmp_path / "train.npy", tmp_path / "test.npy", "all"))
    assert joined.shape == (2 * N, D)
    assert peak < LIMIT


# What each stage may take: blocks in float64, and what it needs of every sample, not of its pixels.
STAGES = {
    **{
        f"scale {method}": (6 * LIMIT, lambda p, x, y, m=method: scale_features(p, p[:500], m))
        for method in sorted({*PixelScaling.__args__, *DistanceScaling.__args__})
    },
    "distances": (3 * LIMIT, lambda p, x, y: cluster_distances(x, x[:K])),
    "nearest": (3 * LIMIT, lambda p, x, y: nearest_centers(x, x[:K])),
    "clusters": (
        6 * LIMIT,
        lambda p, x, y: make_features("clusters-12", x, x[:500], centers=x[:K]),
    ),
    "pca": (3 * LIMIT, lambda p, x, y: make_features("pca-20", x, x[:500])),
    "projection": (
        6 * LIMIT,
        lambda p, x, y: make_features("projection-20", x, x[:500], seed=0),
    ),
    "ambiguous": (
        6 * LIMIT,
        lambda p, x, y: find_ambiguous(x, x[:K], y, np.zeros(N), 5),
    ),
    "minibatch": (
        8 * LIMIT,
        lambda p, x, y: fit_kmeans(x, K, KMeansSettings(n_init=1, max_iter=2, batch_size=500)),
    ),
    "lloyd": (
        8 * LIMIT,
        lambda p, x, y: fit_kmeans(x, K, KMeansSettings("lloyd", 1, max_iter=50)),
    ),
    "silhouettes": (
        8 * LIMIT,
        lambda p, x, y: measure_silhouettes(
            x, [y, y % 3], max_samples=300, n_threads=1, memory_bytes=20 * LIMIT
        ),
    ),
    "training": (
        5 * LIMIT,
        lambda p, x, y: NumpyMLPClassifier(
            (20,), epochs=1, plan=Plan(1, 1, 500), random_state=0
        ).fit(x, y),
    ),
    "predictions": (
        5 * LIMIT,
        lambda p, x, y: NumpyMLPClassifier(
            (20,), epochs=1, plan=Plan(1, 1, 500), random_state=0
        ).fit(x[:500], y[:500]).predict(x),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("stage", STAGES)
def test_memory_of_a_stage_is_bounded(stage, stored, small_limit):
    limit, work = STAGES[stage]
    assert limit < stored[1].nbytes
    peak, _ = peak_of(lambda: work(*stored))
    assert peak < limit


@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
def test_full_kmeans_of_large_samples_is_that_of_small_ones(stored, algorithm, monkeypatch):
    settings = KMeansSettings(algorithm, n_init=1)
    expected = fit_kmeans(stored[1][:8_000], 20, settings, seed=2)
    monkeypatch.setattr(arrays, "LARGEST_IN_MEMORY", LIMIT)
    found = fit_kmeans(stored[1][:8_000], 20, settings, seed=2)
    # A tolerance of 0 or of another scale takes another number of iterations.
    assert 3 < found.n_iter == expected.n_iter
    np.testing.assert_allclose(found.centers, expected.centers, atol=1e-6)
    np.testing.assert_array_equal(found.labels, expected.labels)


TRAIN_KERAS = """
import sys, threading
import numpy as np
from mlplab.runtime.files import load_array
from mlplab.keras_mlp import build_reference_model, configure_tensorflow, train_keras

def anonymous():
    status = open("/proc/self/status").read()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024

configure_tensorflow(1, seed=0)
x = load_array(sys.argv[1])
y = np.zeros(len(x), np.uint8)
def train(rows):
    model = build_reference_model(x.shape[1], 2, hidden=(5,))
    return train_keras(model, x[:rows], y[:rows], x[:100], y[:100], epochs=1, batch_size=1000)
train(2000)
peak, done = [before := anonymous()], threading.Event()
def watch():
    while not done.wait(0.01):
        peak[0] = max(peak[0], anonymous())
thread = threading.Thread(target=watch)
thread.start()
history = train(len(x))
done.set()
thread.join()
assert history["train_accuracy"].notna().all()
print(peak[0] - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_keras_reads_batches_of_large_samples_from_the_file(tmp_path):
    """Without them it would take as much memory as the file, which is a hole but for its header."""
    path = tmp_path / "x.npy"
    array = np.lib.format.open_memmap(path, "w+", np.float32, (100_000, 800))
    assert array.nbytes > arrays.LARGEST_IN_MEMORY
    run = subprocess.run(
        [sys.executable, "-c", TRAIN_KERAS, path], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split()[-1]) < array.nbytes / 2
