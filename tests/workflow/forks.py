"""Commands that import Snakemake, each in a fork of one process that has done so already.

Importing takes a second of CPU time, and planning a run little more. Modules of the project are
those of the checkout, as in :func:`tests.workflow.running.run`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.workflow.running import environment

SERVER = Path(__file__).with_name("fork_server.py")


class Forks:
    """Runs commands as long as it is open."""

    def __init__(self) -> None:
        # -P: the folder of the server is no place to import from.
        self._server = subprocess.Popen(
            [sys.executable, "-P", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._server.communicate()

    def plan(self, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        """What ``snakemake --dry-run`` says in a checkout."""
        return self.run(folder, "snakemake", "--cores", "4", "--dry-run", *arguments, **variables)

    def run(self, folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess:
        """What ``snakemake``, or a script of the checkout, says there."""
        with tempfile.TemporaryDirectory() as kept:
            order = {
                "folder": str(folder),
                "environment": environment(folder, **variables),
                "command": command,
                "stdin": os.devnull,
                "stdout": f"{kept}/stdout",
                "stderr": f"{kept}/stderr",
            }
            self._server.stdin.write(json.dumps(order) + "\n")
            self._server.stdin.flush()
            code = int(self._server.stdout.readline())
            said = [Path(order[name]).read_text() for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(command, code, *said)
