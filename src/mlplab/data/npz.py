"""A data set in one .npz file, as ``numpy.savez`` writes it, without pickled objects."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from mlplab.data.errors import DataError
from mlplab.data.headers import ArrayHeader
from mlplab.data.registry import Role

# The names in the file, as Keras' mnist.npz has them.
KEYS: dict[Role, str] = {
    "train_images": "x_train",
    "train_labels": "y_train",
    "test_images": "x_test",
    "test_labels": "y_test",
}


def read_npz_headers(path: str | os.PathLike[str]) -> dict[Role, ArrayHeader]:
    """Shapes and types of the four arrays, without reading them.

    Raises
    ------
    DataError
        The file is missing, no .npz, damaged, or lacks an array.
    """
    path = Path(path)
    with _told_by_name(path), zipfile.ZipFile(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
        missing = [key for key in KEYS.values() if key not in names]
        if missing:
            raise DataError(
                f"{path}: found the arrays {sorted(names)}; missing: {', '.join(missing)}"
            )
        return {role: _read_header(archive, key, path) for role, key in KEYS.items()}


def npz_checksums(path: str | os.PathLike[str]) -> list[int]:
    """CRC-32 of the four arrays, as the directory of the file has them."""
    path = Path(path)
    with _told_by_name(path), zipfile.ZipFile(path) as archive:
        return [archive.getinfo(f"{key}.npy").CRC for key in KEYS.values()]


def load_npz(path: str | os.PathLike[str]) -> dict[Role, np.ndarray]:
    """The four arrays; DataError as :func:`read_npz_headers`, or where objects are pickled."""
    path = Path(path)
    with _told_by_name(path), np.load(path, allow_pickle=False) as archive:
        return {role: archive[key] for role, key in KEYS.items()}


def _read_header(archive: zipfile.ZipFile, key: str, path: Path) -> ArrayHeader:
    label, name = f"{path}: {key}", f"{key}.npy"
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        n_bytes = math.prod(shape) * dtype.itemsize
        found = archive.getinfo(name).file_size - file.tell()
    if not dtype.hasobject and found != n_bytes:
        raise DataError(
            f"{label}: the header promises {n_bytes} bytes for shape {shape}, found {found}; write "
            "the file again"
        )
    return ArrayHeader(label, shape, dtype)


@contextmanager
def _told_by_name(path: Path) -> Iterator[None]:
    """Turn what zip and NumPy raise into a DataError that names the file."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: not a readable .npz file ({error}); write it with numpy.savez"
        ) from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in another way
        raise DataError(f"{path}: cannot be unpacked ({error}); use numpy.savez") from None
