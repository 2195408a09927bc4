"""A batch divided by samples: every thread has all weights and a share of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.team import Link, Team
from mlplab.numpy_mlp.update import Step, Update
from mlplab.numpy_mlp.workspace import (
    BatchStatistics,
    OrderedSamples,
    Workspace,
    add_statistics,
)


class _Share:
    """The buffers of one thread for its share of a batch, which it processes in slices.

    NumPy adds up the gradients of the slices. SciPy's gemm could add in place, but it holds the
    interpreter lock, so the other threads would wait.
    """

    def __init__(
        self, layer_sizes: Sequence[int], rows: int, dtype: np.dtype, *, adds_slices: bool
    ) -> None:
        self.workspace = Workspace(layer_sizes, rows, dtype)
        self._rows = rows
        self.inputs = np.empty((rows, layer_sizes[0]), dtype)
        self._slice_gradient = Parameters.zeros(layer_sizes, dtype) if adds_slices else None
        self._ahead: tuple[int, int] | None = None

    def fetch_ahead(self, samples: OrderedSamples, first: int, last: int) -> None:
        """Copy the inputs of the first slice of a share that is worked next."""
        self._ahead = first, min(first + self._rows, last)
        samples.fetch_inputs(*self._ahead, self.inputs)

    def work(
        self,
        parameters: Parameters,
        gradient: Parameters,
        samples: OrderedSamples,
        share: tuple[int, int],
        step_size: float,
        sums: list[BatchStatistics] | None,
    ) -> None:
        """Leave in ``gradient`` the sum over the samples of a share, times ``step_size``."""
        workspace, target = self.workspace, gradient
        for first in range(share[0], share[1], self._rows):
            last = min(first + self._rows, share[1])
            if self._ahead != (first, last):
                samples.fetch_inputs(first, last, self.inputs)
            self._ahead = None
            x = samples.inputs(first, last, self.inputs)
            codes = workspace.take_targets(samples, first, last)
            np.dot(x, parameters.weights[0], out=workspace.sums)
            workspace.complete_forward(parameters)
            if sums is not None:
                sums.append(workspace.statistics(codes))
            workspace.propagate_errors(parameters, step_size)
            np.dot(x.T, workspace.first_errors, out=target.weights[0])
            workspace.upper_gradients(target)
            if target is not gradient:
                np.add(gradient.vector, target.vector, out=gradient.vector)
            target = self._slice_gradient or gradient


def share_and_slice(batch_size: int, workers: int, slice_rows: int) -> tuple[int, int]:
    """Samples of the largest share of a batch, and of a slice of it."""
    share = -(-batch_size // workers)
    return share, min(slice_rows, share)


class RowSplit:
    """Trains epochs with the rows of every batch divided among the threads of a team.

    The leader sums the gradients and updates the weights; meanwhile the followers fetch their
    first samples of the next batch.
    """

    def __init__(
        self, parameters: Parameters, previous: Parameters, batch_size: int, workers: int, rows: int
    ) -> None:
        sizes, dtype = parameters.layer_sizes, parameters.vector.dtype
        share, rows = share_and_slice(batch_size, workers, rows)
        self._parameters, self._batch_size = parameters, batch_size
        self._shares = [
            _Share(sizes, rows, dtype, adds_slices=rows < share) for _ in range(workers)
        ]
        spare, *self._gradients = (Parameters.zeros(sizes, dtype) for _ in range(workers))
        self._update = Update(parameters, previous, spare)
        self.input_buffers = [share.inputs for share in self._shares]

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
        # A list per thread: sums in the order of the threads are the same in every run.
        sums: list[list[BatchStatistics]] = [[] for _ in self._shares]

        def wanted(start: int) -> bool:
            is_last = start + self._batch_size >= len(samples)
            return on_batch is not None and (is_last or not only_last)

        def lead(links: Sequence[Link]) -> None:
            for batch, start in enumerate(range(0, len(samples), self._batch_size)):
                records = sums[0] if wanted(start) else None
                self._work(0, start, self._update.delta(batch), samples, step, records)
                for link in links:
                    link.wait_for_follower()
                self._finish_batch(batch, start, len(samples), step)
                if on_batch is not None and wanted(start):
                    on_batch(add_statistics([entry for part in sums for entry in part]))
                    for part in sums:
                        part.clear()
                for link in links:
                    link.tell_follower()
                if links:
                    self._fetch_ahead(0, start + self._batch_size, samples)

        def follow(worker: int, link: Link) -> None:
            gradient = self._gradients[worker - 1]
            for start in range(0, len(samples), self._batch_size):
                records = sums[worker] if wanted(start) else None
                self._work(worker, start, gradient, samples, step, records)
                link.tell_leader()
                self._fetch_ahead(worker, start + self._batch_size, samples)
                link.wait_for_leader()

        team.run(lead, [partial(follow, worker) for worker in range(1, len(self._shares))])
        self._update.end_epoch(-(-len(samples) // self._batch_size))

    def _bounds(self, worker: int, start: int, n_samples: int) -> tuple[int, int]:
        """First and last sample of a thread's share of the batch that begins at ``start``.

        Where there are fewer samples than threads, the first threads have them.
        """
        rows = min(self._batch_size, n_samples - start)
        workers = len(self._shares)
        return start - -rows * worker // workers, start - -rows * (worker + 1) // workers

    def _work(
        self,
        worker: int,
        start: int,
        gradient: Parameters,
        samples: OrderedSamples,
        step: Step,
        sums: list[BatchStatistics] | None,
    ) -> None:
        bounds = self._bounds(worker, start, len(samples))
        self._shares[worker].work(
            self._parameters, gradient, samples, bounds, step.learning_rate, sums
        )

    def _fetch_ahead(self, worker: int, start: int, samples: OrderedSamples) -> None:
        if start < len(samples):
            bounds = self._bounds(worker, start, len(samples))
            self._shares[worker].fetch_ahead(samples, *bounds)

    def _finish_batch(self, batch: int, start: int, n_samples: int, step: Step) -> None:
        delta = self._update.delta(batch).vector
        for worker, gradient in enumerate(self._gradients, start=1):
            first, last = self._bounds(worker, start, n_samples)
            if last > first:
                np.add(delta, gradient.vector, out=delta)
        self._update.apply(batch, step, 0, len(delta))
