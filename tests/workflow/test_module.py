"""The workflow as a module of another one, from a folder in which nothing of it lies."""

import subprocess

import pytest
import yaml
from snakemake.utils import update_config

from mlplab.provenance.verify import main as verify
from tests.workflow.running import TINY, environment, snakemake_command

SNAKEFILE = """
configfile: "own.yaml"

rule plot_in_another_language:
    output: "never.pdf"
    script: "never.R"

module mlplab:
    snakefile: "{checkout}/Snakefile"
    config: config["mlplab"]

use rule * from mlplab{renaming}

rule count_fits:
    default_target: True
    input:
        {inputs},
    output:
        "n_lines.txt",
    shell:
        "cat {{input}} | wc -l > {{output}}"
"""


COST = "results/tiny/measurements/clusters/articles.csv"  # a header and a row
SWEEP = "results/tiny/tables/cluster_sweep.csv"  # a header and two values of K


@pytest.fixture(params=["", " as mlplab_*"], ids=["same names", "prefix"])
def other_workflow(checkout, mnist_folder, tmp_path, request):
    """A folder with a Snakefile that takes all rules from the checkout, and their configuration."""
    folder = tmp_path / "another workflow"
    folder.mkdir()
    inputs = ", ".join(f'"{path}"' for path in ([COST] if request.param else [COST, SWEEP]))
    snakefile = SNAKEFILE.format(checkout=checkout, renaming=request.param, inputs=inputs)
    (folder / "Snakefile").write_text(snakefile)
    settings = yaml.safe_load((checkout / "config" / "config.yaml").read_text())
    update_config(settings, TINY | {"data_dir": str(mnist_folder)})
    (folder / "own.yaml").write_text(yaml.safe_dump({"mlplab": settings}))
    prefix = "mlplab_" if request.param else ""
    return folder, prefix, checkout, 2 if prefix else 5


def run_there(folder, checkout, *arguments):
    return subprocess.run(
        snakemake_command(*arguments),
        cwd=folder,
        env=environment(checkout),
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_another_workflow_runs_rules_of_this_one(other_workflow):
    folder, prefix, checkout, n_lines = other_workflow
    done = run_there(folder, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int((folder / "n_lines.txt").read_text()) == n_lines
    assert verify([str(folder / "results" / "tiny")]) == 0
    assert "Nothing to be done" in run_there(folder, checkout).stderr

    # The rest, with the files of this project that its rules read.
    planned = run_there(folder, checkout, "--dry-run", "--", f"{prefix}all")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert f"rule {prefix}evaluate_claims:" in planned.stdout
    assert f"rule {prefix}download_dataset:" not in planned.stdout
