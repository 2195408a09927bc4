import logging
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples as sklearn_samples
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize

from mlplab.clusters import silhouette, silhouette_sums
from mlplab.clusters.silhouette import measure_silhouettes, silhouette_samples, silhouette_scores


def assert_equals_sklearn(x, labelings, **options):
    expected = [silhouette_score(np.asarray(x, np.float64), labels) for labels in labelings]
    np.testing.assert_allclose(silhouette_scores(x, labelings, **options), expected, atol=1e-6)


@settings(max_examples=60)
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
    run = silhouette.sum_all
    monkeypatch.setattr(
        silhouette, "sum_all", lambda p, g, *rest: passes.append(len(g)) or run(p, g, *rest)
    )
    with pytest.raises(ValueError, match="memory_bytes is 1; allowed: at least") as refused:
        silhouette_scores(x, labelings, n_threads=1, memory_bytes=1)
    least = int(re.search(r"at least (\d+)", str(refused.value))[1])
    found = silhouette_scores(x, labelings, n_threads=1, memory_bytes=least)
    np.testing.assert_allclose(found, expected, atol=1e-7)
    assert passes == [1, 1, 1]
    with pytest.raises(ValueError, match=f"memory_bytes is {least - 1}"):
        silhouette_scores(x, labelings, n_threads=1, memory_bytes=least - 1)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_sample_has_the_coefficients_of_all_samples(blobs, threads):
    x, labelings = blobs
    exact = silhouette_samples(x, labelings)
    sampled = measure_silhouettes(x, labelings, max_samples=700, seed=4, n_threads=threads)
    assert len(np.unique(sampled.indices)) == 700
    np.testing.assert_allclose(sampled.values, exact[:, sampled.indices], atol=1e-6)
    again = measure_silhouettes(x, labelings, max_samples=700, seed=4)
    assert again.values.tobytes() == sampled.values.tobytes()
    other = measure_silhouettes(x, labelings, max_samples=700, seed=5)
    assert not np.array_equal(other.indices, sampled.indices)


def test_among_all_samples_those_without_a_coefficient_are_missing(blobs):
    x, labelings = blobs
    sampled = measure_silhouettes(x, labelings, max_samples=700, seed=4)
    every = sampled.every_sample()
    assert every.shape == (3, 3_000)
    np.testing.assert_array_equal(every[:, sampled.indices], sampled.values.astype(np.float32))
    assert np.isnan(np.delete(every, sampled.indices, axis=1)).all()


def test_no_labeling_has_no_coefficient(blobs):
    found = measure_silhouettes(blobs[0], [], max_samples=700)
    assert found.values.shape == (0, 700)
    assert found.scores.shape == (0,)


@pytest.mark.parametrize("max_samples", [None, 700])
def test_rounds_are_told_only_if_asked_for(blobs, caplog, max_samples):
    x, labelings = blobs
    with caplog.at_level(logging.INFO, "mlplab"):
        plain = measure_silhouettes(x, labelings, max_samples=max_samples)
        assert not caplog.messages
        told = measure_silhouettes(x, labelings, max_samples=max_samples, progress=True)
    assert caplog.messages[-1].startswith("round ")
    assert caplog.messages[-1].endswith(": 0 s left")
    assert told.values.tobytes() == plain.values.tobytes()


def test_the_standard_error_is_the_spread_of_sampled_scores(blobs):
    x, labelings = blobs
    exact = silhouette_scores(x, labelings)
    samples = [measure_silhouettes(x, labelings, max_samples=300, seed=s) for s in range(60)]
    errors = np.array([sample.scores - exact for sample in samples])
    told = np.mean([sample.standard_errors for sample in samples], axis=0)
    np.testing.assert_allclose(errors.std(axis=0), told, rtol=0.3)
    assert (np.abs(errors) < 1.96 * told).mean() > 0.88


def test_as_many_samples_as_there_are_is_exact(blobs):
    x, labelings = blobs
    whole = measure_silhouettes(x, labelings, max_samples=3_000)
    assert whole.values.tobytes() == silhouette_samples(x, labelings).tobytes()
    assert whole.standard_errors.tolist() == [0, 0, 0]


def test_constant_features_add_nothing(blobs):
    x, labelings = blobs
    wider = np.hstack([x, np.full((len(x), 3), 1e6, np.float32)])
    np.testing.assert_array_equal(
        silhouette_scores(wider, labelings), silhouette_scores(x, labelings)
    )


def test_samples_that_are_all_equal_have_silhouette_zero():
    assert silhouette_scores(np.ones((10, 3)), [HALVES]).tolist() == [0]


def test_labels_may_have_gaps_and_any_name(blobs):
    x, (truth, *_) = blobs
    expected = silhouette_scores(x, [truth])
    for labels in (truth * 7 - 3, truth.astype(float), truth.astype(str)):
        np.testing.assert_array_equal(silhouette_scores(x, [labels]), expected)


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
        (X, np.where(HALVES, np.nan, 0.0), r"labelings\[0\] has 5 NaN or infinite labels"),
        (X, np.stack([HALVES, HALVES]), r"labelings\[0\] has shape \(2, 10\)"),
        (X * np.nan, HALVES, "x contains NaN"),
        (np.full((10, 2), np.inf), HALVES, "infinity"),
        (X[:, 0], HALVES, "1D array"),
        (X[:0], HALVES[:0], "0 sample"),
    ],
)
def test_bad_input_is_named(x, labels, fault):
    with pytest.raises(ValueError, match=fault):
        silhouette_scores(x, [labels])


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        ({"n_threads": 0}, "n_threads is 0; allowed: None, or whole numbers from 1"),
        ({"max_samples": 0}, "max_samples is 0; allowed"),
        ({"max_samples": 2.5}, "max_samples is 2.5; allowed"),
    ],
)
def test_bad_numbers_are_named(option, fault):
    with pytest.raises(ValueError, match=fault):
        measure_silhouettes(X, [HALVES], **option)


def test_no_more_threads_work_than_the_process_may_use(monkeypatch, random):
    pools = []

    def start_pool(n_threads):
        pools.append(n_threads)
        return ThreadPoolExecutor(n_threads)

    monkeypatch.setattr(silhouette_sums, "ThreadPoolExecutor", start_pool)
    monkeypatch.setattr(silhouette, "available_threads", lambda: 1)
    x = random.normal(size=(60, 3)).astype(np.float32)
    silhouette_scores(x, [np.arange(60) % 3], n_threads=8)
    assert set(pools) == {1}
