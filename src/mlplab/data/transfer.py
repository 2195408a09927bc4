"""Transfers that end, whatever the other side does: not too long, not too slow, not unencrypted."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO
from urllib.parse import urljoin

import requests

from mlplab.data.errors import FileUnavailableError, TransientError
from mlplab.data.registry import FileSpec, is_allowed_address

SLOWEST_BYTES_PER_SECOND = 2_000
_LOOK_SECONDS = 0.1


class BoundedFile:
    """A file that takes only little more than the bytes that are expected."""

    def __init__(self, file: BinaryIO, spec: FileSpec, label: str) -> None:
        self._file, self._label = file, label
        # Incompressible content grows a little when it is packed.
        self._limit = spec.bytes + spec.bytes // 100 + 1024
        self._given_up = False
        self.received = 0

    def write(self, block: bytes) -> None:
        """Write, or raise an error if that is too much, or nobody waits for it any more."""
        self.received += len(block)
        if self._given_up:
            raise TransientError(f"{self._label}: given up")
        if self.received > self._limit:
            raise FileUnavailableError(f"{self._label}: more than the {self._limit} bytes expected")
        self._file.write(block)

    def flush(self) -> None:
        """Flush the file below."""
        self._file.flush()

    def give_up(self) -> None:
        """Let the next write fail."""
        self._given_up = True


def watch_transfer(
    transfer: Callable[[], None], file: BoundedFile, *, seconds: float, label: str
) -> None:
    """Do a transfer into ``file``, unless it is slower than any real line.

    It runs in a thread that is left behind when it hangs, since time limits of a connection start
    anew with every byte that arrives, and a search for an address has none.

    Parameters
    ----------
    seconds : time before the first byte; then at least ``SLOWEST_BYTES_PER_SECOND`` must come

    Raises
    ------
    TransientError
        It is too slow. Else whatever the transfer raises.
    """
    outcome: concurrent.futures.Future[None] = concurrent.futures.Future()

    def work() -> None:
        try:
            transfer()
        except BaseException as error:
            outcome.set_exception(error)
        else:
            outcome.set_result(None)

    start = time.monotonic()
    threading.Thread(target=work, daemon=True).start()
    while not concurrent.futures.wait([outcome], timeout=_LOOK_SECONDS).done:
        spent = time.monotonic() - start
        if spent > seconds + file.received / SLOWEST_BYTES_PER_SECOND:
            file.give_up()
            raise TransientError(f"{label}: only {file.received} bytes in {spent:.0f} s")
    outcome.result()


def refuse_open_redirect(response: requests.Response, **_: Any) -> None:
    """A hook of requests: an error before a redirect to an unencrypted address is followed.

    From a server of this machine to another one of it is allowed.

    Raises
    ------
    FileUnavailableError
        The address is neither encrypted nor on this machine.
    """
    if not response.is_redirect:
        return
    target = urljoin(response.url, response.headers["location"])
    from_loopback = response.url.startswith("http:")  # which no other source may be
    if not is_allowed_address(target, loopback=from_loopback):
        raise FileUnavailableError(f"{response.url}: redirected to {target}; only https is allowed")
