"""Memory of the compiled engine: where the layers lie in it, and how much it takes.

Rows of all matrices are padded to whole vector registers. Padding in the parameters is zero and
stays so, as do the errors there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from mlplab.numpy_mlp.compiled.products import VECTOR_BYTES
from mlplab.numpy_mlp.evaluation import fit_idle
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.trainer import Plan
from mlplab.numpy_mlp.workspace import values_per_row

_LINE_BYTES = 64
# Rows of more vectors lie an odd number of vectors apart: others would share few places of a cache.
_WIDE_VECTORS = 16
# By features, so many rows of weights are updated while their gradient is in the smallest cache.
_STRIP_ROWS = 32


# Of a layer: nodes below and of its own, without and with padding; starts in the rest of the
# parameters (that of the first weights is unused); starts in the memory of a slice, the last for
# transposed weights of the upper layers. One array of records is compiled faster than nine arrays.
_SHAPE, _IN_REST = "inputs input_width nodes width", "weights biases"
_IN_SLICE = "activations errors transposed"
LAYER = np.dtype([(name, np.int64) for name in f"{_SHAPE} {_IN_REST} {_IN_SLICE}".split()])


class Layers(NamedTuple):
    """Where things lie in flat arrays.

    The rest of the parameters is what lies behind the first layer's weights in their vector: the
    weights of the upper layers, and all biases.

    Attributes
    ----------
    each : of type :data:`LAYER`, for every layer above the input
    memory : size of the memory of a slice
    n_first, n_weights, n_parameters : padded numbers of the first weights, of all, and of all
        parameters
    strip_rows, input_width : by features, rows of a strip; padded columns of a share's inputs
    """

    each: np.recarray
    memory: int
    n_first: int
    n_weights: int
    n_parameters: int
    strip_rows: int
    input_width: int


class Buffers(NamedTuple):
    """Memory of the shares of a batch, a row for each.

    Attributes
    ----------
    inputs : samples of a slice, in the columns of the share
    memory : activations and errors
    codes, weights : of the samples of a slice
    gradients : by rows of all parameters; by features of a strip, and then of the rest
    sums : by features, what each share adds to the first layer, for two batches in turn
    """

    inputs: np.ndarray
    memory: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    gradients: np.ndarray
    sums: np.ndarray


def lay_out(
    layer_sizes: Sequence[int],
    rows: int,
    dtype: DTypeLike,
    *,
    trains: bool = True,
    feature_shares: int = 1,
) -> Layers:
    """Layers of the given sizes, input first, for slices of ``rows`` samples.

    Without ``trains`` there is room for the errors of the outputs only.
    """
    itemsize = np.dtype(dtype).itemsize
    sizes = np.array(layer_sizes, np.int64)
    widths = np.array([_pad(size, itemsize) for size in layer_sizes], np.int64)
    matrices = sizes[:-1] * widths[1:]
    ends = np.cumsum([0, *matrices[1:], *widths[1:]])
    weights, biases = np.split(ends[:-1], [len(matrices) - 1])
    errors, transposed = widths[1:] * rows, np.concatenate([[0], sizes[2:] * widths[1:-1]])
    if not trains:
        errors[:-1] = transposed[:] = 0
    parts = widths[1:] * rows, errors, transposed
    starts = np.cumsum([0, *np.concatenate(parts)])
    activations, errors, transposed = np.split(starts[:-1], 3)
    columns = -(-layer_sizes[0] // feature_shares)
    shapes = sizes[:-1], widths[:-1], sizes[1:], widths[1:]
    places = *shapes, np.concatenate([[0], weights]), biases, activations, errors, transposed
    return Layers(
        each=np.rec.fromarrays(places, LAYER),
        memory=int(starts[-1]),
        n_first=int(matrices[0]),
        n_weights=int(matrices.sum()),
        n_parameters=int(matrices[0] + ends[-1]),
        strip_rows=min(_STRIP_ROWS, columns),
        input_width=_pad(columns, itemsize, at_least=1),
    )


def _pad(size: int, itemsize: int, at_least: int = _WIDE_VECTORS) -> int:
    """The size of a padded row."""
    lanes = VECTOR_BYTES // itemsize
    vectors = -(-size // lanes)
    if vectors >= at_least:
        vectors |= 1
    return vectors * lanes


def padded_vector(layers: Layers, dtype: DTypeLike) -> np.ndarray:
    """A padded vector of parameters, all zero."""
    vector: np.ndarray = _zeros((1, layers.n_parameters), dtype)[0, : layers.n_parameters]
    return vector


def hand_over(layers: Layers, parameters: Parameters, vector: np.ndarray) -> None:
    """Copy the parameters to a padded vector."""
    for view, values in zip(_views(layers, vector), _arrays(parameters), strict=True):
        view[...] = values


def take_back(layers: Layers, vector: np.ndarray, parameters: Parameters) -> None:
    """Copy the parameters from a padded vector."""
    for view, values in zip(_views(layers, vector), _arrays(parameters), strict=True):
        values[...] = view


def _arrays(parameters: Parameters) -> tuple[np.ndarray, ...]:
    return *parameters.weights, *parameters.biases


def _views(layers: Layers, vector: np.ndarray) -> Iterator[np.ndarray]:
    """The weights, then the biases, of all layers in a padded vector."""
    start = 0
    for layer in layers.each:
        end = start + layer.inputs * layer.width
        yield vector[start:end].reshape(layer.inputs, layer.width)[:, : layer.nodes]
        start = end
    for layer in layers.each:
        yield vector[start : start + layer.nodes]
        start += layer.width


class _Shapes(NamedTuple):
    """Shapes of the fields of :class:`Buffers`."""

    inputs: tuple[int, int]
    memory: tuple[int, int]
    codes: tuple[int, int]
    weights: tuple[int, int]
    gradients: tuple[int, int]
    sums: tuple[int, int]


def make_buffers(layers: Layers, batch_size: int, dtype: DTypeLike, plan: Plan) -> Buffers:
    """Buffers for training as a plan says; their padding is zero."""
    shapes = _shapes(layers, batch_size, plan)
    return Buffers(
        _empty(shapes.inputs, dtype),
        _zeros(shapes.memory, dtype),
        _empty(shapes.codes, np.int64),
        _empty(shapes.weights, dtype),
        _empty(shapes.gradients, dtype),
        _empty(shapes.sums, dtype),
    )


def _empty(shape: tuple[int, int], dtype: DTypeLike) -> np.ndarray:
    """An array that begins at a line of the cache, as do its rows."""
    n_bytes = math.prod(_in_lines(shape, dtype)) * np.dtype(dtype).itemsize
    memory = np.empty(n_bytes + _LINE_BYTES, np.uint8)
    start = -memory.ctypes.data % _LINE_BYTES
    rows: np.ndarray = memory[start : start + n_bytes].view(dtype).reshape(_in_lines(shape, dtype))
    return rows


def _zeros(shape: tuple[int, int], dtype: DTypeLike) -> np.ndarray:
    array = _empty(shape, dtype)
    array[...] = 0
    return array


def _in_lines(shape: tuple[int, int], dtype: DTypeLike) -> tuple[int, int]:
    numbers = _LINE_BYTES // np.dtype(dtype).itemsize
    return shape[0], -(-shape[1] // numbers) * numbers


def lay_out_plan(
    layer_sizes: Sequence[int], batch_size: int, dtype: DTypeLike, plan: Plan
) -> Layers:
    """Layers for training as a plan says."""
    shares = plan.workers if plan.split == "features" else 1
    return lay_out(layer_sizes, plan.rows_at_once(batch_size), dtype, feature_shares=shares)


def lay_out_evaluation(
    layer_sizes: Sequence[int], dtype: DTypeLike, idle_values: int
) -> tuple[Layers, int, bool]:
    """Layers of an evaluation, samples of a slice, and whether they fit into an idle array."""
    per_row = lay_out(layer_sizes, 1, dtype, trains=False).memory
    unpadded = idle_values * values_per_row(layer_sizes, trains=False) // per_row
    rows, borrows = fit_idle(layer_sizes, unpadded)
    return lay_out(layer_sizes, rows, dtype, trains=False), rows, borrows


def _shapes(layers: Layers, batch_size: int, plan: Plan) -> _Shapes:
    shares, rows = plan.workers, plan.rows_at_once(batch_size)
    gradients, sums = layers.n_parameters, 0
    if plan.split == "features":
        width = int(layers.each[0].width)
        rest = layers.n_parameters - layers.n_first
        gradients, sums = max(layers.strip_rows * width, rest), rows * width
    return _Shapes(
        inputs=(shares, rows * layers.input_width),
        memory=(shares, layers.memory),
        codes=(shares, rows),
        weights=(shares, rows),
        gradients=(shares, gradients),
        sums=(2 * shares, sums),
    )
