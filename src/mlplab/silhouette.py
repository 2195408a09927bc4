"""The exact silhouette coefficients of many clusterings in one pass over all distances.

The silhouette of a sample is (b - a) / max(a, b), with a its mean distance to the other members
of its cluster and b the smallest mean distance to the members of another cluster; it is 0 for the
only member of a cluster (Rousseeuw, J. Comput. Appl. Math. 20, 1987). The distances are the same
for every clustering, so they are computed once, tile by tile, and summed per cluster of all
clusterings while a tile is in the cache.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from mlplab.processors import available_threads

_TILE_ROWS = 1024
# Up to this many samples everything is done in float64: it costs next to nothing.
_SMALL = 2_000
# float32 is used while its rounding, relative to the squared extent of the tightest cluster,
# stays below this; sums over members and samples then lose several digits more of it.
_ROUNDING_LIMIT = 1e-5


def silhouette_scores(
    x: np.ndarray,
    labelings: Sequence[np.ndarray],
    *,
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
    progress: bool = False,
) -> np.ndarray:
    """Mean silhouette coefficient of every labeling, with Euclidean distances.

    Parameters
    ----------
    x : array of shape (n, n_features); integers and any memory order are accepted
    labelings : integer cluster labels, each of shape (n,)
    n_threads : threads; None for all that the process may use
    memory_bytes : memory to use beside ``x``; too little for all labelings at once makes several
        passes
    progress : show a progress bar

    Returns
    -------
    float64 array of shape (len(labelings),)

    Raises
    ------
    ValueError
        ``x`` or a labeling cannot be used; the message names it and the number found.
    """
    samples = silhouette_samples(
        x, labelings, n_threads=n_threads, memory_bytes=memory_bytes, progress=progress
    )
    return samples.mean(axis=1)


def silhouette_samples(
    x: np.ndarray,
    labelings: Sequence[np.ndarray],
    *,
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
    progress: bool = False,
) -> np.ndarray:
    """Silhouette coefficients of all samples, float64 (len(labelings), n).

    Parameters and errors are those of :func:`silhouette_scores`.
    """
    # float32 of the caller's order is not copied here; the centred copy below is the only one
    x = check_array(x, dtype=[np.float32, np.float64], input_name="x")
    clusterings = [_Clustering(labels, len(x), i) for i, labels in enumerate(labelings)]
    if not clusterings:
        return np.empty((0, len(x)))
    threads = n_threads or available_threads()
    points, dtype = _augmented(x, clusterings)
    per_cluster = len(x) * np.dtype(dtype).itemsize
    room = memory_bytes - points.nbytes - 6 * threads * _TILE_ROWS**2 * points.itemsize
    result = np.empty((len(clusterings), len(x)))
    with threadpool_limits(1, user_api="blas"):
        start = 0
        for stop in _passes(clusterings, max(room // per_cluster, 1)):
            group = clusterings[start:stop]
            result[start:stop] = _samples_of(points, group, threads, progress)
            start = stop
    return result


class _Clustering:
    """A labeling as codes 0 … k - 1 with the sizes of its clusters."""

    def __init__(self, labels: np.ndarray, n: int, index: int) -> None:
        labels = np.asarray(labels)
        if labels.shape != (n,):
            raise ValueError(
                f"labelings[{index}] has shape {labels.shape}, expected ({n},): a label per sample"
            )
        values, self.codes, self.sizes = np.unique(labels, return_inverse=True, return_counts=True)
        self.k = len(values)
        if not 2 <= self.k < n:
            raise ValueError(
                f"labelings[{index}] has {self.k} cluster(s) for {n} samples; allowed: 2 to {n - 1}"
            )


def _augmented(x: np.ndarray, clusterings: Sequence[_Clustering]) -> tuple[np.ndarray, type]:
    """Centred samples with two more columns, |x|² and 1, float32 where that is precise enough.

    The product of a row (a, |a|², 1) and (-2b, 1, |b|²) is |a - b|². Centring first keeps the
    norms, and with them the digits lost by cancellation, as small as they can be.
    """
    mean = x.mean(axis=0, dtype=np.float64)
    points = np.empty((len(x), x.shape[1] + 2), np.float64 if len(x) <= _SMALL else np.float32)
    np.subtract(x, mean, out=points[:, :-2], casting="same_kind")
    squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2], dtype=np.float64)
    extent = min(_tightest_extent(points[:, :-2], squares, c) for c in clusterings)
    dtype: type = points.dtype.type
    if dtype is np.float32 and np.finfo(np.float32).eps * squares.max() > _ROUNDING_LIMIT * extent:
        dtype = np.float64
        points = np.empty(points.shape, dtype)
        np.subtract(x, mean, out=points[:, :-2])
        squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2])
    points[:, -2] = squares
    points[:, -1] = 1
    return points, dtype


def _tightest_extent(points: np.ndarray, squares: np.ndarray, clustering: _Clustering) -> float:
    """Smallest mean squared distance to the centre over the clusters with several members."""
    indicator = _indicator(clustering.codes, clustering.k, points.dtype)
    sizes = clustering.sizes
    centers = (indicator @ points) / sizes[:, np.newaxis]
    mean_squares = np.bincount(clustering.codes, squares, clustering.k) / sizes
    extents = mean_squares - np.einsum("ij,ij->i", centers, centers)
    return float(np.maximum(extents[sizes > 1], 0).min(initial=np.inf))


def _indicator(codes: np.ndarray, k: int, dtype: np.dtype | type) -> sparse.csr_array:
    """Matrix (k, n) with a one where a sample belongs to a cluster."""
    n = len(codes)
    columns = np.argsort(codes, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=k))]).astype(np.int32)
    return sparse.csr_array((np.ones(n, dtype), columns, starts), shape=(k, n))


def _passes(clusterings: Sequence[_Clustering], n_rows: int) -> list[int]:
    """Ends of groups of clusterings that have at most ``n_rows`` clusters together."""
    ends, total = [], 0
    for i, clustering in enumerate(clusterings):
        if i and total + clustering.k > n_rows:
            ends.append(i)
            total = 0
        total += clustering.k
    return [*ends, len(clusterings)]


def _samples_of(
    points: np.ndarray, group: Sequence[_Clustering], n_threads: int, progress: bool
) -> np.ndarray:
    n = len(points)
    starts = range(0, n, _TILE_ROWS)
    blocks = [slice(start, min(start + _TILE_ROWS, n)) for start in starts]
    indicators = [
        sparse.vstack([_indicator(c.codes[b], c.k, points.dtype) for c in group], format="csr")
        for b in blocks
    ]
    n_clusters = sum(c.k for c in group)
    sums = [np.zeros((n_clusters, b.stop - b.start), points.dtype) for b in blocks]
    locks = [threading.Lock() for _ in blocks]

    def add(target: int, partial: np.ndarray) -> None:
        with locks[target]:
            np.add(sums[target], partial, out=sums[target])

    def work(tile: tuple[int, int]) -> None:
        i, j = tile
        distances = _distances(points[blocks[i]], points[blocks[j]])
        if i == j:
            np.fill_diagonal(distances, 0)
        else:
            add(i, indicators[j] @ np.ascontiguousarray(distances.T))
        add(j, indicators[i] @ distances)

    tiles = [(i, j) for i in range(len(blocks)) for j in range(i, len(blocks))]
    with (
        ThreadPoolExecutor(n_threads) as pool,
        tqdm(total=len(tiles), disable=not progress, unit="tile", mininterval=1) as bar,
    ):
        for _ in pool.map(work, tiles):
            bar.update()
    result = np.empty((len(group), n))
    for block, block_sums in zip(blocks, sums, strict=True):
        first = 0
        for row, clustering in enumerate(group):
            own = block_sums[first : first + clustering.k]
            result[row, block] = _coefficients(own, clustering.codes[block], clustering.sizes)
            first += clustering.k
    return result


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances (len(a), len(b)) of augmented rows."""
    other = np.multiply(b, -2)
    other[:, -2] = 1
    other[:, -1] = b[:, -2]
    squares = a @ other.T
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)


def _coefficients(sums: np.ndarray, codes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Silhouettes (n,) from the sums of distances to every cluster, shape (k, n)."""
    columns = np.arange(len(codes))
    members = sizes[codes]
    means = sums.astype(np.float64)
    within = means[codes, columns] / np.maximum(members - 1, 1)
    means /= sizes[:, np.newaxis]
    means[codes, columns] = np.inf
    nearest = means.min(axis=0)
    larger = np.maximum(within, nearest)
    lonely = (members == 1) | (larger == 0)
    return np.where(lonely, 0.0, (nearest - within) / np.where(lonely, 1.0, larger))
