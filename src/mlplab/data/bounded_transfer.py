"""Downloads with limits: of size, of slowness, and to encrypted addresses."""

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
    """A file that refuses content much larger than expected."""

    def __init__(self, file: BinaryIO, spec: FileSpec, label: str) -> None:
        self._file, self._label = file, label
        # Incompressible content grows a little when it is packed.
        self._limit = spec.bytes + spec.bytes // 100 + 1024
        self._given_up = False
        self.received = 0

    def write(self, block: bytes) -> None:
        """Write a block; raise an error beyond the limit, or after :meth:`give_up`."""
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
    """Run a transfer into ``file``, giving up if it is slower than any real line.

    It runs in a thread that is abandoned when it hangs: time limits of a connection restart with
    every byte, and name resolution has none.

    Parameters
    ----------
    seconds : time before the first byte; then at least ``SLOWEST_BYTES_PER_SECOND`` must come

    Raises
    ------
    TransientError
        The transfer is too slow. Other errors are those of the transfer.
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
    """A hook for requests: refuse a redirect to an unencrypted address.

    Redirects between servers of this machine are allowed.

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
