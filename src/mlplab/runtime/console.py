"""Commands that print: on any terminal, and into a pipe whose reader ends early."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import NoReturn

# What a shell reports of a program that a closed pipe ended: 128 and the number of SIGPIPE.
_READER_ENDED = 141


def run_command(main: Callable[[], int]) -> NoReturn:
    """End this process with the status that a command returns.

    A character that the terminal cannot show is printed as an escape, such as ``\\u03bb``. When the
    reader of its output ends early, the command ends quietly.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python writes what is left when it exits: https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _READER_ENDED
    sys.exit(status)
