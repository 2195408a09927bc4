"""Make sure that a checkout of this workflow runs its own library, not one from elsewhere.

The environment may be that of another checkout, as beside a ``git worktree``, and another package
may have the same name.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "mlplab"


def check_library(workflow_folder):
    """End this process if Python finds another library than the one beside the workflow.

    A copy with the same files will do. So will any where no library lies beside the workflow, as
    when it comes from a repository.
    """
    own = Path(workflow_folder).parent / "src" / _PACKAGE
    if not own.is_dir():
        return
    spec = find_spec(_PACKAGE)
    found = Path(spec.origin).parent if spec and spec.origin else None
    if found is None or not (found.samefile(own) or _files(found) == _files(own)):
        sys.exit(
            f"{_PACKAGE}: found {found or 'no such package'}; allowed: {own}, the library of this "
            "checkout; install it with `make setup`, or set PYTHONPATH to "
            f"{own.parent}"
        )


def _files(folder):
    """The content of every file of a package, compiled ones aside, by its path."""
    paths = (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
