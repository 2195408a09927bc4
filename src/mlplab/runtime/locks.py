"""A lock that only a living process can hold."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from contextlib import suppress
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
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8", errors="replace")  # noqa: SIM115 - it stays open
    except OSError as error:
        raise LockError(_describe(path, "written", error)) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(f"{what} (process {os.getpid()} on {socket.gethostname()})\n")
        file.flush()
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise LockedError(
            f"{holder} is using this folder. Nothing was changed. Wait until it ends, or stop it, "
            "then start again"
        ) from None
    except OSError as error:
        with suppress(OSError):
            file.close()
        raise LockError(_describe(path, "locked", error)) from error
    return file


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
