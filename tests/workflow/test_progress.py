"""`workflow/progress.py` beside real runs of Snakemake, and on a log with known times."""

import re
import runpy
import subprocess
import sys
from datetime import datetime

from tests.conftest import ROOT

SCRIPT = ROOT / "workflow" / "progress.py"
SNAKEFILE = """
rule all:
    input: "a1", "a2", "b"
rule quick:
    output: "a{n}"
    log: "logs/a{n}.log"
    shell: "touch {output}"
rule failing:
    input: "a1", "a2"
    output: "b"
    shell: "exit 3"
"""
LOG = """Job stats:
job      count
-----  -------
fit          4
draw         1
all          1
total        6

[Wed Nov 25 06:00:00 2026]
localrule fit:
    output: 1
    log: {log}
    jobid: 1
[Wed Nov 25 06:00:00 2026]
rule fit:
    jobid: 2
[Wed Nov 25 06:00:20 2026]
Finished jobid: 2 (Rule: fit)
1 of 6 steps (17%) done
[Wed Nov 25 06:00:20 2026]
rule fit:
    jobid: 3
"""


def ask(folder):
    return subprocess.run(
        [sys.executable, SCRIPT], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_run_that_failed_is_told(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    told = ask(tmp_path).stdout.splitlines()
    assert re.match(r"2 of 4 jobs done, \d+ s after", told[0])
    assert "failed: failing" in told
    assert told[-1] == "the run has ended; start it again to continue"
    # A start that has nothing to do is no run.
    nothing = subprocess.run([*command, "a1"], cwd=tmp_path, capture_output=True, check=False)
    assert nothing.returncode == 0
    assert ask(tmp_path).stdout.splitlines() == told
    assert [line for line in told if line.startswith("  failing, for")] == []


def test_without_a_run_it_says_what_to_do(tmp_path):
    answer = ask(tmp_path)
    assert answer.returncode == 1
    assert "found no log of a run; start one, for example with `make quick`" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_time_left_follows_from_jobs_of_the_same_rule(tmp_path):
    log = tmp_path / "1.log"
    log.write_text(
        "epoch 1 of 9\nepoch 2 of 9, 7 s left\n\n"
        "I0000 00:00:1795723438.9 10531 cudart_stub.cc:31] Could not find cuda drivers\n"
    )
    progress = runpy.run_path(str(SCRIPT))
    run = progress["read_run"](LOG.format(log=log))
    now = datetime(2026, 11, 25, 6, 0, 25)
    # Three fits of 20 s are left, of which one has run for 25 s and one for 5, and two others.
    seconds, unknown = run.estimate(now)
    assert seconds == 3 * 20 - 20 - 5 + 2 * 20
    assert unknown == ["draw", "all"]
    assert progress["describe"](run, now) == [
        "1 of 6 jobs done, 25 s after the first started",
        "  fit, for 25 s: epoch 2 of 9, 7 s left",
        "  fit, for 5 s",
        "about 1 min 15 s left",
        "  a guess: no job of 2 of the rules has ended yet, so their 2 are taken to be as long as "
        "the others",
    ]


def test_a_clock_that_was_set_back_makes_no_time_negative(tmp_path):
    progress = runpy.run_path(str(SCRIPT))
    set_back = LOG.replace("06:00:20", "05:00:20")
    run = progress["read_run"](set_back.format(log=tmp_path / "1.log"))
    assert run.seconds == {"fit": [0.0]}
    told = progress["describe"](run, datetime(2026, 11, 25, 5, 0, 25))
    assert told[0] == "1 of 6 jobs done, 0 s after the first started"
    assert "  fit, for 0 s" in told
    assert not any("-" in line for line in told)
