"""How much of the machine is lost to others, or to the host, while something is measured."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

from mlplab.machine.processors import machine_processors

DISTURBED_ABOVE = 0.10
# Threads of a pool spin for a while after their last work, those of OpenBLAS the longest: 2^26
# cycles, or about 0.03 s.
POOL_SLEEPS_AFTER_SECONDS = 0.05

# Idle time does not count; not every system reports all of these. Linux counts the time of guests
# as time of their users, so it is not added.
_BUSY = ("user", "nice", "system", "irq", "softirq")


class _MachineTimes(NamedTuple):
    """Seconds of all processors since the system started: of processes, and taken by the host."""

    busy: float
    stolen: float


def _machine_times() -> _MachineTimes | None:
    """None where they are unknown; NaN where only those that the host took are."""
    try:
        times = psutil.cpu_times()
    except (OSError, psutil.Error):
        return None
    busy = sum(getattr(times, name, 0.0) for name in _BUSY)
    return _MachineTimes(busy, getattr(times, "steal", math.nan))


def _shortest_known() -> float:
    """Seconds in which one clock tick of every processor is just within ``DISTURBED_ABOVE``."""
    return 1 / (os.sysconf("SC_CLK_TCK") * DISTURBED_ABOVE)


def _own_cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _at_least_zero(share: float) -> float:
    """Clock ticks of two counts may differ by one; NaN stays."""
    return 0.0 if share < 0 else share


@dataclass
class QuietWatch:
    """Measure the CPU time that this process lost to others while a ``with`` block runs.

    A child of this process counts as another process until it ends. The system counts CPU time in
    clock ticks. Shares are NaN where it has no such counts, and for a block so short that a single
    tick of every processor would make it ``disturbed``.

    Shares are of all processors of the machine, because the system counts their time together. A
    process with an affinity or a CPU quota may use fewer; others disturb its caches and its memory
    on the rest.

    Attributes
    ----------
    foreign_share : share of the machine's CPU time that other processes used, 0 to 1
    stolen_share : share that the host of a virtual machine gave to others, 0 to 1. Linux counts it
        for processors with work to do, so it is 0 on an idle machine
    elapsed : wall seconds of the block
    """

    foreign_share: float = field(default=math.nan, init=False)
    stolen_share: float = field(default=math.nan, init=False)
    elapsed: float = field(default=math.nan, init=False)

    def __enter__(self) -> QuietWatch:
        machine = _machine_times()
        own = 0.0 if machine is None else _own_cpu_seconds()
        self._start = (machine, own, time.perf_counter())
        return self

    def __exit__(self, *_: object) -> None:
        machine, own, wall = self._start
        self.elapsed = time.perf_counter() - wall
        now = _machine_times()
        if machine is None or now is None or self.elapsed < _shortest_known():
            return
        self.foreign_share = self._share(now.busy - machine.busy - (_own_cpu_seconds() - own))
        self.stolen_share = self._share(now.stolen - machine.stolen)

    def count_as_own(self, cpu_seconds: float) -> None:
        """Take CPU seconds of a child that still runs out of the time of others."""
        self.foreign_share = _at_least_zero(self.foreign_share - self._share(cpu_seconds))

    @property
    def lost_share(self) -> float:
        """Share of the machine that others used or the host took; NaN where that is unknown."""
        return self.foreign_share + (0.0 if math.isnan(self.stolen_share) else self.stolen_share)

    @property
    def disturbed(self) -> bool:
        """Whether others and the host took more than a tenth of the machine."""
        return self.lost_share > DISTURBED_ABOVE

    def columns(self) -> dict[str, float | bool]:
        """What a table says of a measurement during the block."""
        return {
            "foreign_cpu_share": self.foreign_share,
            "stolen_cpu_share": self.stolen_share,
            "disturbed": self.disturbed,
        }

    def _share(self, cpu_seconds: float) -> float:
        return _at_least_zero(cpu_seconds / (self.elapsed * machine_processors()))


def share_of_others() -> float:
    """Share of the machine that others use now, 0 to 1; NaN where that is unknown.

    Call it while this process is idle. It waits until the threads of pools sleep, then measures
    for the shortest time in which ticks are precise enough: about 0.15 s in all.
    """
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    with QuietWatch() as watch:
        time.sleep(_shortest_known())
    return watch.foreign_share
