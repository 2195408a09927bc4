"""Records beside results, and what checks results against them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from mlplab.provenance.fingerprint import code_fingerprint
from mlplab.provenance.records import ALL_SLOTS, content_hash, run_job
from mlplab.provenance.verify import main as verify
from mlplab.runtime.sidecars import read_sidecar, sidecar_path
from tests.conftest import ROOT
from tests.unit.jobs import Params, restore_logging  # noqa: F401, a fixture


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job with a script of its own that reads one file and writes two."""
    monkeypatch.chdir(tmp_path)
    Path("results/run/tables").mkdir(parents=True)
    Path("script.py").write_text("from mlplab.features import scaling\n")
    Path("numbers.csv").write_text("1\n")
    return SimpleNamespace(
        rule="add_numbers",
        input=["numbers.csv"],
        output=["results/run/tables/sum.csv", "results/run/tables/mean.csv"],
        params=Params(
            code=code_fingerprint("script.py"), named={}, seeds=(1, 2), cluster={"k": 3}
        ),
        wildcards={"seed": "0"},
        threads=2,
        resources={"slot": 1},
        log=["results/run/logs/add_numbers.log"],
    )  # fmt: skip


def write_outputs(job):
    for path in job.output:
        Path(path).write_text(f"content of {path}\n")


@pytest.fixture
def finished(job):
    with run_job(job):
        write_outputs(job)
    return job


def test_a_record_tells_where_a_result_comes_from(finished):
    record = json.loads(Path("results/run/tables/sum.csv.provenance.json").read_text())
    assert record["rule"] == "add_numbers"
    assert record["wildcards"] == {"seed": "0"}
    assert record["parameters"] == {"seeds": [1, 2], "cluster": {"k": 3}}
    assert record["inputs"] == {"numbers.csv": content_hash("numbers.csv")}
    assert record["outputs"] == {path: content_hash(path) for path in finished.output}
    assert "mlplab.features.scaling" in record["code"]["modules"]
    assert set(record["code"]["libraries"]) == {"numpy", "scikit-learn", "scipy"}
    assert any(library["num_threads"] >= 1 for library in record["blas"])
    assert record["machine"]["processor"]
    assert record["seconds"] >= 0
    assert record["ended"] >= record["started"]
    assert read_sidecar(finished.output[1]) == record


def test_the_commit_is_that_of_the_working_directory_alone(job):
    def git(*arguments):
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    def recorded():
        with run_job(job):
            write_outputs(job)
        return read_sidecar(job.output[0])["git"]

    assert recorded() == {"commit": None, "dirty": None}
    git("init", "--quiet")
    git("add", "script.py")
    git("commit", "--quiet", "--message", "first")
    clean = recorded()
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    Path("script.py").write_text("from mlplab.features import scaling  # edited\n")
    assert recorded() == {"commit": clean["commit"], "dirty": True}


@pytest.fixture
def committed():
    """The working directory with all its files in a commit; the name of the commit."""
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", *identity, *command], check=True, capture_output=True)
    found = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return found.stdout.strip()


def test_a_hook_of_another_repository_does_not_lend_its_commit(
    job, committed, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(Path.cwd(), elsewhere, ignore=shutil.ignore_patterns(".git"))
    monkeypatch.setenv("GIT_DIR", str(Path(".git").resolve()))
    monkeypatch.chdir(elsewhere)
    with run_job(job):
        write_outputs(job)
    assert read_sidecar(job.output[0])["git"] == {"commit": None, "dirty": None}


def test_the_commit_is_known_where_another_user_owns_the_files(
    job, committed, tmp_path_factory, monkeypatch
):
    folder = tmp_path_factory.mktemp("bin")
    git = folder / "git"
    git.write_text(
        f'#!/bin/sh\nexport GIT_TEST_ASSUME_DIFFERENT_OWNER=1\nexec "{shutil.which("git")}" "$@"\n'
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    with run_job(job):
        write_outputs(job)
    assert read_sidecar(job.output[0])["git"] == {"commit": committed, "dirty": False}


def test_an_edit_while_the_job_runs_fails_it_and_names_the_module(job, capsys):
    def run_and_edit():
        with run_job(job):
            write_outputs(job)
            Path("script.py").write_text("from mlplab.reporting.tables import training\n")

    with pytest.raises(SystemExit):
        run_and_edit()
    said = capsys.readouterr().err
    assert "code changed while the job ran: " in said
    assert "module mlplab.reporting.tables.training is new" in said
    assert "module script.py changed" in said
    assert read_sidecar(job.output[0]) is None


def test_an_edit_before_the_job_runs_fails_it_before_its_work(job, capsys):
    Path("script.py").write_text("from mlplab.features import scaling\n\nONE = 1\n")
    with pytest.raises(SystemExit), run_job(job):
        pytest.fail("the work was done")
    assert "code changed since the run began: module script.py changed" in capsys.readouterr().err


def test_the_module_that_a_parameter_names_is_followed_while_the_job_runs(job, capsys):
    Path("script.py").write_text(
        "from importlib import import_module\nimport_module(snakemake.params.module)\n"
    )
    job.params["module"] = "mlplab.features.scaling"
    job.params["code"] = code_fingerprint("script.py", parameters=job.params)
    with run_job(job):
        write_outputs(job)
    assert "mlplab.features.scaling" in read_sidecar(job.output[0])["code"]["modules"]
    job.params["code"]["modules"]["mlplab.features.scaling"] = "another hash"
    with pytest.raises(SystemExit), run_job(job):
        pytest.fail("the work was done")
    assert "module mlplab.features.scaling changed" in capsys.readouterr().err


def test_without_a_fingerprint_nothing_is_said_of_the_code(job):
    del job.params["code"]
    with run_job(job):
        write_outputs(job)
        Path("script.py").write_text("from mlplab.reporting.tables import training\n")
    assert read_sidecar(job.output[0])["code"] is None


def test_a_comment_while_the_job_runs_harms_nobody(job):
    with run_job(job):
        write_outputs(job)
        Path("script.py").write_text("# why\nfrom mlplab.features import scaling\n")
    assert read_sidecar(job.output[0]) is not None


def test_a_failing_job_leaves_no_record_not_even_that_of_an_earlier_one(finished, capsys):
    with pytest.raises(SystemExit), run_job(finished):
        raise ValueError("no such number")
    assert "ValueError: no such number" in capsys.readouterr().err
    assert "Traceback" in Path(finished.log[0]).read_text()
    assert [path for path in finished.output if sidecar_path(path).exists()] == []


def test_results_that_match_their_records_pass(finished, capsys):
    assert verify(["results/run"]) == 0
    assert capsys.readouterr().out == "2 results checked, 0 not as recorded\n"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (
            lambda p: p.write_text("other"),
            "sum.csv: changed: differs from the file that add_n",
        ),
        (lambda p: p.unlink(), "sum.csv: missing: only its record exists"),
        (lambda p: sidecar_path(p).unlink(), "sum.csv: unrecorded: sum.csv.provenance.json is mis"),
        (lambda p: sidecar_path(p).write_text("{"), "sum.csv: unrecorded: sum.csv.provenance.json"),
        (lambda p: p.with_name("new.csv").write_text("x"), "new.csv: unrecorded"),
        (
            lambda p: shutil.copy(sidecar_path(p), p.with_name("new.csv.provenance.json")),
            "new.csv: missing",
        ),
        (
            lambda p: sidecar_path(p).write_text(sidecar_path(p).read_text().replace(p.name, "b")),
            "sum.csv: unrecorded: sum.csv.provenance.json is the record of another file",
        ),
    ],
)
def test_what_does_not_match_is_named(finished, capsys, harm, said):
    harm(Path(finished.output[0]))
    assert verify(["results/run"]) == 1
    out = capsys.readouterr().out
    assert said in out
    assert ", 1 not as recorded" in out


def test_logs_and_half_written_files_are_no_results(finished):
    Path("results/run/tables/.incomplete-abc").write_text("half")
    Path("results/run/report.html").write_text("<html>")
    assert verify(["results/run"]) == 0


def test_records_are_found_when_the_folder_was_moved(finished):
    Path("results/run").rename("elsewhere")
    assert verify(["elsewhere"]) == 0


def test_a_folder_without_results_is_a_fault(finished, capsys):
    assert verify(["results/rnu"]) == 1
    assert "results/rnu: no results" in capsys.readouterr().out


def test_a_job_with_all_slots_is_alone_in_the_default_profile():
    profile = yaml.safe_load((ROOT / "profiles" / "default" / "profile.yaml").read_text())
    assert profile["resources"]["slot"] == ALL_SLOTS
    assert profile["default-resources"]["slot"] > 0


HOLD = """
from mlplab.machine.runs import timing_turn
with timing_turn():
    print("held", flush=True)
    input()
"""


@pytest.fixture
def timed_elsewhere(tmp_path, monkeypatch):
    """A timed job of another run, in the folder ``elsewhere``."""
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "elsewhere").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=tmp_path / "elsewhere",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("capture", [False, True])
def test_a_job_with_all_slots_waits_for_those_of_other_runs_and_says_so(
    job, timed_elsewhere, tmp_path, capfd, capture
):
    job.resources = {"slot": ALL_SLOTS}
    threading.Timer(0.5, timed_elsewhere.kill).start()
    with run_job(job, capture_stderr=capture):
        assert timed_elsewhere.wait() != 0
        write_outputs(job)
    told = f"Waiting for another timed job to end: {tmp_path / 'elsewhere'} (process "
    assert capfd.readouterr().err == f"{told}{timed_elsewhere.pid} on {socket.gethostname()}).\n"
    assert Path(job.log[0]).read_text().count(told) == 1
    assert read_sidecar(job.output[0])["seconds"] < 0.4


def test_a_job_beside_others_waits_for_nobody(job, timed_elsewhere, capfd):
    with run_job(job):
        write_outputs(job)
    assert timed_elsewhere.poll() is None
    assert capfd.readouterr().err == ""
