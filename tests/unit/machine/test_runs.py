"""Runs in several folders know of each other, and their timed jobs take turns."""

import errno
import fcntl
import itertools
import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlplab.machine.runs import announce_run, timing_turn

RUN = "from mlplab.machine.runs import announce_run; run = announce_run()"
TIMED = """
import time
from mlplab.machine.runs import timing_turn
with timing_turn():
    print(time.monotonic(), flush=True)
    time.sleep(0.3)
    print(time.monotonic(), flush=True)
"""
HOLD = """
from mlplab.machine.runs import timing_turn
turn = timing_turn()
turn.__enter__()
"""
UNTIL_TOLD = "\nprint('ready', flush=True)\ninput()"


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """A cache of its own, and two folders of runs; the first is the current one."""
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    return tmp_path / "one", tmp_path / "two"


def start(code, folder):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, text=True, **pipes)


@pytest.fixture
def other(folders):
    """A function that starts a process in the second folder, and waits until it is ready."""
    started = []

    def begin(code):
        process = start(code + UNTIL_TOLD, folders[1])
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def told_in_a_turn(caplog):
    with timing_turn():
        return caplog.messages


def test_timed_jobs_of_several_runs_never_overlap(folders):
    processes = [start(TIMED, folders[number % 2]) for number in range(4)]
    times = sorted(tuple(map(float, p.communicate()[0].split())) for p in processes)
    assert len(times) == 4
    for (_, end), (begin, _) in itertools.pairwise(times):
        assert end <= begin


def test_who_is_waited_for_is_told_by_folder_and_process(other, folders):
    holder = other(HOLD)
    waiting = start(TIMED, folders[0])
    told = waiting.stderr.readline()
    name = f"{folders[1]} (process {holder.pid} on {socket.gethostname()})"
    assert told == f"Waiting for another timed job to end: {name}.\n"
    assert waiting.poll() is None
    released = time.monotonic()
    holder.communicate("\n")
    begin, _ = waiting.communicate()[0].split()
    assert float(begin) >= released


def test_nobody_waits_for_a_killed_job(other, caplog):
    holder = other(HOLD)
    holder.kill()
    holder.wait()
    assert told_in_a_turn(caplog) == []


def test_a_run_in_another_folder_is_told_while_it_lives(other, folders, caplog):
    run = other(RUN)
    name = f"{folders[1]} (process {run.pid} on {socket.gethostname()})"
    expected = f"Another run of yours may disturb what is timed here: {name}."
    assert told_in_a_turn(caplog) == [expected]
    caplog.clear()
    run.kill()
    run.wait()
    assert told_in_a_turn(caplog) == []


def test_the_user_is_told_once_in_a_run_and_the_log_every_time(other, folders, caplog):
    caplog.set_level("INFO")
    first, expected = other(RUN), []
    holder = f"{folders[1]} (process %d on {socket.gethostname()})"
    told = f"Another run of yours may disturb what is timed here: {holder}."
    for _ in range(2):
        with announce_run():
            for name in ("mlplab.notices", "mlplab.machine.runs", "mlplab.machine.runs"):
                told_in_a_turn(caplog)
                expected.append((name, told % first.pid))
            first.kill()
            first.wait()
            first = other(RUN)
            told_in_a_turn(caplog)
            expected.append(("mlplab.notices", told % first.pid))
    assert [(record.name, record.message) for record in caplog.records] == expected


def test_a_run_does_not_disturb_itself(caplog):
    with announce_run():
        assert told_in_a_turn(caplog) == []


def test_a_turn_ends_where_the_job_fails(caplog):
    with pytest.raises(ValueError, match="the job"), timing_turn():
        raise ValueError("the job")
    assert told_in_a_turn(caplog) == []


def test_another_machine_that_shares_the_home_folder_is_not_waited_for(other, caplog, monkeypatch):
    other(f"{HOLD}\n{RUN}")
    monkeypatch.setattr("platform.node", lambda: "another-machine")
    assert told_in_a_turn(caplog) == []


def test_where_the_cache_cannot_be_written_jobs_go_on_after_a_warning(
    tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "file"))
    assert announce_run() is None
    (told,) = told_in_a_turn(caplog)
    assert told.startswith("Timed jobs of your other runs may disturb this one: ")
    assert str(tmp_path / "file") in told


def test_where_there_are_no_locks_jobs_go_on_after_a_warning(monkeypatch, caplog):
    refused = OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    def refuse(*_):
        raise refused

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert announce_run() is None
    told = told_in_a_turn(caplog)
    assert told == [f"Timed jobs of your other runs may disturb this one: {refused}."]
    assert caplog.records[0].levelno == logging.WARNING


def test_what_is_kept_lies_in_the_cache_folder(tmp_path, folders):
    with announce_run(), timing_turn():
        kept = sorted(path.suffix for path in Path(tmp_path, "cache").rglob("*") if path.is_file())
    assert kept == [".run", ".timing"]
    assert not any(list(folder.iterdir()) for folder in folders)


def test_a_machine_whose_name_begins_alike_is_another_one(folders, monkeypatch, caplog):
    monkeypatch.setattr("platform.node", lambda: "gpu-2")
    monkeypatch.chdir(folders[1])
    with announce_run():
        monkeypatch.chdir(folders[0])
        monkeypatch.setattr("platform.node", lambda: "gpu")
        assert told_in_a_turn(caplog) == []
        monkeypatch.setattr("platform.node", lambda: "gpu-2")
        assert len(told_in_a_turn(caplog)) == 1


def test_a_folder_with_a_name_that_is_no_text_can_be_announced(tmp_path, monkeypatch):
    odd = tmp_path / os.fsdecode(b"\xff")
    odd.mkdir()
    monkeypatch.chdir(odd)
    with announce_run(), timing_turn():
        kept = sorted(path.suffix for path in Path(tmp_path, "cache").rglob("*") if path.is_file())
    assert kept == [".run", ".timing"]


def test_what_fails_in_a_turn_without_locks_fails_alone(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ValueError, match="a job") as failed, timing_turn():
        raise ValueError("a job")
    assert failed.value.__context__ is None
