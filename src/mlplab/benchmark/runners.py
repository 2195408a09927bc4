"""Variants that train in processes of their own, one epoch at a time."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, NamedTuple

from mlplab.benchmark.problem import Problem, Train
from mlplab.benchmark.variant_process import Loading, Member, run_members

# They must be set before the libraries that read them are loaded.
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "PJRT_NPROC",  # JAX
)


class VariantFault(RuntimeError):
    """A variant failed, or has more threads than it may."""


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


@dataclass(frozen=True)
class Setup:
    """A variant with its problem, and the environment in which its process starts.

    Attributes
    ----------
    name : for the table; no two setups share one
    train : the variant
    problem : what it trains
    environment : variables that are set, or, for None, removed
    """

    name: str
    train: Train
    problem: Problem
    environment: Mapping[str, str | None] = field(default_factory=dict)


class Runner:
    """A process that trains one variant, one step at a time.

    It first loads its package, which several may do at the same time. Then it prepares itself, and
    trains epoch by epoch.

    Attributes
    ----------
    notes : what the variant chose
    pools : threads of its BLAS and OpenMP pools at the end of the first epoch
    last_wall_seconds : of its last epoch
    fault : why it cannot go on; empty while it can
    absent : whether its package is not installed
    """

    def __init__(self, name: str, problem: Problem, pipe: Connection) -> None:
        self.name, self.problem = name, problem
        self.notes, self.fault, self.absent = "", "", False
        self.pools: dict[str, int] = {}
        self.last_wall_seconds = 0.0
        self._pipe = pipe
        self._rests = False

    def wait_until_loaded(self) -> bool:
        """Wait for the package of the variant; whether it could be loaded."""
        return self._receive("loaded") is not None

    def prepare(self) -> bool:
        """Let the variant do all work before its first epoch; whether it could."""
        self._send()
        self._rests = self._receive("waiting") is not None
        return self._rests

    def run_epoch(self) -> Epoch:
        """Train an epoch.

        Raises
        ------
        VariantFault
            The variant failed.
        """
        self.wait_until_at_rest()
        self._send()
        self._rests = False
        epoch = Epoch(*self._require("epoch"))
        self.last_wall_seconds = epoch.wall_seconds
        return epoch

    def wait_until_at_rest(self) -> None:
        """Wait until the variant is ready for its next epoch.

        Between epochs Keras, for instance, replaces its input pipeline on all processors. The next
        measurement must not begin meanwhile.

        Raises
        ------
        VariantFault
            The variant failed.
        """
        if not self._rests:
            self._require("waiting")
            self._rests = True

    def wait_until_ended(self) -> None:
        """Wait until the process has ended; something else must end it."""
        with suppress(EOFError, ConnectionResetError):
            while True:
                self._pipe.recv()
        self._pipe.close()

    def _send(self) -> None:
        # After the end of the process its last message, which says why, can still be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send("go")

    def _require(self, wanted: str) -> list[Any]:
        content = self._receive(wanted)
        if content is None:
            raise VariantFault(f"variant {self.name} failed: {self.fault}")
        return content

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


@contextmanager
def start_runners(setups: Sequence[Setup]) -> Iterator[list[Runner]]:
    """A runner for every setup, in their order; the processes end with the block.

    On Linux, setups that need the same package in the same environment are forks of one process
    that loads it once. Elsewhere forks would not end with their parent.
    """
    groups: dict[object, list[int]] = {}
    for index, setup in enumerate(setups):
        shared = setup.train.slow_package if isinstance(setup.train, Loading) else None
        alone = shared is None or sys.platform != "linux"
        key = index if alone else (shared, tuple(sorted(_complete_environment(setup).items())))
        groups.setdefault(key, []).append(index)
    runners: dict[int, Runner] = {}
    with ExitStack() as stack:
        for group in groups.values():
            members = [setups[index] for index in group]
            started = stack.enter_context(_start_process(members))
            runners |= zip(group, started, strict=True)
        yield [runners[index] for index in range(len(setups))]


@contextmanager
def _start_process(setups: Sequence[Setup]) -> Iterator[list[Runner]]:
    """Runners for setups that begin in one process, which is killed with the block."""
    context = multiprocessing.get_context("spawn")
    runners, members = [], []
    for setup in setups:
        own_end, other_end = context.Pipe()
        runners.append(Runner(setup.name, setup.problem, own_end))
        members.append(Member(setup.train, setup.problem, other_end))
    process = context.Process(target=run_members, args=(members, os.getpid()), daemon=True)
    with _environment(_complete_environment(setups[0])), _without_main_module():
        process.start()
    try:
        for member in members:
            member.pipe.close()
        yield runners
    finally:
        process.kill()
        process.join()
        for runner in runners:
            runner.wait_until_ended()


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Keep processes that start within the block from importing the script that runs here.

    They would import it to find functions that it defines. Variants need none of these, and the
    imports of a job's script take half a second or more in each process.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _complete_environment(setup: Setup) -> dict[str, str | None]:
    """What a process starts with: TensorFlow reads some of it on import."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")}
    without_gpu = {"CUDA_VISIBLE_DEVICES": "-1"} if setup.problem.device.kind == "cpu" else {}
    return {**quiet, **without_gpu, **setup.environment}


def thread_variables(n_threads: int | None) -> dict[str, str | None]:
    """Environment variables that limit the threads of a process; None removes them."""
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
