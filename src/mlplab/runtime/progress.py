"""The progress of a long job: lines in its log and, on a terminal, a bar."""

from __future__ import annotations

import fcntl
import logging
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import TextIO

from tqdm.asyncio import tqdm as terminal_bar
from tqdm.auto import tqdm

logger = logging.getLogger(__name__)

_LINES = 10
_IN_NOTEBOOK = tqdm is not terminal_bar
_stream: ContextVar[TextIO | None] = ContextVar("_stream")


@contextmanager
def draw_bars_on(stream: TextIO | None) -> Iterator[None]:
    """Draw bars on a stream instead of standard error, if it is a terminal; for None, nowhere."""
    token = _stream.set(stream)
    try:
        yield
    finally:
        _stream.reset(token)


class Progress:
    """Counts steps: about ten lines in the log, with the time left, and a bar on a terminal.

    No bar is drawn where standard error is a file or a pipe, nor on a terminal where another
    process draws one. A bar disappears at its end.

    Parameters
    ----------
    total : number of steps
    unit : name of a step, such as ``"epoch"``
    """

    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit, self._done = total, unit, 0
        self._start = time.perf_counter()
        self._interval = max(1, total // _LINES)
        stream = _stream.get(sys.stderr)
        self._terminal = None if stream is None or _IN_NOTEBOOK else _claim_terminal(stream)
        shown = self._terminal is not None or (_IN_NOTEBOOK and stream is not None)
        self._bar = tqdm(
            total=total,
            unit=unit,
            file=None if _IN_NOTEBOOK else stream,
            disable=not shown,
            leave=_IN_NOTEBOOK,
            dynamic_ncols=True,
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()
        if self._terminal is not None:
            os.close(self._terminal)  # and with it its lock

    def advance(self, values: Mapping[str, float] | None = None) -> None:
        """Count a step that has ended; of the values, only accuracies are shown."""
        self._done += 1
        accuracies = {
            name.replace("_", " "): f"{value:.4f}"
            for name, value in (values or {}).items()
            if name.endswith("accuracy") and not math.isnan(value)
        }
        if accuracies:
            self._bar.set_postfix(accuracies, refresh=False)
        self._bar.update()
        if self._done % self._interval and self._done != self._total:
            return
        left = (time.perf_counter() - self._start) / self._done * (self._total - self._done)
        told = "".join(f"{name} {value}, " for name, value in accuracies.items())
        logger.info("%s %d of %d: %s%.0f s left", self._unit, self._done, self._total, told, left)


def _claim_terminal(stream: TextIO) -> int | None:
    """A handle that locks the terminal of a stream while open; None if another process has it."""
    with suppress(OSError, ValueError):
        if not stream.isatty():
            return None
        # A handle of its own: processes that inherit one handle share its locks.
        handle = os.open(os.ttyname(stream.fileno()), os.O_WRONLY | os.O_NOCTTY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return handle
    return None
