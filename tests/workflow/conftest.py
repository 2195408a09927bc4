"""One finished run of the smallest configuration, shared by all tests that start from one."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.running import TINY_FILE, snakemake, write_tiny_config


@pytest.fixture(scope="session")
def tiny_checkout(checkout: Path, mnist_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """A checkout in which the tiny run has ended; tests change only copies of it."""
    folder = tmp_path_factory.mktemp("a finished") / "mlplab"
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    write_tiny_config(folder, data_dir=str(mnist_folder))
    done = snakemake(folder, *TINY_FILE)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def tiny_copy(tiny_checkout: Path, tmp_path: Path):
    """A copy of the finished run, dates of files kept, to be changed by one test."""
    folder = tmp_path / "a copy" / "mlplab"
    shutil.copytree(tiny_checkout, folder)
    yield folder
    shutil.rmtree(folder)
