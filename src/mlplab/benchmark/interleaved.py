"""Time variants in alternating rounds, each in a process of its own."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal

import numpy as np
import pandas as pd

from mlplab.benchmark.problem import Problem, Train
from mlplab.benchmark.runners import (
    Case,
    Epoch,
    Runner,
    VariantFault,
    start_runners,
    thread_variables,
)
from mlplab.benchmark.variant_process import NamedVariant
from mlplab.machine.core_distance import CoreDistance, longest
from mlplab.machine.nearest_distance import watched_distance
from mlplab.machine.processors import keep_processors_awake
from mlplab.machine.watch import (
    DISTURBED_ABOVE,
    POOL_SLEEPS_AFTER_SECONDS,
    QuietWatch,
    share_of_others,
)
from mlplab.runtime.progress import Progress

logger = logging.getLogger(__name__)

# An epoch after idleness is longer, by a tenth at batch size 500 in NumPy and by 3 % if processors
# stay awake, so an untimed one comes first; in an epoch as long as this it makes no difference
# worth the time. Nor should one that was long by chance, as 0.3 s instead of 0.13 in scikit-learn,
# leave the next turn without.
_SETTLED_FROM_SECONDS, _SETTLED_AWAKE_FROM_SECONDS = 1.0, 0.35
# What a process keeps, and the system for it, grows during its first epochs: in scikit-learn at
# batch size 60,000 they took 0.19, 0.16, 0.14 and then 0.13 s, at 32 all of them 0.42 s. So epochs
# last four turns before the first one, unless they are long.
_WARMING_TURNS = 4
# How long a measurement lets processors wake each other: in 17 measurements this took up to 5
# seconds at a time, and up to 12 in all; in another one 12 were not enough.
_PATIENCE_SECONDS = 20.0
# More epochs than any measurement asks for.
_ENDLESS = 1_000_000


def refuse_absent(absent: Mapping[str, str], why: str) -> None:
    """For comparisons that make sense only with all cases.

    Raises
    ------
    RuntimeError
        A case is absent; the message says why all are needed, and what each lacks.
    """
    if absent:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in absent.items())
        raise RuntimeError(f"{why}; missing: {reasons}")


def measure_interleaved(
    variants: Sequence[str] | Mapping[str, Train],
    x: np.ndarray,
    codes: np.ndarray,
    *,
    batch_size: int,
    n_threads: int,
    rounds: int,
    seed: int = 0,
    measurement_seconds: float = 0.0,
    retries: int = 0,
    device: Literal["cpu", "gpu"] = "cpu",
    gpu_memory_mib: int | None = None,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Seconds per epoch of several variants, measured in turn in random order.

    Parameters
    ----------
    variants : names of variants, see :mod:`mlplab.benchmark.variants`, or functions like theirs by
        a name for each; they are sent to other processes, which import their modules, so none can
        be one of the script that runs
    x, codes : samples (n, n_features) float32, outputs that should be 1 (n,)
    n_threads : threads that each may use; set before the libraries of each are loaded
    rounds, seed, measurement_seconds, retries : see :func:`measure_cases`
    device, gpu_memory_mib : where Keras works, and the memory of a GPU that it may take

    Returns
    -------
    See :func:`measure_cases`.
    """
    if not isinstance(variants, Mapping):
        variants = {name: NamedVariant(name) for name in variants}
    problem = Problem(x, codes, batch_size, n_threads, _ENDLESS, device, gpu_memory_mib)
    environment = thread_variables(n_threads)
    cases = [Case(name, train, problem, environment) for name, train in variants.items()]
    return measure_cases(
        cases, rounds=rounds, seed=seed, measurement_seconds=measurement_seconds, retries=retries
    )


def measure_cases(
    cases: Sequence[Case],
    *,
    rounds: int,
    seed: int = 0,
    measurement_seconds: float = 0.0,
    retries: int = 0,
    verify_threads: bool = True,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Seconds per epoch of several cases, each in a process of its own, in random order.

    Parameters
    ----------
    rounds : turns of every case
    measurement_seconds : a turn has as many epochs as begin within this time, at least one, after
        an untimed one where epochs are short; before the first turn short epochs warm up for four
        times as long. The system counts CPU time in hundredths of a second, so what others used
        is uncertain in a short turn
    retries : turns that are ``disturbed`` and measured once more at once, at most this many
    verify_threads : refuse a case whose pools of BLAS or OpenMP have more threads than its problem
        allows

    Returns
    -------
    DataFrame with a row per turn: variant (the name of the case), batch_size, n_threads, round,
    attempt, processors_awake (see :func:`mlplab.machine.processors.keep_processors_awake`),
    load_average_before and foreign_cpu_share_before (of the round), epochs,
    wall_seconds, cpu_seconds, seconds_per_epoch, foreign_cpu_share (see
    :class:`mlplab.machine.watch.QuietWatch`), core_round_trip_ns (see
    :class:`mlplab.machine.core_distance.CoreDistance`; the longer of those before and after the
    turn), disturbed (others used more than a tenth of the machine, or processors were far
    apart), first_epoch_seconds, blas_threads (as threadpoolctl sees them in the process), notes,
    and a column ``<part>_seconds`` for every part of an epoch that a variant measured; and the
    cases that could not run for want of a package, each with the reason.

    Raises
    ------
    VariantFault
        A variant broke off, or has more threads than it may.
    """
    absent: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    random = np.random.default_rng(seed)
    with ExitStack() as stack:
        n_threads = max(case.problem.n_threads for case in cases)
        distance = stack.enter_context(watched_distance(n_threads, _PATIENCE_SECONDS))
        runners = stack.enter_context(start_runners(cases))
        first = _run_first_epochs(runners, absent, distance)
        runners = [runner for runner in runners if runner.name in first]
        if verify_threads:
            _verify_threads(runners)
        for runner in runners:
            if first[runner.name] < _SETTLED_FROM_SECONDS:
                _warm_up(runner, _WARMING_TURNS * measurement_seconds)
        progress = stack.enter_context(Progress(rounds, "round"))
        for number in range(1, rounds + 1):
            before = {
                "round": number,
                "load_average_before": os.getloadavg()[0],
                "foreign_cpu_share_before": share_of_others(),
            }
            for index in random.permutation(len(runners)):
                runner = runners[index]
                turns = _measure_until_quiet(runner, measurement_seconds, retries, distance)
                retries -= len(turns) - 1
                constant = {**before, "first_epoch_seconds": first[runner.name]}
                rows += [_describe(runner) | constant | turn for turn in turns]
            progress.advance()
    for row in rows:
        # Only now the nearest distance of all turns is known.
        row["disturbed"] |= distance.is_far(row["core_round_trip_ns"])
    return pd.DataFrame(rows), absent


def _run_first_epochs(
    runners: Sequence[Runner], absent: dict[str, str], distance: CoreDistance
) -> dict[str, float]:
    """Seconds of the first epoch of every variant that is there; the others go to ``absent``."""
    loaded = [runner for runner in runners if runner.wait_until_loaded()]
    first: dict[str, float] = {}
    # From here one after the other: to choose a plan and to compile must not be disturbed.
    for runner in loaded:
        distance.bring_near()
        if runner.prepare():
            with keep_processors_awake():
                first[runner.name] = runner.run_epoch().wall_seconds
                runner.wait_until_at_rest()
    for runner in runners:
        if runner.absent:
            absent[runner.name] = runner.fault
            logger.warning("%s takes no part: %s", runner.name, runner.fault)
        elif runner.name not in first:
            raise VariantFault(f"variant {runner.name} broke off: {runner.fault}")
    return first


def _verify_threads(runners: Sequence[Runner]) -> None:
    for runner in runners:
        for pool, seen in runner.pools.items():
            if seen > runner.problem.n_threads:
                raise VariantFault(
                    f"variant {runner.name}: {pool} has {seen} threads, although "
                    f"{runner.problem.n_threads} were allowed"
                )


def _warm_up(runner: Runner, seconds: float) -> None:
    """Train untimed epochs for so long."""
    end = time.perf_counter() + seconds
    with keep_processors_awake():
        while time.perf_counter() < end:
            runner.run_epoch()
            runner.wait_until_at_rest()


def _measure_until_quiet(
    runner: Runner, measurement_seconds: float, retries: int, distance: CoreDistance
) -> list[dict[str, float | bool]]:
    """The turns of a case in a round: one more for each disturbed one, at most ``retries``."""
    turns: list[dict[str, float | bool]] = []
    while not turns or (turns[-1]["disturbed"] and len(turns) <= retries):
        # A host sees that one processor wakes another only while they may sleep.
        distance.bring_near()
        with keep_processors_awake() as awake:
            settled_from = _SETTLED_AWAKE_FROM_SECONDS if awake else _SETTLED_FROM_SECONDS
            settled = runner.last_wall_seconds >= settled_from
            turn = _measure_turn(runner, measurement_seconds, settled, distance)
        turns.append({"attempt": len(turns) + 1, "processors_awake": awake, **turn})
    return turns


def _describe(runner: Runner) -> dict[str, Any]:
    return {
        "variant": runner.name,
        "batch_size": runner.problem.batch_size,
        "n_threads": runner.problem.n_threads,
        "blas_threads": runner.pools["blas"],
        "notes": runner.notes,
    }


def _measure_turn(
    runner: Runner, measurement_seconds: float, settled: bool, distance: CoreDistance
) -> dict[str, float | bool]:
    """Seconds of the next epochs of a variant, and how much others used the machine meanwhile."""
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    round_trip = distance.measure()
    if not settled:
        runner.run_epoch()
        runner.wait_until_at_rest()
    epochs: list[Epoch] = []
    with QuietWatch() as watch:
        while not epochs or sum(epoch.wall_seconds for epoch in epochs) < measurement_seconds:
            epochs.append(runner.run_epoch())
    runner.wait_until_at_rest()
    # What the child used, between its epochs too, is not foreign; QuietWatch counts this process.
    own = epochs[-1].cpu_stop - epochs[0].cpu_start
    foreign = watch.foreign_share - own / (watch.elapsed * (os.cpu_count() or 1))
    foreign = float(np.maximum(0.0, foreign))  # NaN, which is unknown, remains
    wall = sum(epoch.wall_seconds for epoch in epochs)
    round_trip = longest(round_trip, distance.measure())
    return {
        "epochs": len(epochs),
        "wall_seconds": wall,
        "cpu_seconds": sum(epoch.cpu_seconds for epoch in epochs),
        "seconds_per_epoch": wall / len(epochs),
        **{
            f"{part}_seconds": sum(epoch.parts[part] for epoch in epochs)
            for part in epochs[0].parts
        },
        "foreign_cpu_share": foreign,
        "core_round_trip_ns": round_trip,
        "disturbed": foreign > DISTURBED_ABOVE or distance.is_far(round_trip),
    }
