"""Round-trip latency between cores.

A host may move the virtual processors of a machine at any time, onto cores that share a cache or
onto cores of different chiplets, where a message takes several times as long. Threads that work
together then slow down, although each of them alone does not, and CPU times show nothing. Cores
that wake each other come together again: the scheduler of Linux (``wake_affine``) prefers to run a
woken thread near its waker.

This file is also the program of the process that answers, so it imports the standard library alone.
"""

from __future__ import annotations

import mmap
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from math import isfinite

# A latency beyond so many times the shortest means cores that share no cache.
# See "The latency between cores has levels" in docs/explanation/timing.md.
_FAR_FROM = 1.4
_ROUND_TRIPS, _PARTS = 60, 15
# See "Bringing cores together takes seconds" in docs/explanation/timing.md.
_WAKING_SECONDS = 0.1
_ANSWER, _WAKE = "answer", "wake"
# They take some hundredths of a second; a process that runs has answered by then.
_LOOKS = 1_000_000


class CoreDistance:
    """Context manager that measures latencies on the first ``n`` processors of this process.

    On a single processor, and on systems other than Linux, all latencies are NaN and nothing is
    far.

    Attributes
    ----------
    processors : their numbers, in ascending order
    nearest : the shortest latency known, in nanoseconds
    patience : seconds left for bringing far cores together
    came_near : how often they came together while they were brought
    """

    def __init__(self, n: int, patience: float) -> None:
        self.nearest = float("nan")
        self.patience = patience
        self.came_near = 0
        self.processors: list[int] = []
        if sys.platform == "linux":
            self.processors = sorted(os.sched_getaffinity(0))[:n]

    def __enter__(self) -> CoreDistance:
        if len(self.processors) < 2:
            return self
        file = os.memfd_create("words")
        try:
            os.ftruncate(file, mmap.PAGESIZE)
            self._page = mmap.mmap(file, mmap.PAGESIZE)
            # -S -E: Python starts in a few milliseconds without its site packages.
            self._other = subprocess.Popen(
                [sys.executable, "-S", "-E", __file__, str(file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[file],
                text=True,
            )
        finally:
            os.close(file)
        assert self._other.stdin is not None
        assert self._other.stdout is not None
        self._orders, self._replies = self._other.stdin, self._other.stdout
        self._order(self.processors[0], _WAKE)  # until it has started
        return self

    def __exit__(self, *_: object) -> None:
        if len(self.processors) > 1:
            self._other.communicate()
            self._page.close()

    def measure(self) -> float:
        """Round-trip latency from the first to the farthest of the processors, in nanoseconds.

        NaN if one of them did not answer in time, as on a busy machine.
        """
        distance = self._from_the_first(self._measure_to)
        self.nearest = min(filter(isfinite, (distance, self.nearest)), default=float("nan"))
        return distance

    def find_nearest(self, seconds: float) -> None:
        """Let processors wake each other for ``seconds``, to learn the shortest latency."""
        end = time.perf_counter() + seconds
        self.measure()
        while time.perf_counter() < end and isfinite(self._from_the_first(self._wake)):
            self.measure()

    def is_far(self, distance: float) -> bool:
        """Whether a latency is clearly longer than the shortest one known."""
        return distance > _FAR_FROM * self.nearest

    def bring_near(self) -> None:
        """Let processors wake each other until they are near or ``patience`` is used up."""
        far = False
        while self.patience > 0:
            distance = self.measure()
            was_far, far = far, self.is_far(distance)
            if not far:
                self.came_near += was_far and isfinite(distance)
                return
            start = time.perf_counter()
            self._from_the_first(self._wake)
            self.patience -= time.perf_counter() - start

    def _from_the_first(self, function: Callable[[int], float]) -> float:
        """The largest value of a function of each other processor, called on the first; or NaN."""
        if len(self.processors) < 2:
            return float("nan")
        allowed = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, self.processors[:1])
            values = [function(processor) for processor in self.processors[1:]]
        finally:
            os.sched_setaffinity(0, allowed)
        return max(values) if all(map(isfinite, values)) else float("nan")

    def _wake(self, processor: int) -> float:
        """Exchange wake-ups with a processor for some time; the seconds, or NaN if it has ended."""
        start = time.perf_counter()
        while (seconds := time.perf_counter() - start) < _WAKING_SECONDS:
            if not self._order(processor, _WAKE):
                return float("nan")
        return seconds

    def _order(self, processor: int, what: str) -> bool:
        """Send an order to the other process and wait for its reply; False if it has ended."""
        try:
            self._orders.write(f"{processor} {what}\n")
            self._orders.flush()
        except BrokenPipeError:
            return False
        return bool(self._replies.readline())

    def _measure_to(self, processor: int) -> float:
        with memoryview(self._page) as words:
            words[0] = 0
            if not self._order(processor, _ANSWER):
                return float("nan")
            seconds = []
            for _ in range(_PARTS):
                start = time.perf_counter()
                if not _exchange(words, asks=True):
                    break
                seconds.append(time.perf_counter() - start)
            # Wait for it, so that it disturbs no later measurement.
            self._replies.readline()
        if len(seconds) < _PARTS:
            return float("nan")
        return statistics.median(seconds) / _ROUND_TRIPS * 1e9


def longest(*distances: float) -> float:
    """The longest of the latencies that are known; NaN if none is."""
    return max(filter(isfinite, distances), default=float("nan"))


def _exchange(words: memoryview, *, asks: bool) -> bool:
    """Exchange numbers with the other side; False if it stops answering."""
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
    """Carry out each line of the standard input on the processor that it names."""
    page = memoryview(mmap.mmap(file, mmap.PAGESIZE))
    for line in sys.stdin:
        processor, what = line.split()
        os.sched_setaffinity(0, [int(processor)])
        print(flush=True)
        if what == _ANSWER:
            for _ in range(_PARTS):
                if not _exchange(page, asks=False):
                    break
            print(flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        _answer(int(sys.argv[1]))
