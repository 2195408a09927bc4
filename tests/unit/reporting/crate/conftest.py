"""A small run with the records that real jobs leave."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from mlplab.provenance.fingerprint import code_fingerprint
from mlplab.provenance.records import run_job
from tests.unit.jobs import Params, restore_logging  # noqa: F401, a fixture

IMAGES = "resources/mnist/images"
SNAKEFILE = "rule all:\n    input: 'results/my run/tables/claims.csv'\n"


def do_job(rule: str, inputs: list[str], outputs: list[str], **params: object) -> None:
    """A job that writes the names of its inputs, and its record; in the current folder."""
    script = f"workflow/scripts/{rule}.py"
    job = SimpleNamespace(
        rule=rule,
        input=inputs,
        output=outputs,
        params=Params(code=code_fingerprint(script), named={}, **params),
        wildcards={"seed": "0"} if "seed" in params else {},
        threads=1,
        resources={"slot": 1},
        log=[f"results/my run/logs/{rule}.log"],
    )
    with run_job(job):
        for path in outputs:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(f"{path} from {inputs}\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a workflow with four scripts, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("workflow/scripts").mkdir(parents=True)
    Path("Snakefile").write_text(SNAKEFILE)
    Path("requirements.lock").write_text("snakemake==9.27.1 \\\n    --hash=sha256:0\n")
    for rule in ("download", "record_run", "scale", "evaluate"):
        Path(f"workflow/scripts/{rule}.py").write_text("import numpy\n")
    return tmp_path


@pytest.fixture
def make_run(project: Path) -> Callable[..., Path]:
    """Makes the run, its arrays under the names given."""

    def make(*names: str) -> Path:
        folder = "results/my run"
        arrays = [f"{folder}/data/{name}" for name in names or ("x_train.npy",)]
        do_job("download", [], [IMAGES])
        do_job("record_run", [], [f"{folder}/config.yaml", f"{folder}/machine.json"])
        Path(folder, "config.yaml").write_text("run: my run\n")
        do_job("scale", [IMAGES], arrays, seed=0, method="standard", n_train=None)
        do_job("evaluate", arrays, [f"{folder}/tables/claims.csv"], method="standard")
        return project / folder

    return make
