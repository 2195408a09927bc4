# Before a run: its lock, its slots, and less work for Snakemake. After it: a last word.
import atexit
import os
import shlex
import shutil
import sys
from datetime import datetime

from mlplab.machine.runs import announce_run
from mlplab.runtime.locks import LockError, hold_lock
from mlplab.runtime.sidecars import read_sidecar

kept_in = os.path.abspath(".snakemake" if os.path.exists(".snakemake") else ".")
if not os.access(kept_in, os.W_OK):
    sys.exit(
        f"{kept_in}: found a folder that you may not write to; Snakemake keeps its records there, "
        "in dry runs too; allowed: a checkout of your own, or `--directory <a folder of yours>`"
    )


def lock_run():
    """Lock this folder for one run at a time, and announce this run to those in other folders.

    Ends this run if it cannot have the lock.
    """
    try:
        return hold_lock(".snakemake/run.lock", what="A run"), announce_run()
    except LockError as error:
        sys.exit(str(error))


def job_times(path):
    """Rule, start, end and files of the job that made a result, from the record beside it."""
    record = read_sidecar(path)
    if record is None:
        return None
    start = datetime.fromisoformat(record["started"]).timestamp()
    return record["rule"], start, start + record["seconds"], record["outputs"]


private.quote_interpreter()
private.keep_solver_away_from_spaces()
private.join_paths_in_repositories()
private.before_planning(workflow, lock_run)
private.run_measured_jobs_alone(workflow, "slot", ALL_SLOTS)
private.report_times_of_records(workflow, job_times)


def say_last(text):
    """Print a text when Snakemake has printed all its own; the last text counts."""
    atexit.unregister(print)
    atexit.register(print, text, file=sys.stderr, flush=True)


def say_unfinished():
    """Tell what is kept of a run that failed or was stopped, and how to continue."""
    program, *options = sys.argv
    if os.path.basename(program) == "__main__.py":
        inside = sys.executable.startswith(f"{os.getcwd()}/")
        python = os.path.relpath(sys.executable) if inside else sys.executable
        command = [python, "-m", "snakemake", *options]
    else:
        name = os.path.basename(program)
        command = [name if shutil.which(name) == program else program, *options]
    say_last(
        "Run not finished: a job failed, or you stopped the run. Messages above and "
        f"{RESULTS}/logs/ say more. Finished results are kept. To continue, type: "
        f"{shlex.join(command)}"
    )


def say_stopped(kind, error, trace):
    """For Ctrl-C while no job runs, in place of Python's traceback."""
    if issubclass(kind, KeyboardInterrupt):
        # Runs after the last word: Python then complains of event loops that were cut off.
        atexit.register(os.dup2, os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        say_unfinished()
    else:
        sys.__excepthook__(kind, error, trace)


if private.is_whole_run(workflow):
    sys.excepthook = say_stopped


onstart:
    private.hash_inputs_once()
    private.stop_looking_for_jobs_every_second(workflow)


onsuccess:
    say_last(
        f"Run complete for what you named. Other results in {RESULTS}/ may be missing or older."
        if private.makes_a_part(workflow)
        else f"Run complete; see {RESULTS}/tables/ and {RESULTS}/figures/. "
        f"Summary on one page: {RESULTS}/study.html"
    )


onerror:
    say_unfinished()
