"""Which jobs run again after which change, in finished runs of own data and of MNIST."""

import ast
import json
from contextlib import closing

import pytest

from mlplab.provenance.records import content_hash
from tests.workflow.contract import ALL_JOBS, CHANGES, DOWNLOAD, PAGE, render_page
from tests.workflow.forks import Forks
from tests.workflow.running import QUICK_FILE, TINY_FILE, jobs, snakemake


@pytest.fixture(scope="module")
def forks():
    with closing(Forks()) as opened:
        yield opened


def pretend_versions(folder, libraries):
    """A folder that, first on Python's path, makes other versions seem to be installed."""
    for name, version in libraries.items():
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return str(folder)


def without_download(counts):
    """These jobs without the download: own data are read where they lie."""
    return {job: n for job, n in counts.items() if job not in DOWNLOAD}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.text)
def test_what_runs_again_after(tiny_copy, forks, tmp_path, change):
    path = pretend_versions(tmp_path / "versions", change.libraries)
    change.edit(tiny_copy)
    arguments = [*TINY_FILE, *(["--config", *change.config] if change.config else [])]
    done = forks.plan(tiny_copy, *arguments, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    expected = without_download(change.runs)
    assert jobs(done) == expected
    assert ("Nothing to be done" in done.stdout + done.stderr) == (not expected)
    if change.because:
        told = forks.run(tiny_copy, "workflow/why.py", *arguments, PYTHONPATH=path)
        assert change.because in told.stdout
        assert {line.split(",")[0] for line in told.stdout.splitlines() if line[0] != " "} == set(
            expected
        )


def test_the_first_run_does_every_job(tiny_checkout, forks):
    done = forks.plan(tiny_checkout, "--forceall", *TINY_FILE)
    assert jobs(done) == without_download(ALL_JOBS)


def test_the_files_of_mnist_are_fetched_once(quick_checkout, forks):
    def planned(*arguments):
        return jobs(forks.plan(quick_checkout, *QUICK_FILE, *arguments))

    assert DOWNLOAD.items() <= planned("--forceall").items()
    others = planned("--config", "scale={n_train: 3000, n_test: 2000}")
    assert {"extract_labels": 1, "scale_pixels": 3}.items() <= others.items()
    assert not DOWNLOAD.keys() & others.keys()
    assert planned("--config", "data_dir=elsewhere", "download={attempts: 1}") == {"record_run": 1}


def test_the_reference_shows_these_rows():
    found = PAGE.read_text(encoding="utf-8")
    assert found == render_page(), "run: python -m tests.workflow.contract"


def test_every_result_is_tied_to_its_code_and_its_parameters_by_name(quick_checkout):
    """Otherwise an edit, or two values exchanged, would leave stale results."""
    seen = set()
    for path in (quick_checkout / ".snakemake" / "metadata").iterdir():
        record = json.loads(path.read_text())
        params = [ast.literal_eval(text) for text in record["params"]]
        mappings = [param for param in params if isinstance(param, dict)]
        assert any(
            mapping.keys() == {"script", "parameters", "modules", "libraries"}
            for mapping in mappings
        )
        assert any(set(map(repr, named.values())) | {repr(named)} >= others(params, named)
                   for named in mappings)  # fmt: skip
        seen.add(record["rule"])
    assert seen == {*ALL_JOBS, "choose_clusters"}


def test_the_hashes_of_inputs_that_are_remembered_are_those_of_the_files(quick_checkout):
    """Snakemake hashes inputs once for every output of a job; the workflow remembers the hash."""
    recorded = {}
    for path in (quick_checkout / ".snakemake" / "metadata").iterdir():
        recorded |= json.loads(path.read_text())["input_checksums"] or {}
    assert any(name.endswith("x_train.npy") for name in recorded)
    assert recorded == {name: f"sha256:{content_hash(quick_checkout / name)}" for name in recorded}


def others(params, named):
    """The params of a result apart from its code, as Snakemake compares them."""
    return {repr(p) for p in params if not (isinstance(p, dict) and "modules" in p)} - {repr(named)}


def test_an_equal_result_made_in_a_run_of_its_own_stops_there(tiny_copy, forks):
    """Within a run Snakemake plans later jobs beforehand; the next run compares contents."""
    with (tiny_copy / "workflow" / "scripts" / "scale_pixels.py").open("a") as file:
        file.write("\nEDITED = True\n")
    planned = jobs(forks.plan(tiny_copy, *TINY_FILE))
    assert {"scale_pixels", "fit_clusters", "train_keras"} <= set(planned)
    assert snakemake(tiny_copy, *TINY_FILE, "--until", "scale_pixels").returncode == 0
    assert jobs(forks.plan(tiny_copy, *TINY_FILE)) == {}
