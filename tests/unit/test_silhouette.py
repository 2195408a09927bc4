import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples as sklearn_samples
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize

from mlplab import silhouette
from mlplab.silhouette import silhouette_samples, silhouette_scores


def assert_equals_sklearn(x, labelings, **options):
    expected = [silhouette_score(np.asarray(x, np.float64), labels) for labels in labelings]
    np.testing.assert_allclose(silhouette_scores(x, labelings, **options), expected, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(4, 60),
    d=st.integers(1, 8),
    ks=st.lists(st.integers(2, 3), min_size=1, max_size=4),
    seed=st.integers(0, 10_000),
    spread=st.floats(1e-3, 1e3),
    duplicates=st.booleans(),
)
def test_small_data_agree_with_scikit_learn(n, d, ks, seed, spread, duplicates):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, d)) * spread
    if duplicates:
        x[: n // 2] = x[0]
    labelings = [np.concatenate([np.arange(k), random.integers(k, size=n - k)]) for k in ks]
    assert_equals_sklearn(x, labelings)


@pytest.fixture
def blobs(random):
    """More samples than are worked in float64, in eight groups."""
    centers = random.normal(size=(8, 20)) * 3
    truth = random.integers(8, size=3_000)
    x = (centers[truth] + random.normal(size=(3_000, 20))).astype(np.float32)
    return x, [truth, truth // 2, random.integers(5, size=3_000)]


def test_float32_data_agree_with_scikit_learn(blobs):
    assert_equals_sklearn(*blobs)


def test_every_sample_agrees_with_scikit_learn(blobs):
    x, labelings = blobs
    samples = silhouette_samples(x, labelings)
    for row, labels in zip(samples, labelings, strict=True):
        np.testing.assert_allclose(row, sklearn_samples(x, labels), atol=1e-5)


def test_data_far_from_the_origin_lose_no_digits(blobs):
    x, labelings = blobs
    assert_equals_sklearn(x.astype(np.float64) + 1e6, labelings)


def test_tight_clusters_far_apart_lose_no_digits(random):
    labels = np.repeat([0, 1, 2], 1_000)
    x = random.normal(size=(3_000, 5)) * 1e-3 + 1e4 * np.eye(3, 5)[labels]
    assert_equals_sklearn(x, [labels, np.arange(3_000) % 2])


def test_clusters_of_equal_samples_and_single_members(random):
    x = random.normal(size=(2_500, 4)).astype(np.float32)
    x[:500] = x[0]
    labels = np.repeat([7, 3], [500, 2_000])
    labels[-1] = 11
    assert_equals_sklearn(x, [labels])


def test_integers_fortran_order_and_memory_maps_give_the_same(blobs, tmp_path):
    x, labelings = blobs
    expected = silhouette_scores(x, labelings)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_allclose(silhouette_scores(mapped, labelings), expected, atol=1e-8)
    np.testing.assert_allclose(
        silhouette_scores(np.asfortranarray(x), labelings), expected, atol=1e-7
    )
    whole = (x * 10).astype(np.int16)
    assert_equals_sklearn(whole, labelings)


def test_little_memory_means_more_passes_and_the_same_values(blobs, monkeypatch):
    x, labelings = blobs
    expected = silhouette_scores(x, labelings)
    passes = []
    run = silhouette._samples_of
    monkeypatch.setattr(
        silhouette, "_samples_of", lambda p, g, *rest: passes.append(len(g)) or run(p, g, *rest)
    )
    np.testing.assert_allclose(silhouette_scores(x, labelings, memory_bytes=1), expected, atol=1e-7)
    assert passes == [1, 1, 1]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_every_number_of_threads_gives_the_same_bytes(blobs, threads):
    x, labelings = blobs
    found = silhouette_samples(x, labelings, n_threads=threads)
    assert found.tobytes() == silhouette_samples(x, labelings).tobytes()


def test_real_images_agree_with_scikit_learn(mnist):
    x = normalize(mnist.x_train[:3_000].astype(np.float32))
    assert_equals_sklearn(x, [mnist.y_train[:3_000], mnist.y_train[:3_000] % 3])


X = np.arange(20.0).reshape(10, 2)
HALVES = np.repeat([0, 1], 5)


@pytest.mark.parametrize(
    ("x", "labels", "fault"),
    [
        (X, np.zeros(10, int), r"labelings\[0\] has 1 cluster"),
        (X, np.arange(10), r"labelings\[0\] has 10 cluster.*allowed: 2 to 9"),
        (X, HALVES[:-1], r"labelings\[0\] has shape \(9,\), expected \(10,\)"),
        (X * np.nan, HALVES, "x contains NaN"),
        (np.full((10, 2), np.inf), HALVES, "infinity"),
        (X[:, 0], HALVES, "1D array"),
        (X[:0], HALVES[:0], "0 sample"),
    ],
)
def test_bad_input_is_named(x, labels, fault):
    with pytest.raises(ValueError, match=fault):
        silhouette_scores(x, [labels])
