"""A lock that ends with the process that holds it."""

import errno
import fcntl
import os
import re
import socket
import subprocess
import sys

import pytest

from mlplab.runtime.locks import LockedError, LockError, find_holder, hold_lock, wait_for_lock

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
    named = rf"A run \(process {holder.pid} on {re.escape(socket.gethostname())}\) is using this"
    with pytest.raises(LockedError, match=named):
        hold_lock(tmp_path / "folder" / "lock", what="Another")


def test_a_killed_process_leaves_no_lock(holder, tmp_path):
    holder.kill()
    holder.wait()
    path = tmp_path / "folder" / "lock"
    with hold_lock(path, what="Another"):
        assert path.read_text() == f"Another (process {os.getpid()} on {socket.gethostname()})\n"


def test_a_closed_lock_can_be_taken_again(tmp_path):
    path = tmp_path / "lock"
    for what in ("A run", "Another"):
        with hold_lock(path, what=what):
            assert path.read_text() == f"{what} (process {os.getpid()} on {socket.gethostname()})\n"


def test_a_free_lock_is_taken_without_a_word(tmp_path):
    told = []
    with wait_for_lock(tmp_path / "lock", what="Another", tell=told.append):
        name = f"Another (process {os.getpid()} on {socket.gethostname()})"
        assert find_holder(tmp_path / "lock") == name
    assert told == []


def test_a_lock_that_is_held_is_waited_for_after_a_word(holder, tmp_path):
    path, told = tmp_path / "folder" / "lock", []

    def tell(text):
        told.append(text)
        holder.kill()

    with wait_for_lock(path, what="Another", tell=tell):
        assert told == [f"A run (process {holder.pid} on {socket.gethostname()})"]
        assert path.read_text() == f"Another (process {os.getpid()} on {socket.gethostname()})\n"


def test_who_holds_a_lock_can_be_found_out(holder, tmp_path):
    path = tmp_path / "folder" / "lock"
    assert find_holder(path) == f"A run (process {holder.pid} on {socket.gethostname()})"
    holder.kill()
    holder.wait()
    assert find_holder(path) is None
    assert find_holder(tmp_path / "no such file") is None


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_told_with_a_way_out(tmp_path, monkeypatch, code):
    def refuse(file, operation):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    path = tmp_path / "folder" / "lock"
    with pytest.raises(LockError) as refused:
        hold_lock(path, what="A run")
    assert str(refused.value) == (
        f"{path}: cannot be locked ({os.strerror(code)}). Without this lock, two runs could change "
        f"the same files at once. Move the project to a local disk, or make {path.parent} a link "
        "to a folder on one, then start again"
    )


@pytest.mark.parametrize("place", ["a file", "a file/below", "a folder"])
def test_a_place_that_cannot_be_written_is_told_with_a_way_out(tmp_path, place):
    # These fail for root too, unlike permissions.
    (tmp_path / "a file").touch()
    (tmp_path / "a folder" / "lock").mkdir(parents=True)
    path = tmp_path / place / "lock"
    with pytest.raises(LockError) as refused:
        hold_lock(path, what="A run")
    assert str(refused.value).startswith(f"{path}: cannot be written (")
    assert f"Make {path.parent} a folder that can be written to" in str(refused.value)
