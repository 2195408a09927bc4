"""Arrays of any size in bounded memory: large ones lie in files, and are worked block by block.

A large array that is made on the way from one file to another is a memory map of a nameless
temporary file, which is gone when nobody uses the array any more. Its pages count as memory of the
system's file cache, which writes them to the disk when others need the room.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Iterator

import numpy as np

# The largest array that is held in memory, bytes: the 70,000 images of MNIST as float32 are.
LARGEST_IN_MEMORY = 2**28
# A block of rows in float64 takes this part of it.
_BLOCKS = 8


def is_large(n_bytes: int) -> bool:
    """Whether an array of so many bytes lies in a file."""
    return n_bytes > LARGEST_IN_MEMORY


def scratch_array(shape: tuple[int, ...], dtype: np.typing.DTypeLike = np.float32) -> np.ndarray:
    """An array to be filled: in memory, or, if large, a memory map of a nameless file.

    The file lies in the folder for temporary files, which ``TMPDIR`` names, and takes its whole
    space at once, so that a full disk is told here and does not end the process later.

    Raises
    ------
    OSError
        There is no space left; the message names the folder, the size and what to do.
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
            advice = "make space there, or let TMPDIR name a folder on another disk"
            raise OSError(
                error.errno,
                f"no temporary file of {n_bytes / 2**20:,.0f} MiB: {error.strerror} ({advice})",
                tempfile.gettempdir(),
            ) from error


def row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Slices of the rows of an array, each of which may be held several times in float64."""
    n, *rest = shape
    rows = max(1, LARGEST_IN_MEMORY // _BLOCKS // max(1, 8 * math.prod(rest)))
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


def map_rows(
    function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, n_columns: int
) -> np.ndarray:
    """What ``function`` makes of the rows of ``x``, as a :func:`scratch_array` (n, n_columns).

    It is float32, whatever the function returns for the blocks that it gets.
    """
    out = scratch_array((len(x), n_columns))
    for rows in row_blocks(x.shape):
        out[rows] = function(x[rows])
    return out


def copy_rows(*parts: np.ndarray) -> np.ndarray:
    """A copy of arrays with the same columns below each other, in a :func:`scratch_array`."""
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    joined, start = scratch_array(shape, np.result_type(*parts)), 0
    for part in parts:
        for rows in row_blocks(part.shape):
            joined[start + rows.start : start + rows.stop] = part[rows]
        start += len(part)
    return joined
