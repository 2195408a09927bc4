"""Runs that are killed, run out of space, or meet another run or an edit: nothing is lost."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pandas as pd
import pytest

from mlplab.provenance.verify import main as verify
from mlplab.runtime.locks import hold_lock
from tests.workflow.running import (
    OWN,
    TINY_FILE,
    environment,
    jobs,
    run,
    snakemake,
    snakemake_command,
    write_tiny_config,
)

KILLS = 20
TIMING_COLUMNS = r"seconds|cpu_share|disturbed"


def start(folder, *arguments, **variables):
    """A run in a process group of its own, as a terminal starts it."""
    return subprocess.Popen(
        snakemake_command(*arguments),
        cwd=folder,
        env=environment(folder, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A process in the background of a script ignores Ctrl-C, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def mount(*arguments):
    """Mount something, or skip the test where that is not allowed."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")


@pytest.fixture
def fresh_copy(tiny_copy):
    """The checkout of a finished run without its results."""
    run(tiny_copy, "rm", "-r", "results/tiny", ".snakemake")
    return tiny_copy


def kill_somewhen(process, moments):
    """Kill a run with all its jobs: soon, or some time after one of its jobs has ended."""
    said = ""
    if moments.random() < 0.5:
        time.sleep(moments.uniform(0.5, 2.5))
    else:
        for line in process.stdout:
            said += line
            if "Finished jobid" in line:
                break
        time.sleep(moments.uniform(0.0, 1.0))
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return said + process.communicate()[0]


def test_a_run_killed_at_twenty_moments_ends_as_an_undisturbed_one(fresh_copy, tiny_checkout):
    moments, killed = random.Random(4), 0
    # Without jobs that load TensorFlow, which takes longer than the time between two kills.
    targets = [
        f"results/tiny/{name}"
        for name in (
            "data/pixels-unit/x_train.npy",
            "figures/cluster_sweep.png",
            "tables/feature_controls.csv",
            "tables/lambda_rule.csv",
            "tables/scaling_comparison.csv",
            "training/numpy/pixels-standard/batch-100-seed-0.csv",
            "training/numpy/clusters-10/batch-100-seed-0.csv",
        )
    ]

    def count_jobs():
        return sum(jobs(snakemake(fresh_copy, "--dry-run", *TINY_FILE, "--", *targets)).values())

    at_first, waited, at_work = count_jobs(), 0, 0
    while killed < KILLS:
        process = start(fresh_copy, *TINY_FILE, "--", *targets)
        said = kill_somewhen(process, moments)
        waited += "Finished jobid" in said
        at_work += said.count("    jobid: ") > said.count("Finished jobid")
        assert process.returncode in (0, -signal.SIGKILL), said
        assert "Error" not in said
        if process.returncode == 0:  # it ended before the kill: give the next run some work
            run(
                fresh_copy,
                "rm",
                "-r",
                *(f"results/tiny/{n}" for n in ("training", "tables", "figures")),
            )
            at_first, waited = count_jobs(), 0
        else:
            killed += 1
    assert at_work >= KILLS // 4, "most runs were killed before they began a job"
    # Half of the kills wait for a job to end; two of them may come before Snakemake records that.
    assert count_jobs() <= at_first - waited + 2, "killed runs do not go on"
    done = snakemake(fresh_copy, *TINY_FILE, "--", *targets)
    assert done.returncode == 0, done.stdout + done.stderr

    results, undisturbed = fresh_copy / "results" / "tiny", tiny_checkout / "results" / "tiny"
    assert verify([str(results)]) == 0
    names, wanted = names_of_results(results), ("data", "models")
    assert {n for n in names_of_results(undisturbed) if n.split("/")[0] in wanted} <= names
    assert names <= names_of_results(undisturbed)
    for pattern in ("data/**/*.npy", "models/**/*.npy", "tables/silhouettes.csv"):
        for path in undisturbed.glob(pattern):
            twin = results / path.relative_to(undisturbed)
            assert twin.read_bytes() == path.read_bytes(), path
    for pattern in ("models/**/*.csv", "training/numpy/**/*.csv", "tables/cluster_sweep.csv"):
        for path in undisturbed.glob(pattern):
            twin = results / path.relative_to(undisturbed)
            pd.testing.assert_frame_equal(untimed(twin), untimed(path), check_exact=True)


def names_of_results(folder):
    """Every file of a run except those about its jobs; half-written files would show."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in paths if path.parts[0] not in ("logs", "job_times")}


def untimed(path):
    table = pd.read_csv(path)
    return table.drop(columns=table.filter(regex=TIMING_COLUMNS).columns)


def test_of_two_runs_started_at_once_one_ends_and_the_other_says_why_not(tiny_copy):
    # These jobs take several times as long as a start, so the two runs overlap.
    results = tiny_copy / "results" / "tiny"
    figures = ("runs", "ambiguous_images_10.png", "cluster_sweep.png", "training_history.png")
    run(tiny_copy, "rm", "-r", *(f"results/tiny/figures/{name}" for name in figures))
    both = [start(tiny_copy, *TINY_FILE, "--verbose") for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 1], said
    assert "is using this folder" in said[codes.index(1)]
    # Snakemake looks for ready jobs when one has ended, not every second for each of them.
    log = said[codes.index(0)]
    assert 1 <= log.count("Ready jobs: ") <= log.count("Finished jobid: ") + 1
    assert verify([str(results)]) == 0
    assert "Nothing to be done" in snakemake(tiny_copy, *TINY_FILE).stderr


def test_while_a_run_is_at_work_others_plan_nothing_but_may_be_asked_what_they_would_do(tiny_copy):
    # A job removes its outputs when it starts, so planning during a run can fail.
    with hold_lock(tiny_copy / ".snakemake" / "run.lock", what="A test"):
        refused = snakemake(tiny_copy, *TINY_FILE)
        asked = snakemake(tiny_copy, *TINY_FILE, "--dry-run")
    assert refused.returncode == 1
    assert f"A test (process {os.getpid()} on {socket.gethostname()}) is using" in refused.stderr
    assert "Building DAG" not in refused.stderr
    assert "Traceback" not in refused.stderr
    assert asked.returncode == 0, asked.stderr
    assert "Nothing to be done" in asked.stdout + asked.stderr


def test_after_ctrl_c_a_run_says_that_it_goes_on(tiny_copy):
    results = tiny_copy / "results" / "tiny"
    run(tiny_copy, "rm", "-r", "results/tiny/figures/runs", "results/tiny/logs/plot_training_run")
    process = start(tiny_copy, *TINY_FILE)
    # Until a job is running: Snakemake 9.27 may lose a signal while it prepares jobs.
    last_moment = time.monotonic() + 120
    while not list((results / "logs").glob("plot_training_run/*.log")):
        assert process.poll() is None
        assert time.monotonic() < last_moment
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate()[0]
    assert process.returncode == 1, said
    last = said.strip().splitlines()[-1]
    assert last.startswith("Run not finished: ")
    assert "Finished results are kept. To continue, type: " in last
    assert last.endswith("snakemake --cores 4 --configfile config/tiny.yaml")
    done = snakemake(tiny_copy, *TINY_FILE)
    assert done.returncode == 0, done.stderr
    assert "Run complete; see results/tiny/tables/ and results/tiny/figures/." in done.stderr
    assert verify([str(results)]) == 0


def test_ctrl_c_before_the_first_job_leaves_no_traceback(tiny_copy):
    # As if it came while the code of the jobs is read.
    with (tiny_copy / "workflow" / "rules" / "tracking.smk").open("a") as file:
        file.write("\nraise KeyboardInterrupt\n")
    done = snakemake(tiny_copy, *TINY_FILE)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.strip().splitlines()[-1].startswith("Run not finished: ")
    assert "Traceback" not in done.stderr


def test_a_read_only_folder_of_snakemake_is_told(tiny_copy):
    mount("--bind", tiny_copy / ".snakemake", tiny_copy / ".snakemake")
    try:
        mount("-o", "remount,ro,bind", tiny_copy / ".snakemake")
        done = snakemake(tiny_copy, *TINY_FILE)
    finally:
        subprocess.run(["umount", str(tiny_copy / ".snakemake")], check=True)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert f"{tiny_copy / '.snakemake'}: found a folder that you may not write to" in said
    assert "allowed: a checkout of your own, or `--directory <a folder of yours>`" in said
    assert "Traceback" not in said


def test_a_full_disk_is_told_and_finished_results_are_kept(fresh_copy):
    results = fresh_copy / "results" / "tiny"
    results.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", "size=600k", "tmpfs", results)
    try:
        done = snakemake(fresh_copy, *TINY_FILE)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "No space left on device (free some space there and start again" in said
        assert "Traceback" not in said
        assert (results / "data" / "labels" / "y_train.npy").exists()
        assert verify([str(results)]) == 0
        subprocess.run(["mount", "-o", "remount,size=20m", str(results)], check=True)
        again = snakemake(fresh_copy, *TINY_FILE, "--until", "scale_pixels")
        assert again.returncode == 0, again.stderr
        assert "rule extract_labels" not in again.stderr
    finally:
        subprocess.run(["umount", str(results)], check=True)


def test_a_limit_on_the_size_of_files_is_told_and_finished_results_are_kept(fresh_copy):
    limited = ["bash", "-c", 'ulimit -f 300 && exec "$0" "$@"', *snakemake_command(*TINY_FILE)]
    done = run(fresh_copy, *limited)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "File too large (free some space there and start again" in said
    results = fresh_copy / "results" / "tiny"
    assert (results / "data" / "labels" / "y_train.npy").exists()
    assert verify([str(results)]) == 0


def test_read_only_results_are_told_and_kept(tiny_copy):
    results = tiny_copy / "results" / "tiny"
    mount("--bind", results, results)
    try:
        mount("-o", "remount,ro,bind", results)
        done = snakemake(tiny_copy, *TINY_FILE, "--config", "train={keras: {l2: 0.02}}")
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "Write-protected output files" in said
        assert "Traceback" not in said
    finally:
        subprocess.run(["umount", str(results)], check=True)
    assert verify([str(results)]) == 0
    assert "Nothing to be done" in snakemake(tiny_copy, *TINY_FILE).stderr


def test_a_file_in_place_of_the_results_is_told(tiny_copy):
    write_tiny_config(tiny_copy, **OWN, run="taken")
    (tiny_copy / "results" / "taken").write_text("mine")
    done = snakemake(tiny_copy, *TINY_FILE)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "results/taken: found a file; allowed: a folder" in said
    assert "Traceback" not in said
    assert (tiny_copy / "results" / "taken").read_text() == "mine"


def test_an_edit_during_a_run_fails_the_job_and_the_next_run_goes_on(tiny_copy):
    results = tiny_copy / "results" / "tiny"
    trained = results / "training" / "numpy" / "clusters-10" / "batch-100-seed-0.csv"
    log = results / "logs" / "train_numpy" / "clusters-10-batch-100-seed-0.log"
    trained.unlink()
    log.unlink()
    process = start(tiny_copy, *TINY_FILE)
    while not log.exists() and process.poll() is None:
        time.sleep(0.01)
    with (tiny_copy / "src" / "mlplab" / "numpy_mlp" / "trainer.py").open("a") as file:
        file.write("\nEDITED = True\n")
    said, _ = process.communicate()
    assert process.returncode == 1
    assert "CodeChangedError: code changed" in said
    assert "module mlplab.numpy_mlp.trainer changed" in said
    assert not trained.exists()
    again = snakemake(tiny_copy, *TINY_FILE, "--", str(trained.relative_to(tiny_copy)))
    assert again.returncode == 0
    assert verify([str(results)]) == 0


def test_what_is_stale_is_told_even_without_the_records_of_the_engine(tiny_copy):
    run(tiny_copy, "rm", "-r", ".snakemake")
    with (tiny_copy / "src" / "mlplab" / "reporting" / "figures" / "__init__.py").open("a") as file:
        file.write("\nEDITED = True\n")
    told = run(tiny_copy, sys.executable, "workflow/why.py", *TINY_FILE).stdout
    assert "plot_cluster_sweep, which does not run again by itself; force it" in told
    assert "  module mlplab.reporting.figures changed" in told
    assert "train_numpy" not in told
    assert verify([str(tiny_copy / "results" / "tiny")]) == 0
