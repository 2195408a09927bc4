"""Timings that can be believed: who else used the processors, medians, intervals of ratios."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlplab.machine import machine_record as machine_record

if TYPE_CHECKING:
    import pandas as pd

CONTAMINATED_ABOVE = 0.10
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
    """Seconds in which a tick of each processor is the share that is not yet ``contaminated``."""
    return 1 / (os.sysconf("SC_CLK_TCK") * CONTAMINATED_ABOVE)


def _own_cpu_seconds() -> float:
    """CPU seconds of this process, and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@dataclass
class QuietWatch:
    """Measures, as a context manager, the CPU seconds that other processes used meanwhile.

    A process that this one has started is another one as long as it has not ended. The system
    counts the seconds of all processes in ticks; the share is NaN where there are none, and of
    times so short that a tick of each processor would be a ``contaminated`` share.
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
    def contaminated(self) -> bool:
        """Whether others used more than a tenth of the machine."""
        return bool(self.foreign_share > CONTAMINATED_ABOVE)


def share_of_others() -> float:
    """Share of the machine that others use now, while this process is idle; NaN where unknown.

    First it waits until the threads of pools sleep, then it looks for as short as ticks can tell.
    """
    time.sleep(POOL_SLEEPS_AFTER_SECONDS)
    with QuietWatch() as watch:
        time.sleep(_shortest_told())
    return watch.foreign_share


def quiet_rounds(rounds: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not ``contaminated``, or all where there are fewer than two of these.

    A single one, of several, would have no interval and look certain.
    """
    quiet = rounds[~rounds["contaminated"].astype(bool)]
    return quiet if len(quiet) > 1 else rounds


@dataclass(frozen=True)
class Ratio:
    """A ratio of medians with a 95 % bootstrap interval and what it says."""

    ratio: float
    low: float
    high: float
    rounds: int

    @property
    def verdict(self) -> str:
        """Whether the numerator took more or less time, or neither can be said."""
        if self.low > 1.0:
            return "slower"
        return "faster" if self.high < 1.0 else "no clear difference"


def median_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> Ratio:
    """Median of ``seconds`` over the median of ``reference_seconds``, both of shape (rounds,).

    The interval is the percentile bootstrap over rounds of both (Efron and Tibshirani, 1993).
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if not len(seconds) or not len(reference):
        raise ValueError(f"a ratio needs rounds, got {len(seconds)} and {len(reference)}")
    random = np.random.default_rng(seed)

    def medians(values: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.median(random.choice(values, (resamples, len(values))), axis=1)
        return found

    low, high = np.quantile(medians(seconds) / medians(reference), [0.025, 0.975])
    return Ratio(
        float(np.median(seconds) / np.median(reference)),
        float(low),
        float(high),
        min(len(seconds), len(reference)),
    )


def paired_ratio(
    seconds: np.ndarray, reference_seconds: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> Ratio:
    """Median over rounds of the ratio of two times of the same round, both of shape (rounds,).

    What changes the speed of the machine between rounds changes both sides of a pair. The
    interval is the percentile bootstrap over pairs.
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference_seconds, float)
    if len(seconds) != len(reference):
        raise ValueError(f"pairs need both times, got {len(seconds)} and {len(reference)}")
    return Ratio(
        *median_interval(seconds / reference, seed=seed, resamples=resamples), len(seconds)
    )


def median_interval(
    values: np.ndarray, *, seed: int = 0, resamples: int = 10_000
) -> tuple[float, float, float]:
    """Median of ``values`` (rounds,) and the ends of its 95 % percentile bootstrap interval."""
    values = np.asarray(values, float)
    if not len(values):
        raise ValueError("a median needs rounds, got none")
    random = np.random.default_rng(seed)
    medians = np.median(random.choice(values, (resamples, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return float(np.median(values)), float(low), float(high)
