"""What a mini-batch takes beside its products: each function passes once over its numbers.

Loops run over flat arrays where they can, since the rows of small layers fill no vector registers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from mlplab.numpy_mlp.compiled.intrinsics import exponential, part, prefetch

# For functions that Python calls. No sum may change its order: LLVM optimises a function once more
# where it is called, so a process that compiles would get other bytes than one that loads the code.
# Nothing is allocated, so no references are counted: to compile their counts takes a third of the
# time.
ENTRY_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
# For functions that only compiled functions call. To compile their wrappers takes most of the time.
OPTIONS = {**ENTRY_OPTIONS, "cache": False, "no_cpython_wrapper": True}
# LLVM optimises a function once more in each of its callers, so that levels of calls cost most.
INLINE_OPTIONS = {**OPTIONS, "inline": "always"}


@njit(**OPTIONS)
def apply_sigmoid(z):
    """z ← 1 / (1 + exp(−z)), flat."""
    one = z.dtype.type(1)
    for i in range(len(z)):
        z[i] = one / (one + exponential(-z[i]))


@njit(**OPTIONS)
def sum_parts(parts, total):
    """total (n,) ← sum over the first n columns of ``parts`` (k, ≥ n), in their order."""
    if len(parts) == 2:
        for i in range(len(total)):
            total[i] = parts[0, i] + parts[1, i]
        return
    for i in range(len(total)):
        total[i] = parts[0, i]
    for k in range(1, len(parts)):
        for i in range(len(total)):
            total[i] += parts[k, i]


@njit(**OPTIONS)
def multiply_by_slope(errors, activations):
    """errors ← errors · a · (1 − a), flat."""
    one = errors.dtype.type(1)
    for i in range(len(errors)):
        errors[i] *= activations[i] * (one - activations[i])


@njit(**OPTIONS)
def fill_rows(matrix, row):
    """Every row ← ``row``."""
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            matrix[i, j] = row[j]


@njit(**OPTIONS)
def sum_rows(matrix, total, adds):
    """total ← sum over the rows, or total ← total + that."""
    if not adds:
        total[:] = 0
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            total[j] += matrix[i, j]


@njit(**OPTIONS)
def take_output_errors(logits, codes, errors, n_outputs):
    """errors (n, ≥ outputs) ← outputs minus targets."""
    one = errors.dtype.type(1)
    for i in range(errors.shape[0]):
        for j in range(n_outputs):
            errors[i, j] = one / (one + exponential(-logits[i, j]))
    for i in range(len(codes)):
        errors[i, codes[i]] -= one


@njit(**OPTIONS)
def scale_rows(matrix, factor, weights):
    """Multiply every row by ``factor``, and by its weight if ``weights`` are not empty."""
    for i in range(matrix.shape[0]):
        scale = factor * weights[i] if len(weights) else factor
        for j in range(matrix.shape[1]):
            matrix[i, j] *= scale


@njit(**OPTIONS)
def add_statistics(logits, errors, codes, weights, n_outputs, total):
    """total ← total + (weighted cost, absolute error, hits) of the samples, float64.

    The log-loss of an output is max(s, 0) + log(1 + exp(−|s|)), s being the logit with its sign
    changed where the target is 1; see :func:`mlplab.numpy_mlp.workspace.log_loss`.
    """
    for i in range(len(codes)):
        cost, error, best = 0.0, 0.0, 0
        for j in range(n_outputs):
            z = logits[i, j]
            s = -z if j == codes[i] else z
            cost += max(s, 0.0) + math.log1p(math.exp(-abs(s)))
            error += abs(errors[i, j])
            if z > logits[i, best]:
                best = j
        total[0] += cost * weights[i] if len(weights) else cost
        total[1] += error
        total[2] += best == codes[i]


@njit(**OPTIONS)
def update(parameters, gradient, previous, step):
    """w ← w − (Δ + α Δ_previous); ``previous`` ← Δ. Flat; ``gradient`` holds η times its sums.

    ``step`` is (α, η λ₂, η λ₁), of the type of the parameters.
    """
    momentum, l2, l1 = step
    if l1 != 0:
        for i in range(len(parameters)):
            gradient[i] += l1 * np.sign(parameters[i])
    for i in range(len(parameters)):
        weight = parameters[i]
        delta = gradient[i] + l2 * weight
        parameters[i] = weight - delta - momentum * previous[i]
        previous[i] = delta


@njit(**OPTIONS)
def gather_rows(source, order, out, first, columns):
    """Some columns from ``first`` on of the given rows, into ``out`` (rows, ≥ columns).

    ``source`` is a :class:`Source`; a sparse row becomes dense.
    """
    step = 64 // out.itemsize
    for i in range(len(order)):
        row = order[i]
        if len(source.row_starts) == 0:
            # The processor itself fetches a row ahead, but not the start of another.
            following = order[min(i + 2, len(order) - 1)] * source.n_features + first
            for j in range(0, min(columns, 8 * step), step):
                prefetch(source.values, following + j)
            # Without offsets, the loop becomes vector instructions.
            values = part(source.values, row * source.n_features + first, columns)
            for j in range(columns):
                out[i, j] = values[j]
        else:
            for j in range(columns):
                out[i, j] = 0
            for place in range(source.row_starts[row], source.row_starts[row + 1]):
                column = source.columns[place] - first
                if 0 <= column < columns:
                    out[i, column] += source.values[place]


@njit(**OPTIONS)
def gather_numbers(source, order, out):
    """``source[order]`` for a vector."""
    for i in range(len(order)):
        out[i] = source[order[i]]
