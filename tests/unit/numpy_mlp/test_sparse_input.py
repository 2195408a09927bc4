"""Sparse samples train the network of the same samples in a dense array, and none is dense."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mlplab.numpy_mlp import NumpyMLPClassifier, Plan, planning
from mlplab.numpy_mlp.sparse_rows import SparseRows

TIMES = ["wall_seconds", "cpu_seconds", "evaluation_cpu_seconds"]

pytestmark = pytest.mark.usefixtures("engine")
PLANS = [
    None,
    Plan(1, 1, 1000),
    Plan(3, 1, 7),
    Plan(2, 1, 1000, "features"),
]


@pytest.fixture
def samples(random):
    x = random.random((103, 12))
    return np.where(x < 0.7, 0, x), random.integers(3, size=103)


def network(**parameters):
    return NumpyMLPClassifier(
        (6, 4), random_state=0, **{"epochs": 3, "batch_size": 40} | parameters
    )


def numbers(fitted):
    """All that a training leaves, apart from times."""
    history = fitted.history_.drop(columns=TIMES)
    return [a.tobytes() for a in (*fitted.coefs_, *fitted.intercepts_)], history.to_csv()


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_sparse_and_dense_samples_train_the_same_bytes(samples, plan, dtype, shuffle):
    x, y = samples
    dense, thin = (
        network(plan=plan, dtype=dtype, shuffle=shuffle, monitor_every=2).fit(
            data, y, np.arange(103) % 4, validation_data=(data[:50], y[:50])
        )
        for data in (x, sparse.csr_array(x))
    )
    assert numbers(thin) == numbers(dense)
    for method in ("predict", "predict_proba", "decision_logits"):
        found, expected = (getattr(thin, method)(data) for data in (sparse.csr_array(x), x))
        np.testing.assert_array_equal(found, expected)
    for fitted, data in ((dense, x), (thin, sparse.csr_array(x))):
        fitted.partial_fit(data[:60], y[:60], sample_weight=np.ones(60))
    assert numbers(thin) == numbers(dense)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
def test_every_sparse_format_is_taken(samples, kind, form):
    x, y = samples
    thin = kind(x).asformat(form)
    assert numbers(network().fit(thin, y)) == numbers(network().fit(x, y))


def test_sparse_samples_of_other_makings_are_taken(samples):
    x, y = samples
    long = sparse.csr_array(x)
    long.indices, long.indptr = long.indices.astype(np.int64), long.indptr.astype(np.int64)
    frame = pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(x))
    frame.columns = [f"x{column}" for column in frame]
    for thin in (long, frame):
        assert numbers(network().fit(thin, y)) == numbers(network().fit(x, y))
    twice = sparse.csr_array(([1.0, 2.0, 3.0], [0, 0, 1], [0, 2, 3]), shape=(2, 2))
    assert numbers(network().fit(twice, [0, 1])) == numbers(network().fit([[3, 0], [0, 3]], [0, 1]))


@pytest.mark.parametrize(
    ("shape", "batch_size", "plan"),
    [
        ((4_000, 2_000), 40, Plan(1, 1, 1000)),
        ((4_000, 2_000), 40, Plan(2, 1, 20)),
        ((4_000, 2_000), 40, Plan(2, 1, 40, "features")),
        ((600, 200_000), 10, Plan(1, 1, 10)),  # a slice that is evaluated holds fewer samples too
    ],
)
def test_the_whole_is_never_dense(shape, batch_size, plan):
    x = sparse.random_array(shape, density=0.002, format="csr", dtype=np.float32, rng=0)
    y = np.arange(shape[0]) % 3
    fitted = NumpyMLPClassifier(2, batch_size, 1, random_state=0, plan=plan, n_threads=1)
    fitted.fit(x[:40], y[:40])  # what is imported on first use counts for nothing
    tracemalloc.start()
    try:
        fitted.fit(x, y, validation_data=(x, y)).partial_fit(x, y).predict(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < np.prod(shape) * 4 / 3


def test_sparse_and_dense_samples_have_one_plan(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(planning, "_plans_of_this_process", {})
    timed = []
    monkeypatch.setattr(
        planning, "_measure", lambda groups, x, *_: timed.append(x) or groups[0][-1]
    )
    x = np.ones((600, 784), np.float32)
    sizes = [784, 70, 30, 10]
    first = planning.choose_plan(SparseRows(sparse.csr_array(x)), sizes, 500, 2)
    assert planning.choose_plan(x, sizes, 500, 2) == first
    assert [samples.shape for samples in timed] == [(500, 784)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda x: x.astype(complex), "Complex data not supported"),
        (lambda x: x * np.nan, "Input X contains NaN"),
        (lambda x: x * 1e300, "too large for dtype"),
        (lambda x: x[:, :0], r"0 feature\(s\)"),
        (lambda x: x[:0], r"0 sample\(s\)|inconsistent numbers of samples"),
        (lambda x: sparse.coo_array(x.toarray()[0]), "Expected 2D input"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_sparse_samples_that_cannot_be_trained_on_are_refused(samples, change, fault):
    x, y = samples
    with pytest.raises(ValueError, match=fault):
        network().fit(change(sparse.csr_array(x)), y)


def test_prediction_wants_the_features_of_the_training(samples):
    x, y = samples
    with pytest.raises(ValueError, match=r"X has 5 features, but .* is expecting 12"):
        network().fit(x, y).predict(sparse.csr_array(x[:, :5]))
