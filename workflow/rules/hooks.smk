# Around a run: its lock, what Snakemake is kept from doing again and again, and a last word.
import os
import sys

from snakemake.io import _IOFile

from mlplab.runtime.locks import LockedError, hold_lock

# Jobs started within a second that Snakemake allows by itself.
DEFAULT_JOB_RATE = 100


def hash_inputs_once():
    """Let Snakemake remember the hash of an input that has not changed since.

    For every output of a job that has ended it reads all inputs of the job anew, in the process that
    starts the next one (seen with 9.27): of arrays of 188 MB that was most of what that process did,
    while a processor waited for a job.
    """
    compute, known = _IOFile.checksum, {}

    async def checksum(file, *arguments, **named):
        try:
            status = os.stat(file.file)
        except OSError:
            return await compute(file, *arguments, **named)
        identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        key = (str(file), identity, arguments, tuple(named.items()))
        if key not in known:
            known[key] = await compute(file, *arguments, **named)
        return known[key]

    _IOFile.checksum = checksum


def lock_before_planning():
    """Let one run at a time plan and work in this folder; others end with a message.

    In place of Snakemake's own lock, which a killed run leaves behind for the user to clear. Taken
    as soon as it is known that jobs are to be run: who looks for files while another run removes
    and makes them finds some missing that a moment before were there, and ends with that. Snakemake
    (9.27) has no hook there, and plans in a method of its own.
    """
    plan = workflow._build_dag

    def lock_and_plan():
        if workflow.executor_plugin is not None and not workflow.dryrun:
            try:
                workflow.globals["run_lock"] = hold_lock(".snakemake/run.lock", what="A run")
            except LockedError as error:
                sys.exit(str(error))
        plan()

    workflow._build_dag = lock_and_plan


# The process of a single job plans too, within a run; as a module this is a part of another's run.
if workflow.is_main_process and workflow.modifier.is_main_snakefile():
    lock_before_planning()


onstart:
    hash_inputs_once()
    # Snakemake looks at all ready jobs one second after it has done so, to see whether the limit of
    # jobs started within a second lets more of them go; every job that ends begins one more such
    # chain of looks, and none of them ends. After some hundred jobs that takes most of a processor
    # (seen with 9.27), which is then missing where seconds are measured, or on the node from which
    # others submit jobs too. A limit like the default is never reached: one job is started after
    # the other. Where Snakemake chooses among some of the ready jobs, the looks bring the others.
    settings = workflow.scheduling_settings
    limit = settings.max_jobs_per_timespan
    if limit and limit.max_jobs >= DEFAULT_JOB_RATE * limit.timespan and not settings.subsample:
        workflow.scheduler.job_rate_limiter = None


onsuccess:
    print(
        f"{RESULTS}: all that was asked for is there, tables and figures in folders of that name; "
        f"`make report RUN={CONFIG.run}` puts them on one page",
        file=sys.stderr,
    )


onerror:
    print(
        f"{RESULTS}: not finished, as a job failed or the run was stopped; why a job failed stands above "
        f"and under {RESULTS}/logs. What is finished is kept, and the same command goes on",
        file=sys.stderr,
    )
