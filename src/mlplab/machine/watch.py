"""How much of the machine other processes use while something is measured."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import psutil

DISTURBED_ABOVE = 0.10
# Threads of a pool spin for a while after their last work, those of OpenBLAS the longest: 2^26
# cycles, or about 0.03 s.
POOL_SLEEPS_AFTER_SECONDS = 0.05

# Idle time does not count; not every system reports all of these.
_BUSY = ("user", "nice", "system", "irq", "softirq")


def _machine_cpu_seconds() -> float | None:
    """CPU seconds of all processes since the system started; None where they are unknown."""
    try:
        times = psutil.cpu_times()
    except (OSError, psutil.Error):
        return None
    return sum(getattr(times, name, 0.0) for name in _BUSY)


def _shortest_known() -> float:
    """Seconds in which one clock tick of every processor is just within ``DISTURBED_ABOVE``."""
    return 1 / (os.sysconf("SC_CLK_TCK") * DISTURBED_ABOVE)


def _own_cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


@dataclass
class QuietWatch:
    """Measure the CPU time that other processes use while a ``with`` block runs.

    A child of this process counts as another process until it ends. The system counts CPU time in
    clock ticks. ``foreign_share`` is NaN where the system has no such counts, and for a block so
    short that a single tick of every processor would make it ``disturbed``.

    Attributes
    ----------
    foreign_share : share of the machine's CPU time that others used, 0 to 1
    elapsed : wall seconds of the block
    """

    foreign_share: float = field(default=float("nan"), init=False)
    elapsed: float = field(default=float("nan"), init=False)

    def __enter__(self) -> QuietWatch:
        machine = _machine_cpu_seconds()
        own = 0.0 if machine is None else _own_cpu_seconds()
        self._start = (machine, own, time.perf_counter())
        return self

    def __exit__(self, *_: object) -> None:
        machine, own, wall = self._start
        self.elapsed = time.perf_counter() - wall
        now = _machine_cpu_seconds()
        if machine is None or now is None or self.elapsed < _shortest_known():
            return
        foreign = max(0.0, (now - machine) - (_own_cpu_seconds() - own))
        capacity = self.elapsed * (os.cpu_count() or 1)
        self.foreign_share = foreign / capacity

    @property
    def disturbed(self) -> bool:
        """Whether others used more than a tenth of the machine."""
        return bool(self.foreign_share > DISTURBED_ABOVE)


def share_of_others() -> float:
    """Share of the machine that others use now, 0 to 1; NaN where that is unknown.

    Call it while this process is idle. It waits until the threads of pools sleep, then measures
    for the shortest time in which ticks are precise enough: about 0.15 s in all.
    """
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    with QuietWatch() as watch:
        time.sleep(_shortest_known())
    return watch.foreign_share
