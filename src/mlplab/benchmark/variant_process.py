"""The processes in which variants train, one epoch at a time."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple, Protocol, runtime_checkable

from mlplab.benchmark.problem import Problem, Train
from mlplab.numpy_mlp.engines import EngineError

_PR_SET_PDEATHSIG = 1


@runtime_checkable
class Loading(Protocol):
    """A variant whose imports are a step of their own, which several processes may share.

    ``slow_package`` is the package that it needs, if that is installed and takes seconds to import.
    """

    @property
    def slow_package(self) -> str | None: ...

    def load(self) -> None:
        """Import what the variant needs."""


class Member(NamedTuple):
    """A variant, its problem, and the pipe to the parent process."""

    train: Train
    problem: Problem
    pipe: Connection


class _PipeClock:
    """The clock of a variant: it waits for a message from the parent and sends the seconds back."""

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
    """Run the members in this child process, which starts with their environment.

    Several members share a package. This process loads it once, and each member continues in a fork
    of its own. At that moment the package has started nothing: TensorFlow's threads, for instance,
    start with its first operation.
    """
    _die_with_parent(parent)
    # Ctrl-C reaches all processes of a terminal; here the parent ends this one.
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
    """Import what all members need; on failure, send the reason to each runner."""
    train = members[0].train
    try:
        if isinstance(train, Loading):
            train.load()
    except Exception as error:
        for member in members:
            _tell_fault(member.pipe, error)
        return False
    return True


def _run(member: Member) -> None:
    # The pipe breaks when the parent has ended.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            member.pipe.send(("loaded",))
            member.pipe.recv()
            member.train(member.problem, _PipeClock(member.pipe))
            member.pipe.send(("waiting",))
            # Wait to be killed: TensorFlow's own exit takes a second of work, which would disturb
            # the last epochs of others.
            member.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            _tell_fault(member.pipe, error)


def _tell_fault(pipe: Connection, error: Exception) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        if isinstance(error, ModuleNotFoundError | EngineError):
            pipe.send(("absent", str(error)))
        else:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
