"""Finished runs that all tests share: a tiny one of own data, and the quick one of MNIST."""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.workflow.running import QUICK_FILE, TINY_FILE, files_in, snakemake, write_own_data


class FinishedRun(NamedTuple):
    """A checkout in which a run has ended, the files in it before, and the user's home folder."""

    checkout: Path
    before: set[str]
    home: Path


@contextmanager
def turn_of_one_process(path: Path) -> Iterator[None]:
    """Let the processes among which pytest divides the tests do something one after the other."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str, Callable[[Path], None]], Path]:
    """A function that gives a folder: the first process to ask makes it, others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent

    def give(name: str, make: Callable[[Path], None]) -> Path:
        folder, ended = shared / name, shared / f"{name} has ended"
        with turn_of_one_process(shared / f"{name}.lock"):
            if not ended.exists():
                # Left by a process whose attempt failed.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                ended.touch()
        return folder

    return give


@pytest.fixture(scope="session")
def own_run(made_once, checkout: Path) -> FinishedRun:
    """The tiny run on an .npz of the user's own; tests change only copies of it."""

    def make(folder: Path) -> None:
        shutil.copytree(checkout, folder / "mlplab")
        write_own_data(folder / "mlplab")
        (folder / "before.json").write_text(json.dumps(sorted(files_in(folder / "mlplab"))))
        home = folder / "home"
        home.mkdir()
        caches = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
        done = snakemake(folder / "mlplab", *TINY_FILE, MLPLAB_DATA_DIR="", **caches)
        assert done.returncode == 0, done.stderr

    folder = made_once("a tiny run", make)
    before = set(json.loads((folder / "before.json").read_text()))
    return FinishedRun(folder / "mlplab", before, folder / "home")


@pytest.fixture(scope="session")
def tiny_checkout(own_run: FinishedRun) -> Path:
    """The checkout of the tiny run; tests change only copies of it."""
    return own_run.checkout


@pytest.fixture
def tiny_copy(tiny_checkout: Path, tmp_path: Path):
    """A copy of the finished tiny run, dates of files kept, to be changed by one test."""
    folder = tmp_path / "a copy" / "mlplab"
    shutil.copytree(tiny_checkout, folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def quick_checkout(made_once, checkout: Path, mnist_folder: Path) -> Path:
    """A checkout in which the quick run has ended, on MNIST; tests only look at it."""

    def make(folder: Path) -> None:
        shutil.copytree(checkout, folder / "mlplab")
        # With a cache of its own, its timed jobs wait for those of no other test.
        data = {"MLPLAB_DATA_DIR": str(mnist_folder), "MLPLAB_CACHE_DIR": str(folder / "cache")}
        done = snakemake(folder / "mlplab", *QUICK_FILE, **data)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("the quick run", make) / "mlplab"
