"""The IDX format: unsigned bytes behind a header that gives their shape."""

from __future__ import annotations

import gzip
import io
import math
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from mlplab.data.errors import DataError
from mlplab.runtime.arrays import is_large

GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_MOST_DIMENSIONS = 64  # of a NumPy array
_ADVICE = "delete the file and fetch it again, or write it anew"


def open_unpacked(path: Path) -> BinaryIO:
    """Open a file for reading its content, unpacked if it is gzip by its first bytes."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def load_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an IDX file of unsigned bytes, raw or gzip-compressed.

    Returns
    -------
    array of uint8 with the shape that the header gives; a large one is a memory map of a
    nameless temporary file, see :mod:`mlplab.runtime.arrays`

    Raises
    ------
    DataError
        The file is missing, is not an IDX file of unsigned bytes, is damaged gzip, or is shorter
        or longer than its header says. No more is unpacked than the header announces.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "labels.idx")
    ...     _ = file.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    ...     load_idx(file).tolist()
    [5, 0, 4]
    """
    path = Path(path)
    with _told_by_name(path), open_unpacked(path) as file:
        shape = _read_header(file, path)
        n_bytes = math.prod(shape)
        # In blocks: a damaged header may promise more than fits into memory.
        content = tempfile.TemporaryFile() if is_large(n_bytes) else io.BytesIO()  # noqa: SIM115, see below
        while block := file.read(min(2**20, n_bytes - content.tell())):
            content.write(block)
        if content.tell() < n_bytes or file.read(1):
            found = "more" if content.tell() == n_bytes else f"{content.tell()}"
            raise DataError(
                f"{path}: the header promises {n_bytes} bytes for shape {shape}, found "
                f"{found}; {_ADVICE}"
            )
        if isinstance(content, io.BytesIO):
            return np.frombuffer(content.getbuffer(), dtype=np.uint8).reshape(shape)
        with content:
            content.flush()
            return np.memmap(content, np.uint8, "r+", shape=shape)


def read_idx_shape(path: str | os.PathLike[str]) -> tuple[int, ...]:
    """The shape in the header of an IDX file; DataError as :func:`load_idx`, for the header."""
    path = Path(path)
    with _told_by_name(path), open_unpacked(path) as file:
        return _read_header(file, path)


def _read_header(file: BinaryIO, path: Path) -> tuple[int, ...]:
    start = file.read(4)
    if not start:
        raise DataError(f"{path}: the file is empty; {_ADVICE}")
    if len(start) < 4 or start[:2] != b"\0\0":
        raise DataError(f"{path}: not an IDX file, it starts with {start!r}; {_ADVICE}")
    if start[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"{path}: element type 0x{start[2]:02x}; only unsigned bytes (0x08) are read; "
            "convert the file"
        )
    n_dimensions = start[3]
    if not 0 < n_dimensions <= _MOST_DIMENSIONS:
        raise DataError(
            f"{path}: {n_dimensions} dimensions, expected 1 to {_MOST_DIMENSIONS}; {_ADVICE}"
        )
    header = file.read(4 * n_dimensions)
    if len(header) < 4 * n_dimensions:
        raise DataError(f"{path}: the header ends early; {_ADVICE}")
    return struct.unpack(f">{n_dimensions}I", header)


@contextmanager
def _told_by_name(path: Path) -> Iterator[None]:
    """Turn what gzip, the system and NumPy raise into a DataError that names the file."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: damaged gzip file ({error}); {_ADVICE}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:  # NumPy's word for a shape like 0 × 2³² × 2³² × 2³²
        raise DataError(f"{path}: impossible shape ({error}); {_ADVICE}") from None
