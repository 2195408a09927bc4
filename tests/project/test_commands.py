"""Modules that are commands: ``python -m mlplab.provenance.verify`` and others end with a
status."""

import runpy
import signal
import subprocess
import sys

import pytest

from mlplab.config import __main__ as config
from mlplab.config import reference as config_reference
from mlplab.provenance import verify
from mlplab.reporting.claims import __main__ as claims
from mlplab.reporting.compare import __main__ as compare
from mlplab.reporting.crate import __main__ as crate
from mlplab.reporting.study import __main__ as study
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("module", "arguments", "in_project", "status", "said"),
    [
        (claims, ["nowhere"], False, 2, "nowhere/tables/claims.csv"),
        (crate, ["nowhere"], False, 2, "nowhere: found no record of a job"),
        (compare, ["nowhere"], False, 2, "runs: found nowhere; allowed: two or more"),
        (config, ["config/quick.yaml"], True, 0, "The configuration is valid."),
        (config, ["config/small.yaml"], True, 0, "The configuration is valid."),
        (config_reference, [], False, 2, "config/config.yaml: not found; run this"),
        (study, ["nowhere"], False, 2, "nowhere: found no tables in nowhere/tables"),
        (verify, ["nowhere"], False, 1, "nowhere: no results; is it the folder of a run?"),
    ],
)
def test_a_command_ends_with_its_status(
    tmp_path, monkeypatch, capsys, module, arguments, in_project, status, said
):
    monkeypatch.chdir(ROOT if in_project else tmp_path)
    monkeypatch.setattr(sys, "argv", [module.__file__, *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(module.__file__, run_name="__main__")
    assert ended.value.code == status
    assert said in "".join(capsys.readouterr())
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN  # as Python starts with


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], ""),
        (["RUN=quick"], " --configfile config/quick.yaml"),
        (["RUN=mine"], " --configfile results/mine/config.yaml"),
        (["CONFIG=config/quick.yaml my.yaml"], " --configfile config/quick.yaml my.yaml"),
        (["CONFIG=my.yaml", "RUN=quick"], " --configfile my.yaml"),
    ],
)
def test_make_why_asks_about_a_run_or_about_the_files_that_make_results_takes(arguments, options):
    command = ["make", "--no-print-directory", "--dry-run", "why", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == f".venv/bin/python workflow/why.py{options}"


def test_claims_of_an_older_version_are_told_as_such(tmp_path, capsys):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "claims.csv").write_text("id,verdict,reproduced\nA,reproduced,1\n")
    assert claims.main([str(tmp_path)]) == 2
    assert "tables/claims.csv: found no column article" in capsys.readouterr().err
