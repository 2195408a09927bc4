"""Choose how the work of a batch is spread, by measuring it on this machine."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Plan, Step, Trainer

logger = logging.getLogger(__name__)

# Below this many multiplications a batch, handing a part to a second thread costs more than it
# saves on any machine measured; it also keeps a fit of a toy example free of measurements.
_SERIAL_BELOW = 200_000
_SLICE_ROWS = (250, 500, 1000)
_MEASURED_SAMPLES = 4_000
_ROUNDS = 3


def choose_plan(
    layer_sizes: Sequence[int], batch_size: int, dtype: np.dtype | str, n_threads: int
) -> Plan:
    """The fastest way to train such a network with such batches on ``n_threads`` threads.

    Candidates are timed in alternating rounds on random data, once per process and shape.
    """
    n_products = batch_size * sum(a * b for a, b in itertools.pairwise(layer_sizes))
    if n_threads == 1 or n_products < _SERIAL_BELOW:
        return Plan(1, 1, max(batch_size, 1) if n_products < _SERIAL_BELOW else _SLICE_ROWS[-1])
    return _measure(tuple(layer_sizes), batch_size, np.dtype(dtype).name, n_threads)


@lru_cache(maxsize=64)
def _measure(layer_sizes: tuple[int, ...], batch_size: int, dtype: str, n_threads: int) -> Plan:
    share = -(-batch_size // n_threads)
    slices = [rows for rows in _SLICE_ROWS if rows < share]
    if share <= _SLICE_ROWS[-1]:
        slices.append(share)
    plans = [Plan(n_threads, 1, rows) for rows in slices]
    if batch_size <= _MEASURED_SAMPLES:
        plans.append(Plan(1, n_threads, batch_size))
    n = (
        min(batch_size, 10 * _MEASURED_SAMPLES)
        if batch_size > _MEASURED_SAMPLES
        else (_MEASURED_SAMPLES // batch_size * batch_size)
    )
    random = np.random.RandomState(0)
    x = random.standard_normal((n, layer_sizes[0])).astype(dtype)
    codes = random.randint(layer_sizes[-1], size=n)
    order = random.permutation(n)
    seconds: dict[Plan, list[float]] = {plan: [] for plan in plans}
    for _ in range(_ROUNDS):
        for plan in plans:
            parameters = draw_parameters(layer_sizes, dtype, random)
            previous = Parameters.zeros(layer_sizes, dtype)
            with Trainer(parameters, previous, min(batch_size, n), plan) as trainer:
                start = time.perf_counter()
                trainer.run_epoch(x, codes, order, Step(1e-4, 1e-4, 1e-4, 0.0))
                seconds[plan].append(time.perf_counter() - start)
    best = min(plans, key=lambda plan: min(seconds[plan]))
    logger.info("batch size %d on %d threads: %s", batch_size, n_threads, best)
    return best
