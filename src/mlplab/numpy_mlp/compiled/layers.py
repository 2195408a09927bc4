"""Forward and backward propagation of one slice of samples through the layers above the first.

The first layer, by far the largest, is left to those who share it among threads. ``layers`` is a
:class:`mlplab.numpy_mlp.compiled.memory.Layers`; ``rest`` are the parameters behind the weights of
the first layer, ``memory`` the numbers of one slice.
"""

from __future__ import annotations

from numba import njit

from mlplab.numpy_mlp.compiled.intrinsics import matrix, part
from mlplab.numpy_mlp.compiled.kernels import (
    INLINE_OPTIONS,
    OPTIONS,
    apply_sigmoid,
    fill_rows,
    multiply_by_slope,
    scale_rows,
    sum_rows,
    take_output_errors,
)
from mlplab.numpy_mlp.compiled.products import multiply, transpose


@njit(**INLINE_OPTIONS)
def bias_of(layers, rest, layer):
    return part(rest, layers.each[layer].biases, layers.each[layer].width)


@njit(**INLINE_OPTIONS)
def weights_of(layers, rest, layer):
    place = layers.each[layer]
    return matrix(rest, place.weights, place.inputs, place.width)


@njit(**INLINE_OPTIONS)
def activations_of(layers, memory, layer, rows):
    return matrix(memory, layers.each[layer].activations, rows, layers.each[layer].width)


@njit(**INLINE_OPTIONS)
def errors_of(layers, memory, layer, rows):
    return matrix(memory, layers.each[layer].errors, rows, layers.each[layer].width)


@njit(**INLINE_OPTIONS)
def transposed_weights_of(layers, memory, layer):
    place = layers.each[layer]
    return matrix(memory, place.transposed, place.nodes, place.input_width)


@njit(**INLINE_OPTIONS)
def transpose_weights(layers, rest, memory):
    """Have the weights ready for :func:`propagate_errors`."""
    for layer in range(1, len(layers.each)):
        transpose(weights_of(layers, rest, layer), transposed_weights_of(layers, memory, layer))


@njit(**OPTIONS)
def propagate(layers, rest, memory, rows):
    """From the sums of the first layer, with its biases, to the logits."""
    for layer in range(1, len(layers.each)):
        below = activations_of(layers, memory, layer - 1, rows)
        apply_sigmoid(part(memory, layers.each[layer - 1].activations, below.size))
        above = activations_of(layers, memory, layer, rows)
        fill_rows(above, bias_of(layers, rest, layer))
        multiply(below, weights_of(layers, rest, layer), above, True)


@njit(**INLINE_OPTIONS)
def take_errors(layers, memory, codes):
    """Errors of the outputs, without factors."""
    last, rows = len(layers.each) - 1, len(codes)
    logits = activations_of(layers, memory, last, rows)
    errors = errors_of(layers, memory, last, rows)
    take_output_errors(logits, codes, errors, layers.each[last].nodes)


@njit(**OPTIONS)
def propagate_errors(layers, memory, rows, scale):
    """Errors of all layers above the input from those of the outputs, times ``scale``.

    ``scale`` is a factor and the weights of the samples, which may be empty. See
    :meth:`mlplab.numpy_mlp.workspace.Workspace.propagate_errors`.
    """
    factor, weights = scale
    last = len(layers.each) - 1
    scale_rows(errors_of(layers, memory, last, rows), factor, weights)
    for layer in range(last, 0, -1):
        error = errors_of(layers, memory, layer - 1, rows)
        transposed = transposed_weights_of(layers, memory, layer)
        multiply(errors_of(layers, memory, layer, rows), transposed, error, False)
        multiply_by_slope(
            part(memory, layers.each[layer - 1].errors, error.size),
            part(memory, layers.each[layer - 1].activations, error.size),
        )


@njit(**OPTIONS)
def take_gradients(layers, memory, rows, gradient, adds):
    """Gradients of the rest of the parameters, or add them to what ``gradient`` holds."""
    for layer in range(len(layers.each)):
        error = errors_of(layers, memory, layer, rows)
        if layer:
            below = activations_of(layers, memory, layer - 1, rows)
            multiply(below.T, error, weights_of(layers, gradient, layer), adds)
        sum_rows(error, bias_of(layers, gradient, layer), adds)
