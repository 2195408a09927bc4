"""Processes that train a variant each, epoch by epoch, when they are told to."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from mlplab.variants import Clock, Problem, Train, load_variant

# All must be in the environment before the libraries that read them are loaded.
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "PJRT_NPROC",  # JAX
)
_PR_SET_PDEATHSIG = 1


class VariantFault(RuntimeError):
    """A variant broke off."""


class Epoch(NamedTuple):
    """Seconds of an epoch; the CPU seconds of the process when it began and when it ended."""

    wall_seconds: float
    cpu_start: float
    cpu_stop: float
    parts: dict[str, float]

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of the epoch, all threads together."""
        return self.cpu_stop - self.cpu_start


class NamedVariant:
    """The ``train`` function of a variant of :mod:`mlplab.variants`, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def load_package(self) -> None:
        """Import the package that the variant needs, if that takes seconds.

        The imports are statements, so that a fingerprint can tell what a measurement depends on.
        """
        match load_variant(self.name).REQUIRES:
            case "keras":
                import keras  # noqa: F401
            case "torch":
                import torch  # noqa: F401
            case "jax":
                import jax  # noqa: F401

    def __call__(self, problem: Problem, clock: Clock) -> None:
        load_variant(self.name).train(problem, clock)


class _PipeClock:
    """The clock of a variant: waits for a word from the parent, and sends it the seconds."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._prepared = self._counted = False

    def start(self) -> None:
        if not self._prepared:
            self._prepared = True
            self._pipe.send(("prepared",))
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


def _run_variant(train: Train, pipe: Connection, problem: Problem, parent: int) -> None:
    """The life of a child process; its environment was set before it was born."""
    _die_with_parent(parent)
    # Ctrl-C reaches all processes of a terminal; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if problem.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    # The parent has closed the pipe once it needs nothing more.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            if isinstance(train, NamedVariant):
                train.load_package()
            pipe.send(("loaded",))
            pipe.recv()
            train(problem, _PipeClock(pipe))
            # To end a process that has TensorFlow in it takes a second of work, which would fall
            # into the last epochs of others: so it waits until all are done.
            pipe.recv()
        except ModuleNotFoundError as error:
            pipe.send(("absent", str(error)))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))


class Runner:
    """A child process that trains one variant; it is told when to go on.

    It first loads the package it needs, which several may do at the same time, then prepares
    itself, then trains epoch by epoch.

    Attributes
    ----------
    notes : what the variant chose
    pools : threads of its pools of BLAS and OpenMP, seen at the end of the first epoch
    last_wall_seconds : of its last epoch
    fault, absent : why it cannot go on; whether that is for want of a package
    """

    def __init__(
        self, name: str, train: Train, problem: Problem, environment: Mapping[str, str | None]
    ) -> None:
        self.name, self.problem = name, problem
        self.notes, self.fault, self.absent = "", "", False
        self.pools: dict[str, int] = {}
        self.last_wall_seconds = 0.0
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process = context.Process(
            target=_run_variant, args=(train, child, problem, os.getpid()), daemon=True
        )
        with _environment(environment):
            self._process.start()
        child.close()

    def wait_until_loaded(self) -> bool:
        """Whether the variant can take part."""
        return self._receive("loaded") is not None

    def prepare(self) -> bool:
        """Let the variant do all that comes before its first epoch; whether it could."""
        self._send()
        return self._receive("prepared") is not None

    def run_epoch(self) -> Epoch:
        """Train an epoch.

        Raises
        ------
        VariantFault
            The variant broke off.
        """
        self._send()
        content = self._receive("epoch")
        if content is None:
            raise VariantFault(f"variant {self.name} broke off: {self.fault}")
        epoch = Epoch(*content)
        self.last_wall_seconds = epoch.wall_seconds
        return epoch

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _send(self) -> None:
        # If the process has ended, its last message, which says why, is still to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send("go")

    def _receive(self, wanted: str) -> list[Any] | None:
        """The content of the next message of a kind; None if the variant cannot go on."""
        try:
            while True:
                content: list[Any]
                kind, *content = self._pipe.recv()
                if kind == wanted:
                    return content
                if kind == "note":
                    self.notes = content[0]
                elif kind == "pools":
                    self.pools = content[0]
                else:
                    self.absent, self.fault = kind == "absent", content[0]
                    return None
        except (EOFError, ConnectionResetError):
            self.fault = self.fault or "its process ended"
            return None


def thread_variables(n_threads: int | None) -> dict[str, str | None]:
    """What limits the threads of a process born with it; for None, without any such limit."""
    return dict.fromkeys(_THREAD_VARIABLES, None if n_threads is None else str(n_threads))


@contextmanager
def _environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """The environment with some variables changed, or, for None, absent."""
    before = {name: os.environ.get(name) for name in changes}
    _set_environment(changes)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
