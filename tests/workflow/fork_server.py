"""A process that has imported Snakemake, and runs each command it is told in a fork of itself.

Started by :mod:`tests.workflow.forks`. Orders come as lines of JSON; the answer to each is a line
with the exit code.
"""

import json
import os
import runpy
import signal
import sys
from typing import Any

import pandas  # noqa: F401
import pydantic  # noqa: F401
import snakemake.api
import snakemake.cli
import threadpoolctl  # noqa: F401


def work(order: dict[str, Any]) -> None:
    """Do in this process what is ordered; it has nothing of the project from another checkout."""
    assert not any(name.partition(".")[0] == "mlplab" for name in sys.modules)
    signal.alarm(600)
    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    sys.path[:0] = order["environment"]["PYTHONPATH"].split(os.pathsep)
    for name, descriptor in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(order[name], os.O_RDWR | os.O_CREAT), descriptor)
    sys.argv = order["command"]
    program, *arguments = sys.argv
    if program == "snakemake":
        snakemake.cli.main(arguments)
    else:
        runpy.run_path(program, run_name="__main__")


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(json.loads(line))
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
