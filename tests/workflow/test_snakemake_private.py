"""Undocumented names of Snakemake: what happens where one of them is missing."""

import asyncio
import logging
import os
import runpy
import shlex
import subprocess
import sys
from types import SimpleNamespace

import pytest
import snakemake
import snakemake.io
import snakemake.script
import snakemake.sourcecache
from snakemake.logging import logger
from snakemake.sourcecache import LocalGitFile, LocalSourceFile

from tests.conftest import ROOT
from tests.workflow.running import environment

MODULE = ROOT / "workflow" / "snakemake_private.py"
VERSION = f"Snakemake {snakemake.__version__} has no "


@pytest.fixture
def private():
    """The functions of a file that has said nothing yet."""
    return SimpleNamespace(**runpy.run_path(str(MODULE)))


class Basedir(str):
    def join(self, name):
        return Basedir(f"{self}/{name}")

    def get_path_or_uri(self, *, secret_free):
        return str(self)


class Rule:
    def __init__(self, name, script="../scripts/work.py", basedir="rules"):
        self.name, self.script, self.basedir, self.params = name, script, Basedir(basedir), {}
        self.resources = {}

    def set_params(self, **params):
        self.params |= params


class Resources(dict):
    def get(self, name):
        return SimpleNamespace(value=super().get(name))


def without(thing, path):
    """The thing, with the attribute at a dotted path taken away."""
    *owners, name = path.split(".")
    for owner in owners:
        thing = getattr(thing, owner)
    delattr(thing, name) if name in vars(thing) else delattr(type(thing), name)


@pytest.fixture
def workflow():
    """What the workflow uses of Snakemake's own, at the start of a run."""

    class Workflow(SimpleNamespace):
        def _build_dag(self):
            self.planned = True

    return Workflow(
        configfiles=["own.yaml"],
        modifier=SimpleNamespace(skip_configfile=False, is_main_snakefile=lambda: True),
        executor_plugin="local",
        dryrun=False,
        is_main_process=True,
        local_exec=True,
        global_resources=Resources(),
        persistence=None,
        create_report=lambda: None,
        planned=False,
        scheduling_settings=SimpleNamespace(
            max_jobs_per_timespan=SimpleNamespace(max_jobs=100, timespan=1), subsample=None
        ),
        scheduler=SimpleNamespace(job_rate_limiter="a limit"),
        dag_settings=SimpleNamespace(allowed_rules=None),
        current_basedir=Basedir("rules"),
        rules=[Rule("fit"), Rule("draw"), Rule("target", script=None), Rule("other", basedir="x")],
    )


def test_configuration_files_are_those_that_snakemake_reads(private, workflow, tmp_path, capsys):
    default = tmp_path / "config.yaml"
    assert private.config_files(workflow, str(default)) == ["own.yaml"]
    default.touch()
    assert private.config_files(workflow, str(default)) == [str(default), "own.yaml"]
    workflow.modifier.skip_configfile = True
    assert private.config_files(workflow, str(default)) == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["configfiles", "modifier.skip_configfile"])
def test_without_their_names_no_file_is_looked_at(private, workflow, capsys, name):
    without(workflow, name)
    assert private.config_files(workflow, "config.yaml") == []
    assert f"{VERSION}Workflow.{name}, which 9.27.1 has: faults" in capsys.readouterr().err


def test_a_run_is_locked_before_it_plans(private, workflow):
    seen = []
    private.before_planning(workflow, lambda: seen.append(workflow.planned))
    workflow._build_dag()
    assert seen == [False]
    assert workflow.planned


@pytest.mark.parametrize(
    "changes",
    [
        {"executor_plugin": None},
        {"dryrun": True},
        {"is_main_process": False},
        {"modifier": SimpleNamespace(is_main_snakefile=lambda: False)},
    ],
    # Names that all processes of the tests share, unlike addresses.
    ids=["no executor", "dry run", "one job", "module"],
)
def test_what_only_looks_or_is_part_of_a_run_takes_no_lock(private, workflow, changes):
    vars(workflow).update(changes)
    private.before_planning(workflow, lambda: pytest.fail("locked"))
    workflow._build_dag()
    assert workflow.planned


@pytest.mark.parametrize(
    "name",
    ["_build_dag", "executor_plugin", "dryrun", "is_main_process", "modifier.is_main_snakefile"],
)
def test_without_a_lock_nothing_starts(private, workflow, capsys, name):
    without(workflow, name)
    with pytest.raises(SystemExit) as stopped:
        private.before_planning(workflow, lambda: None)
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert f"{VERSION}Workflow.{name}, which 9.27.1 has: two runs could change the same" in said
    assert "Install Snakemake 9.27.1." in said


def test_a_report_after_a_run_needs_no_second_lock(private, workflow):
    locks = []
    private.before_planning(workflow, lambda: locks.append("a lock"))
    workflow._build_dag()
    workflow._build_dag()
    assert locks == ["a lock"]


@pytest.mark.parametrize(("given", "limit"), [(None, 64), (1, 1), (64, 64), (900, 64)])
def test_measured_jobs_run_alone_whatever_a_profile_sets(private, workflow, given, limit):
    if given:
        workflow.global_resources["slot"] = given
    workflow.rules[0].resources["slot"] = 64
    private.run_measured_jobs_alone(workflow, "slot", 64)
    workflow._build_dag()
    assert workflow.global_resources == {"slot": limit}
    # Those of another workflow too: one without a slot would run beside a measured one.
    assert [rule.resources["slot"] for rule in workflow.rules] == [64, 1, 1, 1]
    assert workflow.planned


def test_on_nodes_that_measured_jobs_could_share_a_run_says_what_to_add(private, workflow):
    workflow.local_exec, workflow.executor_plugin = False, SimpleNamespace(name="lsf")
    private.run_measured_jobs_alone(workflow, "slot", 64)
    with pytest.raises(SystemExit, match=r"--executor lsf: .*; add --resources slot=64, and"):
        workflow._build_dag()
    assert not workflow.planned
    workflow.global_resources["slot"] = 64
    workflow._build_dag()
    assert workflow.planned


def test_on_slurm_jobs_ask_for_nodes_so_slots_are_not_limited(private, workflow):
    workflow.local_exec, workflow.executor_plugin = False, SimpleNamespace(name="slurm")
    private.run_measured_jobs_alone(workflow, "slot", 64)
    workflow._build_dag()
    assert workflow.global_resources == {}
    assert workflow.planned


@pytest.mark.parametrize(
    ("targets", "until", "part"),
    [((), (), False), (("all",), (), False), (("a.csv",), (), True), ((), ("fit",), True)],
)
def test_a_run_of_named_results_or_up_to_a_rule_makes_a_part(private, targets, until, part):
    settings = SimpleNamespace(
        targets=frozenset(targets), until=frozenset(until), omit_from=frozenset(), batch=None
    )
    assert private.makes_a_part(SimpleNamespace(dag_settings=settings)) is part


def test_without_the_targets_a_run_is_told_as_a_whole(private, capsys):
    settings = SimpleNamespace(until=frozenset(), omit_from=frozenset(), batch=None)
    assert not private.makes_a_part(SimpleNamespace(dag_settings=settings))
    assert f"{VERSION}SimpleNamespace.dag_settings.targets, " in capsys.readouterr().err
    assert not private.makes_a_part(SimpleNamespace(dag_settings=None))


def test_the_process_of_one_job_has_no_slots(private, workflow):
    workflow.is_main_process = False
    private.run_measured_jobs_alone(workflow, "slot", 64)
    workflow._build_dag()
    assert workflow.global_resources == {}


@pytest.mark.parametrize("name", ["local_exec", "global_resources", "rules", "is_main_process"])
def test_without_their_names_a_run_says_which_options_give_slots(private, workflow, capsys, name):
    without(workflow, name)
    private.run_measured_jobs_alone(workflow, "slot", 64)
    workflow._build_dag()
    said = capsys.readouterr().err
    assert f"{VERSION}Workflow.{name}, which 9.27.1 has: measured jobs run alone only" in said
    assert "with --resources slot=64 --default-resources slot=1." in said


ODD_PYTHON = "/a b/it's $HOME [ü]/bin/python"


@pytest.fixture
def commands(monkeypatch):
    """The shell commands of scripts, in place of running them, by a Python in an odd folder."""
    ran = []

    def execute(script, command, **named):
        ran.append(snakemake.utils.format(command, **named))

    monkeypatch.setattr(snakemake.script.PythonScript, "_execute_cmd", execute)
    monkeypatch.setattr(sys, "executable", ODD_PYTHON)
    return ran


def execute_script():
    script = SimpleNamespace(container_img=None, conda_env=None, env_modules=None)
    kind = snakemake.script.PythonScript
    script._execute_cmd = lambda command, **named: kind._execute_cmd(script, command, **named)
    kind.execute_script(script, "a script.py")


def test_a_shell_gets_the_path_of_python_in_one_piece(private, commands):
    private.quote_interpreter()
    private.quote_interpreter()  # of a second module
    execute_script()
    assert [shlex.split(command) for command in commands] == [[ODD_PYTHON, "a script.py"]]


def test_a_plain_path_of_python_leaves_snakemake_as_it_is(private, commands, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/bin/python")
    before = snakemake.script.PythonScript._execute_cmd
    private.quote_interpreter()
    assert snakemake.script.PythonScript._execute_cmd is before


def test_without_its_name_an_odd_path_of_python_is_told(private, commands, monkeypatch, capsys):
    monkeypatch.delattr(snakemake.script, "PythonScript")
    private.quote_interpreter()
    assert f"{VERSION}snakemake.script.PythonScript._execute_cmd" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folders", "used"),
    [
        ({"TMPDIR": "/a b"}, ".snakemake"),
        ({"TMP": "/a b", "TMPDIR": "/c"}, ".snakemake"),
        ({"TMP": "/c", "TMPDIR": "/a b"}, "/c"),
        ({"TMPDIR": "/c"}, None),
        ({}, None),
    ],
)
def test_the_solver_gets_a_folder_without_spaces(private, monkeypatch, folders, used):
    for name in ("TMP", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    for name, folder in folders.items():
        monkeypatch.setenv(name, folder)
    private.keep_solver_away_from_spaces()
    assert os.environ.get("TMP") == used


def test_paths_are_joined_to_folders_of_a_repository(private, monkeypatch):
    monkeypatch.setattr(LocalGitFile, "join", LocalGitFile.join)
    private.join_paths_in_repositories()
    joined = LocalGitFile("/repo", "workflow/rules", ref="main").join(LocalSourceFile("../x.py"))
    assert (joined.path, joined.ref) == ("workflow/x.py", "main")


def test_without_its_name_modules_of_a_repository_are_told(private, monkeypatch, capsys):
    monkeypatch.delattr(snakemake.sourcecache, "LocalGitFile")
    private.join_paths_in_repositories()
    assert f"{VERSION}snakemake.sourcecache.LocalGitFile.join" in capsys.readouterr().err


def test_a_file_of_a_repository_has_a_path_that_stays(private, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cached = tmp_path / "cached.csv"
    cached.write_text("1")
    workflow = SimpleNamespace(sourcecache=SimpleNamespace(get_path=lambda source: str(cached)))
    source = LocalGitFile("/repo", "config/x.csv", ref="main")
    copy = tmp_path / private.local_path(workflow, source)
    assert copy == tmp_path / ".snakemake" / "mlplab" / "config" / "x.csv"
    os.utime(copy, (1, 1))
    # Of the same content it keeps its date, and so makes nothing stale.
    private.local_path(workflow, source)
    assert copy.stat().st_mtime == 1
    cached.write_text("2")
    private.local_path(workflow, source)
    assert copy.read_text() == "2"
    assert [path.name for path in copy.parent.iterdir()] == ["x.csv"]


def test_a_file_below_a_folder_with_a_brace_has_a_path_without(private, tmp_path, monkeypatch):
    path = tmp_path / "a {b}" / "x.csv"
    path.parent.mkdir()
    path.write_text("1")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    workflow = SimpleNamespace(sourcecache=SimpleNamespace(get_path=str))
    assert private.local_path(workflow, LocalSourceFile(str(path))) == ".snakemake/mlplab/x.csv"
    monkeypatch.chdir(path.parent)
    assert private.local_path(workflow, LocalSourceFile(str(path))) == "x.csv"


def test_a_report_takes_times_from_records_where_snakemake_has_none(private, workflow, capsys):
    known = {"x": {"rule": "its own"}}
    workflow.persistence = SimpleNamespace(metadata=known.get)
    found, told = {}, []

    def create_report():
        workflow._build_dag()
        for target in ("x", "y", "z"):
            found[target] = workflow.persistence.metadata(target)
            if not found[target]:
                logger.warning(f"Missing metadata for file {target}. Maybe metadata was deleted")
        logger.warning("another warning")

    workflow.create_report = create_report
    times = {"y": ("fit", 5.0, 7.5, ["y", "y2"])}
    private.report_times_of_records(workflow, times.get)
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())
    logger.addHandler(handler)
    workflow.create_report()
    logger.removeHandler(handler)
    assert found["x"] == {"rule": "its own"}
    assert (found["y"]["rule"], found["y"]["starttime"], found["y"]["endtime"]) == ("fit", 5.0, 7.5)
    assert told == ["another warning"]
    assert capsys.readouterr().err == (
        "z: found no record beside it, so the report lacks its time\n"
    )


@pytest.mark.parametrize("name", ["create_report", "persistence"])
def test_without_their_names_the_report_has_the_times_of_snakemake(private, workflow, capsys, name):
    without(workflow, name)
    private.report_times_of_records(workflow, lambda path: None)
    assert f"{VERSION}Workflow.{name}" in capsys.readouterr().err


@pytest.fixture
def hashed(monkeypatch):
    """A class of files that stands for Snakemake's, and counts how often one is hashed."""

    class File(str):
        n_read = 0

        async def checksum(self, threshold=None):
            File.n_read += 1
            return f"hash {File.n_read}"

    monkeypatch.setattr(snakemake.io, "_IOFile", File)
    return File


def test_an_input_is_hashed_again_only_when_it_changes(private, hashed, tmp_path):
    path = tmp_path / "x.npy"
    path.write_text("1")
    private.hash_inputs_once()

    def ask():
        return asyncio.run(hashed(path).checksum(9))

    assert [ask(), ask()] == ["hash 1", "hash 1"]
    path.write_text("12")
    assert [ask(), ask()] == ["hash 2", "hash 2"]
    path.unlink()
    assert [ask(), ask()] == ["hash 3", "hash 4"]


@pytest.mark.parametrize("path", ["checksum", "_IOFile"])
def test_without_its_name_snakemake_hashes_inputs_itself(
    private, hashed, monkeypatch, capsys, path
):
    monkeypatch.delattr(hashed if path == "checksum" else snakemake.io, path)
    private.hash_inputs_once()
    assert not hasattr(hashed, "checksum") or path == "_IOFile"
    assert hashed.n_read == 0
    assert f"{VERSION}snakemake.io._IOFile.checksum" in capsys.readouterr().err


def test_snakemakes_own_class_has_the_name_that_is_replaced(private, monkeypatch, capsys):
    monkeypatch.setattr(snakemake.io._IOFile, "checksum", snakemake.io._IOFile.checksum)
    before = snakemake.io._IOFile.checksum
    private.hash_inputs_once()
    assert snakemake.io._IOFile.checksum is not before
    assert capsys.readouterr().err == ""


def test_a_limit_on_job_starts_that_is_never_reached_is_removed(private, workflow):
    private.stop_looking_for_jobs_every_second(workflow)
    assert workflow.scheduler.job_rate_limiter is None


@pytest.mark.parametrize(
    "changes",
    [
        {"max_jobs_per_timespan": SimpleNamespace(max_jobs=100, timespan=60)},
        {"max_jobs_per_timespan": None},
        {"subsample": 10},
    ],
    ids=str,
)
def test_a_limit_that_may_be_reached_stays(private, workflow, changes):
    vars(workflow.scheduling_settings).update(changes)
    private.stop_looking_for_jobs_every_second(workflow)
    assert workflow.scheduler.job_rate_limiter == "a limit"


@pytest.mark.parametrize(
    "name",
    [
        "scheduling_settings.max_jobs_per_timespan",
        "scheduling_settings.subsample",
        "scheduler.job_rate_limiter",
    ],
)
def test_without_its_names_the_limit_stays(private, workflow, capsys, name):
    without(workflow, name)
    private.stop_looking_for_jobs_every_second(workflow)
    assert getattr(workflow.scheduler, "job_rate_limiter", "a limit") == "a limit"
    assert f"{VERSION}Workflow.{name}, which 9.27.1 has: looks for" in capsys.readouterr().err


def tracked(private, workflow):
    return {rule.name: path for rule, path in private.scripts_by_rule(workflow).items()}


def test_rules_with_scripts_of_this_workflow_are_found(private, workflow):
    assert tracked(private, workflow) == {"fit": "scripts/work.py", "draw": "scripts/work.py"}
    workflow.dag_settings.allowed_rules = ["draw"]
    assert tracked(private, workflow) == {"draw": "scripts/work.py"}
    workflow.dag_settings = None
    assert set(tracked(private, workflow)) == {"fit", "draw"}


def test_rules_get_more_params(private):
    rule = Rule("fit")
    private.add_params(rule, code={"modules": {}})
    assert rule.params == {"code": {"modules": {}}}


@pytest.mark.parametrize("name", ["rules", "current_basedir"])
def test_without_names_of_the_workflow_no_code_is_tracked(private, workflow, capsys, name):
    without(workflow, name)
    assert private.scripts_by_rule(workflow) == {}
    assert f"{VERSION}Workflow.{name}, which 9.27.1 has: changed modules" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["script", "basedir", "params", "set_params"])
def test_without_names_of_its_rules_no_code_is_tracked(
    private, workflow, monkeypatch, capsys, name
):
    if name == "set_params":
        monkeypatch.delattr(Rule, name)
    else:
        for rule in workflow.rules:
            without(rule, name)
    assert private.scripts_by_rule(workflow) == {}
    assert f"{VERSION}Rule.{name}, which 9.27.1 has: changed modules" in capsys.readouterr().err


def test_without_the_rules_of_a_job_the_code_of_all_is_read(private, workflow, capsys):
    without(workflow, "dag_settings.allowed_rules")
    assert set(tracked(private, workflow)) == {"fit", "draw"}
    assert tracked(private, workflow)
    assert capsys.readouterr().err.count(f"{VERSION}Workflow.dag_settings.allowed_rules") == 1


@pytest.mark.parametrize(
    "name", ["_prepare_dag", "_build_dag", "dag.needrun", "dag.dependencies", "dag.toposorted"]
)
def test_without_a_list_of_jobs_there_are_no_planned_jobs(private, capsys, name):
    dag = SimpleNamespace(needrun=None, dependencies={}, reason=None, toposorted=list)
    workflow = SimpleNamespace(_prepare_dag=lambda **_: None, _build_dag=lambda: None, dag=dag)
    api = SimpleNamespace(_workflow=workflow)
    assert private.planned_jobs(api) == []
    without(workflow, name)
    assert private.planned_jobs(api) is None
    assert f".{name}, which 9.27.1 has: the reasons of a dry run" in capsys.readouterr().err


SNAKEFILE = """
rule copy:
    output: "copy.txt"
    shell: "touch {output}"
"""
# Snakemake itself needs the name, so it is missing for the workflow alone.
NAMELESS = """
import runpy, sys
from snakemake.api import WorkflowApi

own = WorkflowApi._workflow.fget

def hidden(api):
    if sys._getframe(1).f_code.co_filename.endswith("snakemake_private.py"):
        raise AttributeError
    return own(api)

WorkflowApi._workflow = property(hidden)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("command", [["-c", NAMELESS], []], ids=["a dry run", "records"])
def test_why_gives_the_reasons_of_a_dry_run_where_there_is_no_list_of_jobs(tmp_path, command):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    done = subprocess.run(
        [sys.executable, *command, ROOT / "workflow" / "why.py"],
        cwd=tmp_path,
        env=environment(ROOT),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    if command:
        assert "has no WorkflowApi._workflow._prepare_dag" in done.stderr
        assert "reason: Missing output files: copy.txt" in done.stdout
    else:
        assert done.stdout == "copy, 1 job:\n  file copy.txt is missing\n"
