"""What this workflow uses of Snakemake that Snakemake does not document: one function each.

Every function looks whether the names that it needs are there. If one is gone, the function says so
once and leaves Snakemake to its own way. Only a missing lock ends the run.
"""

import inspect
import os
import re
import shlex
import sys
from pathlib import Path

import snakemake
import snakemake.io
import snakemake.script
import snakemake.sourcecache
from snakemake.logging import logger

# The version in which all names below were seen.
SEEN_IN = "9.27.1"
# Jobs started within a second: Snakemake's default limit.
DEFAULT_JOB_RATE = 100
# Copies of files of this workflow.
COPIES = Path(".snakemake/mlplab")

_told = set()


def config_files(workflow, default):
    """Configuration files that Snakemake reads for this workflow, ``default`` among them.

    Empty where another workflow gives the configuration.
    """
    without = "faults in the YAML of configuration files are told without their line."
    if not _has(workflow, "configfiles", "modifier.skip_configfile", without=without):
        return []
    if workflow.modifier.skip_configfile:
        return []
    return [*filter(os.path.exists, [default]), *workflow.configfiles]


def before_planning(workflow, lock):
    """Call ``lock`` when a run, other than a dry run, is about to plan its jobs.

    Snakemake has no hook there. Its own lock comes later, and stays behind when a run is killed.
    Planning during another run can fail because files vanish.
    """
    names = ("_build_dag", "executor_plugin", "dryrun", "is_main_process")
    without = (
        "two runs could change the same files at once, so no run starts. Install Snakemake "
        f"{SEEN_IN}."
    )
    if not _has(workflow, *names, "modifier.is_main_snakefile", without=without):
        sys.exit(1)
    if not is_whole_run(workflow):
        return
    plan, held = workflow._build_dag, []

    def lock_and_plan():
        # A report after a run plans again.
        if workflow.executor_plugin is not None and not workflow.dryrun and not held:
            held.append(lock())
        plan()

    workflow._build_dag = lock_and_plan


def is_whole_run(workflow):
    """Whether this process is for a run of this workflow, and not for one job or as a module."""
    return workflow.is_main_process and workflow.modifier.is_main_snakefile()


def makes_a_part(workflow):
    """Whether the command names results or rules, so that others may stay older."""
    names = tuple(f"dag_settings.{name}" for name in ("targets", "until", "omit_from", "batch"))
    without = "the last line of a run is the same for a part of it."
    if not _has(workflow, *names, without=without) or workflow.dag_settings is None:
        return False
    settings = workflow.dag_settings
    some = settings.until or settings.omit_from or settings.batch
    return bool({*settings.targets} - {"all"} or some)


def run_measured_jobs_alone(workflow, resource, limit):
    """Give a run ``limit`` of a resource: measured jobs take all of it, all other jobs some.

    Profiles and command lines may set less. They may set nothing, or forget the share of a rule.
    """
    without = (
        f"measured jobs run alone only with --resources {resource}={limit} "
        f"--default-resources {resource}=1."
    )
    names = ("_build_dag", "executor_plugin", "is_main_process", "local_exec")
    names += ("global_resources", "rules")
    if not _has(workflow, *names, without=without) or not workflow.is_main_process:
        return
    plan = workflow._build_dag

    def limit_and_plan():
        given = workflow.global_resources.get(resource).value
        if given is None and not workflow.local_exec:
            _refuse_shared_nodes(workflow.executor_plugin.name, resource, limit)
        else:
            workflow.global_resources[resource] = min(given or limit, limit)
        for rule in workflow.rules:
            rule.resources.setdefault(resource, 1)
        plan()

    workflow._build_dag = limit_and_plan


def _refuse_shared_nodes(executor, resource, limit):
    # The rules ask SLURM for a node of their own.
    if not executor.startswith("slurm"):
        sys.exit(
            f"--executor {executor}: measured jobs could share a node with other jobs of this "
            f"run; add --resources {resource}={limit}, and they run while no other job does"
        )


def quote_interpreter():
    """Quote the path of Python in the shell commands that run scripts, where it needs quotes."""
    if shlex.quote(sys.executable) == sys.executable:
        return
    script_class = getattr(snakemake.script, "PythonScript", None)
    execute = getattr(script_class, "_execute_cmd", None)
    if execute is None:
        _tell(
            "snakemake.script.PythonScript._execute_cmd",
            f"jobs fail, since a shell splits {sys.executable}. Move Python to a plain path.",
        )
        return

    def execute_quoted(script, command, **named):
        return execute(script, command.replace("{py_exec}", "{py_exec:q}"), **named)

    script_class._execute_cmd = execute_quoted


def hash_inputs_once():
    """Let Snakemake remember the hash of an input file until the file changes.

    Otherwise it reads all inputs of a job again for each of the job's outputs.
    """
    # See "Hashes of inputs" in docs/explanation/snakemake.md.
    file_class = getattr(snakemake.io, "_IOFile", None)
    compute = getattr(file_class, "checksum", None)
    if not inspect.iscoroutinefunction(compute):
        _tell("snakemake.io._IOFile.checksum", "large inputs are hashed again for every output.")
        return
    known = {}

    async def checksum(file, *arguments, **named):
        try:
            status = os.stat(str(file))
        except OSError:
            return await compute(file, *arguments, **named)
        identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        key = (str(file), identity, arguments, tuple(named.items()))
        if key not in known:
            known[key] = await compute(file, *arguments, **named)
        return known[key]

    file_class.checksum = checksum


def stop_looking_for_jobs_every_second(workflow):
    """Remove a limit on job starts that is never reached, and the looks that it costs.

    A limit below the default stays. So does one where Snakemake chooses among some of the ready
    jobs, since later looks bring the others.
    """
    # See "Looks for ready jobs" in docs/explanation/snakemake.md.
    names = ("max_jobs_per_timespan", "subsample")
    without = "looks for ready jobs take more and more of a processor in long runs."
    if not _has(
        workflow,
        *(f"scheduling_settings.{name}" for name in names),
        "scheduler.job_rate_limiter",
        without=without,
    ):
        return
    settings = workflow.scheduling_settings
    limit = settings.max_jobs_per_timespan
    if limit and limit.max_jobs >= DEFAULT_JOB_RATE * limit.timespan and not settings.subsample:
        workflow.scheduler.job_rate_limiter = None


def join_paths_in_repositories():
    """Let Snakemake join paths to folders of a ``gitfile``, as it does to all other folders.

    Without it, planning ends in a TypeError when it looks for the script of a rule.
    """
    file_class = getattr(snakemake.sourcecache, "LocalGitFile", None)
    join = getattr(file_class, "join", None)
    if join is None:
        _tell("snakemake.sourcecache.LocalGitFile.join", "a module by gitfile() may fail.")
        return
    file_class.join = lambda folder, path: join(folder, str(path))


def keep_solver_away_from_spaces():
    """Give PuLP, which chooses the jobs to start, a folder whose path it does not split.

    With a space in the path of its temporary files, every choice of jobs fails and is told.
    """
    folder = os.environ.get("TMP", os.environ.get("TMPDIR", ""))
    if re.search(r"\s", folder):
        os.environ["TMP"] = ".snakemake"


def report_times_of_records(workflow, times_of):
    """Let the report show times for results that Snakemake has no metadata of.

    ``times_of`` gives the rule, start, end and files of the job that made a result, or None.
    """
    without = "the report lacks the times of results that came without .snakemake/."
    if not _has(workflow, "create_report", "_build_dag", "persistence.metadata", without=without):
        return
    create, plan, missing = workflow.create_report, workflow._build_dag, []

    def metadata_or_record(read):
        def metadata(target):
            found = read(target)
            if found:
                return found
            times = times_of(target)
            if times is None:
                missing.append(target)
                return None
            rule, start, end, files = times
            return {
                "job_hash": tuple(files),
                "rule": rule,
                "starttime": start,
                "endtime": end,
                "conda_env": None,
                "container_img_url": None,
            }

        return metadata

    def plan_and_read_records():
        plan()
        workflow.persistence.metadata = metadata_or_record(workflow.persistence.metadata)

    def is_told_below(record):
        return not str(record.msg).startswith("Missing metadata for file")

    def create_from_records(*arguments, **named):
        workflow._build_dag = plan_and_read_records
        logger.addFilter(is_told_below)
        create(*arguments, **named)
        logger.removeFilter(is_told_below)
        if missing:
            print(
                f"{missing[0]}{f' and {len(missing) - 1} more' * (len(missing) > 1)}: found no "
                "record beside it, so the report lacks its time",
                file=sys.stderr,
            )

    workflow.create_report = create_from_records


def scripts_by_rule(workflow):
    """The rules of this workflow that have a script, and its path from the working folder.

    Left out are rules of another workflow that uses this one as a module, and, in a process that
    does one job, all rules that it does not need.
    """
    without = "changed modules and libraries go unnoticed; changed scripts do not."
    if not _has(workflow, "rules", "current_basedir", without=without):
        return {}
    allowed = _allowed_rules(workflow)
    found = {}
    for rule in workflow.rules:
        if not _has(rule, "script", "basedir", "params", "set_params", without=without):
            return {}
        if rule.script and rule.basedir == workflow.current_basedir:
            if allowed and rule.name not in allowed:
                continue
            source = rule.basedir.join(rule.script)
            if not _has(source, "get_path_or_uri", without=without):
                return {}
            found[rule] = local_path(workflow, source)
    return found


def local_path(workflow, source):
    """Path from the working folder of a file of this workflow, which may be in a repository.

    A file of a repository is copied to a path that stays, since Snakemake's own copy lies in
    another folder for each run. So is one below a folder with a brace, which means a wildcard.
    """
    path = source.get_path_or_uri(secret_free=True)
    is_remote = re.match(r"[a-z+]+://", path)
    if not is_remote and "{" not in os.path.relpath(path):
        return os.path.relpath(path)
    copy = COPIES / (source.path if is_remote else os.path.basename(path))
    content = Path(workflow.sourcecache.get_path(source)).read_bytes()
    if not copy.exists() or copy.read_bytes() != content:
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        part.write_bytes(content)
        part.replace(copy)
    return copy.as_posix()


def _allowed_rules(workflow):
    """Names of the rules that a process of a single job may run; None if all."""
    without = "every process of a job reads the code of all rules, which takes longer."
    if not _has(workflow, "dag_settings.allowed_rules", without=without):
        return None
    return workflow.dag_settings and workflow.dag_settings.allowed_rules


def add_params(rule, **params):
    """Give a rule of :func:`scripts_by_rule` more params."""
    rule.set_params(**params)


def planned_jobs(workflow_api):
    """All jobs in the order of a run, as keywords of ``PlannedJob``; None if names are missing.

    The documented interface offers no list of jobs. Its own summary takes these steps.
    """
    without = "the reasons of a dry run stand in for those of the records."
    if not _has(workflow_api, "_workflow._prepare_dag", "_workflow._build_dag", without=without):
        return None
    workflow = workflow_api._workflow
    workflow._prepare_dag(forceall=False, ignore_incomplete=False, lock_warn_only=True)
    workflow._build_dag()
    names = ("needrun", "dependencies", "reason", "toposorted")
    if not _has(workflow, *(f"dag.{name}" for name in names), without=without):
        return None
    dag = workflow.dag
    return [
        {
            "rule": job.rule.name,
            "inputs": [str(path) for path in job.input],
            "outputs": [str(path) for path in job.output],
            "params": dict(job.params.items()),
            "runs": dag.needrun(job),
            "after": [d.rule.name for d in dag.dependencies[job] if dag.needrun(d)],
            "engine_reason": str(dag.reason(job)),
        }
        for level in dag.toposorted()
        for job in sorted(level, key=lambda job: job.rule.name)
        if not job.is_norun
    ]


def _has(owner, *paths, without):
    """Whether an object has the attributes at dotted paths; if not, say once what follows.

    What follows a None on the way is not missing: Snakemake sets some parts only when it runs.
    """
    for path in paths:
        thing = owner
        for name in path.split("."):
            if thing is None:
                break
            if not hasattr(thing, name):
                _tell(f"{type(owner).__name__}.{path}", without)
                return False
            thing = getattr(thing, name)
    return True


def _tell(name, without):
    if name not in _told:
        _told.add(name)
        print(
            f"Snakemake {snakemake.__version__} has no {name}, which {SEEN_IN} has: {without}",
            file=sys.stderr,
        )
