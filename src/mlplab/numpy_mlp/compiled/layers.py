"""Forward and backward propagation of one slice of samples through the layers above the first.

The first layer, by far the largest, is left to those who share it among threads. ``layers`` is a
:class:`mlplab.numpy_mlp.compiled.memory.Layers`; ``rest`` are the parameters behind the weights of
the first layer, ``memory`` the numbers of one slice.
"""

from __future__ import annotations

from numba import njit

from mlplab.numpy_mlp.compiled.intrinsics import gemm, matrix, part
from mlplab.numpy_mlp.compiled.kernels import (
    OPTIONS,
    apply_sigmoid,
    fill_rows,
    multiply_by_slope,
    scale_rows,
    sum_rows,
    take_output_errors,
)


@njit(**OPTIONS)
def bias_of(layers, rest, layer):
    return part(rest, layers.biases[layer], layers.sizes[layer + 1])


@njit(**OPTIONS)
def weights_of(layers, rest, layer):
    return matrix(rest, layers.weights[layer], layers.sizes[layer], layers.sizes[layer + 1])


@njit(**OPTIONS)
def activations_of(layers, memory, layer, rows):
    return matrix(memory, layers.activations[layer], rows, layers.sizes[layer + 1])


@njit(**OPTIONS)
def errors_of(layers, memory, layer, rows):
    return matrix(memory, layers.errors[layer], rows, layers.sizes[layer + 1])


@njit(**OPTIONS)
def propagate(blas, layers, rest, memory, rows):
    """From the sums of the first layer, with its biases, to the logits."""
    one = memory.dtype.type(1)
    for layer in range(1, len(layers.biases)):
        below = activations_of(layers, memory, layer - 1, rows)
        apply_sigmoid(part(memory, layers.activations[layer - 1], below.size))
        above = activations_of(layers, memory, layer, rows)
        fill_rows(above, bias_of(layers, rest, layer))
        gemm(blas, below, weights_of(layers, rest, layer), above, one)


@njit(**OPTIONS)
def take_errors(layers, memory, codes):
    """Errors of the outputs, without factors."""
    last, rows = len(layers.biases) - 1, len(codes)
    logits = activations_of(layers, memory, last, rows)
    take_output_errors(logits, codes, errors_of(layers, memory, last, rows))


@njit(**OPTIONS)
def propagate_errors(blas, layers, rest, memory, rows, scale):
    """Errors of all layers above the input from those of the outputs, times ``scale``.

    ``scale`` is a factor and the weights of the samples, which may be empty. See
    :meth:`mlplab.numpy_mlp.workspace.Workspace.propagate_errors`.
    """
    factor, weights = scale
    zero = memory.dtype.type(0)
    last = len(layers.biases) - 1
    scale_rows(errors_of(layers, memory, last, rows), factor, weights)
    for layer in range(last, 0, -1):
        error = errors_of(layers, memory, layer - 1, rows)
        transposed = weights_of(layers, rest, layer).T
        gemm(blas, errors_of(layers, memory, layer, rows), transposed, error, zero)
        multiply_by_slope(
            part(memory, layers.errors[layer - 1], error.size),
            part(memory, layers.activations[layer - 1], error.size),
        )


@njit(**OPTIONS)
def take_gradients(blas, layers, memory, rows, gradient, adds):
    """Gradients of the rest of the parameters, or add them to what ``gradient`` holds."""
    beta = memory.dtype.type(1 if adds else 0)
    for layer in range(len(layers.biases)):
        error = errors_of(layers, memory, layer, rows)
        if layer:
            below = activations_of(layers, memory, layer - 1, rows)
            gemm(blas, below.T, error, weights_of(layers, gradient, layer), beta)
        sum_rows(error, bias_of(layers, gradient, layer), adds)
