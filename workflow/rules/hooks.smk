# Before a run: its lock, and less work for Snakemake. After it: a last word.
import sys

from mlplab.machine.runs import announce_run
from mlplab.runtime.locks import LockedError, hold_lock


def lock_run():
    """Lock this folder for one run at a time, and announce this run to those in other folders.

    Ends this run if another has the lock.
    """
    try:
        return hold_lock(".snakemake/run.lock", what="A run"), announce_run()
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
