"""Batches one after the other in compiled code, on any number of threads.

The work of a batch is divided into shares, by features or by rows. Each thread takes some of them,
so a thread that has all shares computes the same bytes as one thread for each share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from mlplab.numpy_mlp.compiled.intrinsics import any_value, matrix, nanoseconds, part
from mlplab.numpy_mlp.compiled.kernels import (
    ENTRY_OPTIONS,
    INLINE_OPTIONS,
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
    transpose_weights,
)
from mlplab.numpy_mlp.compiled.meeting import ABANDONED, LAST, ONE_OF_MANY, meet
from mlplab.numpy_mlp.compiled.memory import Buffers, Layers
from mlplab.numpy_mlp.compiled.products import multiply


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
    vector, previous : parameters and their last step Δ, padded
    rests, previous_rests : by features, copies of what lies behind the first weights, (shares, …)
    step : (η, α, η λ₂, η λ₁), of the type of the parameters
    batch_size, slice_rows : samples of a batch, and of a slice of a share
    statistics : (batches, shares, 3), of the last batches of the epoch
    words : of the meetings
    """

    layers: Layers
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

    layers: Layers
    samples: Samples
    vector: np.ndarray
    inputs: np.ndarray
    memory: np.ndarray
    slice_rows: int
    statistics: np.ndarray
    logits: np.ndarray


class Duty(NamedTuple):
    """Batches from ``first`` on, and of each the shares from ``share`` to ``end``.

    No batch begins after the deadline, in nanoseconds of ``CLOCK_MONOTONIC``, but for the first.
    """

    first: int
    deadline: int
    thread: int
    share: int
    end: int


@njit(**INLINE_OPTIONS)
def _row(array, index):
    """A row of a matrix as a vector."""
    return part(array, index * array.shape[1], array.shape[1])


@njit(**INLINE_OPTIONS)
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
        last = len(layers.each) - 1
        logits = activations_of(layers, memory, last, len(codes))
        errors = errors_of(layers, memory, last, len(codes))
        place = 3 * (index * task.statistics.shape[1] + share)
        total = part(task.statistics, place, 3)
        add_statistics(logits, errors, codes, weights, layers.each[last].nodes, total)


@njit(**INLINE_OPTIONS)
def _update(parameters, gradient, previous, n_weights, step):
    """Update parameters, of which the first ``n_weights`` are weights and the others biases."""
    _, momentum, l2, l1 = step
    zero = momentum - momentum
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


@njit(**INLINE_OPTIONS)
def _bounds(n, share, n_shares):
    """First and last of ``n`` things that belong to a share."""
    return n * share // n_shares, n * (share + 1) // n_shares


@njit(**INLINE_OPTIONS)
def _sample_bounds(rows, share, n_shares):
    """The same for samples, of which the first shares have one where there are few."""
    return -(-rows * share // n_shares), -(-rows * (share + 1) // n_shares)


@njit(**INLINE_OPTIONS)
def _sum_features(task, order, share, out):
    """Gather the inputs of a share and multiply them with its weights of the first layer."""
    layers, buffers = task.layers, task.buffers
    low, high = _bounds(layers.each[0].inputs, share, len(buffers.inputs))
    nodes = layers.each[0].width
    inputs = matrix(_row(buffers.inputs, share), 0, len(order), layers.input_width)
    gather_rows(task.samples.source, order, inputs, low, high - low)
    weights = matrix(task.vector, low * nodes, high - low, nodes)
    multiply(inputs, weights, out, share == 0)


@njit(**INLINE_OPTIONS)
def _update_features(task, share, errors, gradient):
    """Update the weights of a share strip by strip, while the gradient is near."""
    layers, buffers = task.layers, task.buffers
    low, high = _bounds(layers.each[0].inputs, share, len(buffers.inputs))
    nodes, memory = layers.each[0].width, _row(buffers.inputs, share)
    for first in range(low, high, layers.strip_rows):
        rows = min(layers.strip_rows, high - first)
        inputs = matrix(memory, first - low, len(errors), layers.input_width)
        multiply(inputs.T, errors, matrix(gradient, 0, rows, nodes), False)
        start, size = first * nodes, rows * nodes
        vector, previous = part(task.vector, start, size), part(task.previous, start, size)
        _update(vector, gradient, previous, size, task.step)


@njit(**ENTRY_OPTIONS)
def train_by_features(task, duty):
    """Train with the features divided.

    Each share has some rows of the first layer's weights, and each thread works all upper layers
    for itself, so that the threads meet once for every batch. Returns the first batch that is
    left.
    """
    layers, buffers, samples = task.layers, task.buffers, task.samples
    n_shares, nodes = len(buffers.inputs), layers.each[0].width
    rest, previous = _row(task.rests, duty.share), _row(task.previous_rests, duty.share)
    memory, gradient = _row(buffers.memory, duty.share), _row(buffers.gradients, duty.share)
    stride, alone = buffers.sums.shape[1], duty.end - duty.share == n_shares
    batch, start, ends = duty.first, duty.first * task.batch_size, False
    while start < len(samples.order) and not ends:
        rows = min(task.batch_size, len(samples.order) - start)
        order = part(samples.order, start, rows)
        parts = matrix(buffers.sums, (batch & 1) * n_shares * stride, n_shares, stride)
        for share in range(duty.share, duty.end):
            out = matrix(_row(parts, share), 0, rows, nodes)
            if share == 0:
                fill_rows(out, bias_of(layers, rest, 0))
            _sum_features(task, order, share, out)
        transpose_weights(layers, rest, memory)
        codes, sample_weights = _take_targets(samples, order, buffers, duty.share)
        if alone:
            ends = nanoseconds() > duty.deadline
        else:
            outcome = meet(task.words, duty.thread, batch - duty.first + 1, duty.deadline)
            if outcome == ABANDONED:
                break
            ends = outcome == LAST
        sum_parts(parts, part(memory, layers.each[0].activations, rows * nodes))
        propagate(layers, rest, memory, rows)
        take_errors(layers, memory, codes)
        if duty.share == 0:
            _record(task, batch, any_value(0), codes, sample_weights)
        propagate_errors(layers, memory, rows, (task.step[0], sample_weights))
        errors = errors_of(layers, memory, 0, rows)
        for share in range(duty.share, duty.end):
            _update_features(task, share, errors, gradient)
        take_gradients(layers, memory, rows, gradient, any_value(False))
        _update(rest, gradient, previous, layers.n_weights - layers.n_first, task.step)
        batch, start = batch + 1, start + rows
    return batch


@njit(**INLINE_OPTIONS)
def _add_share(task, batch, share, start, stop):
    """Leave in the share's gradient the sum over samples ``start`` to ``stop``, times η."""
    layers, buffers, samples = task.layers, task.buffers, task.samples
    n_features, nodes = layers.each[0].inputs, layers.each[0].width
    rest = part(task.vector, layers.n_first, layers.n_parameters - layers.n_first)
    first_weights = matrix(task.vector, 0, n_features, nodes)
    memory, own = _row(buffers.memory, share), _row(buffers.gradients, share)
    target, gradient = matrix(own, 0, n_features, nodes), part(own, layers.n_first, len(rest))
    transpose_weights(layers, rest, memory)
    for first in range(start, stop, task.slice_rows):
        rows = min(task.slice_rows, stop - first)
        order = part(samples.order, first, rows)
        inputs = matrix(_row(buffers.inputs, share), 0, rows, layers.input_width)
        gather_rows(samples.source, order, inputs, any_value(0), n_features)
        codes, sample_weights = _take_targets(samples, order, buffers, share)
        sums = activations_of(layers, memory, 0, rows)
        fill_rows(sums, bias_of(layers, rest, 0))
        multiply(inputs, first_weights, sums, True)
        propagate(layers, rest, memory, rows)
        take_errors(layers, memory, codes)
        _record(task, batch, share, codes, sample_weights)
        propagate_errors(layers, memory, rows, (task.step[0], sample_weights))
        adds = first > start
        multiply(inputs.T, errors_of(layers, memory, 0, rows), target, adds)
        take_gradients(layers, memory, rows, gradient, adds)


@njit(**INLINE_OPTIONS)
def _update_share(task, share, rows):
    """Sum the gradients of all shares and update a share's part of the parameters."""
    buffers, n_shares = task.buffers, len(task.buffers.inputs)
    low, high = _bounds(task.layers.n_parameters, share, n_shares)
    total = part(_row(buffers.gradients, 0), low, high - low)
    for other in range(1, n_shares):
        first, last = _sample_bounds(rows, other, n_shares)
        if first < last:
            added = part(_row(buffers.gradients, other), low, high - low)
            for i in range(len(total)):
                total[i] += added[i]
    vector, previous = part(task.vector, low, high - low), part(task.previous, low, high - low)
    n_weights = min(max(task.layers.n_weights - low, 0), high - low)
    _update(vector, total, previous, n_weights, task.step)


@njit(**ENTRY_OPTIONS)
def train_by_rows(task, duty):
    """Train with the samples of each batch divided.

    Each share sums a gradient of its own; then each updates its part of the parameters. So the
    threads meet twice for every batch. Returns the first batch that is left.
    """
    n_shares, n_samples = len(task.buffers.inputs), len(task.samples.order)
    alone = duty.end - duty.share == n_shares
    meeting, ends = 0, False
    batch, start = duty.first, duty.first * task.batch_size
    while start < n_samples and not ends:
        rows = min(task.batch_size, n_samples - start)
        for share in range(duty.share, duty.end):
            first, last = _sample_bounds(rows, share, n_shares)
            _add_share(task, batch, share, start + first, start + last)
        if not alone:
            meeting += 1
            if meet(task.words, duty.thread, meeting, duty.deadline) == ABANDONED:
                break
        for share in range(duty.share, duty.end):
            _update_share(task, share, rows)
        if alone:
            ends = nanoseconds() > duty.deadline
        else:
            meeting += 1
            ends = meet(task.words, duty.thread, meeting, duty.deadline) != ONE_OF_MANY
        batch, start = batch + 1, start + rows
    return batch


@njit(**ENTRY_OPTIONS)
def evaluate(task, share, first_sample, last_sample):
    """Forward passes over some samples as they lie, in the memory of a share.

    Adds up the statistics of the share; or, where ``logits`` are not empty, leaves them there.
    """
    layers, samples = task.layers, task.samples
    n_features, nodes = layers.each[0].inputs, layers.each[0].width
    last = len(layers.each) - 1
    n_outputs = layers.each[last].nodes
    rest = part(task.vector, layers.n_first, layers.n_parameters - layers.n_first)
    first_weights = matrix(task.vector, 0, n_features, nodes)
    memory = _row(task.memory, share)
    for first in range(first_sample, last_sample, task.slice_rows):
        rows = min(task.slice_rows, last_sample - first)
        if len(samples.source.row_starts):
            inputs = matrix(_row(task.inputs, share), 0, rows, n_features)
            order = part(samples.order, first, rows)
            gather_rows(samples.source, order, inputs, any_value(0), n_features)
        else:
            inputs = matrix(samples.source.values, first * n_features, rows, n_features)
        sums = activations_of(layers, memory, 0, rows)
        fill_rows(sums, bias_of(layers, rest, 0))
        multiply(inputs, first_weights, sums, True)
        propagate(layers, rest, memory, rows)
        outputs = activations_of(layers, memory, last, rows)
        if len(task.logits):
            for i in range(rows):
                for j in range(n_outputs):
                    task.logits[first + i, j] = outputs[i, j]
        else:
            codes = part(samples.codes, first, rows)
            weights = part(samples.weights, first, min(len(samples.weights), rows))
            take_errors(layers, memory, codes)
            errors = errors_of(layers, memory, last, rows)
            total = part(task.statistics, 3 * share, 3)
            add_statistics(outputs, errors, codes, weights, n_outputs, total)
