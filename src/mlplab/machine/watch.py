"""Who else used the processors while something was measured."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

DISTURBED_ABOVE = 0.10
# The threads of a pool wait busily for some time after their last work, and would take a
# processor from whoever comes next: those of OpenBLAS the longest, 2^26 cycles or about 0.03 s.
POOL_SLEEPS_AFTER_SECONDS = 0.05


def _machine_cpu_seconds() -> float | None:
    """CPU seconds that all processes used since the start, or None where /proc is missing."""
    try:
        numbers = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq = (int(number) for number in numbers[:7])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _shortest_told() -> float:
    """Seconds in which a tick of each processor is the share that is not yet ``disturbed``."""
    return 1 / (os.sysconf("SC_CLK_TCK") * DISTURBED_ABOVE)


def _own_cpu_seconds() -> float:
    """CPU seconds of this process, and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@dataclass
class QuietWatch:
    """Measures, as a context manager, the CPU seconds that other processes used meanwhile.

    A process that this one has started is another one as long as it has not ended. The system
    counts the seconds of all processes in ticks; the share is NaN where there are none, and of
    times so short that a tick of each processor would be a ``disturbed`` share.
    """

    foreign_share: float = field(default=float("nan"), init=False)
    elapsed: float = field(default=float("nan"), init=False)

    def __enter__(self) -> QuietWatch:
        self._start = (_machine_cpu_seconds(), _own_cpu_seconds(), time.perf_counter())
        return self

    def __exit__(self, *_: object) -> None:
        machine, own, wall = self._start
        self.elapsed = time.perf_counter() - wall
        now = _machine_cpu_seconds()
        if machine is None or now is None or self.elapsed < _shortest_told():
            return
        foreign = max(0.0, (now - machine) - (_own_cpu_seconds() - own))
        capacity = self.elapsed * (os.cpu_count() or 1)
        self.foreign_share = foreign / capacity

    @property
    def disturbed(self) -> bool:
        """Whether others used more than a tenth of the machine."""
        return bool(self.foreign_share > DISTURBED_ABOVE)


def share_of_others() -> float:
    """Share of the machine that others use now, while this process is idle; NaN where unknown.

    First it waits until the threads of pools sleep, then it looks for as short as ticks can tell.
    """
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    with QuietWatch() as watch:
        time.sleep(_shortest_told())
    return watch.foreign_share
