"""A lock that ends with the process that holds it."""

import os
import subprocess
import sys

import pytest

from mlplab.runtime.locks import LockedError, find_holder, hold_lock, wait_for_lock

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


def test_a_free_lock_is_taken_without_a_word(tmp_path):
    told = []
    with wait_for_lock(tmp_path / "lock", what="Another", tell=told.append):
        assert find_holder(tmp_path / "lock") == f"Another (process {os.getpid()})"
    assert told == []


def test_a_lock_that_is_held_is_waited_for_after_a_word(holder, tmp_path):
    path, told = tmp_path / "folder" / "lock", []

    def tell(text):
        told.append(text)
        holder.kill()

    with wait_for_lock(path, what="Another", tell=tell):
        assert told == [f"A run (process {holder.pid})"]
        assert path.read_text() == f"Another (process {os.getpid()})\n"


def test_who_holds_a_lock_can_be_found_out(holder, tmp_path):
    path = tmp_path / "folder" / "lock"
    assert find_holder(path) == f"A run (process {holder.pid})"
    holder.kill()
    holder.wait()
    assert find_holder(path) is None
    assert find_holder(tmp_path / "no such file") is None
