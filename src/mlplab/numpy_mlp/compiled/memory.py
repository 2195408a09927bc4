"""Memory of the compiled engine: where the layers lie in it, and how much it takes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from mlplab.numpy_mlp.evaluation import fit_idle
from mlplab.numpy_mlp.parameters import count_parameters
from mlplab.numpy_mlp.trainer import Plan
from mlplab.numpy_mlp.workspace import values_per_row


class Layers(NamedTuple):
    """Where things lie in flat arrays.

    The rest of the parameters is what lies behind the first layer's weights in their vector: the
    weights of the upper layers, and all biases.

    Attributes
    ----------
    sizes : nodes of all layers, input first
    weights, biases : starts in the rest of the parameters; that of the first weights is unused
    activations, errors : starts in the memory of a slice
    memory : size of that memory
    """

    sizes: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    activations: np.ndarray
    errors: np.ndarray
    memory: int


class Buffers(NamedTuple):
    """Memory of the shares of a batch, a row for each.

    Attributes
    ----------
    inputs : samples of a slice, in the columns of the share
    memory : activations and errors
    codes, weights : of the samples of a slice
    gradients : by rows of all parameters; by features of the share's, and then of the rest
    sums : by features, what each share adds to the first layer, for two batches in turn
    """

    inputs: np.ndarray
    memory: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    gradients: np.ndarray
    sums: np.ndarray


def lay_out(layer_sizes: Sequence[int], rows: int, *, trains: bool = True) -> Layers:
    """Layers of the given sizes, input first, for slices of ``rows`` samples.

    Without ``trains`` there is room for the errors of the outputs only.
    """
    sizes = np.array(layer_sizes, np.int64)
    upper = [lower * above for lower, above in itertools.pairwise(layer_sizes[1:])]
    weights = np.cumsum([0, *upper])
    biases = weights[-1] + np.cumsum([0, *layer_sizes[1:-1]])
    errors = sizes[1:].copy()
    if not trains:
        errors[:-1] = 0
    ends = np.cumsum([*sizes[1:], *errors]) * rows
    starts = np.concatenate([[0], ends[:-1]])
    activations, errors = np.split(starts, 2)
    weights = np.concatenate([[0], weights[:-1]])
    return Layers(sizes, weights, biases, activations, errors, int(ends[-1]))


class _Shapes(NamedTuple):
    """Shapes of the fields of :class:`Buffers`."""

    inputs: tuple[int, int]
    memory: tuple[int, int]
    codes: tuple[int, int]
    weights: tuple[int, int]
    gradients: tuple[int, int]
    sums: tuple[int, int]


def make_buffers(
    layer_sizes: Sequence[int], batch_size: int, dtype: DTypeLike, plan: Plan
) -> Buffers:
    """Empty buffers for training as a plan says."""
    shapes = _shapes(layer_sizes, batch_size, plan)
    return Buffers(
        np.empty(shapes.inputs, dtype),
        np.empty(shapes.memory, dtype),
        np.empty(shapes.codes, np.int64),
        np.empty(shapes.weights, dtype),
        np.empty(shapes.gradients, dtype),
        np.empty(shapes.sums, dtype),
    )


def compiled_bytes(
    layer_sizes: Sequence[int], batch_size: int, dtype: DTypeLike, plan: Plan
) -> int:
    """Bytes that a trainer of this engine holds beside the data: weights, gradients and buffers."""
    shapes, itemsize = _shapes(layer_sizes, batch_size, plan), np.dtype(dtype).itemsize
    index_bytes = math.prod(shapes.codes) * np.dtype(np.int64).itemsize
    # The parameters and the last step come from the caller.
    others = 2 * count_parameters(layer_sizes)
    if plan.split == "features":
        others += 2 * plan.workers * _count_rest(layer_sizes)
    rows, borrows = fit_idle(layer_sizes, shapes.inputs[1])
    if not borrows:
        others += plan.workers * rows * values_per_row(layer_sizes, trains=False)
    numbers = sum(math.prod(shape) for shape in shapes) - math.prod(shapes.codes) + others
    return numbers * itemsize + index_bytes


def _count_rest(layer_sizes: Sequence[int]) -> int:
    """Parameters behind the weights of the first layer."""
    return count_parameters(layer_sizes) - layer_sizes[0] * layer_sizes[1]


def _shapes(layer_sizes: Sequence[int], batch_size: int, plan: Plan) -> _Shapes:
    shares, rows = plan.workers, plan.rows_at_once(batch_size)
    columns, gradients, sums = layer_sizes[0], count_parameters(layer_sizes), 0
    if plan.split == "features":
        columns = -(-columns // shares)
        gradients = max(columns * layer_sizes[1], _count_rest(layer_sizes))
        sums = rows * layer_sizes[1]
    return _Shapes(
        inputs=(shares, rows * columns),
        memory=(shares, lay_out(layer_sizes, rows).memory),
        codes=(shares, rows),
        weights=(shares, rows),
        gradients=(shares, gradients),
        sums=(2 * shares, sums),
    )
