"""Variants that train in processes of their own, each told when to go on."""

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
from mlplab.benchmark.variant_process import Member, NamedVariant, run_members

# All must be in the environment before the libraries that read them are loaded.
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "PJRT_NPROC",  # JAX
)


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


@dataclass(frozen=True)
class Case:
    """A variant on a problem, under a name of its own, and the environment it is born with."""

    name: str
    train: Train
    problem: Problem
    environment: Mapping[str, str | None] = field(default_factory=dict)


class Runner:
    """A process that trains one variant; it is told when to go on.

    It first loads the package it needs, which several may do at the same time, then prepares
    itself, then trains epoch by epoch.

    Attributes
    ----------
    notes : what the variant chose
    pools : threads of its pools of BLAS and OpenMP, seen at the end of the first epoch
    last_wall_seconds : of its last epoch
    fault, absent : why it cannot go on; whether that is for want of a package
    """

    def __init__(self, name: str, problem: Problem, pipe: Connection) -> None:
        self.name, self.problem = name, problem
        self.notes, self.fault, self.absent = "", "", False
        self.pools: dict[str, int] = {}
        self.last_wall_seconds = 0.0
        self._pipe = pipe
        self._rests = False

    def wait_until_loaded(self) -> bool:
        """Whether the variant can take part."""
        return self._receive("loaded") is not None

    def prepare(self) -> bool:
        """Let the variant do all that comes before its first epoch; whether it could."""
        self._send()
        self._rests = self._receive("waiting") is not None
        return self._rests

    def run_epoch(self) -> Epoch:
        """Train an epoch.

        Raises
        ------
        VariantFault
            The variant broke off.
        """
        self.wait_until_at_rest()
        self._send()
        self._rests = False
        epoch = Epoch(*self._require("epoch"))
        self.last_wall_seconds = epoch.wall_seconds
        return epoch

    def wait_until_at_rest(self) -> None:
        """Wait until nothing is left to do but the next epoch.

        After an epoch Keras, for instance, takes its pipeline apart and builds the next one, on all
        processors; who comes next should not be measured meanwhile.

        Raises
        ------
        VariantFault
            The variant broke off.
        """
        if not self._rests:
            self._require("waiting")
            self._rests = True

    def wait_until_ended(self) -> None:
        """Wait for the end of the process, which somebody else must bring about."""
        with suppress(EOFError, ConnectionResetError):
            while True:
                self._pipe.recv()
        self._pipe.close()

    def _send(self) -> None:
        # If the process has ended, its last message, which says why, is still to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send("go")

    def _require(self, wanted: str) -> list[Any]:
        content = self._receive(wanted)
        if content is None:
            raise VariantFault(f"variant {self.name} broke off: {self.fault}")
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
def start_runners(cases: Sequence[Case]) -> Iterator[list[Runner]]:
    """A runner for every case, in their order; the processes end with the block.

    Cases that need the same package in the same environment come from one process that loads it
    once, on Linux: there the forks of a process end with it.
    """
    groups: dict[object, list[int]] = {}
    for index, case in enumerate(cases):
        shared = case.train.slow_package if isinstance(case.train, NamedVariant) else None
        alone = shared is None or sys.platform != "linux"
        key = index if alone else (shared, tuple(sorted(_complete_environment(case).items())))
        groups.setdefault(key, []).append(index)
    runners: dict[int, Runner] = {}
    with ExitStack() as stack:
        for group in groups.values():
            members = [cases[index] for index in group]
            started = stack.enter_context(_start_process(members))
            runners |= zip(group, started, strict=True)
        yield [runners[index] for index in range(len(cases))]


@contextmanager
def _start_process(cases: Sequence[Case]) -> Iterator[list[Runner]]:
    """Runners for cases that begin in one process; it is killed with the block."""
    context = multiprocessing.get_context("spawn")
    runners, members = [], []
    for case in cases:
        own_end, other_end = context.Pipe()
        runners.append(Runner(case.name, case.problem, own_end))
        members.append(Member(case.train, case.problem, other_end))
    process = context.Process(target=run_members, args=(members, os.getpid()), daemon=True)
    with _environment(_complete_environment(cases[0])), _without_main_module():
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
    """Let no process that is born meanwhile import the script that runs here.

    It would do so to find functions that the script defines. That of a job has the engine's lines
    on top, whose imports took each process that is measured half a second or more.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _complete_environment(case: Case) -> dict[str, str | None]:
    """What a process is born with: TensorFlow reads some of it when it is imported."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")}
    without_gpu = {"CUDA_VISIBLE_DEVICES": "-1"} if case.problem.device == "cpu" else {}
    return {**quiet, **without_gpu, **case.environment}


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
