"""Products of matrices whose rows are padded to whole vector registers.

BLAS copies its operands into an order of its own before it multiplies them. With a hundred samples
and some tens of nodes the copies take longer than the product. Here a tile of the result stays in
registers while the kernel passes once over some rows of one operand and columns of the other, as
they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from mlplab.numpy_mlp.compiled.intrinsics import any_order, any_value
from mlplab.numpy_mlp.compiled.kernels import INLINE_OPTIONS, OPTIONS


def _find_vector_bytes() -> int:
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


VECTOR_BYTES = _find_vector_bytes()
# A tile, its columns and a number of the other operand fill 16 registers. More than eight sums
# under way hide how long an addition takes.
_ROWS, _VECTORS = 4, 3
# So many rows of three vectors stay in the smallest cache.
_DEPTH = 128
_CONTRACT = ("contract",)


def _tile_function(rows: int, vectors: int) -> Callable[..., None]:
    """``out[i:, j:] (+)= left[i:, k:] · right[k:, j:]`` for a tile of fixed size."""

    @intrinsic
    def multiply_tile(
        typing_context: Any, left: Any, right: Any, out: Any, place: Any, depth: Any, adds: Any
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            number = context.get_data_type(out.dtype)
            size = context.get_abi_sizeof(number)
            lanes = VECTOR_BYTES // size
            vector = ir.VectorType(number, lanes)
            zero, first = ir.Constant(vector, [0.0] * lanes), ir.Constant(ir.IntType(32), 0)
            every_lane = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)

            def describe(position: int) -> tuple[Any, Any, Any]:
                """Data, and numbers from one row to the next and from one column to the next."""
                kind, value = signature.args[position], arguments[position]
                array = context.make_array(kind)(context, builder, value)
                itemsize = context.get_constant(types.intp, size)
                strides = cgutils.unpack_tuple(builder, array.strides, 2)
                return array.data, *(builder.sdiv(stride, itemsize) for stride in strides)

            def at(array: tuple[Any, Any, Any], i: Any, j: Any) -> Any:
                data, row, column = array
                return builder.gep(data, [builder.add(builder.mul(i, row), builder.mul(j, column))])

            def vectors_at(pointer: Any) -> list[Any]:
                start = builder.bitcast(pointer, vector.as_pointer())
                return [cgutils.gep_inbounds(builder, start, v) for v in range(vectors)]

            def plus(value: Any, n: int) -> Any:
                return builder.add(value, context.get_constant(types.intp, n))

            a, b, c = map(describe, range(3))
            i, k, j = cgutils.unpack_tuple(builder, arguments[3], 3)
            targets = [pointer for n in range(rows) for pointer in vectors_at(at(c, plus(i, n), j))]
            sums = [cgutils.alloca_once_value(builder, zero) for _ in targets]
            with builder.if_then(arguments[5]):
                for total, pointer in zip(sums, targets, strict=True):
                    builder.store(builder.load(pointer, align=size), total)
            lefts = [cgutils.alloca_once_value(builder, at(a, plus(i, n), k)) for n in range(rows)]
            below = cgutils.alloca_once_value(builder, at(b, k, j))
            with cgutils.for_range(builder, arguments[4]):
                row = builder.load(below)
                columns = [builder.load(pointer, align=size) for pointer in vectors_at(row)]
                builder.store(builder.gep(row, [b[1]]), below)
                for n, place in enumerate(lefts):
                    pointer = builder.load(place)
                    builder.store(builder.gep(pointer, [a[2]]), place)
                    factor = builder.insert_element(zero, builder.load(pointer), first)
                    factor = builder.shuffle_vector(factor, zero, every_lane)
                    for total, column in zip(sums[n * vectors :], columns, strict=False):
                        product = builder.fmul(factor, column, flags=_CONTRACT)
                        added = builder.fadd(builder.load(total), product, flags=_CONTRACT)
                        builder.store(added, total)
            for total, pointer in zip(sums, targets, strict=True):
                builder.store(builder.load(total), pointer, align=size)
            return context.get_dummy_value()

        return types.void(left, right, out, place, depth, adds), generate

    function: Callable[..., None] = multiply_tile
    return function


def _rows_function(rows: int) -> Callable[..., None]:
    """A tile of some rows, and of one to three vectors."""
    one, two, three = (_tile_function(rows, n) for n in (1, 2, _VECTORS))

    @njit(**INLINE_OPTIONS)
    def multiply_rows(left, right, out, place, vectors, depth, adds):
        if vectors == 3:
            three(left, right, out, place, depth, adds)
        elif vectors == 2:
            two(left, right, out, place, depth, adds)
        else:
            one(left, right, out, place, depth, adds)

    function: Callable[..., None] = multiply_rows
    return function


_multiply_some, _multiply_one = _rows_function(_ROWS), _rows_function(1)


@njit(**OPTIONS)
def _multiply_columns(left, right, out, k, j, vectors, adds):
    """The part of a product that some columns and a part of the depth contribute."""
    depth = min(_DEPTH, right.shape[0] - k)
    whole = out.shape[0] // _ROWS * _ROWS
    for i in range(0, whole, _ROWS):
        _multiply_some(left, right, out, (i, k, j), vectors, depth, adds)
    for i in range(whole, out.shape[0]):
        _multiply_one(left, right, out, (i, k, j), vectors, depth, adds)


@njit(**INLINE_OPTIONS)
def multiply(left, right, out, adds):
    """``out = left · right``, or ``out += left · right``.

    ``right`` (depth, columns) and ``out`` (rows, columns) are C-contiguous, their columns fill
    whole vectors. ``left`` is C-contiguous or the transpose of such a matrix; what it has beyond
    (rows, depth) is not read. Each number of ``out`` is summed in the order of the depth.
    """
    _multiply(any_order(left), right, out, any_value(adds))


@njit(**OPTIONS)
def _multiply(left, right, out, adds):
    lanes = VECTOR_BYTES // out.itemsize
    n_vectors = right.shape[1] // lanes
    for k in range(0, right.shape[0], _DEPTH):
        for vector in range(0, n_vectors, _VECTORS):
            vectors = min(_VECTORS, n_vectors - vector)
            _multiply_columns(left, right, out, k, vector * lanes, vectors, adds or k > 0)


@njit(**OPTIONS)
def transpose(matrix, out):
    """``out[j, i] = matrix[i, j]`` for all rows of ``out``."""
    for j in range(out.shape[0]):
        for i in range(matrix.shape[0]):
            out[j, i] = matrix[i, j]
