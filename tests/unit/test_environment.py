"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import tomllib

import yaml

from tests.conftest import ROOT

CONDA_NAMES = {"matplotlib-base": "matplotlib"}
CONDA_ONLY = {"python", "pip", "nodejs"}


def locked_versions():
    """Versions for the oldest supported Python, which environment.yml uses."""
    text = (ROOT / "requirements.lock").read_text()
    rows = re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)(?: ; ([^\\]*))?", text, re.M)
    return {name: version for name, version, marker in rows if ">= '3.12'" not in marker}


def direct_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    entries = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return {re.match(r"[a-z0-9-]+", entry).group() for entry in entries}


def test_the_lock_has_a_hash_for_everything_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]
    assert len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_lock_holds_every_direct_dependency():
    assert direct_dependencies() <= set(locked_versions())


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
