"""How far apart the processors are: how long a word takes from one to another and back.

A host may move the virtual processors of a machine at any time: to cores that share a cache, or to
cores of different chiplets, where a word takes several times as long. Whatever two threads work on
together then takes longer, though each of them alone and what they do apart does not, and no count
of CPU seconds tells.

This file is also the program of the process that answers, so it imports the standard library alone.
"""

from __future__ import annotations

import mmap
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from math import isfinite

# Farther apart than this many times the nearest is another place: on the machine of the README a
# word takes 0.2 or 0.5 microseconds from Python to Python.
_FAR_FROM = 1.5
_ROUND_TRIPS, _PARTS = 60, 15
# They take some hundredths of a second, in which a process that runs at all has answered.
_LOOKS = 1_000_000


class CoreDistance:
    """Measures, as a context manager, on the first ``n`` processors that this process may use.

    Where that cannot be done, on one processor or without Linux, all distances are NaN and nothing
    is far.

    Attributes
    ----------
    nearest : the shortest distance measured, nanoseconds
    """

    def __init__(self, n: int) -> None:
        self.nearest = float("nan")
        self._processors: list[int] = []
        if sys.platform == "linux":
            self._processors = sorted(os.sched_getaffinity(0))[:n]

    def __enter__(self) -> CoreDistance:
        if len(self._processors) < 2:
            return self
        file = os.memfd_create("words")
        try:
            os.ftruncate(file, mmap.PAGESIZE)
            self._page = mmap.mmap(file, mmap.PAGESIZE)
            # -S -E: nothing but this file is needed, and to start takes a few milliseconds.
            self._other = subprocess.Popen(
                [sys.executable, "-S", "-E", __file__, str(file)],
                stdin=subprocess.PIPE,
                pass_fds=[file],
                text=True,
            )
        finally:
            os.close(file)
        return self

    def __exit__(self, *_: object) -> None:
        if len(self._processors) > 1:
            self._other.communicate()
            self._page.close()

    def measure(self) -> float:
        """Nanoseconds to the farthest of these processors and back, seen from the first."""
        if len(self._processors) < 2:
            return float("nan")
        allowed = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, self._processors[:1])
            distance = max(map(self._measure_to, self._processors[1:]))
        finally:
            os.sched_setaffinity(0, allowed)
        self.nearest = min(filter(isfinite, (distance, self.nearest)), default=float("nan"))
        return distance

    def is_far(self, distance: float) -> bool:
        """Whether a distance is clearly longer than the nearest that was measured."""
        return distance > _FAR_FROM * self.nearest

    def wait_until_near(self, seconds: float) -> float:
        """Measure until processors are near, for at most so many seconds; those that are left."""
        end = time.perf_counter() + seconds
        while self.is_far(self.measure()) and time.perf_counter() < end:
            time.sleep(0.1)
        return max(0.0, end - time.perf_counter())

    def _measure_to(self, processor: int) -> float:
        assert self._other.stdin is not None
        with memoryview(self._page) as words:
            words[0] = 0
            try:
                self._other.stdin.write(f"{processor}\n")
                self._other.stdin.flush()
            except BrokenPipeError:
                return float("nan")
            seconds = []
            # The first answers once the other process has woken.
            for _ in range(1 + _PARTS):
                start = time.perf_counter()
                if not _exchange(words, asks=True):
                    return float("nan")
                seconds.append(time.perf_counter() - start)
        return statistics.median(seconds[1:]) / _ROUND_TRIPS * 1e9


def _exchange(words: memoryview, *, asks: bool) -> bool:
    """Send words to and fro; False if the other side falls silent."""
    for number in range(_ROUND_TRIPS):
        question, answer = 2 * number + 1, 2 * number + 2
        if asks:
            words[0] = question
        awaited = answer if asks else question
        for _ in range(_LOOKS):
            if words[0] == awaited:
                break
        else:
            return False
        if not asks:
            words[0] = answer
    return True


def _answer(file: int) -> None:
    """Answer until the standard input ends, on the processor that each line names."""
    page = memoryview(mmap.mmap(file, mmap.PAGESIZE))
    for line in sys.stdin:
        os.sched_setaffinity(0, [int(line)])
        for _ in range(1 + _PARTS):
            if not _exchange(page, asks=False):
                break


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        _answer(int(sys.argv[1]))
