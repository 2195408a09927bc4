"""The workflow as a module of another one, from a folder in which nothing of it lies."""

import re
import shutil
import subprocess

import pytest
import yaml
from snakemake.utils import update_config

from mlplab.provenance.verify import main as verify
from tests.conftest import ROOT
from tests.workflow.running import TINY, environment, jobs, snakemake_command

SNAKEFILE = """
configfile: "own.yaml"

rule add_nothing:
    input: "results/tiny/data/pixels-normalizer/x_train.npy"
    output: touch("nothing-{{number}}.txt")
    shell: "sleep 1"

rule plot_in_another_language:
    output: "never.pdf"
    script: "never.R"

module mlplab:
    snakefile: {snakefile}
    config: config["mlplab"]

use rule * from mlplab{renaming}

rule count_fits:
    default_target: True
    input:
        {inputs},
        nothing=expand("nothing-{{number}}.txt", number=range(8)),
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
    inputs = ", ".join(f'"{path}"' for path in ([COST] if request.param else [COST, SWEEP]))
    prefix = "mlplab_" if request.param else ""
    snakefile = SNAKEFILE.format(
        snakefile=f'"{checkout}/Snakefile"', renaming=request.param, inputs=inputs
    )
    folder = write_workflow(tmp_path / "another workflow", snakefile, mnist_folder)
    return folder, prefix, checkout, 2 if prefix else 5


def write_workflow(folder, snakefile, mnist_folder):
    """A folder with another workflow, and the tiny configuration for its module."""
    folder.mkdir()
    (folder / "Snakefile").write_text(snakefile)
    settings = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    update_config(settings, TINY | {"data_dir": str(mnist_folder)})
    (folder / "own.yaml").write_text(yaml.safe_dump({"mlplab": settings}))
    return folder


def run_there(folder, checkout, *arguments, **variables):
    return subprocess.run(
        snakemake_command(*arguments),
        cwd=folder,
        env=environment(checkout, **variables),
        capture_output=True,
        text=True,
        timeout=600,
    )


def rules_beside(rule, said):
    """Rules with a job that ran at the same time as one of this rule, by what Snakemake said."""
    running, beside = [], set()
    events = re.findall(r"^(?:local)?rule (\w+):|^Finished jobid: .*Rule: (\w+)", said, re.M)
    for started, ended in events:
        if ended:
            running.remove(ended)
            continue
        running.append(started)
        if rule in running:
            beside |= set(running) - {rule}
    return beside


def test_another_workflow_runs_rules_of_this_one(other_workflow):
    folder, prefix, checkout, n_lines = other_workflow
    done = run_there(folder, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int((folder / "n_lines.txt").read_text()) == n_lines
    # Its seconds are measured.
    assert f"rule {prefix}measure_cluster_cost:" in done.stderr
    assert rules_beside(f"{prefix}measure_cluster_cost", done.stderr) == set()
    assert verify([str(folder / "results" / "tiny")]) == 0
    assert "Nothing to be done" in run_there(folder, checkout).stderr

    # The rest, with the files of this project that its rules read.
    planned = run_there(folder, checkout, "--dry-run", "--", f"{prefix}all")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert f"rule {prefix}evaluate_claims:" in planned.stdout
    assert f"rule {prefix}download_dataset:" not in planned.stdout


LABELS = "results/tiny/data/labels/y_train.npy"


@pytest.fixture(scope="module")
def repository(checkout, tmp_path_factory):
    """A git repository of the checkout, as someone/mlplab below the folder that is returned."""
    folder = tmp_path_factory.mktemp("repositories")
    copy = shutil.copytree(checkout, folder / "someone" / "mlplab")

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=copy, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    git("add", "--all")
    name = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    git(*name, "commit", "--message", "All files")
    return folder


@pytest.mark.parametrize(
    "source",
    [
        'gitfile("{repository}/someone/mlplab", path="Snakefile", ref="main")',
        'github("someone/mlplab", path="workflow/Snakefile", branch="main")',
    ],
)
def test_a_repository_serves_as_a_folder_does(checkout, repository, mnist_folder, tmp_path, source):
    snakefile = SNAKEFILE.format(
        snakefile=source.format(repository=repository), renaming=" as mlplab_*", inputs="[]"
    )
    folder = write_workflow(tmp_path / "another workflow", snakefile, mnist_folder)
    # git reads the repository where GitHub would be asked.
    variables = {
        "XDG_CACHE_HOME": str(tmp_path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }
    done = run_there(folder, checkout, "--", LABELS, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify([str(folder / "results" / "tiny")]) == 0
    # The next call, with its own copies of the scripts, finds nothing stale.
    planned = run_there(folder, checkout, "--dry-run", "--", LABELS, "mlplab_all", **variables)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "mlplab_evaluate_claims" in jobs(planned)
    assert {"mlplab_download_dataset", "mlplab_extract_labels"}.isdisjoint(jobs(planned))
