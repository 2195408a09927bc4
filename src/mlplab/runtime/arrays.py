"""Arrays of any size in bounded memory: large ones lie in files and are processed in blocks.

A large intermediate array is a memory map of a nameless temporary file, which disappears with the
array. Its pages belong to the system's file cache, which writes them to disk when memory is short.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Iterator

import numpy as np

# Bytes; larger arrays lie in files. The 70,000 images of MNIST as float32 are smaller.
LARGEST_IN_MEMORY = 2**28
# A block of rows in float64 takes one in so many parts of it.
_BLOCKS = 8


def is_large(n_bytes: int) -> bool:
    """Whether an array of this size lies in a file."""
    return n_bytes > LARGEST_IN_MEMORY


def scratch_array(shape: tuple[int, ...], dtype: np.typing.DTypeLike = np.float32) -> np.ndarray:
    """An array without values: in memory, or, if large, a memory map of a nameless file.

    The file lies in the folder for temporary files, which ``TMPDIR`` names. It takes all its space
    at once: on a full disk this function fails, instead of the process later.

    Raises
    ------
    OSError
        No space is left; the message names the folder, the size and what to do.
    """
    dtype = np.dtype(dtype)
    n_bytes = math.prod(shape) * dtype.itemsize
    if not is_large(n_bytes):
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile() as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, n_bytes)
            return np.memmap(file, dtype, "r+", shape=shape)
        except OSError as error:
            advice = "free some space there, or set TMPDIR to a folder on another disk"
            raise OSError(
                error.errno,
                f"no temporary file of {n_bytes / 2**20:,.0f} MiB: {error.strerror} ({advice})",
                tempfile.gettempdir(),
            ) from error


def row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Slices of an array's rows, small enough for several float64 copies of each in memory."""
    n, *rest = shape
    rows = max(1, LARGEST_IN_MEMORY // _BLOCKS // max(1, 8 * math.prod(rest)))
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


def map_rows(
    function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, n_columns: int
) -> np.ndarray:
    """Apply ``function`` to blocks of rows of ``x``.

    Returns
    -------
    float32 :func:`scratch_array` (n, n_columns), also where the function returns another type
    """
    out = scratch_array((len(x), n_columns))
    for rows in row_blocks(x.shape):
        out[rows] = function(x[rows])
    return out


def copy_rows(*parts: np.ndarray) -> np.ndarray:
    """A copy of arrays with the same columns, one below the other, in a :func:`scratch_array`."""
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    joined, start = scratch_array(shape, np.result_type(*parts)), 0
    for part in parts:
        for rows in row_blocks(part.shape):
            joined[start + rows.start : start + rows.stop] = part[rows]
        start += len(part)
    return joined
