"""Compiled code, kept on disk for the user and loaded by later processes."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from traceback import walk_stack
from types import FrameType
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
from numba.core.caching import UserProvidedCacheLocator

from mlplab.runtime.files import cache_folder, save_text
from mlplab.runtime.locks import LockError, wait_for_lock

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 0.02


class Locator(UserProvidedCacheLocator):
    """One folder for all copies of these sources; Numba's own has one for each path of them."""

    def get_cache_path(self) -> str:
        return str(code_folder())


@cache
def code_folder() -> Path:
    """The folder for the code of these sources: in the user's cache, else in a temporary folder."""
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    versions = numba.__version__, llvmlite.__version__
    digest = hashlib.sha256(repr((processor, versions)).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    name = f"compiled-{digest.hexdigest()[:20]}"
    for parent in (cache_folder(), Path(tempfile.gettempdir(), f"mlplab-{os.getuid()}")):
        with suppress(OSError):
            (parent / name).mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=parent / name).close()
            return parent / name
    return Path(tempfile.mkdtemp(prefix="mlplab-"))


@contextmanager
def kept_code() -> Iterator[None]:
    """Let Numba keep the code of functions decorated in this block in :func:`code_folder`."""
    config: Any = numba.config
    before = config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES
    locator = f"{Locator.__module__}.{Locator.__name__}"
    config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(code_folder()), locator
    try:
        yield
    finally:
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before


@contextmanager
def _interrupts_outside_llvm() -> Iterator[None]:
    """Let an interrupt wait until no call of LLVM is under way: its callbacks swallow errors."""
    handler = signal.getsignal(signal.SIGINT)
    main = threading.main_thread()
    if threading.current_thread() is not main or not callable(handler):
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        modules = (place.f_globals.get("__name__", "") for place, _ in walk_stack(frame))
        if any(name.startswith("llvmlite.") for name in modules):
            again = signal.pthread_kill, [main.ident, number]
            threading.Timer(_AGAIN_SECONDS, *again).start()
        else:
            handler(number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


@_interrupts_outside_llvm()
def load_code(name: str, use: Callable[[], None]) -> None:
    """Load the code that ``use`` calls, or compile it and say so.

    One process compiles, others wait for it. Damaged files are removed and made again.

    Parameters
    ----------
    name : of the code in this folder, such as "float32"
    use : calls all functions once
    """
    mark = code_folder() / f"{name}.complete"
    if mark.exists():
        try:
            use()
            return
        except Exception as error:  # whatever unpickling finds
            _tell(f"{code_folder()}: damaged ({error!r})")
            shutil.rmtree(code_folder(), ignore_errors=True)
            code_folder().mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with suppress(LockError):  # then several may compile at once
            lock = wait_for_lock(code_folder() / "lock", what="A fit that compiles", tell=_tell)
            stack.enter_context(lock)
        if not mark.exists():
            _tell(f"Compiling the engine for {name}, once for this user and machine: 10 to 20 s")
        use()
        save_text(mark, "")


def _tell(words: str) -> None:
    # A warning, because Python shows no others where nobody has set up logging.
    logger.warning(words)
