"""Commands that print: on any terminal, and into a pipe whose reader ends early."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper


def prepare_console() -> None:
    """Let this process print any character, and end quietly when the reader of its output ends.

    A character that the terminal cannot show is printed as an escape, such as ``\\u03bb``. Call
    this in a command's own process alone, since it changes how the process treats signals.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
