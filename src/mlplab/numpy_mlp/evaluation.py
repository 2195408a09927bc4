"""Outputs of a network for all samples, without training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

import numpy as np

from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.sparse_rows import Rows
from mlplab.numpy_mlp.team import Link, Team
from mlplab.numpy_mlp.workspace import (
    BatchStatistics,
    OrderedSamples,
    Workspace,
    add_statistics,
    values_per_row,
)

# Enough for products at full speed and for few waits for the interpreter lock, and few enough for
# the activations to stay in the cache of a core.
_ROWS, _FEWEST_ROWS = 500, 16
# Sparse samples are dense while they are evaluated: with very many features fewer at a time.
_MOST_INPUTS = 2**24


def fit_idle(layer_sizes: Sequence[int], idle_values: int) -> tuple[int, bool]:
    """Samples of a slice, and whether its activations fit into an idle array."""
    most = min(_ROWS, max(_FEWEST_ROWS, _MOST_INPUTS // layer_sizes[0]))
    fitting = idle_values // values_per_row(layer_sizes, trains=False)
    return (min(most, fitting), True) if fitting >= _FEWEST_ROWS else (most, False)


def fold_sigmoids(parameters: Parameters) -> Parameters:
    """Parameters with which tanh in the hidden layers gives the logits that sigmoids gave.

    1 / (1 + exp(−z)) = (1 + tanh(z/2)) / 2: half of z, and half of 1 + tanh, go into the weights
    and biases once, and need no pass over the activations of all samples.
    """
    folded = Parameters.from_vector(parameters.layer_sizes, parameters.vector.copy())
    for weights, biases in zip(folded.weights[1:], folded.biases[1:], strict=True):
        weights /= 2
        biases += weights.sum(axis=0)
    for hidden in (*folded.weights[:-1], *folded.biases[:-1]):
        hidden /= 2
    return folded


class Evaluation:
    """Forward passes over any number of samples, divided by rows among the threads of a team.

    ``idle`` are arrays, one per thread, that are free meanwhile; they hold the activations if they
    are large enough.
    """

    def __init__(self, parameters: Parameters, idle: Sequence[np.ndarray]) -> None:
        sizes, dtype = parameters.layer_sizes, parameters.vector.dtype
        self._parameters = parameters
        self._rows, borrows = fit_idle(sizes, min(array.size for array in idle))
        self._workspaces = [
            Workspace(sizes, self._rows, dtype, trains=False, memory=array if borrows else None)
            for array in idle
        ]

    def statistics(self, team: Team, samples: OrderedSamples) -> BatchStatistics:
        """Sums of cost, absolute error and hits over all samples, as they lie."""
        # A list per thread: sums in the order of the threads are the same in every run.
        parts: list[list[BatchStatistics]] = [[] for _ in self._workspaces]

        def take(worker: int, first: int, last: int) -> None:
            workspace = self._workspaces[worker]
            own_codes = workspace.take_targets(samples, first, last)
            np.dot(samples.x[first:last], self._parameters.weights[0], out=workspace.sums)
            workspace.complete_forward(self._parameters)
            parts[worker].append(workspace.statistics(own_codes))

        self._each_slice(team, len(samples), take)
        return add_statistics([part for own in parts for part in own])

    def logits(self, team: Team, x: Rows) -> np.ndarray:
        """Outputs before the last sigmoid, shape (n, n_outputs)."""
        result = np.empty((len(x), len(self._parameters.biases[-1])), x.dtype)
        folded = fold_sigmoids(self._parameters)

        def take(worker: int, first: int, last: int) -> None:
            workspace = self._workspaces[worker]
            workspace.open(last - first)
            result[first:last] = workspace.propagate_folded(x[first:last], folded)

        self._each_slice(team, len(x), take)
        return result

    def _each_slice(
        self, team: Team, n_samples: int, take: Callable[[int, int, int], None]
    ) -> None:
        workers = len(self._workspaces)

        def work(worker: int, _: Link | Sequence[Link]) -> None:
            start, stop = n_samples * worker // workers, n_samples * (worker + 1) // workers
            for first in range(start, stop, self._rows):
                take(worker, first, min(first + self._rows, stop))

        team.run(partial(work, 0), [partial(work, worker) for worker in range(1, workers)])


def predict_logits(parameters: Parameters, x: Rows, n_threads: int) -> np.ndarray:
    """Outputs before the last sigmoid for all samples of ``x`` (n, n_features), (n, n_outputs)."""
    workers = min(n_threads, -(-len(x) // _ROWS))
    with limit_blas_threads(1), closing(Team(workers - 1)) as team:
        return Evaluation(parameters, [np.empty(0, x.dtype)] * workers).logits(team, x)
