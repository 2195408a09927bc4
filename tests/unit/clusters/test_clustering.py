from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import MiniBatchKMeans

from mlplab.clusters import clustering
from mlplab.clusters.clustering import (
    KMeansSettings,
    cluster_distances,
    fit_kmeans,
    nearest_centers,
    summarize_fit,
)


@pytest.fixture
def blobs(random):
    truth = random.integers(4, size=600)
    return (20 * np.eye(4, 6)[truth] + random.normal(size=(600, 6))).astype(np.float32), truth


@pytest.mark.parametrize("algorithm", ["minibatch", "lloyd", "elkan"])
def test_separate_groups_are_found(blobs, algorithm):
    x, truth = blobs
    fit = fit_kmeans(x, 4, KMeansSettings(algorithm), seed=1)
    pairs = set(zip(fit.labels.tolist(), truth.tolist(), strict=True))
    assert len(pairs) == 4
    expected = np.square(x - fit.centers[fit.labels]).sum()
    assert fit.inertia == pytest.approx(expected, rel=1e-4)
    assert fit.centers.dtype == np.float32
    assert fit.fit_seconds > 0


def test_the_same_seed_gives_the_same_centres(blobs):
    first, second = (fit_kmeans(blobs[0], 7, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.centers, second.centers)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_integers_and_fortran_order_give_the_same_clusters(blobs):
    whole = np.rint(blobs[0] * 10).astype(np.int16)
    expected = fit_kmeans(whole.astype(np.float32), 4)
    for x in (whole, np.asfortranarray(whole)):
        np.testing.assert_allclose(fit_kmeans(x, 4).centers, expected.centers, rtol=1e-5)


def test_a_whole_number_of_numpy_is_one(blobs):
    assert len(fit_kmeans(blobs[0], np.int64(4)).centers) == 4


def test_the_row_of_a_fit_says_what_was_fitted(blobs):
    fit = fit_kmeans(blobs[0], 4)
    row = summarize_fit(fit, dataset="blobs", seed=5).iloc[0]
    assert (row["dataset"], row["algorithm"], row["k"], row["seed"]) == ("blobs", "minibatch", 4, 5)
    assert row["inertia"] == fit.inertia


@settings(max_examples=40)
@given(n=st.integers(1, 30), k=st.integers(1, 10), d=st.integers(1, 5), seed=st.integers(0, 999))
def test_distances_are_euclidean(n, k, d, seed):
    random = np.random.default_rng(seed)
    x, centers = random.normal(size=(n, d)), random.normal(size=(k, d))
    distances = cluster_distances(x, centers)
    assert distances.dtype == np.float32
    np.testing.assert_allclose(distances, cdist(x, centers), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(nearest_centers(x, centers), cdist(x, centers).argmin(axis=1))


def test_distances_of_float32_data_far_from_the_origin_keep_their_digits(random):
    x = (random.normal(size=(50, 3)) + 1000).astype(np.float32)
    expected = cdist(x.astype(np.float64), x[:5].astype(np.float64))
    np.testing.assert_allclose(cluster_distances(x, x[:5]), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"k": 0}, "k is 0; allowed: whole numbers, 2 to 599"),
        ({"k": 1}, "k is 1; allowed: whole numbers, 2 to 599"),
        ({"k": 2.5}, "k is 2.5; allowed: whole numbers, 2 to 599"),
        ({"k": True}, "k is True"),
        ({"k": 600}, "k is 600; allowed: whole numbers, 2 to 599, as x has 600 samples"),
        ({"n_init": 0}, "n_init is 0; allowed: whole numbers, 1 or more"),
        ({"max_iter": 1.0}, "max_iter is 1.0; allowed"),
        ({"batch_size": 0}, "batch_size is 0; allowed"),
        ({"n_threads": -1}, "n_threads is -1; allowed"),
        ({"seed": -1}, "seed is -1; allowed: whole numbers, 0 to 4294967295"),
        ({"algorithm": "other"}, "algorithm is 'other'; allowed: minibatch"),
        ({"x": np.full((10, 2), np.nan), "k": 2}, "x contains NaN"),
        ({"x": np.full((10, 2), np.inf), "k": 2}, "x contains infinity"),
        ({"x": np.zeros(10), "k": 2}, "1D array"),
    ],
)
def test_bad_input_is_named(blobs, change, fault):
    settings = {name: change[name] for name in change if name in KMeansSettings.__annotations__}
    others = {name: change[name] for name in change if name not in settings}
    arguments = {"x": blobs[0], "k": 3, "settings": KMeansSettings(**settings)} | others
    with pytest.raises(ValueError, match=fault):
        fit_kmeans(**arguments)


def test_clusters_that_mini_batches_leave_empty_are_filled(random):
    x = random.normal(size=(5, 30)).repeat(40, axis=0)
    x += random.normal(scale=0.2, size=x.shape)
    left_empty = 0
    for seed in range(10):
        batches = MiniBatchKMeans(40, batch_size=100, n_init=1, random_state=seed).fit(x)
        left_empty += len(np.unique(batches.labels_)) < 40
        fit = fit_kmeans(x, 40, KMeansSettings(n_init=1, batch_size=100), seed=seed)
        assert np.unique(fit.labels).tolist() == list(range(40))
        assert np.array_equal(fit.labels, nearest_centers(x, fit.centers))
        squares = ((x - fit.centers[fit.labels]) ** 2).sum()
        assert fit.inertia == pytest.approx(squares, rel=1e-4)
    assert left_empty, "no seed shows what this is about"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_too_few_different_samples_are_told():
    with pytest.raises(ValueError, match="k is 3, but only 1 clusters have members"):
        fit_kmeans(np.ones((20, 2)), 3, KMeansSettings("lloyd"))


def test_features_that_do_not_match_are_told():
    with pytest.raises(ValueError, match="x has 3 features, centers have 2"):
        cluster_distances(np.zeros((4, 3)), np.zeros((2, 2)))


def test_a_fit_has_no_more_threads_than_the_process_may_use(monkeypatch, random):
    limits = []

    def limit(n_threads):
        limits.append(n_threads)
        return nullcontext()

    monkeypatch.setattr(clustering, "threadpool_limits", limit)
    monkeypatch.setattr(clustering, "available_threads", lambda: 2)
    x = random.normal(size=(60, 3)).astype(np.float32)
    for n_threads in (1, 2, 8):
        fit_kmeans(x, 3, KMeansSettings("lloyd"), n_threads=n_threads)
    assert limits == [1, 2, 2]
