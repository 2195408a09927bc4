"""Files that are complete or absent: each is written under a temporary name and renamed."""

from __future__ import annotations

import errno
import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from mlplab.runtime.arrays import copy_rows

if TYPE_CHECKING:
    import pandas as pd

TEMPORARY_PREFIX = ".incomplete-"

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def atomic_path(path: str | os.PathLike[str], *, keep_existing: bool = False) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` when the block ends without an error.

    The temporary file has the same folder, since a rename is atomic only within a file system, and
    the same suffix, since some writers choose the format by it. If the block fails, it is removed.
    With ``keep_existing``, a file that another process has written there meanwhile stays.

    Raises
    ------
    OSError
        Writing failed. If no space is left, the message names the path and what to do.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=target.name, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp's 0600 would hide results from others
        if keep_existing:
            with suppress(FileExistsError):
                os.link(temporary, target)
        else:
            temporary.replace(target)
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        advice = "free some space there and start again; finished results are kept"
        raise OSError(error.errno, f"{error.strerror} ({advice})", str(target)) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove temporary files of a process that was killed while it wrote ``path``.

    Call it only when no process is writing ``path``.
    """
    target = Path(path)
    random_part = "?" * 8  # of the names that mkstemp gives
    for leftover in target.parent.glob(
        f"{TEMPORARY_PREFIX}{random_part}{glob.escape(target.name)}"
    ):
        leftover.unlink(missing_ok=True)


def save_array(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write ``array`` as ``.npy``, C-contiguous, atomically."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        # Through Python's writer: NumPy's own, for real files, loses the reason of a failed write.
        writer = SimpleNamespace(write=file.write)
        np.save(writer, np.ascontiguousarray(array), allow_pickle=False)


def load_array(path: str | os.PathLike[str]) -> np.ndarray:
    """Open an ``.npy`` file as a read-only memory map; parallel jobs share its pages."""
    array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def save_table(path: str | os.PathLike[str], table: pd.DataFrame) -> None:
    """Write ``table`` as CSV without its index, atomically; floats keep their full precision."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def save_text(path: str | os.PathLike[str], text: str, *, keep_existing: bool = False) -> None:
    """Write ``text`` as UTF-8, atomically."""
    with atomic_path(path, keep_existing=keep_existing) as temporary:
        temporary.write_text(text, encoding="utf-8")


def cache_folder() -> Path:
    """The folder for measurements of this machine: ``MLPLAB_CACHE_DIR``, or in the user's cache.

    A user without a home folder, as in a container, has it among the temporary files.
    """
    import pooch

    with suppress(RuntimeError):  # of platformdirs; earlier versions return the tilde
        given = os.environ.get("MLPLAB_CACHE_DIR") or pooch.os_cache("mlplab")
        folder = os.path.expanduser(given)
        if not folder.startswith("~"):
            return Path(folder)
    return Path(tempfile.gettempdir(), f"mlplab-{os.getuid()}")


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table that :func:`save_table` wrote."""
    import pandas as pd

    return pd.read_csv(path)


def read_tables(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """The rows of several CSV files with the same columns, one file below the other."""
    import pandas as pd

    return pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)


def load_parts(
    train: str | os.PathLike[str], test: str | os.PathLike[str], parts: str
) -> np.ndarray:
    """The training samples as a memory map, or, for ``parts="all"``, a copy of both parts.

    A large copy is a memory map too, see :func:`mlplab.runtime.arrays.scratch_array`.
    """
    if parts == "train":
        return load_array(train)
    return copy_rows(load_array(train), load_array(test))
