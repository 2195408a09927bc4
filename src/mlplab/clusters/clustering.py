"""K-means, and distances to its centres."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array
from threadpoolctl import threadpool_limits

from mlplab.machine.processors import available_threads
from mlplab.runtime.arrays import copy_rows, is_large, map_rows, row_blocks

logger = logging.getLogger(__name__)

Algorithm = Literal["minibatch", "lloyd", "elkan"]
ALGORITHMS: tuple[str, ...] = get_args(Algorithm)


@dataclass(frozen=True)
class KMeansSettings:
    """How to fit k-means.

    Attributes
    ----------
    algorithm : "minibatch", or full k-means by "lloyd" or "elkan"
    n_init : starts; the one with the lowest inertia counts
    max_iter : largest number of iterations of a start
    batch_size : samples of a mini-batch; full k-means ignores it
    """

    algorithm: Algorithm = "minibatch"
    n_init: int = 3
    max_iter: int = 1000
    batch_size: int = 1024


@dataclass(frozen=True)
class KMeansFit:
    """A fitted clustering.

    Attributes
    ----------
    centers : float32 (k, n_features)
    labels : int32 (n,), the nearest centre of every sample
    inertia : sum over all samples of the squared distance to the nearest centre
    n_iter : iterations of the best start; of mini-batch k-means, passes over the samples plus
        Lloyd's iterations where these leave a cluster empty
    fit_seconds, cpu_seconds : wall and CPU seconds of the fit alone
    """

    algorithm: Algorithm
    centers: np.ndarray
    labels: np.ndarray
    inertia: float
    n_iter: int
    fit_seconds: float
    cpu_seconds: float


def fit_kmeans(
    x: np.ndarray,
    k: int,
    settings: KMeansSettings = KMeansSettings(),
    *,
    seed: int = 0,
    n_threads: int = 1,
) -> KMeansFit:
    """Cluster ``x`` (n, n_features) into ``k`` clusters with scikit-learn.

    A float32 memory map needs no copy: mini-batches hold a few batches and a few numbers per sample
    in memory. Full k-means centres a copy, which is a memory map if it is large; "elkan" also keeps
    n · k float32 bounds in memory.

    Mini-batches may leave a cluster without members, above all with few samples. Lloyd's iterations
    then continue from their centres: they move the centre of an empty cluster to the sample that
    is farthest from its own centre. Their time counts as part of the fit.

    With one thread the same seed gives the same result. Several threads add in another order, so
    their results agree within a tolerance only.

    Raises
    ------
    ValueError
        ``x`` holds NaN or infinity or is not two-dimensional, ``k`` is not a whole number in
        2 … n - 1, ``n_init``, ``max_iter``, ``batch_size`` or ``n_threads`` is not a whole
        number of at least 1, ``seed`` is not one in 0 … 2³² - 1, the algorithm is unknown, or a
        cluster stays empty, for example because ``x`` has fewer than ``k`` different samples.

    Examples
    --------
    >>> x = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], np.float32)
    >>> fit = fit_kmeans(x, 2, KMeansSettings("lloyd"), seed=0)
    >>> bool(fit.labels[0] == fit.labels[1]), fit.centers.shape, round(fit.inertia, 2)
    (True, (2, 2), 1.0)
    """
    if settings.algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm is {settings.algorithm!r}; allowed: {', '.join(ALGORITHMS)}")
    x = check_array(x, dtype=[np.float32, np.float64], input_name="x")
    _check_whole("k", k, 2, len(x) - 1, f", as x has {len(x)} samples")
    for name, value in (
        ("n_init", settings.n_init),
        ("max_iter", settings.max_iter),
        ("batch_size", settings.batch_size),
        ("n_threads", n_threads),
    ):
        _check_whole(name, value, 1)
    _check_whole("seed", seed, 0, 2**32 - 1)
    shared = {"n_clusters": k, "n_init": settings.n_init, "max_iter": settings.max_iter}
    shared["random_state"] = seed
    with threadpool_limits(min(n_threads, available_threads())):
        wall, cpu = time.perf_counter(), time.process_time()
        if settings.algorithm == "minibatch":
            batches = MiniBatchKMeans(batch_size=settings.batch_size, **shared)
            model, n_iter = _fit_mini_batches(x, batches)
        else:
            model = _fit_full(x, algorithm=settings.algorithm, **shared)
            n_iter = model.n_iter_
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if (filled := _count_filled(model)) < k:
        raise ValueError(
            f"k is {k}, but only {filled} clusters have members; allowed: at most the number of "
            "different samples in x"
        )
    return KMeansFit(
        settings.algorithm,
        np.ascontiguousarray(model.cluster_centers_, np.float32),
        model.labels_.astype(np.int32, copy=False),
        float(model.inertia_),
        int(n_iter),
        wall,
        cpu,
    )


def _count_filled(model: KMeans | MiniBatchKMeans) -> int:
    return len(np.unique(model.labels_))


def _fit_mini_batches(
    x: np.ndarray, model: MiniBatchKMeans
) -> tuple[KMeans | MiniBatchKMeans, int]:
    """The fitted model and its iterations, those of Lloyd that fill empty clusters included."""
    model.fit(x)
    k, filled = model.n_clusters, _count_filled(model)
    if filled == k:
        return model, model.n_iter_
    logger.info("mini-batches left %d of %d clusters empty", k - filled, k)
    start = model.cluster_centers_
    full = _fit_full(x, n_clusters=k, init=start, n_init=1, max_iter=model.max_iter)
    return full, model.n_iter_ + full.n_iter_


def _fit_full(x: np.ndarray, **parameters: Any) -> KMeans:
    """Full k-means on a copy of ``x``; scikit-learn's own copy would lie in memory."""
    kind = _LargeKMeans if is_large(x.nbytes) else KMeans
    return kind(copy_x=False, **parameters).fit(copy_rows(x))


class _LargeKMeans(KMeans):
    """Full k-means that finds the scale of its tolerance block by block.

    scikit-learn calls ``np.var``, which holds a copy of all samples in memory.
    """

    tol: float  # a parameter of KMeans, which has no types

    def _check_params_vs_input(self, X: np.ndarray) -> None:
        tol, self.tol = self.tol, 0.0
        try:
            super()._check_params_vs_input(X)
        finally:
            self.tol = tol
        moments = StandardScaler()
        for rows in row_blocks(X.shape):
            moments.partial_fit(X[rows])
        self._tol = tol * moments.var_.mean()


def summarize_fit(fit: KMeansFit, *, dataset: str, seed: int) -> pd.DataFrame:
    """A table with one row, the fit, for ``cluster_sweep.csv``."""
    row = {
        "dataset": dataset,
        "algorithm": fit.algorithm,
        "k": len(fit.centers),
        "inertia": fit.inertia,
        "fit_seconds": fit.fit_seconds,
        "cpu_seconds": fit.cpu_seconds,
        "n_iter": fit.n_iter,
        "seed": seed,
    }
    return pd.DataFrame([row])


def cluster_distances(x: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Euclidean distances of samples (n, n_features) to centres (k, n_features), float32 (n, k).

    ``x`` may be a memory map, and the result is one if it is large, see
    :mod:`mlplab.runtime.arrays`.

    Examples
    --------
    >>> cluster_distances(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0]])).tolist()
    [[5.0, 4.0]]
    """
    x, centers = _matching(x, centers)
    # scikit-learn computes float32 in float64 pieces, so no digits cancel.
    return map_rows(lambda rows: euclidean_distances(rows, centers), x, len(centers))


def nearest_centers(x: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Index of the nearest centre of every sample, int (n,)."""
    nearest: np.ndarray = pairwise_distances_argmin(*_matching(x, centers))
    return nearest


def _matching(x: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = check_array(x, dtype=[np.float32, np.float64], input_name="x")
    centers = check_array(centers, dtype=x.dtype, input_name="centers")
    if x.shape[1] != centers.shape[1]:
        raise ValueError(f"x has {x.shape[1]} features, centers have {centers.shape[1]}")
    return x, centers


def _check_whole(
    name: str, value: object, low: int, high: int | None = None, reason: str = ""
) -> None:
    if (
        not isinstance(value, int | np.integer)
        or isinstance(value, bool)
        or value < low
        or (high is not None and value > high)
    ):
        allowed = f"{low} or more" if high is None else f"{low} to {high}"
        raise ValueError(f"{name} is {value!r}; allowed: whole numbers, {allowed}{reason}")
