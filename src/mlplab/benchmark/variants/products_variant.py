"""The matrix products of an epoch alone, operands in place: a limit for any NumPy network."""

from __future__ import annotations

import itertools
import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Self

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import Clock, Problem
from mlplab.machine.processors import keep_processors_awake
from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.feature_split import count_follower_features
from mlplab.numpy_mlp.trainer import Plan

VARIANT = Variant(
    package="numpy",
    framework="blas",
    label="products alone",
    color="#000000",
    marker=".",
    linestyle=(0, (1, 1.5)),
    order=10,
)

_SLICE_ROWS, _MOST_ROWS = (64, 125, 250, 500), 2000
_TRIALS = 3

Product = tuple[np.ndarray, np.ndarray, np.ndarray]


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; shared as is fastest, tried at the start."""
    with keep_processors_awake():
        plan = _find_fastest(problem)
    clock.note(f"{plan.workers}x{plan.blas_threads} threads, split by {plan.split}")
    with _Worker(problem, plan) as worker:
        for _ in range(problem.epochs):
            clock.start()
            worker.multiply()
            clock.stop()


class _Worker:
    """Threads that multiply the matrices of an epoch, shared as a plan says."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        rows = plan.rows_at_once(problem.batch_size)
        shares = 1 if plan.split == "features" else plan.workers
        self._n_slices = max(1, len(problem.x) // (rows * shares))
        self._multiply = np.matmul if plan.split == "features" else np.dot  # as the network does
        self._lists = _products(problem.layer_sizes, rows, plan, problem.x.dtype)
        self._plan = plan

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(limit_blas_threads(self._plan.blas_threads))
            self._pool = stack.enter_context(ThreadPoolExecutor(self._plan.workers))
            self._resources = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._resources.close()

    def multiply(self) -> None:
        """The products of an epoch."""
        list(self._pool.map(self._work, self._lists))

    def _work(self, products: list[Product]) -> None:
        for _ in range(self._n_slices):
            for left, right, result in products:
                self._multiply(left, right, out=result)


def _find_fastest(problem: Problem) -> Plan:
    """The plan with the shortest epoch of all that keep every thread at work."""
    batch, n = problem.batch_size, problem.n_threads
    share = -(-batch // n)
    plans = [Plan(n, 1, min(share, rows)) for rows in _SLICE_ROWS if rows <= share] or [
        Plan(n, 1, share)
    ]
    plans.append(Plan(1, n, min(batch, _MOST_ROWS)))
    if n == 2 and batch <= _MOST_ROWS:
        plans.append(Plan(2, 1, batch, "features"))
    seconds = dict.fromkeys(plans, math.inf)
    for _, plan in itertools.product(range(_TRIALS), plans):
        with _Worker(problem, plan) as worker:
            start = time.perf_counter()
            worker.multiply()
            seconds[plan] = min(seconds[plan], time.perf_counter() - start)
    return min(plans, key=seconds.__getitem__)


def _products(sizes: list[int], rows: int, plan: Plan, dtype: np.dtype) -> list[list[Product]]:
    """The products of one slice, for every worker; none reads the result of another."""
    random = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(dtype)

    def first_layer(x: np.ndarray, weights: np.ndarray) -> list[Product]:
        forward, backward = np.empty((rows, sizes[1]), dtype), array(rows, sizes[1])
        return [(x, weights, forward), (x.T, backward, np.empty_like(weights))]

    def upper_layers() -> list[Product]:
        products = []
        for lower, upper in itertools.pairwise(sizes[1:]):
            below, weights, above = array(rows, lower), array(lower, upper), array(rows, upper)
            products += [
                (below, weights, np.empty_like(above)),
                (above, weights.T, np.empty_like(below)),
                (below.T, above, np.empty_like(weights)),
            ]
        return products

    if plan.split == "rows":
        return [
            first_layer(array(rows, sizes[0]), array(*sizes[:2])) + upper_layers()
            for _ in range(plan.workers)
        ]
    cut = count_follower_features(sizes)
    x, weights = array(rows, sizes[0]), array(*sizes[:2])
    return [
        first_layer(x[:, cut:], weights[cut:]) + upper_layers(),
        first_layer(x[:, :cut], weights[:cut]),
    ]
