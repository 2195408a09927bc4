"""Threads of compiled code that wait for each other: by looking, then by sleeping.

Each thread has a word in a cache line of its own, in which it counts its meetings. In one more
word, the first thread tells which meeting is the last; the very last word tells that some thread
will not come.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from mlplab.numpy_mlp.compiled.intrinsics import load_acquire, nanoseconds, pause, store_release
from mlplab.numpy_mlp.compiled.kernels import OPTIONS

ONE_OF_MANY, LAST, ABANDONED = range(3)

# 128 bytes: processors that prefetch lines in pairs would fetch a neighbour's.
_WORDS_APART = 16
# 1,000 looks take some 20 µs, longer than a thread on another processor takes to see a word. A
# thread that yields goes on at once unless another waits for its processor; one that sleeps wakes
# so late that the others would sleep as well.
_LOOKS, _YIELDS = 1000, 2000
_NAP_MICROSECONDS = 50
_yield = types.ExternalFunction("sched_yield", types.int32())
_sleep = types.ExternalFunction("usleep", types.int32(types.uint32))


def make_words(n_threads: int) -> np.ndarray:
    """The words of a team's threads, int64, before their first meeting."""
    words = np.zeros((n_threads + 2) * _WORDS_APART, np.int64)
    words[-2 * _WORDS_APART] = np.iinfo(np.int64).max
    return words


def abandon(words: np.ndarray) -> None:
    """End the waiting of all threads: one of them does not come."""
    words[-_WORDS_APART] = 1


@njit(**OPTIONS)
def meet(words, thread, meeting, deadline):
    """Wait until all threads have come to this meeting (1, 2, …); return what it was.

    ``ABANDONED`` if one of them will not come; ``LAST`` if the first thread came to it, or to an
    earlier one, after the deadline; else ``ONE_OF_MANY``.
    """
    last = len(words) - 2 * _WORDS_APART
    if thread == 0 and nanoseconds() > deadline:
        store_release(words, last, meeting)
    store_release(words, thread * _WORDS_APART, meeting)
    for place in range(0, last, _WORDS_APART):
        looks = 0
        while load_acquire(words, place) < meeting:
            if load_acquire(words, len(words) - _WORDS_APART):
                return ABANDONED
            looks += 1
            if looks <= _LOOKS:
                pause()
            elif looks <= _LOOKS + _YIELDS:
                _yield()
            else:
                _sleep(_NAP_MICROSECONDS)
    return LAST if load_acquire(words, last) <= meeting else ONE_OF_MANY
