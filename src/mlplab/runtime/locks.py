"""A lock that only a living process can hold."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO


class LockedError(Exception):
    """The lock cannot be had; the message says which process holds it, or what is in the way."""


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
        Another process holds the lock, or the file cannot be written.
    """
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - it stays open
    except OSError as error:
        raise LockedError(
            f"{path}: cannot be written ({error.strerror}). Nothing was changed. {what} needs a "
            "folder that you may write to, with all files in it"
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise LockedError(
            f"{holder} is using this folder. Nothing was changed. Wait until it ends, or stop it, "
            "then start again"
        ) from None
    file.truncate(0)
    file.write(f"{what} (process {os.getpid()})\n")
    file.flush()
    return file
