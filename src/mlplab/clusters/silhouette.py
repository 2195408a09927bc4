"""The silhouette coefficients of many clusterings in one pass over all distances.

The silhouette of a sample is (b - a) / max(a, b), with a its mean distance to the other members
of its cluster and b the smallest mean distance to the members of another cluster; it is 0 for the
only member of a cluster (Rousseeuw, J. Comput. Appl. Math. 20, 1987).

The silhouettes of all samples cost n² distances. Those of a random sample of m of them, each still
compared to all n samples, cost m · n; their mean is an unbiased estimate with a known error.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_array
from threadpoolctl import threadpool_limits

from mlplab.clusters.silhouette_sums import (
    TILE_ROWS,
    BlockSums,
    Labeling,
    augment,
    sum_all,
    sum_some,
)
from mlplab.machine.processors import available_threads
from mlplab.runtime.arrays import is_large, scratch_array
from mlplab.runtime.tables import Table

SILHOUETTES = Table(
    "silhouettes",
    "a row per number of clusters K and seed, before `cluster_sweep.csv` takes them over",
    {
        "k": "number of clusters",
        "seed": "seed of k-means",
        "silhouette": "mean silhouette coefficient of the clustered images, -1 to 1",
        "silhouette_standard_error": "0 if all images count; otherwise the standard error of the "
        "mean",
    },
)


@dataclass(frozen=True)
class Silhouettes:
    """Silhouette coefficients of several labelings.

    Attributes
    ----------
    values : float64 (n_labelings, m), the coefficients
    indices : int (m,), the samples that they belong to, ascending
    n_samples : how many samples there are in all
    """

    values: np.ndarray
    indices: np.ndarray
    n_samples: int

    @property
    def scores(self) -> np.ndarray:
        """Mean coefficient of every labeling, float64 (n_labelings,)."""
        means: np.ndarray = self.values.mean(axis=1)
        return means

    @property
    def standard_errors(self) -> np.ndarray:
        """Standard errors of the scores, float64 (n_labelings,); 0 where all samples count.

        s · √((1 - m/n) / m), for m samples drawn from n without replacement, s being the standard
        deviation of their coefficients (Cochran, Sampling Techniques, 3rd ed. 1977, eq. 2.20).
        """
        m = len(self.indices)
        if m == self.n_samples:
            return np.zeros(len(self.values))
        deviations: np.ndarray = self.values.std(axis=1, ddof=1)
        return deviations * float(np.sqrt((1 - m / self.n_samples) / m))

    def every_sample(self) -> np.ndarray:
        """The coefficients at their samples, else NaN, float32 (n_labelings, n_samples).

        Large ones are a memory map, see :func:`mlplab.runtime.arrays.scratch_array`.
        """
        every = scratch_array((len(self.values), self.n_samples))
        for row, values in zip(every, self.values, strict=True):
            row[:] = np.nan
            row[self.indices] = values
        return every


def silhouette_scores(
    x: np.ndarray,
    labelings: Sequence[np.ndarray],
    *,
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
    progress: bool = False,
) -> np.ndarray:
    """Mean silhouette coefficient of every labeling, exact, float64 (len(labelings),).

    Parameters and errors are those of :func:`measure_silhouettes`.

    Examples
    --------
    >>> x = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], np.float32)
    >>> silhouette_scores(x, [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]).round(2).tolist()
    [0.92, -0.46]
    """
    return measure_silhouettes(
        x, labelings, n_threads=n_threads, memory_bytes=memory_bytes, progress=progress
    ).scores


def silhouette_samples(
    x: np.ndarray,
    labelings: Sequence[np.ndarray],
    *,
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
    progress: bool = False,
) -> np.ndarray:
    """Silhouette coefficients of all samples, float64 (len(labelings), n).

    Parameters and errors are those of :func:`measure_silhouettes`.
    """
    return measure_silhouettes(
        x, labelings, n_threads=n_threads, memory_bytes=memory_bytes, progress=progress
    ).values


def measure_silhouettes(
    x: np.ndarray,
    labelings: Sequence[np.ndarray],
    *,
    max_samples: int | None = None,
    seed: int = 0,
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
    progress: bool = False,
) -> Silhouettes:
    """Silhouette coefficients, with Euclidean distances, of all samples or a random sample.

    Parameters
    ----------
    x : array of shape (n, n_features); integers and any memory order are accepted
    labelings : cluster labels, each of shape (n,)
    max_samples : how many samples, drawn with ``seed``, get a coefficient, if there are more; each
        is compared to all n. None: all samples
    n_threads : threads, at most those that the process may use; None for all of these
    memory_bytes : memory to use beside ``x``; if it is too small for all labelings at once, they
        take several passes. About 20 bytes per sample and labeling come on top
    progress : log rounds with the time left, and show a bar on a terminal

    Raises
    ------
    ValueError
        ``x``, a labeling or a number cannot be used, or the memory is too little for the labeling
        with most clusters; the message names the argument and what was found.

    Notes
    -----
    The result is the same to the last bit for any number of threads. Beside the sums, one centred
    copy of ``x`` is made, float32 where that is precise enough, else float64; it counts as memory
    unless it is large and lies in a file, see :func:`mlplab.runtime.arrays.scratch_array`.
    """
    # Chunks become floating point later, so this copies neither a memory map nor integers.
    x = check_array(x, dtype="numeric", input_name="x")
    for name, value, least in (("n_threads", n_threads, 1), ("max_samples", max_samples, 2)):
        if value is not None and not (isinstance(value, numbers.Integral) and value >= least):
            raise ValueError(f"{name} is {value!r}; allowed: None, or whole numbers from {least}")
    clusterings = [Labeling(labels, len(x), i) for i, labels in enumerate(labelings)]
    indices = _draw(len(x), max_samples, seed)
    if not clusterings:
        return Silhouettes(np.empty((0, len(indices))), indices, len(x))
    threads = min(n_threads or available_threads(), available_threads())
    # Sorting by the finest clustering first makes the longest runs of equal labels.
    order = np.lexsort([c.codes for c in sorted(clusterings, key=lambda c: c.k)])
    for clustering in clusterings:
        clustering.codes = clustering.codes[order]
    points = augment(x, order, clusterings)
    room = _room(points, len(indices), memory_bytes, threads, clusterings)
    targets = np.flatnonzero(np.isin(order, indices)) if len(indices) < len(x) else None
    values = np.empty((len(clusterings), len(indices)))
    with threadpool_limits(1, user_api="blas"):
        start = 0
        for stop in _passes(clusterings, room):
            group = clusterings[start:stop]
            # No name holds the sums, so they are freed before the next pass makes its own.
            _fill(
                values[start:stop],
                sum_all(points, group, threads, progress)
                if targets is None
                else sum_some(points, targets, group, threads, progress),
                group,
                order,
                indices,
            )
            start = stop
    return Silhouettes(values, indices, len(x))


def _draw(n: int, max_samples: int | None, seed: int) -> np.ndarray:
    if max_samples is None or max_samples >= n:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, max_samples, replace=False))


def _room(
    points: np.ndarray,
    n_targets: int,
    memory_bytes: int,
    n_threads: int,
    labelings: Sequence[Labeling],
) -> int:
    """How many clusters' sums fit into the memory at once."""
    per_cluster = n_targets * points.itemsize
    copy = 0 if is_large(points.nbytes) else points.nbytes
    fixed = copy + 8 * n_threads * TILE_ROWS**2 * points.itemsize
    most = max(labeling.k for labeling in labelings)
    if fixed + most * per_cluster > memory_bytes:
        raise ValueError(
            f"memory_bytes is {memory_bytes}; allowed: at least {fixed + most * per_cluster}, for "
            f"a copy of x, tiles of {n_threads} thread(s) and sums for {most} clusters"
        )
    return (memory_bytes - fixed) // per_cluster


def _passes(labelings: Sequence[Labeling], n_rows: int) -> list[int]:
    """Ends of groups of labelings that have at most ``n_rows`` clusters together."""
    ends, total = [], 0
    for i, labeling in enumerate(labelings):
        if i and total + labeling.k > n_rows:
            ends.append(i)
            total = 0
        total += labeling.k
    return [*ends, len(labelings)]


def _fill(
    values: np.ndarray,
    blocks: Sequence[BlockSums],
    labelings: Sequence[Labeling],
    order: np.ndarray,
    indices: np.ndarray,
) -> None:
    """Write the coefficients of samples ``indices`` (m,) into ``values`` (len(labelings), m)."""
    firsts = np.cumsum([0, *(labeling.k for labeling in labelings)])
    for targets, sums in blocks:
        for row, labeling in enumerate(labelings):
            own = sums[firsts[row] : firsts[row + 1]]
            codes = labeling.codes[targets]
            places = np.searchsorted(indices, order[targets])
            values[row, places] = _coefficients(own, codes, labeling.sizes)


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
