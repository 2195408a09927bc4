"""The exact silhouette coefficients of many clusterings in one pass over all distances.

The silhouette of a sample is (b - a) / max(a, b), with a its mean distance to the other members
of its cluster and b the smallest mean distance to the members of another cluster; it is 0 for the
only member of a cluster (Rousseeuw, J. Comput. Appl. Math. 20, 1987). The distances are the same
for every clustering, so they are computed once, tile by tile, and summed per cluster of all
clusterings while a tile is in the cache.

The samples are sorted by their labels first. Neighbours then share most of their labels, so a
tile is summed over the few runs of equal labels before the runs are summed per cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from mlplab.processors import available_threads

# A tile of float32 distances is 1 MiB: it stays in the second-level cache of one core.
_TILE_ROWS = 512
_CHUNK_ROWS = 4096
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

    Notes
    -----
    The result is the same to the last bit for any number of threads. Beside the sums, one centred
    copy of ``x`` is held, float32 where that is precise enough, else float64.
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
    # converted to floating point in chunks below, so a memory map or integers are not copied here
    x = check_array(x, dtype="numeric", input_name="x")
    clusterings = [_Clustering(labels, len(x), i) for i, labels in enumerate(labelings)]
    if not clusterings:
        return np.empty((0, len(x)))
    threads = n_threads or available_threads()
    # The finest clustering decides first: it makes the longest runs of equal labels.
    order = np.lexsort([c.codes for c in sorted(clusterings, key=lambda c: c.k)])
    for clustering in clusterings:
        clustering.codes = clustering.codes[order]
    points = _augmented(x, order, clusterings)
    per_cluster = len(x) * points.itemsize
    room = memory_bytes - points.nbytes - 8 * threads * _TILE_ROWS**2 * points.itemsize
    result = np.empty((len(clusterings), len(x)))
    with threadpool_limits(1, user_api="blas"):
        start = 0
        for stop in _passes(clusterings, max(room // per_cluster, 1)):
            group = clusterings[start:stop]
            result[start:stop, order] = _samples_of(points, group, threads, progress)
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


def _augmented(x: np.ndarray, order: np.ndarray, clusterings: Sequence[_Clustering]) -> np.ndarray:
    """Sorted, centred samples with two more columns, |x|² and 1; float32 where precise enough.

    The product of a row (a, |a|², 1) and (-2b, 1, |b|²) is |a - b|². Centring first keeps the
    norms, and with them the digits lost by cancellation, as small as they can be. Constant
    features add nothing to a distance and are left out.
    """
    points = _centered(x, order, np.float64 if len(x) <= _SMALL else np.float32)
    squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2], dtype=np.float64)
    extent = min(_tightest_extent(points[:, :-2], squares, c) for c in clusterings)
    lost = np.finfo(np.float32).eps * squares.max()
    if points.dtype == np.float32 and lost > _ROUNDING_LIMIT * extent:
        points = _centered(x, order, np.float64)
        squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2])
    points[:, -2] = squares
    return points


def _centered(x: np.ndarray, order: np.ndarray, dtype: type) -> np.ndarray:
    mean = x.mean(axis=0, dtype=np.float64)
    varying = np.flatnonzero(x.min(axis=0) != x.max(axis=0))
    points = np.ones((len(x), len(varying) + 2), dtype)
    for start in range(0, len(x), _CHUNK_ROWS):
        rows = slice(start, start + _CHUNK_ROWS)
        points[rows, :-2] = x[order[rows]][:, varying] - mean[varying]
    return points


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


class _Summation(NamedTuple):
    """How the rows of a tile add up to the clusters that have members among them."""

    rows_to_runs: sparse.csr_array
    runs_to_clusters: sparse.csr_array
    clusters: np.ndarray  # their numbers among the clusters of all labelings

    def apply(self, distances: np.ndarray) -> np.ndarray:
        return self.runs_to_clusters @ (self.rows_to_runs @ distances)


def _summation(codes: np.ndarray, dtype: np.dtype) -> _Summation:
    """Sums over samples with ``codes`` (n_labelings, n), no code in two labelings."""
    changes = np.any(codes[:, 1:] != codes[:, :-1], axis=0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    runs = np.repeat(np.arange(len(starts)), np.diff(starts, append=codes.shape[1]))
    clusters, rows = np.unique(codes[:, starts], return_inverse=True)
    columns = np.broadcast_to(np.arange(len(starts)), rows.shape)
    entries = (np.ones(rows.size, dtype), (rows.ravel(), columns.ravel()))
    return _Summation(
        _indicator(runs, len(starts), dtype),
        sparse.csr_array(entries, shape=(len(clusters), len(starts))),
        clusters,
    )


def _samples_of(
    points: np.ndarray, group: Sequence[_Clustering], n_threads: int, progress: bool
) -> np.ndarray:
    n = len(points)
    starts = range(0, n, _TILE_ROWS)
    blocks = [slice(start, min(start + _TILE_ROWS, n)) for start in starts]
    firsts = np.cumsum([0, *(c.k for c in group)])
    codes = np.stack([c.codes + first for c, first in zip(group, firsts[:-1], strict=True)])
    summations = [_summation(codes[:, block], points.dtype) for block in blocks]
    sums = [np.zeros((firsts[-1], b.stop - b.start), points.dtype) for b in blocks]

    def add(target: int, source: int, distances: np.ndarray) -> None:
        summation = summations[source]
        sums[target][summation.clusters] += summation.apply(distances)

    def work(tile: tuple[int, int]) -> None:
        i, j = tile
        distances = _distances(points[blocks[i]], points[blocks[j]])
        if i == j:
            np.fill_diagonal(distances, 0)
        else:
            add(i, j, np.ascontiguousarray(distances.T))
        add(j, i, distances)

    with (
        ThreadPoolExecutor(n_threads) as pool,
        tqdm(total=len(blocks), disable=not progress, unit="round", mininterval=1) as bar,
    ):
        for tiles in _rounds(len(blocks)):
            list(pool.map(work, tiles))
            bar.update()
    result = np.empty((len(group), n))
    for block, block_sums in zip(blocks, sums, strict=True):
        for row, clustering in enumerate(group):
            own = block_sums[firsts[row] : firsts[row + 1]]
            result[row, block] = _coefficients(own, clustering.codes[block], clustering.sizes)
    return result


def _rounds(n: int) -> list[list[tuple[int, int]]]:
    """All pairs i <= j of ``n`` blocks in rounds in which every block occurs once.

    Threads of a round then never add to the same sums, and these grow in the same order always.
    """
    return [[(i, (r - i) % n) for i in range(n) if i <= (r - i) % n] for r in range(n)]


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
