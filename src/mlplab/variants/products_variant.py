"""The bare matrix products of an epoch, operands in place: a limit that no NumPy network beats."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.variants import Clock, Problem

REQUIRES = "numpy"


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.variants`; threads and slices are those of the numpy variant."""
    sizes, batch = problem.layer_sizes, problem.batch_size
    plan = choose_plan(sizes, batch, np.float32, problem.n_threads)
    share = batch // plan.workers
    rows = min(plan.slice_rows, share)
    random = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:
        return random.standard_normal(shape, dtype=np.float32)

    weights = [array(a, b) for a, b in itertools.pairwise(sizes)]
    places = [
        ([array(rows, s) for s in sizes], [np.empty_like(w) for w in weights])
        for _ in range(plan.workers)
    ]
    n_slices = len(problem.x) // (rows * plan.workers)

    def work(place: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
        layers, gradients = place
        for _ in range(n_slices):
            for layer, weight in enumerate(weights):
                np.dot(layers[layer], weight, out=layers[layer + 1])
            for layer in range(len(weights) - 1, -1, -1):
                np.dot(layers[layer].T, layers[layer + 1], out=gradients[layer])
                if layer:
                    np.dot(layers[layer + 1], weights[layer].T, out=layers[layer])
            for layer in layers[1:]:
                layer.fill(0.5)

    with (
        limit_blas_threads(plan.blas_threads),
        ThreadPoolExecutor(plan.workers) as pool,
    ):
        for _ in range(problem.epochs):
            clock.start()
            list(pool.map(work, places))
            clock.stop()
