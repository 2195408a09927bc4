"""Places that a run does not choose: folders, environments, file systems, terminals, clocks."""

import os
import resource
import shutil
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tests.workflow.running import TINY_FILE, environment, snakemake_command, write_own_data

LABELS = "results/tiny/data/labels/y_train.npy"
# Root may write anywhere, unless it gives that privilege away.
UNPRIVILEGED = (
    ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    if os.geteuid() == 0
    else []
)
# No characters beyond ASCII, a narrow terminal, no folders for the user's own or temporary files.
BARE = {
    "LC_ALL": "POSIX",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "ascii",
    "COLUMNS": "20",
    "SHELL": "/bin/dash",
    "HOME": "/proc/none",
    "TMPDIR": "/proc/none",
}
COMMANDS = {
    "config": ["-m", "mlplab.config", "config/tiny.yaml"],
    "verify": ["-m", "mlplab.provenance.verify", "results/é"],
    "progress": ["workflow/progress.py"],
}


def run(folder, *command, prepare=None, **variables):
    return subprocess.run(
        [*UNPRIVILEGED, *command],
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        preexec_fn=prepare,
    )


@pytest.fixture(scope="module")
def place(checkout, tmp_path_factory):
    """A checkout with data of the user's own, which tests do not change."""
    folder = tmp_path_factory.mktemp("a place") / "mlplab"
    shutil.copytree(checkout, folder)
    write_own_data(folder)
    return folder


@pytest.fixture
def read_only(place):
    folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    yield place
    for path in folders:
        path.chmod(0o755)


def narrow_limits():
    os.umask(0o077)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(64, soft), hard))


def test_a_checkout_without_write_access_runs_in_a_folder_elsewhere(read_only, tmp_path):
    here = run(read_only, *snakemake_command("--dry-run", *TINY_FILE, "--", LABELS))
    assert here.returncode == 1
    assert "may not write to" in here.stderr
    assert "--directory" in here.stderr
    assert "Traceback" not in here.stderr

    elsewhere, disk = tmp_path / "else where", tmp_path / "another disk"
    elsewhere.mkdir()
    disk.mkdir()
    (elsewhere / "results").symlink_to(disk)
    shutil.copy(read_only / "mine.npz", elsewhere)
    command = snakemake_command("--directory", str(elsewhere), *TINY_FILE)
    # Its default configuration is that of the checkout, in an environment with hardly anything.
    bare = BARE | {"XDG_CACHE_HOME": str(tmp_path / "cache")}  # Snakemake needs one
    done = run(read_only, *command, "--", LABELS, prepare=narrow_limits, **bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (disk / "tiny" / "data" / "labels" / "y_train.npy").is_file()
    assert not (elsewhere / "~").exists()


def test_own_data_from_the_future_are_refused_before_a_job_starts(place):
    data = place / "mine.npz"
    now = data.stat().st_mtime
    os.utime(data, (now, time.time() + 3 * 24 * 3600))
    try:
        done = run(place, *snakemake_command("--dry-run", *TINY_FILE, "--", LABELS))
    finally:
        os.utime(data, (now, now))
    assert done.returncode == 1
    assert "mine.npz: found the date" in done.stderr
    assert "run `touch mine.npz`" in done.stderr


@pytest.mark.parametrize("kind", ["another package", "another version", "a copy"])
def test_a_checkout_runs_its_own_library_alone(place, tmp_path, kind):
    package = tmp_path / "mlplab"
    if kind == "another package":
        package.mkdir()
        (package / "__init__.py").touch()
    else:
        shutil.copytree(ROOT / "src" / "mlplab", package)
    if kind == "another version":
        with (package / "stats" / "mcnemar.py").open("a") as file:
            file.write("# changed\n")
    command = snakemake_command("--dry-run", *TINY_FILE, "--", LABELS)
    done = run(place, *command, PYTHONPATH=str(tmp_path))
    if kind == "a copy":
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1
        assert f"mlplab: found {package}; allowed: {place / 'src' / 'mlplab'}" in done.stderr
        assert "make setup" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.fixture
def printing(place):
    """The place with something to print for every command, also beyond ASCII."""
    logs, results = place / ".snakemake" / "log", place / "results" / "é"
    for folder in (logs, results):
        folder.mkdir(parents=True, exist_ok=True)
    (results / "λ₂.csv").touch()
    log = place / "job.log"
    log.write_text("λ₂ is 1\n", encoding="utf-8")
    text = f"[Wed Nov 25 06:00:00 2026]\nrule fit:\n    log: {log.name}\n    jobid: 1\n"
    (logs / "2026-11-25T060000.snakemake.log").write_text(text)
    yield place
    shutil.rmtree(place / ".snakemake")
    shutil.rmtree(results)
    log.unlink()


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_print_on_a_terminal_that_knows_ascii_alone(printing, name):
    done = run(printing, sys.executable, *COMMANDS[name], **BARE)
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
    said = {"config": "is valid", "verify": "is missing", "progress": r"\u03bb\u2082 is 1"}
    assert said[name] in done.stdout


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_commands_end_quietly_when_nobody_reads_on(printing, command):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=printing,
        env=environment(printing),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
