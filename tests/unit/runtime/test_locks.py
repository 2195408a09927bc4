"""A lock that ends with the process that holds it."""

import os
import subprocess
import sys

import pytest

from mlplab.runtime.locks import LockedError, hold_lock

HOLD = """
import sys
from mlplab.runtime.locks import hold_lock
lock = hold_lock(sys.argv[1], what="A run")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "folder" / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_who_holds_the_lock_is_named(holder, tmp_path):
    with pytest.raises(LockedError, match=rf"A run \(process {holder.pid}\) is using this folder"):
        hold_lock(tmp_path / "folder" / "lock", what="Another")


def test_a_killed_process_leaves_no_lock(holder, tmp_path):
    holder.kill()
    holder.wait()
    path = tmp_path / "folder" / "lock"
    with hold_lock(path, what="Another"):
        assert path.read_text() == f"Another (process {os.getpid()})\n"


def test_a_closed_lock_can_be_taken_again(tmp_path):
    path = tmp_path / "lock"
    for what in ("A run", "Another"):
        with hold_lock(path, what=what):
            assert path.read_text() == f"{what} (process {os.getpid()})\n"


def test_a_lock_that_cannot_be_written_is_told(tmp_path):
    path = tmp_path / "lock"
    path.mkdir()
    with pytest.raises(LockedError, match=r"lock: cannot be written \(Is a directory\)"):
        hold_lock(path, what="A run")
    (tmp_path / "file").touch()
    with pytest.raises(LockedError, match="A run needs a folder that you may write to"):
        hold_lock(tmp_path / "file" / "lock", what="A run")
