import os
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

from mlplab.reporting.figures.cluster_sweep import plot_cluster_sweep
from mlplab.reporting.figures.drawing import save_figure
from mlplab.runtime.files import (
    atomic_path,
    cache_folder,
    load_array,
    load_parts,
    read_table,
    remove_leftovers,
    save_array,
    save_table,
    save_text,
)


def test_a_failed_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text("old")

    def write_half():
        with atomic_path(path) as temporary:
            temporary.write_text("ne")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_half()
    assert [p.name for p in tmp_path.iterdir()] == ["result.csv"]
    assert path.read_text() == "old"


def test_a_writer_that_keeps_what_is_there_leaves_the_first_file_alone(tmp_path):
    path = tmp_path / "choice.json"
    for text in ("first", "second"):
        save_text(path, text, keep_existing=True)
        assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["choice.json"]


def test_arrays_come_back_as_memory_maps(tmp_path, random):
    array = np.asfortranarray(random.normal(size=(4, 3)))
    save_array(tmp_path / "deep" / "x.npy", array)
    found = load_array(tmp_path / "deep" / "x.npy")
    assert isinstance(found, np.memmap)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, array)


def test_parts_are_joined_only_when_both_are_asked_for(tmp_path):
    for name, n in (("train", 3), ("test", 2)):
        save_array(tmp_path / f"{name}.npy", np.full((n, 2), n))
    paths = tmp_path / "train.npy", tmp_path / "test.npy"
    assert len(load_parts(*paths, "train")) == 3
    assert len(load_parts(*paths, "all")) == 5


def test_tables_keep_every_digit(tmp_path):
    table = pd.DataFrame({"value": [0.1 + 0.2, 1e-300]})
    save_table(tmp_path / "t.csv", table)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv"), table, check_exact=True)


def test_equal_figures_are_equal_files(tmp_path):
    sweep = pd.DataFrame(
        {"k": [2, 3], "cpu_seconds": [1, 2], "inertia": [9, 5], "silhouette": [0.1, 0.2]}
    )
    choices = pd.DataFrame({"criterion": ["elbow", "chosen"], "k": 3, "k_low": 3, "k_high": 3})
    choices = choices.assign(inertia=5.0, silhouette=0.2, statement="elbow at 3")
    for name in ("a", "b"):
        save_figure(plot_cluster_sweep(sweep, choices), [tmp_path / f"{name}.svg"])
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "number of clusters K" in (tmp_path / "a.svg").read_text()


FAILING_JOB = """
import os
from mlplab.runtime.log import job_log
with job_log("logs/job.log", capture_stderr=True):
    os.write(2, b"words of compiled code")
    raise ValueError("k is 1; allowed: 2 and more")
"""


def test_a_failing_job_shows_a_line_and_logs_the_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FAILING_JOB], cwd=tmp_path, capture_output=True, text=True
    )
    log = (tmp_path / "logs" / "job.log").read_text()
    assert done.returncode == 1
    assert done.stderr == "ValueError: k is 1; allowed: 2 and more\n(details: logs/job.log)\n"
    assert "Traceback" in log
    assert "words of compiled code" in log


def test_a_folder_in_the_way_is_told_as_it_is_and_leaves_nothing(tmp_path):
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(IsADirectoryError) as told:
        save_table(tmp_path / "table.csv", pd.DataFrame({"k": [1]}))
    assert "make space" not in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_leftovers_of_a_killed_writer_are_removed_and_no_others(tmp_path):
    path = tmp_path / "k-5.npy"
    with suppress(KeyboardInterrupt), atomic_path(tmp_path / "k-15.npy") as other:
        kept = tmp_path / other.name.replace("k-15", "k-25")
        kept.touch()
        raise KeyboardInterrupt
    killed = tmp_path / kept.name.replace("k-25", "k-5")
    killed.touch()
    path.touch()
    remove_leftovers(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([kept.name, "k-5.npy"])


def test_a_full_disk_is_told_with_the_path_and_leaves_nothing(tmp_path):
    code = f"""
import resource
import numpy as np
from mlplab.runtime.files import save_array
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_array({str(tmp_path / "x.npy")!r}, np.zeros(1_000_000))
except OSError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "File too large (free some space there and start again" in done.stdout
    assert str(tmp_path / "x.npy") in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_cache_folder_given_with_a_tilde_is_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MLPLAB_CACHE_DIR", "~/kept")
    assert cache_folder() == tmp_path / "kept"


@pytest.mark.parametrize("given", ["", "~/kept"])
def test_a_user_without_a_home_has_a_cache_among_temporary_files(tmp_path, monkeypatch, given):
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # the user of a container has no entry
    monkeypatch.setenv("MLPLAB_CACHE_DIR", given)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cache_folder() == tmp_path / f"mlplab-{os.getuid()}"
