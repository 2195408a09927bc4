"""Threads of the BLAS libraries: NumPy's as many as asked for, SciPy's one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threadpoolctl import LibController, ThreadpoolController

_lock = threading.Lock()
_active: list[tuple[object, int]] = []
_before: list[tuple[LibController, int]] = []


@contextmanager
def limit_blas_threads(n_threads: int) -> Iterator[None]:
    """Give NumPy's BLAS ``n_threads`` threads and a BLAS of SciPy's own a single one.

    The wheels of NumPy and SciPy bring a BLAS each, with a thread pool each. Calls that alternate
    between two pools wait busily for each other: an epoch of batches of 32 then takes 70 times
    as long. Where both use one library there is one pool, and nothing to keep apart.

    The limits are those of the process. Where several threads set them at a time, the last to come
    decides, and the last to leave puts back what was there before the first.
    """
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
    """Threads that NumPy's BLAS may use now: a limit that somebody has set around this."""
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
    """Whether it came in SciPy's wheel, which has a folder for it: another one on macOS."""
    parts = Path(path).parent.parts[-2:]
    return parts[-1:] == ("scipy.libs",) or parts == ("scipy", ".dylibs")
