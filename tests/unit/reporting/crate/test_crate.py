"""A run as a research object, for machines and for those who get it."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rocrate.rocrate import ROCrate
from rocrate_validator.models import Severity

from mlplab.provenance.records import content_hash
from mlplab.provenance.verify import find_results
from mlplab.reporting import citation
from mlplab.reporting.citation import read_citation
from mlplab.reporting.crate.__main__ import main
from mlplab.reporting.crate.files import METADATA
from mlplab.runtime.sidecars import sidecar_path
from tests.crates import find_faults
from tests.unit.reporting.crate.conftest import IMAGES, do_job

AGENT = "Ada Lovelace <https://orcid.org/0000-0001-2345-6789>"


def entities(folder: Path) -> dict[str, dict]:
    text = (folder / METADATA).read_text(encoding="utf-8")
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def references(value) -> list[str]:
    return [entry["@id"] for entry in (value if isinstance(value, list) else [value])]


def of_type(found: dict[str, dict], kind: str) -> list[dict]:
    return [entity for entity in found.values() if kind in entity["@type"]]


@pytest.fixture
def run(make_run):
    folder = make_run()
    assert main([str(folder), "--agent", AGENT]) == 0
    return folder


@pytest.fixture
def committed(project):
    """The commit of the workflow, before it makes the run."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(project)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "Snakefile", "workflow", "requirements.lock"], check=True)
    subprocess.run([*git, "commit", "-qm", "As it was"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    return commit.stdout.strip()


def job_action(found: dict[str, dict], rule: str) -> dict:
    (action,) = (e for e in of_type(found, "CreateAction") if e["name"].split(" (")[0] == rule)
    return action


# Recommended, but not so here, and why.
NOT_FOLLOWED = {
    "The Application SHOULD have a url": "the workflow's repository has no public address",
    "The organization SHOULD have a URL.": "nor have its developers",
    "The author SHOULD have an organizational affiliation.": "who starts a run does not say so",
    "The author SHOULD have a Contextual Entity which specifies the organizational "
    "`affiliation`.": "the same",
    "The `publisher` property of a `Root Data Entity` SHOULD be an `Organization`": (
        "nobody has published the run yet"
    ),
    "The README.md SHOULD be about the crate": "there is none; the study page is for readers",
    "The README.md SHOULD have text/markdown as its encodingFormat": "the same",
    "The SoftwareApplication id SHOULD be an absolute URI": "scripts are files of the crate",
}


def test_a_run_conforms_to_the_profiles_of_workflow_runs(committed, make_run, tmp_path):
    """All that they require, and all that they recommend but for what nobody knows."""
    run = make_run()
    assert main([str(run), "--agent", AGENT]) == 0
    faults = find_faults(run, tmp_path, Severity.RECOMMENDED)
    assert {fault.split(": ", 1)[-1] for fault in faults} == set(NOT_FOLLOWED)
    assert find_faults(run, tmp_path) == []


def test_the_validator_sees_what_is_missing(run, tmp_path):
    """Else the test above would show nothing."""
    text = (run / METADATA).read_text()
    graph = json.loads(text)
    for entity in graph["@graph"]:
        if entity["@type"] == "ControlAction":
            del entity["object"]
        if entity["@type"] == "HowToStep":
            del entity["workExample"]
    (run / METADATA).write_text(json.dumps(graph))
    found = find_faults(run, tmp_path)
    assert any("ControlAction must reference the action" in fault for fault in found)
    assert any("HowToStep must refer to its corresponding tool" in fault for fault in found)


def test_each_job_is_an_action_with_times_tool_and_files(run):
    found = entities(run)
    action = job_action(found, "scale")
    record = json.loads(sidecar_path(run / "data/x_train.npy").read_text())
    assert action["name"] == "scale (seed=0)"
    assert (action["startTime"], action["endTime"]) == (record["started"], record["ended"])
    assert action["instrument"] == {"@id": "source/workflow/scripts/scale.py"}
    assert action["result"] == {"@id": "data/x_train.npy"}
    assert "Python 3" in action["description"]
    images, *parameters = [found[name] for name in references(action["object"])]
    assert images["name"] == IMAGES
    assert images["sha256"] == content_hash(IMAGES)
    assert "outside the run's folder" in images["description"]
    assert {p["name"]: p["value"] for p in parameters} == {
        "seed": "0", "method": "standard", "n_train": "null"
    }  # fmt: skip
    assert references(job_action(found, "evaluate")["object"])[0] == "data/x_train.npy"
    used = [found[name] for name in references(action["resourceUsage"])]
    usage = {use["name"]: use["value"] for use in used}
    assert usage == {"seconds": record["seconds"], "cpu_seconds": record["cpu_seconds"]}


def test_the_job_that_fetched_the_images_is_told_though_it_wrote_elsewhere(run):
    found = entities(run)
    (images,) = references(job_action(found, "download")["result"])
    assert images in references(job_action(found, "scale")["object"])


def test_results_have_their_recorded_hash_and_their_size(run):
    found = entities(run)
    claims = found["tables/claims.csv"]
    assert claims["sha256"] == content_hash(run / "tables/claims.csv")
    assert claims["contentSize"] == str((run / "tables/claims.csv").stat().st_size)
    assert claims["encodingFormat"] == "text/csv"


def test_the_run_read_the_images_and_the_configuration_and_made_the_tables(run):
    found = entities(run)
    whole = found["#run"]
    assert whole["actionStatus"] == "http://schema.org/CompletedActionStatus"
    read = [found[name]["name"] for name in references(whole["object"])]
    assert read == [IMAGES, "config.yaml: the merged configuration of the run"]
    assert set(references(whole["result"])) == {"machine.json", "tables/claims.csv"}
    assert whole["agent"] == {"@id": "https://orcid.org/0000-0001-2345-6789"}
    times = [action["startTime"] for action in of_type(found, "CreateAction")]
    assert whole["startTime"] == min(times)


def test_the_workflow_is_in_the_crate_with_its_engine_and_its_steps(run):
    found = entities(run)
    assert found["./"]["mainEntity"] == {"@id": "source/Snakefile"}
    assert (run / "source/Snakefile").read_text().startswith("rule all")
    workflow = found["source/Snakefile"]
    assert found[workflow["programmingLanguage"]["@id"]]["version"] == "9.27.1"
    assert found["#engine"]["instrument"] == {"@id": "pkg:pypi/snakemake@9.27.1"}
    steps = [found[name]["name"] for name in references(workflow["step"])]
    assert sorted(steps) == ["download", "evaluate", "record_run", "scale"]
    tool = found["source/workflow/scripts/scale.py"]
    numpy = found[tool["softwareRequirements"]["@id"]]
    assert (numpy["name"], numpy["softwareVersion"]) == ("numpy", __import__("numpy").__version__)


def test_licence_and_how_to_cite_are_those_of_the_workflow(run):
    found, cited_as = entities(run), read_citation()
    root = found["./"]
    assert root["name"] == "mlplab, run my run"
    assert root["license"] == {"@id": cited_as.license_url}
    assert cited_as.text in root["creditText"]
    cited = [found[name]["name"] for name in references(root["citation"])]
    assert cited == [reference.title for reference in cited_as.references]


@pytest.mark.parametrize(
    ("agent", "address", "name"),
    [
        (AGENT, "https://orcid.org/0000-0001-2345-6789", "Ada Lovelace"),
        ("Ada <b>", "#agent", "Ada <b>"),
    ],
)
def test_who_started_the_run_is_who_the_user_names(make_run, agent, address, name):
    folder = make_run()
    main([str(folder), "--agent", agent])
    found = entities(folder)
    assert found["./"]["author"] == found["#engine"]["agent"] == {"@id": address}
    assert (found[address]["@type"], found[address]["name"]) == ("Person", name)


@pytest.mark.parametrize(
    ("config", "name"),
    [("run: <b>\n", "<b>"), ('run: "\\ud800"\n', "?"), ("- a\n", "my run"), ("a: [", "my run")],
)
def test_the_name_of_a_run_is_that_of_its_configuration_or_folder(make_run, config, name):
    folder = make_run()
    (folder / "config.yaml").write_text(config)
    assert main([str(folder)]) == 0
    assert entities(folder)["./"]["name"] == f"mlplab, run {name}"


def test_a_run_that_has_just_begun_has_what_its_first_job_did(project, tmp_path):
    do_job("record_run", [], ["results/my run/config.yaml"])
    folder = project / "results/my run"
    assert main([str(folder)]) == 0
    assert "result" not in entities(folder)["#run"]
    assert find_faults(folder, tmp_path) == []


def test_the_same_run_gives_the_same_crate(run):
    before = (run / METADATA).read_bytes()
    main([str(run), "--agent", AGENT])
    assert (run / METADATA).read_bytes() == before


def test_what_the_crate_adds_counts_as_no_result(run):
    assert {path.relative_to(run).parts[0] for path in find_results(run)} == {
        "config.yaml", "machine.json", "data", "tables"
    }  # fmt: skip


def test_the_rocrate_library_reads_the_crate(run):
    crate = ROCrate(run)
    assert crate.mainEntity.id == "source/Snakefile"
    assert crate.get("tables/claims.csv")["name"] == "tables/claims.csv"


def test_the_archive_leaves_out_arrays_and_tells_their_hashes(make_run, tmp_path):
    folder = make_run()
    Path(folder, "passwords").symlink_to("/etc/passwd")
    assert main([str(folder), "--zip"]) == 0
    archive = folder.with_name("my run.crate.zip")
    names = zipfile.ZipFile(archive).namelist()
    assert {METADATA, "tables/claims.csv", "source/Snakefile", "logs/scale.log"} <= set(names)
    assert not [name for name in names if name.endswith(".npy") or name == "passwords"]
    assert find_faults(archive, tmp_path) == []
    zipfile.ZipFile(archive).extractall(tmp_path / "unpacked")
    found = entities(tmp_path / "unpacked")
    (array,) = references(job_action(found, "scale")["result"])
    assert found[array]["sha256"] == content_hash(folder / "data/x_train.npy")


def test_a_run_copied_from_another_machine_under_another_name(make_run, tmp_path, monkeypatch):
    folder = make_run()
    main([str(folder)])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(folder, elsewhere / "copied")
    monkeypatch.chdir(elsewhere)  # where no workflow is
    assert main(["copied"]) == 0
    found = entities(elsewhere / "copied")
    assert (elsewhere / "copied/source/Snakefile").read_text().startswith("rule all")
    assert found["./"]["mainEntity"] == {"@id": "source/Snakefile"}
    assert job_action(found, "scale")["result"] == {"@id": "data/x_train.npy"}
    assert "#run" in found
    assert not [action for action in of_type(found, "CreateAction") if action["name"] == "download"]


def test_a_run_without_its_workflow_says_what_to_do(make_run, tmp_path, monkeypatch, capsys):
    folder = make_run()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main([str(folder)]) == 2
    assert (
        "found no Snakefile; start this from the folder of the workflow" in capsys.readouterr().err
    )
    assert not (folder / METADATA).exists()


def test_what_is_missing_is_told_and_the_rest_is_there(make_run, tmp_path, capsys):
    folder = make_run()
    sidecar_path(folder / "machine.json").write_text("{")
    sidecar_path(folder / "config.yaml").unlink()
    (folder / "data/x_train.npy").unlink()
    (folder / "tables/claims.csv").unlink()
    assert main([str(folder)]) == 0
    said = capsys.readouterr().err
    assert "machine.json.provenance.json: cannot be read as JSON" in said
    assert "tables/claims.csv is missing: the run is not finished" in said
    assert "no record of 2 files, such as config.yaml" in said
    assert "nobody is named" in said
    found = entities(folder)
    assert "actionStatus" not in found["#run"]
    assert "agent" not in found["#run"]
    (array,) = references(job_action(found, "scale")["result"])
    assert array.startswith("#")
    assert "not kept" in found[array]["description"]
    assert find_faults(folder, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outputs": {"other.csv": "0" * 64}}, "is the record of another file"),
        ({"outputs": []}, "found no object with the outputs of a job"),
        ({"inputs": {"a": "<b>"}}, "found no SHA-256 of a"),
        ({"inputs": 3}, "found other than a record of a job"),
        ({"started": "yesterday"}, "found other than a record of a job"),
        ({"started": "2026-01-01T00:00:00"}, "found a time without its zone"),
        ({"seconds": float("nan")}, "found nan seconds"),
        ({"rule": "\ud800"}, "cannot be read as JSON"),
        ({"code": {"libraries": 3}}, "found other than a record of a job"),
        ({"machine": "fast"}, None),
    ],
)
def test_a_record_that_is_none_is_left_out_with_its_name(make_run, capsys, change, said):
    folder = make_run()
    path = sidecar_path(folder / "tables/claims.csv")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert main([str(folder)]) == 0
    if said:
        heard = capsys.readouterr().err
        assert f"tables/claims.csv.provenance.json: {said}" in heard
        assert "what it would tell is left out" in heard


@pytest.mark.parametrize("key", ["rule", "wildcards", "parameters", "code", "inputs", "started"])
def test_a_record_without_a_key_names_it(make_run, capsys, key):
    folder = make_run()
    path = sidecar_path(folder / "tables/claims.csv")
    record = json.loads(path.read_text())
    del record[key]
    path.write_text(json.dumps(record))
    assert main([str(folder)]) == 0
    assert f"key '{key}' is missing" in capsys.readouterr().err


def test_records_of_older_versions_tell_less(make_run):
    folder = make_run()
    path = sidecar_path(folder / "tables/claims.csv")
    record = json.loads(path.read_text())
    for key in ("cpu_seconds", "machine", "blas", "git", "threads"):
        del record[key]
    path.write_text(json.dumps(record | {"code": None}))
    assert main([str(folder)]) == 0
    found = entities(folder)
    action = job_action(found, "evaluate")
    assert found[action["instrument"]["@id"]]["name"] == "the script of evaluate"
    assert found[action["resourceUsage"]["@id"]]["name"] == "seconds"


def test_a_path_out_of_the_run_is_never_a_file_of_the_crate(make_run):
    folder = make_run()
    path = sidecar_path(folder / "tables/claims.csv")
    record = json.loads(path.read_text())
    record["inputs"]["results/my run/../../Snakefile"] = "0" * 64
    path.write_text(json.dumps(record))
    assert main([str(folder), "--zip"]) == 0
    found = entities(folder)
    read = references(job_action(found, "evaluate")["object"])
    assert "outside the run's folder" in found[read[1]]["description"]
    names = zipfile.ZipFile(folder.with_name("my run.crate.zip")).namelist()
    assert not [name for name in names if ".." in name]


def test_a_file_that_was_made_again_is_not_the_one_that_an_earlier_job_read(make_run):
    folder = make_run()
    path = sidecar_path(folder / "data/x_train.npy")
    record = json.loads(path.read_text())
    record["outputs"] = dict.fromkeys(record["outputs"], "1" * 64)
    path.write_text(json.dumps(record))
    main([str(folder)])
    found = entities(folder)
    assert references(job_action(found, "scale")["result"]) == ["data/x_train.npy"]
    read = references(job_action(found, "evaluate")["object"])[0]
    assert read.startswith("#")
    assert "earlier content" in found[read]["description"]


ODD_NAMES = ["a b.npy", "100 %.npy", "ß≥🙂.npy", "a#b?c.npy", "http:x.npy", "%41.npy", "a&<i>.npy"]


def test_odd_names_pass_the_validator(make_run, tmp_path):
    folder = make_run(*ODD_NAMES)
    assert main([str(folder)]) == 0
    assert find_faults(folder, tmp_path) == []
    results = references(job_action(entities(folder), "scale")["result"])
    assert [unquote(name) for name in results] == [f"data/{name}" for name in ODD_NAMES]


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda name: name not in (".", "..") and not name.startswith(".incomplete-"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
def test_any_name_is_one_address_that_leads_back_to_the_file(project, name):
    folder = project / "results/my run"
    do_job("scale", [], [f"results/my run/data/{name}.npy"])
    assert main([str(folder)]) == 0
    (address,) = references(job_action(entities(folder), "scale")["result"])
    assert unquote(address) == f"data/{name}.npy"
    assert (folder / unquote(address)).is_file()
    assert address.isascii()
    shutil.rmtree(folder / "data")


def test_a_name_that_is_not_utf_8_is_told(make_run, capsys):
    folder = make_run()
    (folder / "tables" / os.fsdecode(b"\xff.csv")).write_text("1\n")
    assert main([str(folder)]) == 0
    assert "1 file left out, whose names are not UTF-8" in capsys.readouterr().err


def test_the_workflow_is_that_of_the_commit_which_made_the_run(committed, make_run):
    folder = make_run()
    Path("Snakefile").write_text("# as it is now\n")
    assert main([str(folder)]) == 0
    assert (folder / "source/Snakefile").read_text().startswith("rule all")
    found = entities(folder)
    assert found["source/Snakefile"]["version"] == committed
    assert found["source/workflow/scripts/scale.py"]["version"] == committed


def test_code_that_was_not_committed_is_told(committed, make_run, capsys):
    Path("Snakefile").write_text("# changed\n")
    assert main([str(make_run())]) == 0
    assert "code that was not committed made this run" in capsys.readouterr().err


def test_a_run_of_several_commits_has_the_workflow_of_most_jobs(committed, make_run, capsys):
    folder = make_run()
    path = sidecar_path(folder / "tables/claims.csv")
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"git": {"commit": "0" * 40, "dirty": False}}))
    assert main([str(folder)]) == 0
    assert "2 commits made this run" in capsys.readouterr().err
    assert entities(folder)["source/Snakefile"]["version"] == committed


def test_a_commit_that_the_repository_lacks_is_told(committed, make_run, capsys):
    folder = make_run()
    for path in folder.rglob("*.provenance.json"):
        path.write_text(path.read_text().replace(committed, "0" * 40))
    shutil.rmtree("resources")
    assert main([str(folder)]) == 0
    assert "its repository lacks the commit that made this run" in capsys.readouterr().err


def test_a_folder_without_a_record_is_no_run(tmp_path, capsys):
    (tmp_path / "a.csv.provenance.json").write_text("{")
    assert main([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path}: found no record of a job; allowed: the folder of a run" in said
    assert "a.csv.provenance.json: cannot be read as JSON" in said
    assert not (tmp_path / METADATA).exists()


def test_a_record_of_the_images_that_cannot_be_read_is_told(make_run, capsys):
    folder = make_run()
    sidecar_path(IMAGES).write_text("{}")
    assert main([str(folder)]) == 0
    assert "images.provenance.json: found no object with the outputs" in capsys.readouterr().err


def test_an_installed_library_cites_as_the_run_says(make_run, monkeypatch):
    monkeypatch.setattr(citation, "_CITATION_FILE", Path("nowhere/CITATION.cff"))
    Path("CITATION.cff").write_text(
        "{message: Cite it., title: A title, authors: [{name: Ada}], version: 1.2.0, "
        "license: MIT, url: https://example.org/a}"
    )
    folder = make_run()
    assert main([str(folder)]) == 0
    found = entities(folder)
    assert found["./"]["creditText"].startswith("Cite it. Ada. A title (version 1.2.0).")
    assert "citation" not in found["./"]
    assert found["source/Snakefile"]["url"] == "https://example.org/a"


def test_without_a_lock_the_engine_has_no_version(make_run):
    Path("requirements.lock").unlink()
    folder = make_run()
    assert main([str(folder)]) == 0
    engine = entities(folder)["pkg:pypi/snakemake"]
    assert "softwareVersion" not in engine


def test_a_repository_without_the_workflow_is_none_to_take_it_from(committed, make_run, capsys):
    """As where the run's folder lies in a project that uses this workflow as a module."""
    subprocess.run(["git", "rm", "-q", "--cached", "Snakefile"], check=True)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "commit", "-qm", "Without the Snakefile"], check=True)
    folder = make_run()
    assert main([str(folder)]) == 0
    assert "source/ holds this checkout as it is" in capsys.readouterr().err


def test_without_git_the_checkout_is_taken_as_it_is(committed, make_run, monkeypatch, capsys):
    folder = make_run()
    monkeypatch.setenv("PATH", "")
    assert main([str(folder)]) == 0
    assert "source/ holds this checkout as it is" in capsys.readouterr().err
    assert (folder / "source/Snakefile").read_text().startswith("rule all")
