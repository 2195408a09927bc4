"""The workflow from folders, and with data, whose paths hold what a shell or Snakemake reads."""

import os
import shlex
import shutil
import site
import venv
from pathlib import Path

import numpy as np
import pytest

from tests.unit.data.own import write_npz
from tests.workflow.running import (
    OWN,
    OWN_ARRAYS,
    TINY_FILE,
    run,
    snakemake,
    write_tiny_config,
)

ODD = "a b's $HOME [ü] (c) & %41#"


@pytest.fixture(scope="module")
def odd_checkout(checkout, tmp_path_factory):
    """A checkout in an odd folder, with an environment in it."""
    folder = tmp_path_factory.mktemp("places") / ODD / "mlplab"
    shutil.copytree(checkout, folder)
    venv.create(folder / ".venv", with_pip=False, symlinks=True)
    packages = next((folder / ".venv" / "lib").glob("python3*/site-packages"))
    (packages / "these.pth").write_text("\n".join(site.getsitepackages()))
    (folder / ".venv" / ".installed").touch()
    return folder


def make(folder, until, **variables):
    """`make results` up to a rule, with the environment of the checkout, and what it says."""
    arguments = ["CONFIG=config/tiny.yaml", f"CORES=4 --until {until}"]
    done = run(folder, "make", "results", *arguments, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Failed to solve" not in done.stderr  # the solver, which falls back to a simpler one
    return done.stderr


def test_make_runs_in_an_odd_folder_with_own_data_and_temporary_files_in_odd_folders(
    odd_checkout, tmp_path
):
    temporary, data = tmp_path / f"tmp {ODD}", tmp_path / f"data {ODD}"
    temporary.mkdir()
    data.mkdir()
    write_npz(data / f"mine {ODD}.npz", OWN_ARRAYS)
    write_tiny_config(odd_checkout, **OWN | {"dataset": str(data / f"mine {ODD}.npz")})
    make(odd_checkout, "extract_labels", TMPDIR=str(temporary))
    assert (
        len(np.load(odd_checkout / "results" / "tiny" / "data" / "labels" / "y_train.npy")) == 700
    )
    assert list(temporary.iterdir()) == []


def test_files_are_fetched_from_an_odd_folder(odd_checkout, tmp_path, mnist_folder):
    data = tmp_path / ODD
    shutil.copytree(mnist_folder, data, symlinks=True)
    write_tiny_config(odd_checkout, run="fetched", data_dir=str(data))
    make(odd_checkout, "download_dataset", MLPLAB_DATA_DIR="")
    assert len(list((odd_checkout / "resources" / "mnist").glob("*-ubyte"))) == 4


def test_a_brace_in_the_path_of_own_data_is_refused_since_it_means_a_wildcard(odd_checkout):
    write_npz(odd_checkout / "mine {x}.npz", OWN_ARRAYS)
    write_tiny_config(odd_checkout, **OWN | {"dataset": "mine {x}.npz"})
    done = snakemake(odd_checkout, *TINY_FILE)
    assert done.returncode == 1
    assert "dataset: found a brace in mine {x}.npz, which Snakemake reads as a wildcard" in (
        done.stderr
    )
    assert "Traceback" not in done.stderr


def test_a_continued_run_is_told_in_words_that_a_shell_reads(odd_checkout):
    write_tiny_config(odd_checkout, **OWN | {"run": "failing"})
    os.replace(odd_checkout / "config" / "tiny.yaml", odd_checkout / "config" / "it's tiny.yaml")
    write_npz(odd_checkout / "mine.npz", OWN_ARRAYS)
    script = Path(odd_checkout, "workflow", "scripts", "extract_labels.py")
    script.write_text(f"{script.read_text()}\nraise SystemExit(1)\n")
    done = snakemake(
        odd_checkout, "--until", "extract_labels", "--configfile", "config/it's tiny.yaml"
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Run not finished: ")
    told = last.split("Finished results are kept. To continue, type: ")[1]
    program, *arguments = shlex.split(told)
    # As typed, unless the shell finds it by its name alone.
    assert program == ((shutil.which("snakemake") and "snakemake") or done.args[0])
    assert arguments == list(done.args[1:])
