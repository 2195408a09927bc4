"""Whether threads that wait for each other pay, by what the last batches took."""

from __future__ import annotations

import math

# So much of a thread's time without a processor tells that others use it, too.
_WAITING_SHARE = 0.2
_SHORTEST_TERM, _LONGEST_TERM = 4, 32
# Threads that meet have longer: the system may have to move one of them to another processor. With
# 10 ms for both, one thread worked alone too often on a quiet machine.
_SEGMENT_NS, _TRIAL_NS = 30_000_000, 10_000_000


class Pace:
    """Decides whether the shares of the next batches go to a thread each or to one alone.

    Threads that meet for every batch need a processor each. Where others use the processors, one
    thread that works all shares may be faster; it computes the same bytes. So after batches in
    which a thread had no processor, both ways are tried, and the faster one is kept for a term,
    which is twice as long each time the same way wins.

    Attributes
    ----------
    alone : whether one thread works all shares of the next batches
    segment_ns : nanoseconds until the pace wants to be told how long the next batches took
    """

    def __init__(self) -> None:
        self.alone = False
        self._seconds = {False: math.inf, True: math.inf}  # per batch, by ``alone``
        self._term, self._left = _SHORTEST_TERM, 0
        self._in_trial = False
        self.segment_ns = _SEGMENT_NS

    def note(self, seconds: float, n_batches: int, lost: float) -> None:
        """Learn how long some batches took, and for how long a thread had no processor."""
        self._seconds[self.alone] = seconds / n_batches
        if self._in_trial:
            winner = self._seconds[True] < self._seconds[False]
            changed = winner == self.alone
            self._term = _SHORTEST_TERM if changed else min(2 * self._term, _LONGEST_TERM)
            self.alone, self._in_trial, self._left = winner, False, self._term
            self.segment_ns = _SEGMENT_NS
            return
        self._left -= 1
        waits = lost > _WAITING_SHARE * seconds
        self._in_trial = self._left < 0 and (self.alone or waits)
        if self._in_trial:
            self.alone = not self.alone
        self.segment_ns = _TRIAL_NS if self._in_trial and self.alone else _SEGMENT_NS
