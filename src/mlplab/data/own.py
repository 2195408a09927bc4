"""The data of a run: a data set of the registry, or your own files."""

from __future__ import annotations

import os
import shlex
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from mlplab.data.errors import DataError
from mlplab.data.headers import ArrayHeader, check_headers
from mlplab.data.idx import read_idx_shape
from mlplab.data.npz import npz_checksums, read_npz_headers
from mlplab.data.registry import ROLES, DatasetSpec, DataSize

NPZ_SUFFIX = ".npz"
_AHEAD_SECONDS = 60.0


class IdxFiles(BaseModel):
    """Paths of four IDX files of unsigned bytes, each raw or gzip-compressed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    train_images: str = Field(description="images of the training part")
    train_labels: str = Field(description="their labels")
    test_images: str = Field(description="images of the test part")
    test_labels: str = Field(description="their labels")


# Tags that pydantic puts in place of a key when it reports a fault.
CHOICE_TAGS = ("<name>", "<files>")


def _kind_of_choice(value: Any) -> str:
    return CHOICE_TAGS[isinstance(value, Mapping | IdxFiles)]


DatasetChoice = Annotated[
    Annotated[str, Tag(CHOICE_TAGS[0])] | Annotated[IdxFiles, Tag(CHOICE_TAGS[1])],
    Discriminator(_kind_of_choice),
]


@dataclass(frozen=True)
class ChosenData:
    """The data of a run, known before they are read.

    Attributes
    ----------
    name : as tables have it: the name in the registry, or that of the file without its suffix
    size : numbers of images and their shape
    spec : the entry of the registry; None for files of the user's own
    own_files : paths of these, in the order of ``ROLES``, or of the one .npz; else none
    """

    name: str
    size: DataSize
    spec: DatasetSpec | None = None
    own_files: tuple[str, ...] = ()


def find_data(choice: str | IdxFiles, datasets: Mapping[str, DatasetSpec]) -> ChosenData:
    """The data that the key ``dataset`` of a configuration names.

    Of your own files only the headers are read, which give the size.

    Raises
    ------
    DataError
        There is no such data set, or a file is not usable.
    """
    if isinstance(choice, IdxFiles):
        paths = tuple(os.path.expanduser(getattr(choice, role)) for role in ROLES)
        headers = {
            role: ArrayHeader(path, read_idx_shape(path), np.dtype(np.uint8))
            for role, path in zip(ROLES, paths, strict=True)
        }
        name = Path(choice.train_images).name.removesuffix(".gz")
        return ChosenData(name, check_headers(headers), own_files=paths)
    if choice.endswith(NPZ_SUFFIX):
        path = os.path.expanduser(choice)
        return ChosenData(Path(path).stem, check_headers(read_npz_headers(path)), own_files=(path,))
    if choice not in datasets:
        raise DataError(
            f"found {choice!r:.80}; allowed: the path of an {NPZ_SUFFIX} file, four IDX files, or "
            f"one of {sorted(datasets)}"
        )
    return ChosenData(choice, datasets[choice].size, spec=datasets[choice])


def check_dates(paths: Sequence[str]) -> None:
    """Make sure that own files are not dated in the future: every result would be older.

    Raises
    ------
    DataError
        A file is; the message says what to do.
    """
    for path in paths:
        modified = os.stat(path).st_mtime
        # Clocks of file servers may be ahead a little.
        if modified > time.time() + _AHEAD_SECONDS:
            date = time.strftime("%Y-%m-%d %H:%M", time.localtime(modified))
            raise DataError(
                f"{path}: found the date {date}, which is in the future; allowed: files older than "
                f"their results; set the clock, or run `touch {shlex.quote(path)}`"
            )


def content_checksums(paths: Sequence[str]) -> list[int]:
    """CRC-32 of your own files, so that a change is noticed even if their dates stay.

    For an .npz file, the checksums in its directory; the arrays are not read.
    """
    if len(paths) == 1:
        return npz_checksums(paths[0])
    return [_checksum(Path(path)) for path in paths]


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            checksum = zlib.crc32(block, checksum)
    return checksum
