"""A lock that only a living process can hold."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TextIO

# Answers of a file system without locks, or without its lock service.
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}


class LockError(Exception):
    """This process cannot have the lock; the message says why and what to do."""


class LockedError(LockError):
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
    LockError
        The file cannot be written, or its file system has no locks.
    """
    return _lock(path, what, _refuse)


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
    LockError
        The file cannot be written, or its file system has no locks.
    """
    return _lock(path, what, tell)


def find_holder(path: str | os.PathLike[str]) -> str | None:
    """The description of the process that holds a lock; None if there is none."""
    with suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_holder(file)
    return None


def _lock(path: str | os.PathLike[str], what: str, tell: Callable[[str], None]) -> TextIO:
    """Lock a file; if it is held, call ``tell`` with the holder, then wait for it."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8", errors="replace")  # noqa: SIM115 - it stays open
    except OSError as error:
        raise LockError(_describe(path, "written", error)) from error
    with ExitStack() as stack:
        stack.enter_context(file)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tell(_read_holder(file))
                fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(0)
            file.write(f"{what} (process {os.getpid()} on {socket.gethostname()})\n")
            file.flush()
        except OSError as error:
            raise LockError(_describe(path, "locked", error)) from error
        stack.pop_all()
    return file


def _refuse(holder: str) -> None:
    raise LockedError(
        f"{holder} is using this folder. Nothing was changed. Wait until it ends, or stop it, then "
        "start again"
    )


def _read_holder(file: TextIO) -> str:
    file.seek(0)
    return file.readline().strip() or "another process"


def _describe(path: Path, verb: str, error: OSError) -> str:
    """The file, the reason and the way out."""
    if error.errno in _NO_LOCKS:
        way_out = (
            f"Move the project to a local disk, or make {path.parent} a link to a folder on one"
        )
    else:
        way_out = f"Make {path.parent} a folder that can be written to, or work in a copy"
    return (
        f"{path}: cannot be {verb} ({error.strerror}). Without this lock, two runs could change "
        f"the same files at once. {way_out}, then start again"
    )
