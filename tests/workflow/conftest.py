"""One finished run of the smallest configuration, shared by all tests that start from one."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workflow.running import TINY_FILE, snakemake, write_tiny_config


@contextmanager
def turn_of_one_process(path: Path) -> Iterator[None]:
    """Let the processes among which pytest divides the tests do something one after the other."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def tiny_checkout(
    checkout: Path, mnist_folder: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
):
    """A checkout in which the tiny run has ended; tests change only copies of it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder, ended = shared / "a finished run" / "mlplab", shared / "tiny-run-has-ended"
    with turn_of_one_process(shared / "tiny-run.lock"):
        if not ended.exists():
            # Left by a process whose attempt failed.
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(checkout, folder)
            write_tiny_config(folder, data_dir=str(mnist_folder))
            done = snakemake(folder, *TINY_FILE)
            assert done.returncode == 0, done.stderr
            ended.touch()
    return folder


@pytest.fixture
def tiny_copy(tiny_checkout: Path, tmp_path: Path):
    """A copy of the finished run, dates of files kept, to be changed by one test."""
    folder = tmp_path / "a copy" / "mlplab"
    shutil.copytree(tiny_checkout, folder)
    yield folder
    shutil.rmtree(folder)
