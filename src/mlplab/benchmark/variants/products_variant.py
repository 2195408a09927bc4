"""The matrix products of an epoch alone, operands in place: a limit for any NumPy network."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import Clock, Problem
from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.feature_split import count_follower_features
from mlplab.numpy_mlp.planning import choose_plan
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

Product = tuple[np.ndarray, np.ndarray, np.ndarray]


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; with the threads and the plan of ``numpy``."""
    sizes, batch = problem.layer_sizes, problem.batch_size
    plan = choose_plan(problem.x, sizes, batch, problem.n_threads, awake=True)
    rows = plan.rows_at_once(batch)
    n_slices = len(problem.x) // (rows * (1 if plan.split == "features" else plan.workers))

    multiply = np.matmul if plan.split == "features" else np.dot  # as the network does

    def work(products: list[Product]) -> None:
        for _ in range(n_slices):
            for left, right, result in products:
                multiply(left, right, out=result)

    with limit_blas_threads(plan.blas_threads), ThreadPoolExecutor(plan.workers) as pool:
        lists = _products(sizes, rows, plan)
        for _ in range(problem.epochs):
            clock.start()
            list(pool.map(work, lists))
            clock.stop()


def _products(sizes: list[int], rows: int, plan: Plan) -> list[list[Product]]:
    """The products of one slice, for every worker; none reads the result of another."""
    random = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:
        return random.standard_normal(shape, dtype=np.float32)

    def first_layer(x: np.ndarray, weights: np.ndarray) -> list[Product]:
        forward, backward = np.empty((rows, sizes[1]), np.float32), array(rows, sizes[1])
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
