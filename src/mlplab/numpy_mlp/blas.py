"""Threads of the BLAS libraries: NumPy's as many as asked for, SciPy's one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threadpoolctl import ThreadpoolController


@contextmanager
def limit_blas_threads(n_threads: int) -> Iterator[None]:
    """Give NumPy's BLAS ``n_threads`` threads and a BLAS of SciPy's own a single one.

    The wheels of NumPy and SciPy bring a BLAS each, with a thread pool each. Calls that alternate
    between two pools wait busily for each other: an epoch of batches of 32 then takes 70 times
    as long. Where both use one library there is one pool, and nothing to keep apart.
    """
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    before = [library.num_threads for library in libraries]
    try:
        for library in libraries:
            library.set_num_threads(1 if _is_scipys_own(library.filepath) else n_threads)
        yield
    finally:
        for library, count in zip(libraries, before, strict=True):
            library.set_num_threads(count)


def _is_scipys_own(path: str) -> bool:
    return any(part.startswith("scipy") for part in Path(path).parent.parts[-2:])
