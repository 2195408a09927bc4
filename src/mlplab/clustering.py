"""K-means, distances to its centres, and the elbow of the inertia curve."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from kneed import KneeLocator
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_array
from threadpoolctl import threadpool_limits

Algorithm = Literal["minibatch", "lloyd", "elkan"]
_CHUNK_ROWS = 8192


@dataclass(frozen=True)
class KMeansFit:
    """A fitted clustering.

    Attributes
    ----------
    centers : float32 (k, n_features)
    labels : int32 (n,), the nearest centre of every sample
    inertia : sum over all samples of the squared distance to the nearest centre
    n_iter : iterations of the best start (of mini-batch k-means: passes over the samples)
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
    *,
    algorithm: Algorithm = "minibatch",
    n_init: int = 3,
    max_iter: int = 1000,
    batch_size: int = 4096,
    seed: int = 0,
    n_threads: int = 1,
) -> KMeansFit:
    """Cluster ``x`` (n, n_features) into ``k`` clusters with scikit-learn.

    With one thread the same seed gives the same result; with several, sums are rounded in
    another order and results agree within tolerance only.

    Raises
    ------
    ValueError
        ``x`` holds NaN or infinity or is not two-dimensional, ``k`` is not in 1 … n - 1, the
        algorithm is unknown, or ``x`` has fewer than ``k`` different samples.
    """
    if algorithm not in ("minibatch", "lloyd", "elkan"):
        raise ValueError(f"algorithm is {algorithm!r}; allowed: minibatch, lloyd, elkan")
    x = check_array(x, dtype=[np.float32, np.float64], input_name="x")
    if not 1 <= k < len(x):
        raise ValueError(f"k is {k}; allowed: 1 to {len(x) - 1}, as x has {len(x)} samples")
    shared = {"n_clusters": k, "n_init": n_init, "max_iter": max_iter, "random_state": seed}
    if algorithm == "minibatch":
        model = MiniBatchKMeans(batch_size=batch_size, **shared)
    else:
        model = KMeans(algorithm=algorithm, **shared)
    with threadpool_limits(n_threads):
        wall, cpu = time.perf_counter(), time.process_time()
        model.fit(x)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    filled = len(np.unique(model.labels_))
    if filled < k:
        raise ValueError(
            f"k is {k}, but only {filled} clusters have members: x has too few different samples"
        )
    return KMeansFit(
        algorithm,
        np.ascontiguousarray(model.cluster_centers_, np.float32),
        model.labels_.astype(np.int32, copy=False),
        float(model.inertia_),
        int(model.n_iter_),
        wall,
        cpu,
    )


def summarize_fit(fit: KMeansFit, *, dataset: str, seed: int) -> pd.DataFrame:
    """A table with the one row of a fit, ready for ``cluster_sweep.csv``."""
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

    ``x`` may be a memory map; a few thousand rows at a time are read.
    """
    x, centers = _matching(x, centers)
    distances = np.empty((len(x), len(centers)), np.float32)
    for start in range(0, len(x), _CHUNK_ROWS):
        rows = slice(start, start + _CHUNK_ROWS)
        # scikit-learn works float32 in float64 pieces, so nothing cancels
        distances[rows] = euclidean_distances(x[rows], centers)
    return distances


def nearest_centers(x: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Index of the nearest centre of every sample, int (n,)."""
    return pairwise_distances_argmin(*_matching(x, centers))


def find_elbow(ks: Sequence[int], inertias: Sequence[float]) -> int | None:
    """The K at which the inertia curve bends most, or None if it bends nowhere.

    Kneedle (Satopää et al., 2011) on a convex, decreasing curve.

    Raises
    ------
    ValueError
        Fewer than three points, or lists of different lengths.
    """
    if len(ks) != len(inertias) or len(ks) < 3:
        raise ValueError(f"got {len(ks)} ks and {len(inertias)} inertias; 3 or more are needed")
    order = np.argsort(ks)
    locator = KneeLocator(
        np.asarray(ks)[order], np.asarray(inertias)[order], curve="convex", direction="decreasing"
    )
    return None if locator.knee is None else int(locator.knee)


def choose_k(sweep: pd.DataFrame) -> pd.DataFrame:
    """What the sweep says about K: the elbow of the inertia and the peaks of the silhouette.

    Parameters
    ----------
    sweep : table with the columns k, inertia and silhouette; seeds are averaged

    Returns
    -------
    DataFrame with the columns ``criterion`` ("elbow" or "silhouette peak"), ``k``, ``inertia``
    and ``silhouette``. A peak is higher than both neighbours; there may be no row at all.
    """
    means = sweep.groupby("k", as_index=False)[["inertia", "silhouette"]].mean()
    elbow = find_elbow(means["k"], means["inertia"]) if len(means) >= 3 else None
    score = means["silhouette"]
    peaks = means[(score > score.shift(1)) & (score > score.shift(-1))]
    chosen = [means[means["k"] == elbow].assign(criterion="elbow")]
    chosen.append(peaks.assign(criterion="silhouette peak"))
    return pd.concat(chosen)[["criterion", "k", "inertia", "silhouette"]]


def _matching(x: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = check_array(x, dtype=[np.float32, np.float64], input_name="x")
    centers = check_array(centers, dtype=x.dtype, input_name="centers")
    if x.shape[1] != centers.shape[1]:
        raise ValueError(f"x has {x.shape[1]} features, centers have {centers.shape[1]}")
    return x, centers
