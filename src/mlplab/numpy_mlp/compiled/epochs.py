"""Batches one after the other in compiled code, on any number of threads.

The work of a batch is divided into shares, by features or by rows. Each thread takes some of them,
so a thread that has all shares computes the same bytes as one thread for each share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from mlplab.numpy_mlp.compiled.intrinsics import gemm, matrix, part
from mlplab.numpy_mlp.compiled.kernels import (
    ENTRY_OPTIONS,
    OPTIONS,
    add_statistics,
    fill_rows,
    gather_numbers,
    gather_rows,
    sum_parts,
    update,
)
from mlplab.numpy_mlp.compiled.layers import (
    activations_of,
    bias_of,
    errors_of,
    propagate,
    propagate_errors,
    take_errors,
    take_gradients,
)
from mlplab.numpy_mlp.compiled.meeting import meet
from mlplab.numpy_mlp.compiled.memory import Buffers, Layers


class Source(NamedTuple):
    """Samples: a flat C-contiguous array, or CSR, of which a dense source has empty arrays."""

    n_features: int
    values: np.ndarray
    columns: np.ndarray
    row_starts: np.ndarray


class Samples(NamedTuple):
    """Samples, codes and weights (n,) or empty, in the order (m,) in which they are worked."""

    source: Source
    codes: np.ndarray
    weights: np.ndarray
    order: np.ndarray


class Task(NamedTuple):
    """What all threads know of an epoch.

    Attributes
    ----------
    gemm : address of the product in BLAS
    n_first, n_weights : numbers of the first layer's weights, and of all weights
    vector, previous : parameters and their last step Δ
    rests, previous_rests : by features, copies of what lies behind the first weights, (shares, …)
    step : (η, α, η λ₂, η λ₁), of the type of the parameters
    batch_size, slice_rows : samples of a batch, and of a slice of a share
    statistics : (batches, shares, 3), of the last batches of the epoch
    words : of the meetings
    """

    gemm: int
    layers: Layers
    n_first: int
    n_weights: int
    samples: Samples
    vector: np.ndarray
    previous: np.ndarray
    rests: np.ndarray
    previous_rests: np.ndarray
    buffers: Buffers
    step: tuple[float, float, float, float]
    batch_size: int
    slice_rows: int
    statistics: np.ndarray
    words: np.ndarray


class EvaluationTask(NamedTuple):
    """What all threads know of an evaluation; ``inputs`` are needed for sparse samples.

    ``order`` of the samples counts them, ``statistics`` are (shares, 3), and ``logits``
    (n, outputs) or empty.
    """

    gemm: int
    layers: Layers
    samples: Samples
    vector: np.ndarray
    inputs: np.ndarray
    memory: np.ndarray
    slice_rows: int
    statistics: np.ndarray
    logits: np.ndarray


class Duty(NamedTuple):
    """Batches from ``first`` to ``last``, and of each the shares from ``share`` to ``end``."""

    first: int
    last: int
    thread: int
    share: int
    end: int


@njit(**OPTIONS)
def _row(array, index):
    """A row of a matrix as a vector."""
    return part(array, index * array.shape[1], array.shape[1])


@njit(**OPTIONS)
def _take_targets(samples, order, buffers, share):
    """Codes and weights of some samples, in the buffers of a share."""
    codes = part(_row(buffers.codes, share), 0, len(order))
    gather_numbers(samples.codes, order, codes)
    weights = part(_row(buffers.weights, share), 0, min(len(samples.weights), len(order)))
    if len(weights):
        gather_numbers(samples.weights, order, weights)
    return codes, weights


@njit(**OPTIONS)
def _record(task, batch, share, codes, weights):
    """Add to the statistics of a batch, where they are wanted."""
    n_batches = -(-len(task.samples.order) // task.batch_size)
    index = batch - (n_batches - len(task.statistics))
    if index >= 0:
        layers, memory = task.layers, _row(task.buffers.memory, share)
        last = len(layers.biases) - 1
        logits = activations_of(layers, memory, last, len(codes))
        errors = errors_of(layers, memory, last, len(codes))
        place = 3 * (index * task.statistics.shape[1] + share)
        add_statistics(logits, errors, codes, weights, part(task.statistics, place, 3))


@njit(**OPTIONS)
def _update(parameters, gradient, previous, n_weights, step):
    """Update parameters, of which the first ``n_weights`` are weights and the others biases."""
    _, momentum, l2, l1 = step
    zero = momentum * 0
    update(
        part(parameters, 0, n_weights),
        part(gradient, 0, n_weights),
        part(previous, 0, n_weights),
        (momentum, l2, l1),
    )
    n_biases = len(parameters) - n_weights
    update(
        part(parameters, n_weights, n_biases),
        part(gradient, n_weights, n_biases),
        part(previous, n_weights, n_biases),
        (momentum, zero, zero),
    )


@njit(**ENTRY_OPTIONS)
def train_by_features(task, duty):
    """Train with the features divided; how often this thread slept while it waited.

    Each share has some rows of the first layer's weights, and each thread works all upper layers
    for itself, so that the threads meet once for every batch.
    """
    layers, buffers, samples = task.layers, task.buffers, task.samples
    n_features, nodes = layers.sizes[0], layers.sizes[1]
    n_shares = len(buffers.inputs)
    rate = task.step[0]
    one, zero = rate * 0 + 1, rate * 0
    rest, previous = _row(task.rests, duty.share), _row(task.previous_rests, duty.share)
    memory, gradient = _row(buffers.memory, duty.share), _row(buffers.gradients, duty.share)
    stride = buffers.sums.shape[1]
    naps = 0
    for batch in range(duty.first, duty.last):
        start = batch * task.batch_size
        rows = min(task.batch_size, len(samples.order) - start)
        order = part(samples.order, start, rows)
        parts = matrix(buffers.sums, (batch & 1) * n_shares * stride, n_shares, stride)
        for share in range(duty.share, duty.end):
            low, high = n_features * share // n_shares, n_features * (share + 1) // n_shares
            inputs = matrix(_row(buffers.inputs, share), 0, rows, high - low)
            gather_rows(samples.source, order, inputs, low)
            out = matrix(_row(parts, share), 0, rows, nodes)
            if share == 0:
                fill_rows(out, bias_of(layers, rest, 0))
            weights = matrix(task.vector, low * nodes, high - low, nodes)
            gemm(task.gemm, inputs, weights, out, one if share == 0 else zero)
        if duty.end - duty.share < n_shares:
            naps += meet(task.words, duty.thread, batch - duty.first + 1)
        codes, sample_weights = _take_targets(samples, order, buffers, duty.share)
        sum_parts(parts, part(memory, layers.activations[0], rows * nodes))
        propagate(task.gemm, layers, rest, memory, rows)
        take_errors(layers, memory, codes)
        if duty.share == 0:
            _record(task, batch, 0, codes, sample_weights)
        propagate_errors(task.gemm, layers, rest, memory, rows, (rate, sample_weights))
        errors = errors_of(layers, memory, 0, rows)
        for share in range(duty.share, duty.end):
            low, high = n_features * share // n_shares, n_features * (share + 1) // n_shares
            inputs = matrix(_row(buffers.inputs, share), 0, rows, high - low)
            gemm(task.gemm, inputs.T, errors, matrix(gradient, 0, high - low, nodes), zero)
            size = (high - low) * nodes
            _update(
                part(task.vector, low * nodes, size),
                gradient,
                part(task.previous, low * nodes, size),
                size,
                task.step,
            )
        take_gradients(task.gemm, layers, memory, rows, gradient, False)
        _update(rest, gradient, previous, task.n_weights - task.n_first, task.step)
    return naps


@njit(**OPTIONS)
def _add_share(task, batch, share, start, stop):
    """Leave in the share's gradient the sum over samples ``start`` to ``stop``, times η."""
    layers, buffers, samples = task.layers, task.buffers, task.samples
    n_features, nodes = layers.sizes[0], layers.sizes[1]
    rate = task.step[0]
    one, zero = rate * 0 + 1, rate * 0
    rest = part(task.vector, task.n_first, len(task.vector) - task.n_first)
    first_weights = matrix(task.vector, 0, n_features, nodes)
    memory, own = _row(buffers.memory, share), _row(buffers.gradients, share)
    gradient = part(own, task.n_first, len(rest))
    for first in range(start, stop, task.slice_rows):
        rows = min(task.slice_rows, stop - first)
        order = part(samples.order, first, rows)
        inputs = matrix(_row(buffers.inputs, share), 0, rows, n_features)
        gather_rows(samples.source, order, inputs, 0)
        codes, sample_weights = _take_targets(samples, order, buffers, share)
        sums = activations_of(layers, memory, 0, rows)
        fill_rows(sums, bias_of(layers, rest, 0))
        gemm(task.gemm, inputs, first_weights, sums, one)
        propagate(task.gemm, layers, rest, memory, rows)
        take_errors(layers, memory, codes)
        _record(task, batch, share, codes, sample_weights)
        propagate_errors(task.gemm, layers, rest, memory, rows, (rate, sample_weights))
        adds = first > start
        target = matrix(own, 0, n_features, nodes)
        errors = errors_of(layers, memory, 0, rows)
        gemm(task.gemm, inputs.T, errors, target, one if adds else zero)
        take_gradients(task.gemm, layers, memory, rows, gradient, adds)


@njit(**ENTRY_OPTIONS)
def train_by_rows(task, duty):
    """Train with the samples of each batch divided; how often this thread slept.

    Each share sums a gradient of its own; then each updates its part of the parameters. So the
    threads meet twice for every batch.
    """
    buffers = task.buffers
    n_shares, n_samples = len(buffers.inputs), len(task.samples.order)
    n_parameters = len(task.vector)
    alone = duty.end - duty.share == n_shares
    total = _row(buffers.gradients, 0)
    naps, meeting = 0, 0
    for batch in range(duty.first, duty.last):
        start = batch * task.batch_size
        rows = min(task.batch_size, n_samples - start)
        for share in range(duty.share, duty.end):
            low, high = start - -rows * share // n_shares, start - -rows * (share + 1) // n_shares
            _add_share(task, batch, share, low, high)
        if not alone:
            meeting += 1
            naps += meet(task.words, duty.thread, meeting)
        for share in range(duty.share, duty.end):
            low, high = n_parameters * share // n_shares, n_parameters * (share + 1) // n_shares
            own = part(total, low, high - low)
            for other in range(1, n_shares):
                if -rows * other // n_shares == -rows * (other + 1) // n_shares:
                    continue  # it has no samples of this batch
                added = part(_row(buffers.gradients, other), low, high - low)
                for i in range(len(own)):
                    own[i] += added[i]
            _update(
                part(task.vector, low, high - low),
                own,
                part(task.previous, low, high - low),
                min(max(task.n_weights - low, 0), high - low),
                task.step,
            )
        if not alone:
            meeting += 1
            naps += meet(task.words, duty.thread, meeting)
    return naps


@njit(**ENTRY_OPTIONS)
def evaluate(task, share, first_sample, last_sample):
    """Forward passes over some samples as they lie, in the memory of a share.

    Adds up the statistics of the share; or, where ``logits`` are not empty, leaves them there.
    """
    layers, samples = task.layers, task.samples
    n_features, nodes = layers.sizes[0], layers.sizes[1]
    one, last = task.vector.dtype.type(1), len(layers.biases) - 1
    n_first = n_features * nodes
    rest = part(task.vector, n_first, len(task.vector) - n_first)
    first_weights = matrix(task.vector, 0, n_features, nodes)
    memory = _row(task.memory, share)
    for first in range(first_sample, last_sample, task.slice_rows):
        rows = min(task.slice_rows, last_sample - first)
        if len(samples.source.row_starts):
            inputs = matrix(_row(task.inputs, share), 0, rows, n_features)
            gather_rows(samples.source, part(samples.order, first, rows), inputs, 0)
        else:
            inputs = matrix(samples.source.values, first * n_features, rows, n_features)
        sums = activations_of(layers, memory, 0, rows)
        fill_rows(sums, bias_of(layers, rest, 0))
        gemm(task.gemm, inputs, first_weights, sums, one)
        propagate(task.gemm, layers, rest, memory, rows)
        outputs = activations_of(layers, memory, last, rows)
        if len(task.logits):
            for i in range(rows):
                for j in range(outputs.shape[1]):
                    task.logits[first + i, j] = outputs[i, j]
        else:
            codes = part(samples.codes, first, rows)
            weights = part(samples.weights, first, min(len(samples.weights), rows))
            take_errors(layers, memory, codes)
            errors = errors_of(layers, memory, last, rows)
            add_statistics(outputs, errors, codes, weights, part(task.statistics, 3 * share, 3))
