"""Logs of jobs: everything goes into a file, tracebacks too; the user sees one line."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mlplab.runtime.progress import draw_bars_on

# The logger of messages that the user should see at once: on the terminal and in the log.
NOTICES = "mlplab.notices"


@contextmanager
def job_log(
    path: str, *, capture_stderr: bool = False, bars: bool = True
) -> Iterator[logging.Logger]:
    """Send log records, warnings and, if the block fails, the traceback to ``path``.

    Records of the logger ``NOTICES`` also go to standard error.

    A failing block ends the process with status 1 after one line on standard error.

    Parameters
    ----------
    path : file of the log; overwritten
    capture_stderr : whether the output of compiled code to standard error goes there too, such as
        TensorFlow's messages
    bars : whether progress bars may be drawn on a terminal; only a job that runs alone should
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Appending, since compiled code may write to the same file.
    Path(path).write_text("", encoding="utf-8")
    logging.basicConfig(
        filename=path,
        filemode="a",
        encoding="utf-8",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    logger = logging.getLogger("mlplab")
    terminal = os.dup(2)
    try:
        if capture_stderr:
            with open(path, "ab") as log:
                os.dup2(log.fileno(), 2)
        with (
            os.fdopen(os.dup(terminal), "w", encoding="utf-8") as screen,
            draw_bars_on(screen if bars else None),
            _show_notices(screen),
        ):
            yield logger
    except Exception as error:
        logger.exception("the job failed")
        os.dup2(terminal, 2)
        print(f"{type(error).__name__}: {error}\n(details: {path})", file=sys.stderr)
        sys.exit(1)
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


@contextmanager
def _show_notices(screen: TextIO) -> Iterator[None]:
    handler = logging.StreamHandler(screen)
    logging.getLogger(NOTICES).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(NOTICES).removeHandler(handler)
