"""Time variants in alternating rounds, each in a process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pandas as pd

from mlplab.timing import CONTAMINATED_ABOVE, QuietWatch
from mlplab.variants import Problem, load_variant

logger = logging.getLogger(__name__)

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class _PipeClock:
    """The clock of a variant: waits for a word from the parent, and sends it the seconds."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def start(self) -> None:
        self._pipe.recv()
        self._start = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        wall, cpu = self._start
        self._pipe.send(("epoch", time.perf_counter() - wall, time.process_time() - cpu))

    def note(self, text: str) -> None:
        self._pipe.send(("note", text))


def _run_variant(name: str, pipe: Connection, problem: Problem) -> None:
    """The life of a child process; thread variables were set before it was born."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        load_variant(name).train(problem, _PipeClock(pipe))
    except ModuleNotFoundError as error:
        pipe.send(("absent", str(error)))
    except Exception as error:
        pipe.send(("failed", f"{type(error).__name__}: {error}"))


class _Runner:
    """A child process that trains one variant, epoch by epoch."""

    def __init__(self, name: str, problem: Problem) -> None:
        self.name, self.notes, self.fault = name, "", ""
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process = context.Process(
            target=_run_variant, args=(name, child, problem), daemon=True
        )
        self._process.start()
        child.close()

    def run_epoch(self) -> tuple[float, float] | None:
        """Wall and CPU seconds of the next epoch; None if the variant cannot run."""
        try:
            self._pipe.send("go")
            while True:
                kind, *content = self._pipe.recv()
                if kind == "epoch":
                    return content[0], content[1]
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


def _measure_epoch(runner: _Runner) -> dict[str, float | bool]:
    """Seconds of the next epoch of a variant, and how much others used the machine meanwhile."""
    with QuietWatch() as watch:
        seconds = runner.run_epoch()
    if seconds is None:
        raise RuntimeError(f"variant {runner.name} broke off: {runner.fault}")
    # What the child used is not foreign; QuietWatch counts only this process.
    elapsed = max(watch.elapsed, 1e-9) * (os.cpu_count() or 1)
    foreign = max(0.0, watch.foreign_share - seconds[1] / elapsed)
    return {
        "wall_seconds": seconds[0],
        "cpu_seconds": seconds[1],
        "foreign_cpu_share": foreign,
        "contaminated": foreign > CONTAMINATED_ABOVE,
    }


def measure_interleaved(
    names: Sequence[str],
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
    names : variants, see :mod:`mlplab.variants`
    x, codes : samples (n, n_features) float32, outputs that should be 1 (n,)
    rounds : epochs of every variant that count; one before them warms up

    Returns
    -------
    DataFrame with a row per round and variant: variant, batch_size, n_threads, round,
    wall_seconds, cpu_seconds, foreign_cpu_share, contaminated, first_epoch_seconds, notes; and
    the variants that could not run, each with the reason.
    """
    problem = Problem(x, codes, batch_size, n_threads, rounds + 1)
    runners: list[_Runner] = []
    absent: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    with _thread_variables(n_threads), ExitStack() as stack:
        first: dict[str, float] = {}
        for name in names:
            runner = _Runner(name, problem)
            stack.callback(runner.stop)
            # One after the other: warming up must not be disturbed either.
            seconds = runner.run_epoch()
            if seconds is None:
                absent[name] = runner.fault
                logger.warning("%s takes no part: %s", name, runner.fault)
            else:
                first[name] = seconds[0]
                runners.append(runner)
        random = np.random.default_rng(seed)
        for number in range(1, rounds + 1):
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
