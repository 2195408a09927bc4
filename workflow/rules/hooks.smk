# Before a run: its lock, and less work for Snakemake. After it: a last word.
import os
import sys

from mlplab.runtime.locks import LockedError, hold_lock

if not os.access(".snakemake" if os.path.exists(".snakemake") else ".", os.W_OK):
    sys.exit(
        f"{os.getcwd()}: found a folder that you may not write to; Snakemake keeps its records there, "
        "in dry runs too; allowed: a checkout of your own, or `--directory <a folder of yours>`"
    )


def lock_run():
    """The lock that one run at a time holds in this folder; ends this run if another has it."""
    try:
        return hold_lock(".snakemake/run.lock", what="A run")
    except LockedError as error:
        sys.exit(str(error))


private.before_planning(workflow, lock_run)


onstart:
    private.hash_inputs_once()
    private.stop_looking_for_jobs_every_second(workflow)


onsuccess:
    print(
        f"Run complete; see {RESULTS}/tables/ and {RESULTS}/figures/. "
        f"`make report RUN={CONFIG.run}` puts them on one page.",
        file=sys.stderr,
    )


onerror:
    print(
        f"Run not finished: a job failed, or you stopped the run. See the messages above and "
        f"{RESULTS}/logs/. Finished results are kept; the same command continues the run.",
        file=sys.stderr,
    )
