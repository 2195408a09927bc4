"""What stands in several files of the project is the same in all: versions, dependencies, steps."""

import re
import tomllib
from datetime import date

import pytest
import yaml

from tests.conftest import ROOT

CONDA_NAMES = {"matplotlib-base": "matplotlib"}
CONDA_ONLY = {"python", "pip", "nodejs"}
PINNED = r"^([a-z0-9-]+)==([^ ;\\]+)"


def locked_versions():
    """Versions for the oldest supported Python, which environment.yml uses."""
    text = (ROOT / "requirements.lock").read_text()
    rows = re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)(?: ; ([^\\]*))?", text, re.M)
    return {name: version for name, version, marker in rows if ">= '3.12'" not in marker}


def direct_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    entries = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return {re.match(r"[a-z0-9-]+", entry).group() for entry in entries}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-docs.lock"])
def test_a_lock_has_a_hash_for_everything_and_no_address(lock):
    text = (ROOT / lock).read_text()
    blocks = re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]
    assert len(blocks) > 40
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_lock_holds_every_direct_dependency():
    assert direct_dependencies() <= set(locked_versions())


def test_the_documentation_is_built_with_the_versions_of_the_workflow():
    """Its packages come on top of the others, so none of those may change."""
    docs = dict(re.findall(PINNED, (ROOT / "requirements-docs.lock").read_text(), re.M))
    for name, version in locked_versions().items():
        assert docs.get(name, version) == version, name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {re.match(r"[a-z0-9-]+", entry)[0] for entry in project["dependency-groups"]["docs"]}
    assert named <= set(docs)


def test_conda_users_get_the_locked_versions():
    locked = locked_versions()
    listed = {}
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]:
        for requirement in entry["pip"] if isinstance(entry, dict) else [entry]:
            if requirement.startswith("--"):
                continue
            name, _, version = re.match(r"([a-z0-9-]+)( =|==)?(.*)", requirement).groups()
            listed[CONDA_NAMES.get(name, name)] = version
    assert set(listed) - CONDA_ONLY == direct_dependencies()
    for name in set(listed) - CONDA_ONLY:
        assert listed[name] == locked[name], name
    assert listed["python"] == "3.11"


def test_the_version_is_that_of_the_citation_and_of_the_newest_section_of_the_changelog():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, newest, *_ = re.findall(r"^## (.+)$", changes, re.M)
    assert first == "[Unreleased]"
    assert citation["version"] == version
    assert newest.startswith(f"[{version}] - ")
    assert date.fromisoformat(newest.split(" - ")[1])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", changes, re.M)) <= kinds


def test_the_container_is_installed_as_make_does_from_files_that_exist():
    """The image itself is not built here; its steps are those of the Makefile."""
    steps = [
        line.split(maxsplit=1)
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    copied = [name for step, rest in steps if step == "COPY" for name in rest.split()[:-1]]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert [name for name in copied if not (ROOT / name).exists() or name in ignored] == []
    needed = {"Snakefile", "config", "profiles", "pyproject.toml", "requirements.lock", "src"}
    assert needed | {"workflow"} <= set(copied)
    makefile = (ROOT / "Makefile").read_text()
    installed = re.findall(r"\$\(BIN\)/python -m pip (install .*)", makefile)
    installed = [command for command in installed if "requirements-docs" not in command]
    run = [rest for step, rest in steps if step == "RUN"]
    assert [command.replace("--no-cache-dir ", "") for command in run] == [
        f"python -m pip {command}" for command in installed
    ]
    assert ["FROM", f"python:{listed_python()}-slim"] in steps


def listed_python():
    """The Python that environment.yml asks for."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    return next(entry for entry in entries if str(entry).startswith("python ")).split("=")[1]


def test_the_workflow_catalog_finds_what_it_asks_for():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["report"] is True
    assert usage["mandatory-flags"]["flags"] == []
    # The workflow has no environments per rule, which these would switch on.
    rules = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    for method, directive in (("conda", "conda:"), ("apptainer", "container:")):
        assert usage["software-stack-deployment"][method] is (directive in rules)
    assert (ROOT / "config" / "README.md").is_file()
