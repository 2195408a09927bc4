"""Runs of one user on one machine know of each other, and their timed jobs take turns.

Locks in the user's cache folder tell who is at work. The operating system releases them, so a
killed run or job leaves nothing to clear away.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

from mlplab.runtime.files import cache_folder
from mlplab.runtime.locks import LockError, find_holder, wait_for_lock
from mlplab.runtime.log import NOTICES

logger = logging.getLogger(__name__)
notices = logging.getLogger(NOTICES)

# Not "*": the name of one machine may begin with that of another.
_HASH = "[0-9a-f]" * 16


def announce_run() -> TextIO | None:
    """Let the user's other runs know of one in the current folder, until the file is closed.

    None where the cache folder cannot be written.
    """
    with suppress(OSError, LockError):
        # Another run may be looking at the file, for a moment.
        return wait_for_lock(_file_of(Path.cwd()), what=str(Path.cwd()), tell=logger.debug)
    return None


@contextmanager
def timing_turn() -> Iterator[None]:
    """Time something in the block while no other timed job of this user runs on this machine.

    The user is told which other runs are at work, once in a run, and whose timed job this one waits
    for. Where locks are impossible, the block runs at once, after a warning.
    """
    here = Path.cwd()
    lock: AbstractContextManager[object] = nullcontext()
    try:
        for run in _other_runs(here):
            told = logger.info if _was_told(here, run) else notices.warning
            told("Another run of yours may disturb what is timed here: %s.", run)
        lock = wait_for_lock(_folder() / f"{platform.node()}.timing", what=str(here), tell=_tell)
    except (OSError, LockError) as error:
        notices.warning(
            "Timed jobs of your other runs may disturb this one: %s.", error.__cause__ or error
        )
    with lock:
        yield


def _was_told(here: Path, other: str) -> bool:
    """Whether this run has told of another one, noted below the first line of its own file."""
    with suppress(OSError), open(_file_of(here), "r+", encoding="utf-8") as file:
        if other in file.read().splitlines()[1:]:
            return True
        file.write(f"{other}\n")
    return False


def _tell(holder: str) -> None:
    notices.warning("Waiting for another timed job to end: %s.", holder)


def _folder() -> Path:
    # A home folder may be shared by several machines, so names of files begin with that of one.
    return cache_folder() / "runs"


def _file_of(folder: Path) -> Path:
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _folder() / f"{platform.node()}-{name}.run"


def _other_runs(here: Path) -> list[str]:
    """Folders and processes of the user's runs that are at work in other folders."""
    own = _file_of(here)
    files = sorted(path for path in _folder().glob(f"{platform.node()}-{_HASH}.run") if path != own)
    return [holder for path in files if (holder := find_holder(path))]
