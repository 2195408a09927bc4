"""Time variants in rounds of random order, each in a process of its own."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlplab.benchmark.disturbance import disturbances, judge_again
from mlplab.benchmark.problem import Problem, Train
from mlplab.benchmark.runners import (
    Epoch,
    Runner,
    Setup,
    VariantFault,
    start_runners,
    thread_variables,
)
from mlplab.machine.core_distance import CoreDistance, longest
from mlplab.machine.nearest_distance import patience_of, watched_distance
from mlplab.machine.processors import keep_processors_awake
from mlplab.machine.watch import (
    POOL_SLEEPS_AFTER_SECONDS,
    QuietWatch,
    share_of_others,
)
from mlplab.runtime.progress import Progress

logger = logging.getLogger(__name__)

# Shorter epochs than these follow an untimed one.
# See "An epoch after a pause takes longer" in docs/explanation/timing.md.
_SETTLED_FROM_SECONDS = 3.0
# Short epochs warm up for as long as so many measurements.
# See "The first epochs take longer" in docs/explanation/timing.md.
_WARMING_MEASUREMENTS = 4


@dataclass(frozen=True)
class Schedule:
    """How often and how long variants are measured.

    Attributes
    ----------
    rounds : passes over all variants
    measurement_seconds : a measurement has as many epochs as begin within this time, at least one.
        The system counts CPU time in hundredths of a second, so ``foreign_cpu_share`` and
        ``stolen_cpu_share`` are uncertain in a short measurement
    retries : disturbed measurements that are repeated at once, at most this many in all
    seed : of the order of the variants in each round
    """

    rounds: int
    measurement_seconds: float = 0.0
    retries: int = 0
    seed: int = 0


def refuse_absent(absent: Mapping[str, str], why: str) -> None:
    """Stop a comparison that needs every setup.

    Raises
    ------
    RuntimeError
        A setup is absent; the message says why all are needed, and the reason for each.
    """
    if absent:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in absent.items())
        raise RuntimeError(f"{why}; missing: {reasons}")


def measure_interleaved(
    variants: Mapping[str, Train], problem: Problem, schedule: Schedule
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Measure the seconds per epoch of several variants on one problem.

    Parameters
    ----------
    variants : by name, such as :class:`mlplab.benchmark.loading.NamedVariant`, or functions like
        those of variants. Other processes import the modules of these functions, so none can be
        defined in the script that runs
    problem : what they train; its thread limit is set before their libraries are loaded
    schedule : how often and how long

    Returns
    -------
    See :func:`measure_rounds`.
    """
    environment = thread_variables(problem.n_threads)
    setups = [Setup(name, train, problem, environment) for name, train in variants.items()]
    return measure_rounds(setups, schedule)


def measure_rounds(
    setups: Sequence[Setup], schedule: Schedule, *, verify_threads: bool = True
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Measure the seconds per epoch of several setups, each in a process of its own.

    In each round all are measured once, in random order. An untimed epoch comes first where epochs
    are short. Before the first round, short epochs warm up for the time of four measurements.

    Parameters
    ----------
    setups : what is measured
    schedule : how often and how long
    verify_threads : refuse a setup whose BLAS or OpenMP pools have more threads than its problem
        allows

    Returns
    -------
    A DataFrame with a row per measurement, and the reasons why setups are absent, by their names.
    The columns are those of :data:`mlplab.benchmark.summary.BATCH_SIZE_BENCHMARK` that do not
    depend on the input space, with ``variant`` as the name of the setup, and a column
    ``<part>_seconds`` for every part of an epoch that a variant timed.

    Raises
    ------
    VariantFault
        A variant failed, or has more threads than it may.
    """
    absent: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    random = np.random.default_rng(schedule.seed)
    retries = schedule.retries
    with ExitStack() as stack:
        n_threads = max(setup.problem.n_threads for setup in setups)
        distance = stack.enter_context(watched_distance(n_threads, patience_of(schedule.rounds)))
        runners = stack.enter_context(start_runners(setups))
        first = _run_first_epochs(runners, absent, distance)
        runners = [runner for runner in runners if runner.name in first]
        if verify_threads:
            _verify_threads(runners)
        for runner in runners:
            if first[runner.name] < _SETTLED_FROM_SECONDS:
                _warm_up(runner, _WARMING_MEASUREMENTS * schedule.measurement_seconds)
        progress = stack.enter_context(Progress(schedule.rounds, "round"))
        for number in range(1, schedule.rounds + 1):
            before = {
                "round": number,
                "load_average_before": os.getloadavg()[0],
                "foreign_cpu_share_before": share_of_others(),
            }
            for index in random.permutation(len(runners)):
                runner = runners[index]
                found = _measure_until_quiet(
                    runner, schedule.measurement_seconds, retries, distance
                )
                retries -= len(found) - 1
                constant = {**before, "first_epoch_seconds": first[runner.name]}
                rows += [_describe(runner) | constant | measurement for measurement in found]
            progress.advance()
    judge_again(rows, distance)
    return pd.DataFrame(rows), absent


def _run_first_epochs(
    runners: Sequence[Runner], absent: dict[str, str], distance: CoreDistance
) -> dict[str, float]:
    """Seconds of the first epoch of every variant that can run; the others go to ``absent``."""
    loaded = [runner for runner in runners if runner.wait_until_loaded()]
    first: dict[str, float] = {}
    # One after the other from here, so that nothing disturbs a choice of plan or a compilation.
    for runner in loaded:
        distance.bring_near()
        if runner.prepare():
            with keep_processors_awake():
                first[runner.name] = runner.run_epoch().wall_seconds
                runner.wait_until_at_rest()
    for runner in runners:
        if runner.absent:
            absent[runner.name] = runner.fault
            logger.warning("Skipping %s: %s", runner.name, runner.fault)
        elif runner.name not in first:
            raise VariantFault(f"variant {runner.name} failed: {runner.fault}")
    return first


def _verify_threads(runners: Sequence[Runner]) -> None:
    for runner in runners:
        for pool, seen in runner.pools.items():
            if seen > runner.problem.n_threads:
                raise VariantFault(
                    f"variant {runner.name}: found {seen} threads in the {pool} pool; allowed: "
                    f"at most {runner.problem.n_threads}"
                )


def _warm_up(runner: Runner, seconds: float) -> None:
    """Train untimed epochs for so long."""
    end = time.perf_counter() + seconds
    with keep_processors_awake():
        while time.perf_counter() < end:
            runner.run_epoch()
            runner.wait_until_at_rest()


def _measure_until_quiet(
    runner: Runner, seconds: float, retries: int, distance: CoreDistance
) -> list[dict[str, float | bool]]:
    """The measurements of a setup in a round: one more per disturbed one, at most ``retries``."""
    found: list[dict[str, float | bool]] = []
    while not found or (found[-1]["disturbed"] and len(found) <= retries):
        # Outside the block below: a host moves cores together only while they may sleep.
        distance.bring_near()
        with keep_processors_awake() as awake:
            measurement = _measure(runner, seconds, distance)
        found.append({"measurement": len(found) + 1, "processors_awake": awake, **measurement})
    return found


def _describe(runner: Runner) -> dict[str, Any]:
    return {
        "variant": runner.name,
        "batch_size": runner.problem.batch_size,
        "n_threads": runner.problem.n_threads,
        "blas_threads": runner.pools["blas"],
        "notes": runner.notes,
    }


def _measure(runner: Runner, seconds: float, distance: CoreDistance) -> dict[str, float | bool]:
    """Seconds of the next epochs of a variant, and what others and the host took of the machine."""
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    round_trip = distance.measure()
    if runner.last_wall_seconds < _SETTLED_FROM_SECONDS:
        runner.run_epoch()
        runner.wait_until_at_rest()
    epochs: list[Epoch] = []
    with QuietWatch() as watch:
        while not epochs or sum(epoch.wall_seconds for epoch in epochs) < seconds:
            epochs.append(runner.run_epoch())
    runner.wait_until_at_rest()
    # Also between its epochs.
    watch.count_as_own(epochs[-1].cpu_stop - epochs[0].cpu_start)
    wall = sum(epoch.wall_seconds for epoch in epochs)
    round_trip = longest(round_trip, distance.measure())
    return {
        "epochs": len(epochs),
        "wall_seconds": wall,
        "cpu_seconds": sum(epoch.cpu_seconds for epoch in epochs),
        "seconds_per_epoch": wall / len(epochs),
        **{
            f"{part}_seconds": sum(epoch.parts[part] for epoch in epochs) / len(epochs)
            for part in epochs[0].parts
        },
        **disturbances(watch, distance, round_trip),
    }
