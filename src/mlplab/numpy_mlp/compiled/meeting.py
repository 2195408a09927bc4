"""Threads of compiled code that wait for each other: by looking, and soon by sleeping.

Each thread has a word in a cache line of its own, in which it counts its meetings.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from mlplab.numpy_mlp.compiled.intrinsics import load_acquire, pause, store_release
from mlplab.numpy_mlp.compiled.kernels import OPTIONS

# 128 bytes: processors that prefetch lines in pairs would fetch a neighbour's.
_WORDS_APART = 16
# Looks take some 20 µs together, longer than a wake-up of a thread on another processor.
_LOOKS = 1000
_NAP_MICROSECONDS = 50
NAP_SECONDS = _NAP_MICROSECONDS * 1e-6
_sleep = types.ExternalFunction("usleep", types.int32(types.uint32))


def make_words(n_threads: int) -> np.ndarray:
    """The words of a team's threads, int64, all zero."""
    return np.zeros(n_threads * _WORDS_APART, np.int64)


@njit(**OPTIONS)
def meet(words, thread, meeting):
    """Wait until all threads have come to this meeting (1, 2, …); how often this one slept."""
    store_release(words, thread * _WORDS_APART, meeting)
    naps = 0
    for place in range(0, len(words), _WORDS_APART):
        looks = 0
        while load_acquire(words, place) < meeting:
            if looks < _LOOKS:
                looks += 1
                pause()
            else:
                _sleep(_NAP_MICROSECONDS)
                naps += 1
    return naps
