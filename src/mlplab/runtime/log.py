"""Logs of jobs: everything into a file, tracebacks included, and a short word to the user."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlplab.runtime.progress import draw_bars_on


@contextmanager
def job_log(
    path: str, *, capture_stderr: bool = False, bars: bool = True
) -> Iterator[logging.Logger]:
    """Send log records, warnings and a traceback, should the block fail, to ``path``.

    ``capture_stderr`` also sends there what compiled code writes to standard error, such as
    TensorFlow's words at its start.

    ``bars`` says whether progress bars may be drawn, if standard error is a terminal; those of jobs
    that run side by side would stand between what others write there.

    A failing block ends the process with status 1 after one line on standard error; the
    traceback is for those who open the log.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Appending lets compiled code write to the same file without one overwriting the other.
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
