"""The files of a data set in a folder, also under the names that other copies of them have."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mlplab.data.errors import DataError
from mlplab.data.idx import GZIP_MAGIC, open_unpacked
from mlplab.data.registry import FileSpec

ADVICE = "delete the file and fetch it again"

# A home folder named by mistake is not searched to its end.
_MOST_ENTRIES = 2_000
_MOST_LISTED = 12
_SIZE_AT_THE_END = 4  # bytes of a gzip file that hold the unpacked size


def describe_no_folder(path: Path) -> str:
    """What is wrong with a path that should be a folder, as the end of a sentence."""
    if path.exists():
        return "found a file; allowed: the folder with the data set's files"
    return "there is no such folder"


def find_file(directory: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` of a folder, or one of nearly that name; None without any.

    Names are alike if they have the same letters and digits, as ``train-images.idx3-ubyte`` and
    ``TRAIN-IMAGES-IDX3-UBYTE.GZ`` have. Such files may lie one folder down.
    """
    for path in (directory / name, directory / f"{name}.gz"):
        if path.is_file():
            return path
    return next((path for path in _files(directory) if _core(path.name) == _core(name)), None)


def find_content(directory: Path, spec: FileSpec) -> Path | None:
    """The file of a folder, or of one below, whose unpacked content has the size and SHA-256."""
    for path in _files(directory):
        with suppress(DataError, OSError, EOFError, zlib.error):
            if _unpacked_size(path) == spec.bytes:
                verify_file(path, spec)
                return path
    return None


def verify_file(path: Path, spec: FileSpec) -> None:
    """Raise DataError unless the unpacked content has the size and SHA-256 of ``spec``."""
    digest, n_bytes = hashlib.sha256(), 0
    with open_unpacked(path) as file:
        # One byte more than expected settles it; a file that unpacks to gigabytes is not read.
        while block := file.read(min(2**20, spec.bytes + 1 - n_bytes)):
            digest.update(block)
            n_bytes += len(block)
    if n_bytes != spec.bytes:
        found = f"{n_bytes} bytes" if n_bytes < spec.bytes else f"more than {spec.bytes} bytes"
        raise DataError(f"{path}: {found} unpacked, expected {spec.bytes}; {ADVICE}")
    if digest.hexdigest() != spec.sha256:
        raise DataError(
            f"{path}: SHA-256 of the unpacked content is {digest.hexdigest()}, expected "
            f"{spec.sha256}; {ADVICE}"
        )


def describe_folder(directory: Path, names: Iterable[str]) -> str:
    """What lies in a folder, and what files of a data set should be called, in a sentence."""
    there = [str(path.relative_to(directory)) for path in _files(directory)]
    listed = ", ".join(there[:_MOST_LISTED]) + (", …" if len(there) > _MOST_LISTED else "")
    return f"found {listed or 'no files'}; allowed: {', '.join(names)}, each raw or as .gz"


def _files(directory: Path) -> Iterator[Path]:
    """Files of a folder, then those one folder down, by name; hidden ones are left out."""
    here = _entries(directory)
    below = [entry for folder in here if folder.is_dir() for entry in _entries_below(folder)]
    return (path for path in itertools.chain(here, below) if path.is_file())


def _entries(directory: Path) -> list[Path]:
    with os.scandir(directory) as entries:
        names = [entry.name for entry in itertools.islice(entries, _MOST_ENTRIES)]
    return [directory / name for name in sorted(names) if not name.startswith(".")]


def _entries_below(folder: Path) -> list[Path]:
    """Nothing where this user may not look, such as in ``lost+found``."""
    try:
        return _entries(folder)
    except PermissionError:
        return []


def _core(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower().removesuffix(".gz"))


def _unpacked_size(path: Path) -> int:
    with path.open("rb") as file:
        if file.read(2) != GZIP_MAGIC:
            return path.stat().st_size
        file.seek(-_SIZE_AT_THE_END, os.SEEK_END)
        return int.from_bytes(file.read(), "little")
