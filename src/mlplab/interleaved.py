"""Time variants in alternating rounds, each in a process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mlplab.timing import CONTAMINATED_ABOVE, QuietWatch
from mlplab.variants import Clock, Problem, Train, load_variant

logger = logging.getLogger(__name__)

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# The threads of a pool wait busily for some time after their last work, and would take a
# processor from whoever comes next.
_POOL_SLEEPS_AFTER_SECONDS = 0.1
# A processor and its memory that were idle need some work to come to speed: without it an epoch
# of 0.11 s took 0.13.
_SETTLE_SECONDS = 0.3
# More epochs than any measurement asks for.
_ENDLESS = 1_000_000


class _Epoch(NamedTuple):
    """Seconds of an epoch, and those of its parts that the variant measured."""

    wall_seconds: float
    cpu_seconds: float
    parts: dict[str, float]


class _PipeClock:
    """The clock of a variant: waits for a word from the parent, and sends it the seconds."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def start(self) -> None:
        self._pipe.recv()
        self._start = time.perf_counter(), time.process_time()

    def stop(self, parts: Mapping[str, float] | None = None) -> None:
        wall, cpu = self._start
        seconds = time.perf_counter() - wall, time.process_time() - cpu
        self._pipe.send(("epoch", *seconds, dict(parts or {})))

    def note(self, text: str) -> None:
        self._pipe.send(("note", text))


def _train_named(name: str, problem: Problem, clock: Clock) -> None:
    load_variant(name).train(problem, clock)


def _run_variant(train: Train, pipe: Connection, problem: Problem) -> None:
    """The life of a child process; thread variables were set before it was born."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with suppress(EOFError):  # the parent has had enough
            train(problem, _PipeClock(pipe))
    except ModuleNotFoundError as error:
        pipe.send(("absent", str(error)))
    except Exception as error:
        pipe.send(("failed", f"{type(error).__name__}: {error}"))


class _Runner:
    """A child process that trains one variant, epoch by epoch."""

    def __init__(self, name: str, train: Train, problem: Problem) -> None:
        self.name, self.notes, self.fault = name, "", ""
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process = context.Process(
            target=_run_variant, args=(train, child, problem), daemon=True
        )
        self._process.start()
        child.close()

    def run_epoch(self) -> _Epoch | None:
        """Seconds of the next epoch; None if the variant cannot run."""
        try:
            self._pipe.send("go")
            while True:
                kind, *content = self._pipe.recv()
                if kind == "epoch":
                    return _Epoch(*content)
                if kind == "note":
                    self.notes = content[0]
                    continue
                self.fault = content[0]
                return None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.fault = self.fault or "its process ended"
            return None

    def stop(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def _thread_variables(n_threads: int) -> Iterator[None]:
    """Set the environment variables that limit the threads of processes born meanwhile."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(n_threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _run_or_raise(runner: _Runner) -> _Epoch:
    epoch = runner.run_epoch()
    if epoch is None:
        raise RuntimeError(f"variant {runner.name} broke off: {runner.fault}")
    return epoch


def _measure_epoch(runner: _Runner) -> dict[str, float | bool]:
    """Seconds of the next epoch of a variant, and how much others used the machine meanwhile."""
    time.sleep(_POOL_SLEEPS_AFTER_SECONDS)
    start = time.perf_counter()
    settling = True
    while settling:
        _run_or_raise(runner)
        settling = time.perf_counter() - start < _SETTLE_SECONDS
    with QuietWatch() as watch:
        epoch = _run_or_raise(runner)
    # What the child used is not foreign; QuietWatch counts only this process.
    elapsed = max(watch.elapsed, 1e-9) * (os.cpu_count() or 1)
    foreign = max(0.0, watch.foreign_share - epoch.cpu_seconds / elapsed)
    return {
        "wall_seconds": epoch.wall_seconds,
        "cpu_seconds": epoch.cpu_seconds,
        **{f"{part}_seconds": seconds for part, seconds in epoch.parts.items()},
        "foreign_cpu_share": foreign,
        "contaminated": foreign > CONTAMINATED_ABOVE,
    }


def measure_interleaved(
    variants: Sequence[str] | Mapping[str, Train],
    x: np.ndarray,
    codes: np.ndarray,
    *,
    batch_size: int,
    n_threads: int,
    rounds: int,
    seed: int = 0,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Seconds per epoch of several variants, measured in turn in random order.

    Parameters
    ----------
    variants : names of variants, see :mod:`mlplab.variants`, or functions like theirs by a name
        for each; they are sent to other processes, so they must be importable there
    x, codes : samples (n, n_features) float32, outputs that should be 1 (n,)
    rounds : epochs of every variant that count. One at the start warms up; in every turn, epochs
        that do not count go before that which does, until 0.3 s have passed

    Returns
    -------
    DataFrame with a row per round and variant: variant, batch_size, n_threads, round,
    wall_seconds, cpu_seconds, foreign_cpu_share, contaminated, first_epoch_seconds, notes, and a
    column ``<part>_seconds`` for every part of an epoch that a variant measured; and the variants
    that could not run, each with the reason.

    Raises
    ------
    RuntimeError
        A variant broke off after its first epoch.

    Notes
    -----
    The new processes import the script that calls this, so the call needs the usual
    ``if __name__ == "__main__":``.
    """
    if not isinstance(variants, Mapping):
        variants = {name: partial(_train_named, name) for name in variants}
    problem = Problem(x, codes, batch_size, n_threads, _ENDLESS)
    runners: list[_Runner] = []
    absent: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    with _thread_variables(n_threads), ExitStack() as stack:
        first: dict[str, float] = {}
        for name, train in variants.items():
            runner = _Runner(name, train, problem)
            stack.callback(runner.stop)
            # One after the other: warming up must not be disturbed either.
            epoch = runner.run_epoch()
            if epoch is None:
                absent[name] = runner.fault
                logger.warning("%s takes no part: %s", name, runner.fault)
            else:
                first[name] = epoch.wall_seconds
                runners.append(runner)
        random = np.random.default_rng(seed)
        for number in range(1, rounds + 1):
            logger.info("round %d of %d", number, rounds)
            for index in random.permutation(len(runners)):
                runner = runners[index]
                rows.append(
                    {
                        "variant": runner.name,
                        "batch_size": batch_size,
                        "n_threads": n_threads,
                        "round": number,
                        **_measure_epoch(runner),
                        "first_epoch_seconds": first[runner.name],
                        "notes": runner.notes,
                    }
                )
    return pd.DataFrame(rows), absent
