"""The workflow that made a run: its files, in the run's folder."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from mlplab.reporting.crate.records import RecordedRun

SOURCE = "source"
SNAKEFILE = f"{SOURCE}/Snakefile"
# Beside the checkout's other folders, which a reader of a run does without.
_FILES = (
    "Snakefile", "workflow", "src", "config", "pyproject.toml", "requirements.lock", "LICENSE",
    "CITATION.cff",
)  # fmt: skip


class SourceError(ValueError):
    """No files of the workflow can be found; the message says where they were looked for."""


def copy_sources(run: RecordedRun, checkout: Path) -> list[str]:
    """Put the workflow's files into ``source/`` of the run's folder; notices, a sentence each.

    They come from the commit that most jobs name, if the checkout's repository has it, else from
    the checkout as it is.

    Raises
    ------
    SourceError
        The run has no sources yet, and ``checkout`` is none of this workflow.
    """
    notices = []
    if len(run.commits) > 1:
        notices.append(
            f"{len(run.commits)} commits made this run; {SOURCE}/ holds the one of most jobs"
        )
    if any(job.dirty for job in run.jobs):
        notices.append(
            f"code that was not committed made this run; {SOURCE}/ cannot hold it, but the "
            "records hold a hash of every module"
        )
    commit = run.commits[0] if run.commits else None
    target = run.folder / SOURCE
    with TemporaryDirectory(prefix=".incomplete-", dir=run.folder) as name:
        found = Path(name) / SOURCE
        found.mkdir()
        if not (commit and _extract(checkout, commit, found)):
            if (target / "Snakefile").is_file():
                return notices  # of the machine that the run was copied from
            if not (checkout / "Snakefile").is_file():
                raise SourceError(
                    f"{checkout}: found no Snakefile; start this from the folder of the workflow "
                    "that made the run"
                )
            notices.append(
                f"{SOURCE}/ holds this checkout as it is: its repository lacks the commit that "
                "made this run"
                if commit
                else f"{SOURCE}/ holds this checkout as it is: the records name no commit"
            )
            _copy(checkout, found)
        shutil.rmtree(target, ignore_errors=True)
        found.rename(target)
    return notices


def locked_version(folder: Path, package: str) -> str | None:
    """The version of a package that the workflow's lock names; None if it names none."""
    try:
        lock = (folder / SOURCE / "requirements.lock").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    found = re.search(rf"^{re.escape(package)}==(\S+)", lock, re.M)
    return found and found[1]


def _extract(checkout: Path, commit: str, target: Path) -> bool:
    """Write the files of a commit; False if the repository or the commit is not there."""
    if not re.fullmatch("[0-9a-f]{40,64}", commit) or not (checkout / ".git").exists():
        return False
    listed = _git(checkout, "ls-tree", "--name-only", commit).decode(errors="replace")
    names = [name for name in listed.splitlines() if name in _FILES]
    if "Snakefile" not in names:
        return False
    packed = _git(checkout, "archive", "--format=zip", commit, *names)
    if not packed:
        return False
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(target)
    return True


def _git(checkout: Path, *arguments: str) -> bytes:
    """What git prints; nothing where it fails or is not installed."""
    # A hook of another repository may have started this process.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    # The files may be another user's, as where a container has mounted them.
    trusted = ["-c", f"safe.directory={checkout.resolve()}"]
    try:
        done = subprocess.run(
            ["git", "-C", str(checkout), *trusted, *arguments],
            capture_output=True,
            env=environment,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return b""
    return done.stdout


def _copy(checkout: Path, target: Path) -> None:
    compiled = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
    for name in _FILES:
        if (checkout / name).is_dir():
            shutil.copytree(checkout / name, target / name, ignore=compiled)
        elif (checkout / name).is_file():
            shutil.copyfile(checkout / name, target / name)
