"""Sums of the distances of samples to the members of every cluster of many clusterings.

The distances are the same for every clustering, so they are computed once, tile by tile, and
summed per cluster of all clusterings while a tile is in the cache. The samples are sorted by their
labels first. Neighbours then share most of their labels, so a tile is summed over the few runs of
equal labels before the runs are summed per cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import NamedTuple, TypeVar

import numpy as np
from scipy import sparse

from mlplab.runtime.arrays import row_blocks, scratch_array
from mlplab.runtime.progress import Progress

# A tile of float32 distances is 1 MiB: it stays in the second-level cache of one core.
TILE_ROWS = 512
# Targets of a tile when few are wanted; fixed, so that sums do not depend on the threads.
_SAMPLED_TILE_COLUMNS = 256

_Task = TypeVar("_Task")
# Up to this many samples float64 costs next to nothing.
_SMALL = 2_000
# float32 is used while its rounding, relative to the squared extent of the tightest cluster,
# stays below this; sums over members and samples then lose several digits more of it.
_ROUNDING_LIMIT = 1e-5


class Labeling:
    """A labeling as codes 0 … k - 1 with the sizes of its clusters.

    Raises
    ------
    ValueError
        There is not one label per sample, a label is NaN or infinite, or there are fewer than 2
        clusters or as many as samples; the message names ``labelings[index]``.
    """

    def __init__(self, labels: np.ndarray, n: int, index: int) -> None:
        labels = np.asarray(labels)
        if labels.shape != (n,):
            raise ValueError(
                f"labelings[{index}] has shape {labels.shape}, expected ({n},): a label per sample"
            )
        if np.issubdtype(labels.dtype, np.inexact) and not np.isfinite(labels).all():
            unusable = np.sum(~np.isfinite(labels))
            raise ValueError(
                f"labelings[{index}] has {unusable} NaN or infinite labels; allowed: finite ones"
            )
        values, codes, self.sizes = np.unique(labels, return_inverse=True, return_counts=True)
        self.codes = codes.astype(np.int32)
        self.k = len(values)
        if not 2 <= self.k < n:
            raise ValueError(
                f"labelings[{index}] has {self.k} cluster(s) for {n} samples; allowed: 2 to {n - 1}"
            )


class BlockSums(NamedTuple):
    """Sums (k of all labelings, targets) for some targets, numbers of sorted samples."""

    targets: np.ndarray
    sums: np.ndarray


def augment(x: np.ndarray, order: np.ndarray, labelings: Sequence[Labeling]) -> np.ndarray:
    """Sorted, centred samples with two more columns, |x|² and 1; float32 where precise enough.

    The product of a row (a, |a|², 1) and (-2b, 1, |b|²) is |a - b|². Centring first keeps the
    norms, and with them the digits lost by cancellation, as small as they can be. Constant
    features add nothing to a distance and are left out. The codes of the labelings must be in
    ``order`` already.
    """
    points = _centered(x, order, np.float64 if len(x) <= _SMALL else np.float32)
    squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2], dtype=np.float64)
    extent = min(_tightest_extent(points[:, :-2], squares, labeling) for labeling in labelings)
    lost = np.finfo(np.float32).eps * squares.max()
    if points.dtype == np.float32 and lost > _ROUNDING_LIMIT * extent:
        points = _centered(x, order, np.float64)
        squares = np.einsum("ij,ij->i", points[:, :-2], points[:, :-2])
    points[:, -2] = squares
    return points


def _centered(x: np.ndarray, order: np.ndarray, dtype: type) -> np.ndarray:
    mean = x.mean(axis=0, dtype=np.float64)
    varying = np.flatnonzero(x.min(axis=0) != x.max(axis=0))
    points = scratch_array((len(x), len(varying) + 2), dtype)
    points[:, -2:] = 1
    for rows in row_blocks(x.shape):
        points[rows, :-2] = x[order[rows]][:, varying] - mean[varying]
    return points


def _tightest_extent(points: np.ndarray, squares: np.ndarray, labeling: Labeling) -> float:
    """Smallest mean squared distance to the centre over the clusters with several members."""
    sizes = labeling.sizes
    centers = np.zeros((labeling.k, points.shape[1]))
    for rows in row_blocks(points.shape):
        centers += _indicator(labeling.codes[rows], labeling.k, points.dtype) @ points[rows]
    centers /= sizes[:, np.newaxis]
    mean_squares = np.bincount(labeling.codes, squares, labeling.k) / sizes
    extents = mean_squares - np.einsum("ij,ij->i", centers, centers)
    return float(np.maximum(extents[sizes > 1], 0).min(initial=np.inf))


def _indicator(codes: np.ndarray, k: int, dtype: np.dtype | type) -> sparse.csr_array:
    """Matrix (k, n) with a one where a sample belongs to a cluster."""
    n = len(codes)
    columns = np.argsort(codes, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=k))]).astype(np.int32)
    return sparse.csr_array((np.ones(n, dtype), columns, starts), shape=(k, n))


class _Summation(NamedTuple):
    """How the rows of a tile add up to the clusters that have members among them."""

    rows_to_runs: sparse.csr_array
    runs_to_clusters: sparse.csr_array
    clusters: np.ndarray  # their numbers among the clusters of all labelings

    def add(self, distances: np.ndarray, sums: np.ndarray) -> None:
        """Add the distances (rows, targets) to the sums (clusters of all labelings, targets)."""
        sums[self.clusters] += self.runs_to_clusters @ (self.rows_to_runs @ distances)


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


def _blocks(n: int, rows: int) -> list[slice]:
    return [slice(start, min(start + rows, n)) for start in range(0, n, rows)]


def _summations(points: np.ndarray, labelings: Sequence[Labeling]) -> list[_Summation]:
    """One per block of :func:`_blocks`; the labelings' clusters are numbered on."""
    firsts = np.cumsum([0, *(labeling.k for labeling in labelings)])[:-1]
    return [
        _summation(
            np.stack([v.codes[block] + f for v, f in zip(labelings, firsts, strict=True)]),
            points.dtype,
        )
        for block in _blocks(len(points), TILE_ROWS)
    ]


def sum_all(
    points: np.ndarray, labelings: Sequence[Labeling], n_threads: int, progress: bool
) -> list[BlockSums]:
    """Sums for every sample; each distance is computed once, for both its ends."""
    blocks, summations = _blocks(len(points), TILE_ROWS), _summations(points, labelings)
    k = sum(labeling.k for labeling in labelings)
    sums = [np.zeros((k, block.stop - block.start), points.dtype) for block in blocks]

    def work(tile: tuple[int, int]) -> None:
        i, j = tile
        distances = _distances(points[blocks[i]], points[blocks[j]])
        if i == j:
            np.fill_diagonal(distances, 0)
        else:
            summations[j].add(np.ascontiguousarray(distances.T), sums[i])
        summations[i].add(distances, sums[j])

    _run(work, _rounds(len(blocks)), n_threads, progress)
    targets = [np.arange(block.start, block.stop) for block in blocks]
    return [BlockSums(*pair) for pair in zip(targets, sums, strict=True)]


def sum_some(
    points: np.ndarray,
    targets: np.ndarray,
    labelings: Sequence[Labeling],
    n_threads: int,
    progress: bool,
) -> list[BlockSums]:
    """Sums for the ``targets``, numbers of sorted samples, over all samples."""
    sources, summations = _blocks(len(points), TILE_ROWS), _summations(points, labelings)
    k = sum(labeling.k for labeling in labelings)
    columns = _blocks(len(targets), _SAMPLED_TILE_COLUMNS)
    sums = [np.zeros((k, block.stop - block.start), points.dtype) for block in columns]

    def work(number: int) -> None:
        wanted = targets[columns[number]]
        tile_targets = points[wanted]
        for source, summation in zip(sources, summations, strict=True):
            distances = _distances(points[source], tile_targets)
            own = np.flatnonzero((source.start <= wanted) & (wanted < source.stop))
            distances[wanted[own] - source.start, own] = 0
            summation.add(distances, sums[number])

    _run(work, _blocks_of_numbers(len(columns), n_threads), n_threads, progress)
    return [BlockSums(targets[block], part) for block, part in zip(columns, sums, strict=True)]


def _run(
    work: Callable[[_Task], None], rounds: Sequence[Sequence[_Task]], n_threads: int, progress: bool
) -> None:
    with (
        ThreadPoolExecutor(n_threads) as pool,
        Progress(len(rounds), "round") if progress else nullcontext() as shown,
    ):
        for tiles in rounds:
            list(pool.map(work, tiles))
            if shown:
                shown.advance()


def _blocks_of_numbers(n: int, size: int) -> list[range]:
    return [range(start, min(start + size, n)) for start in range(0, n, size)]


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
    squares: np.ndarray = a @ other.T
    np.maximum(squares, 0, out=squares)
    np.sqrt(squares, out=squares)
    return squares
