"""A lock that only a living process can hold."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO


class LockedError(Exception):
    """Another process holds the lock; the message says which."""


def hold_lock(path: str | os.PathLike[str], *, what: str) -> TextIO:
    """Lock a file for as long as the returned file is open, at most as long as this process lives.

    The system itself ends the lock, so a process that is killed leaves nothing to clear away.

    Parameters
    ----------
    path : file that is made for the purpose
    what : what the process is, for the message to others, such as ``"a run of this workflow"``

    Raises
    ------
    LockedError
        Another process holds the lock.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - it stays open
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise LockedError(
            f"{holder} is at work in this folder. Nothing was touched; wait until it has ended, or "
            "end it, and start again"
        ) from None
    file.truncate(0)
    file.write(f"{what} (process {os.getpid()})\n")
    file.flush()
    return file
