"""The first layer divided by features between two threads, for batches of few samples.

Dividing a small batch by rows gains little: every thread reads all weights and sums a gradient of
the same size. Here each thread owns a part of the input features with their weights. It multiplies,
differentiates and updates them alone; the threads exchange only sums of the first hidden layer and
its errors. While the leader works on the small upper layers, the follower fetches the samples of
the next batch. The products use ``matmul``, which passes the row stride of a part of the features
to BLAS; ``dot`` would copy the part.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.team import Link, Team
from mlplab.numpy_mlp.update import Step, Update
from mlplab.numpy_mlp.workspace import (
    BatchStatistics,
    OrderedSamples,
    Workspace,
)


def count_follower_features(layer_sizes: Sequence[int]) -> int:
    """Input features of the follower, which computes no gradients of the upper layers.

    Between two exchanges of errors each thread multiplies twice with its part of the first layer,
    and the leader once with each of the upper layers.
    """
    first = layer_sizes[0] * layer_sizes[1]
    upper = sum(a * b for a, b in itertools.pairwise(layer_sizes[1:]))
    share = min(0.5 + upper / (4 * first), 1.0)
    return min(max(1, round(share * layer_sizes[0])), layer_sizes[0] - 1)


class FeatureSplit:
    """Trains epochs with the features of the input divided between a leader and a follower."""

    def __init__(self, parameters: Parameters, previous: Parameters, batch_size: int) -> None:
        sizes, dtype = parameters.layer_sizes, parameters.vector.dtype
        if sizes[0] < 2:
            raise ValueError(f"features can be divided where there are two or more, not {sizes[0]}")
        self._parameters, self._batch_size = parameters, batch_size
        self._workspace = Workspace(sizes, batch_size, dtype)
        # Two, because the next batch is fetched before both threads are done with this one.
        self.input_buffers = [np.empty((batch_size, sizes[0]), dtype) for _ in range(2)]
        self._follower_sums = np.empty((batch_size, sizes[1]), dtype)
        self._cut = count_follower_features(sizes)
        spare = Parameters.zeros(sizes, dtype)
        self._update = Update(parameters, previous, spare)

    def run_epoch(
        self,
        team: Team,
        samples: OrderedSamples,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None,
        *,
        only_last: bool,
    ) -> None:
        """See :meth:`mlplab.numpy_mlp.trainer.Trainer.run_epoch`."""
        team.run(
            lambda links: self._lead(links[0], samples, step, on_batch, only_last),
            [lambda link: self._follow(link, samples, step)],
        )
        self._update.end_epoch(-(-len(samples) // self._batch_size))

    def _batches(self, samples: OrderedSamples) -> Iterator[tuple[int, int, int]]:
        """Number, first and last sample of every batch."""
        for batch, first in enumerate(range(0, len(samples), self._batch_size)):
            yield batch, first, min(first + self._batch_size, len(samples))

    def _lead(
        self,
        link: Link,
        samples: OrderedSamples,
        step: Step,
        on_batch: Callable[[BatchStatistics], None] | None,
        only_last: bool,
    ) -> None:
        parameters, workspace, cut = self._parameters, self._workspace, self._cut
        weights, own_start = parameters.weights[0][cut:], cut * parameters.weights[0].shape[1]
        for batch, first, last in self._batches(samples):
            link.wait_for_follower()  # the inputs are there
            x = samples.inputs(first, last, self.input_buffers[batch % 2])[:, cut:]
            codes = workspace.take_targets(samples, first, last)
            np.matmul(x, weights, out=workspace.sums)
            link.wait_for_follower()  # its sums are there
            np.add(workspace.sums, self._follower_sums[: last - first], out=workspace.sums)
            workspace.complete_forward(parameters)
            if on_batch is not None and (last == len(samples) or not only_last):
                on_batch(workspace.statistics(codes))
            workspace.propagate_errors(parameters, step.learning_rate)
            link.tell_follower()  # the errors are there
            gradient = self._update.delta(batch)
            np.matmul(x.T, workspace.first_errors, out=gradient.weights[0][cut:])
            link.tell_follower()  # these inputs are not needed any more
            workspace.upper_gradients(gradient)
            self._update.apply(batch, step, own_start, len(gradient.vector))

    def _follow(self, link: Link, samples: OrderedSamples, step: Step) -> None:
        parameters, cut = self._parameters, self._cut
        weights, own_stop = parameters.weights[0][:cut], cut * parameters.weights[0].shape[1]
        samples.fetch_inputs(0, min(self._batch_size, len(samples)), self.input_buffers[0])
        link.tell_leader()
        for batch, first, last in self._batches(samples):
            x = samples.inputs(first, last, self.input_buffers[batch % 2])[:, :cut]
            np.matmul(x, weights, out=self._follower_sums[: last - first])
            link.tell_leader()
            if batch:
                link.wait_for_leader()  # it is done with the inputs of the batch before
            if last < len(samples):
                following = last, min(last + self._batch_size, len(samples))
                samples.fetch_inputs(*following, self.input_buffers[(batch + 1) % 2])
                link.tell_leader()
            link.wait_for_leader()
            errors = self._workspace.errors_of(last - first)
            np.matmul(x.T, errors, out=self._update.delta(batch).weights[0][:cut])
            self._update.apply(batch, step, 0, own_stop)
