"""Two runs at once on one machine, in folders of their own."""

import os
import shutil
import socket
import subprocess

import pytest

from mlplab.machine.runs import announce_run, timing_turn
from tests.workflow.running import TINY_FILE, environment, snakemake_command, write_own_data


@pytest.fixture
def another_run(tmp_path, monkeypatch):
    """A run in the folder ``another``."""
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "another").mkdir()
    monkeypatch.chdir(tmp_path / "another")
    with announce_run():
        yield f"{tmp_path / 'another'} (process {os.getpid()} on {socket.gethostname()})"


def test_a_run_names_another_one_and_its_timed_jobs_wait(checkout, tmp_path, another_run):
    folder = tmp_path / "mlplab"
    shutil.copytree(checkout, folder)
    write_own_data(folder)
    command = snakemake_command(*TINY_FILE, "--", "results/tiny/tables/cluster_cost_quality.csv")
    said = []
    with timing_turn():
        run = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in run.stderr:
            said.append(line)
            if line.startswith("Waiting"):
                break
    rest = run.communicate()[1]
    assert run.returncode == 0, rest
    assert said[-2:] == [
        f"Another run of yours may disturb what is timed here: {another_run}.\n",
        f"Waiting for another timed job to end: {another_run}.\n",
    ]
    assert "Another run" not in rest
    assert not any("(Rule: measure_cluster_cost)" in line for line in said)
    logs = [path.read_text() for path in (folder / "results/tiny/logs").rglob("*cluster_cost/*")]
    assert sum("Waiting for another timed job to end" in log for log in logs) == 1
    assert all("Another run of yours" in log for log in logs)
