"""The IDX format: unsigned bytes behind a header that gives their shape."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from mlplab.data.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_MOST_DIMENSIONS = 64  # of a NumPy array
_ADVICE = "delete the file and fetch it again"


def open_unpacked(path: Path) -> BinaryIO:
    """Open a file for reading its content, unpacked if it is gzip by its first bytes."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def load_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an IDX file of unsigned bytes, raw or gzip-compressed.

    Returns
    -------
    array of uint8 with the shape that the header gives

    Raises
    ------
    DataError
        The file is missing, no IDX file of unsigned bytes, shorter or longer than its header
        says, or damaged gzip. Not more is unpacked than the header promises.
    """
    path = Path(path)
    try:
        with open_unpacked(path) as file:
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
                    f"{path}: {n_dimensions} dimensions, expected 1 to {_MOST_DIMENSIONS}; "
                    f"{_ADVICE}"
                )
            header = file.read(4 * n_dimensions)
            if len(header) < 4 * n_dimensions:
                raise DataError(f"{path}: the header ends early; {_ADVICE}")
            shape = struct.unpack(f">{n_dimensions}I", header)
            n_bytes = math.prod(shape)
            # By blocks, since a damaged header may promise more than any memory holds.
            content = bytearray()
            while block := file.read(min(2**20, n_bytes - len(content))):
                content += block
            if len(content) < n_bytes or file.read(1):
                found = "more" if len(content) == n_bytes else f"{len(content)}"
                raise DataError(
                    f"{path}: the header promises {n_bytes} bytes for shape {shape}, found "
                    f"{found}; {_ADVICE}"
                )
            return np.frombuffer(content, dtype=np.uint8).reshape(shape)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: damaged gzip file ({error}); {_ADVICE}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:  # NumPy's word for a shape like 0 × 2³² × 2³² × 2³²
        raise DataError(f"{path}: impossible shape ({error}); {_ADVICE}") from None
