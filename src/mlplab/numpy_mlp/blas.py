"""Thread limits of the BLAS libraries of NumPy and SciPy."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threadpoolctl import LibController, ThreadpoolController

_lock = threading.Lock()
_active: list[tuple[object, int]] = []
_before: list[tuple[LibController, int]] = []


def _forget_threads() -> None:
    """In a forked child, where the thread that holds the lock does not exist."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_threads)


@contextmanager
def limit_blas_threads(n_threads: int) -> Iterator[None]:
    """Give NumPy's BLAS ``n_threads`` threads and a BLAS of SciPy's own a single one.

    Where NumPy and SciPy share one library, it has ``n_threads`` threads.

    The limits hold for the whole process. If several threads set them at the same time, the last
    one to enter decides, and the last one to leave restores the limits from before the first.
    """
    # See "Two BLAS pools slow each other down" in docs/explanation/timing.md.
    token = object()
    with _lock:
        if not _active:
            _before[:] = [(library, library.num_threads) for library in _libraries()]
        _active.append((token, n_threads))
        _set_threads(n_threads)
    try:
        yield
    finally:
        with _lock:
            _active[:] = [entry for entry in _active if entry[0] is not token]
            if _active:
                _set_threads(_active[-1][1])
            else:
                for library, count in _before:
                    library.set_num_threads(count)


def blas_threads() -> int:
    """Threads that NumPy's BLAS may use now, within the limit around the call."""
    counts = [
        library.num_threads for library in _libraries() if not _is_scipys_own(library.filepath)
    ]
    return max(counts, default=1)


def _libraries() -> list[LibController]:
    controllers: list[LibController] = (
        ThreadpoolController().select(user_api="blas").lib_controllers
    )
    return controllers


def _set_threads(n_threads: int) -> None:
    for library, _ in _before:
        library.set_num_threads(1 if _is_scipys_own(library.filepath) else n_threads)


def _is_scipys_own(path: str) -> bool:
    """Whether the library lies in the folder of SciPy's wheel, which macOS names differently."""
    parts = Path(path).parent.parts[-2:]
    return parts[-1:] == ("scipy.libs",) or parts == ("scipy", ".dylibs")
