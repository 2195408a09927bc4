"""Blocks of code in README and documentation run, page by page, in a copy of the project.

Blocks of Python run as they stand. Files in YAML are written where a page names them, and checked.
Commands are planned rather than carried out: `snakemake` with ``--dry-run``, `make` with ``-n``.
"""

import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from mlplab.reporting.claims.model import Claim
from tests.conftest import ROOT
from tests.project.pages import list_pages
from tests.workflow.running import environment

BLOCK = re.compile(r"^(```+)(\w+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in list_pages()
    if BLOCK.search(path.read_text(encoding="utf-8"))
}
# Shown for what they are; to carry them out would read what a run has left, install, or need SLURM.
ONLY_SHOWN = (
    "head ",
    "du ",
    "source ",
    ".venv/bin/python -m pip ",
    ".venv/bin/python -m pytest ",
    "snakemake --workflow-profile",
    "python -m mlplab.reporting.compare",
    "chromium ",
    "make -C mlplab",
    "mlplab/.venv",
)


def blocks(page, language):
    found = BLOCK.findall(PAGES[page].read_text(encoding="utf-8"))
    return [content for _, name, content in found if name == language]


def pages_with(language):
    return [page for page in PAGES if blocks(page, language)]


@pytest.fixture
def folder(checkout, tmp_path, mnist_folder):
    """A copy of the project of this page's own, with the images where a run leaves them."""
    copy = shutil.copytree(checkout, tmp_path / "mlplab")
    (copy / "resources").mkdir()
    (copy / "resources" / "mnist").symlink_to(mnist_folder)
    return copy


def start(folder, command, mnist_folder):
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, MLPLAB_DATA_DIR=str(mnist_folder)),
        capture_output=True,
        text=True,
    )


def write_data(page, folder, mnist_folder):
    """Write the file of images that other blocks of the page name."""
    for content in blocks(page, "python"):
        if "np.savez" in content:
            assert start(folder, [sys.executable, "-c", content], mnist_folder).returncode == 0


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_runs(page, folder, mnist_folder):
    for content in blocks(page, "python"):
        done = start(folder, [sys.executable, "-c", content], mnist_folder)
        assert done.returncode == 0, done.stderr
        if page == "README.md":
            assert float(done.stdout) == pytest.approx(0.95, abs=0.01)
            assert "about 0.95" in PAGES[page].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages_with("yaml"))
def test_configurations_and_entries_are_valid(page, folder, mnist_folder):
    write_data(page, folder, mnist_folder)
    for content in blocks(page, "yaml"):
        entry = yaml.safe_load(content)
        if isinstance(entry, list):
            assert [Claim.model_validate(one).id for one in entry]
        elif content.startswith("# "):
            (folder / "mine.yaml").write_text(content)
            base = "config/small.yaml" if "my.npz" in content else "config/quick.yaml"
            done = start(
                folder, [sys.executable, "-m", "mlplab.config", base, "mine.yaml"], mnist_folder
            )
            # A configuration for all images names K of its own, so it has the default below it.
            if done.returncode:
                done = start(
                    folder, [sys.executable, "-m", "mlplab.config", "mine.yaml"], mnist_folder
                )
            assert done.returncode == 0, done.stdout + done.stderr


def planned(line):
    """The words that plan what a command would do; None if it is only shown."""
    if line.startswith(ONLY_SHOWN):
        return None
    words = shlex.split(line, comments=True)
    while "=" in words[0]:  # variables
        words = words[1:]
    if words[0] == "make":
        return [*words, "-n"]
    if words[0] == "snakemake":
        return [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", *words[1:]]
    if words[0] in ("python", ".venv/bin/python"):
        return [sys.executable, *words[1:]]
    raise ValueError(f"{line}: found a command that no test knows")


@pytest.mark.parametrize("page", pages_with("console"))
def test_commands_can_be_planned(page, folder, mnist_folder):
    (folder / "my.yaml").write_text("run: my\n")  # for a page that only names it
    write_data(page, folder, mnist_folder)
    for content in blocks(page, "yaml"):
        if name := re.match(r"# ([\w-]+\.yaml)", content):
            (folder / name[1]).write_text(content)
    for line in "".join(blocks(page, "console")).splitlines():
        command = planned(line)
        if command is not None:
            done = start(folder, command, mnist_folder)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
