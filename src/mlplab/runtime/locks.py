"""A lock that only a living process can hold."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO


class LockedError(Exception):
    """Another process holds the lock; the message says which."""


def hold_lock(path: str | os.PathLike[str], *, what: str) -> TextIO:
    """Lock a file while the returned file is open, at most until this process ends.

    The operating system releases the lock, so a killed process leaves nothing to clear away.

    Parameters
    ----------
    path : file for this purpose alone; made if it is missing
    what : description of this process for other processes, such as ``"A run"``

    Raises
    ------
    LockedError
        Another process holds the lock.
    """
    with _close_on_error(_open(path)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"{_read_holder(file)} is using this folder. Nothing was changed. Wait until it "
                "ends, or stop it, then start again"
            ) from None
        _sign(file, what)
    return file


def wait_for_lock(
    path: str | os.PathLike[str], *, what: str, tell: Callable[[str], None]
) -> TextIO:
    """Lock a file as :func:`hold_lock` does, after any process that holds it has released it.

    Parameters
    ----------
    path, what : see :func:`hold_lock`
    tell : called before a wait, with the description of the process that holds the lock

    Raises
    ------
    OSError
        The file cannot be made, or its file system has no locks.
    """
    with _close_on_error(_open(path)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(_read_holder(file))
            fcntl.flock(file, fcntl.LOCK_EX)
        _sign(file, what)
    return file


def find_holder(path: str | os.PathLike[str]) -> str | None:
    """The description of the process that holds a lock; None if there is none."""
    with suppress(OSError), open(path, encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_holder(file)
    return None


def _open(path: str | os.PathLike[str]) -> TextIO:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return open(path, "a+", encoding="utf-8")


@contextmanager
def _close_on_error(file: TextIO) -> Iterator[TextIO]:
    with ExitStack() as stack:
        stack.enter_context(file)
        yield file
        stack.pop_all()


def _read_holder(file: TextIO) -> str:
    file.seek(0)
    return file.readline().strip() or "another process"


def _sign(file: TextIO, what: str) -> None:
    file.truncate(0)
    file.write(f"{what} (process {os.getpid()})\n")
    file.flush()
