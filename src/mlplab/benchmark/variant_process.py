"""The processes in which variants train, epoch by epoch, when they are told to."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from mlplab.benchmark.loading import load_variant, require_package
from mlplab.benchmark.problem import Clock, Problem, Train

_SLOW_PACKAGES = ("keras", "torch", "jax")
_PR_SET_PDEATHSIG = 1


class NamedVariant:
    """The ``train`` function of a variant of :mod:`mlplab.benchmark.variants`, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def slow_package(self) -> str | None:
        """The package that the variant needs, if it is there and to import it takes seconds."""
        try:
            package = require_package(self.name)
        except ModuleNotFoundError:
            return None
        return package if package in _SLOW_PACKAGES else None

    def load(self) -> None:
        """Import the package of the variant if that takes seconds, else all that it imports.

        The imports are statements, so that a fingerprint can tell what a measurement depends on.

        Raises
        ------
        ModuleNotFoundError
            It is not installed.
        """
        match require_package(self.name):
            case "keras":
                import keras  # noqa: F401
            case "torch":
                import torch  # noqa: F401
            case "jax":
                import jax  # noqa: F401
            case _:
                load_variant(self.name)

    def __call__(self, problem: Problem, clock: Clock) -> None:
        load_variant(self.name).train(problem, clock)


class Member(NamedTuple):
    """A variant, what it trains, and the pipe by which it is told to."""

    train: Train
    problem: Problem
    pipe: Connection


class _PipeClock:
    """The clock of a variant: waits for a word from the parent, and sends it the seconds."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._counted = False

    def start(self) -> None:
        self._pipe.send(("waiting",))
        self._pipe.recv()
        self._start = time.perf_counter(), time.process_time()

    def stop(self, parts: Mapping[str, float] | None = None) -> None:
        wall, cpu = time.perf_counter() - self._start[0], time.process_time()
        if not self._counted:
            self._counted = True
            self._pipe.send(("pools", _count_pool_threads()))
        self._pipe.send(("epoch", wall, self._start[1], cpu, dict(parts or {})))

    def note(self, text: str) -> None:
        self._pipe.send(("note", text))


def _count_pool_threads() -> dict[str, int]:
    """Threads of BLAS and of OpenMP in this process, of the largest pool of each."""
    from threadpoolctl import threadpool_info

    threads = {"blas": 0, "openmp": 0}
    for pool in threadpool_info():
        threads[pool["user_api"]] = max(threads[pool["user_api"]], pool["num_threads"])
    return threads


def _die_with_parent(parent: int) -> None:
    """Ask Linux to end this process with its parent, however that one ends."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def run_members(members: Sequence[Member], parent: int) -> None:
    """The life of a child process; its environment was set before it was born.

    Several members need the same package: it is loaded once, and each member goes on in a fork of
    this process, which holds nothing yet but the loaded package: TensorFlow's threads, for
    instance, begin with its first operation.
    """
    _die_with_parent(parent)
    # Ctrl-C reaches all processes of a terminal; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not _load(members):
        return
    if len(members) == 1:
        _run(members[0])
        return
    loader = os.getpid()
    for member in members:
        if os.fork() == 0:
            try:
                _die_with_parent(loader)
                for other in members:
                    if other is not member:
                        other.pipe.close()
                _run(member)
            finally:
                os._exit(0)
    for member in members:
        member.pipe.close()
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _load(members: Sequence[Member]) -> bool:
    """Import what all members need; if that fails, tell all of them why."""
    train = members[0].train
    try:
        if isinstance(train, NamedVariant):
            train.load()
    except Exception as error:
        for member in members:
            _tell_fault(member.pipe, error)
        return False
    return True


def _run(member: Member) -> None:
    # The parent ends this process, or is gone, once it needs nothing more.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            member.pipe.send(("loaded",))
            member.pipe.recv()
            member.train(member.problem, _PipeClock(member.pipe))
            member.pipe.send(("waiting",))
            # To end by itself, with TensorFlow, is a second of work, which would fall into the last
            # epochs of others: so it waits until the parent ends it.
            member.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            _tell_fault(member.pipe, error)


def _tell_fault(pipe: Connection, error: Exception) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        if isinstance(error, ModuleNotFoundError):
            pipe.send(("absent", str(error)))
        else:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
