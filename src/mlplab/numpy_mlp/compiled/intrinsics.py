"""What Numba has no function for: views without bounds, an exponential, atomic words."""

from __future__ import annotations

import math
import platform
import time
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic

_INT = ir.IntType(32)


def _refer(context: Any, builder: Any, result: Any, source: Any, start: Any, shape: Any) -> Any:
    """A C-contiguous array of some shape over a part of the vector ``source``."""
    size = context.get_abi_sizeof(context.get_data_type(result.dtype))
    itemsize = context.get_constant(types.intp, size)
    strides = [itemsize]
    for extent in shape[:0:-1]:
        strides.insert(0, builder.mul(strides[0], extent))
    array = context.make_array(result)(context, builder)
    context.populate_array(
        array,
        data=builder.gep(source.data, [start]),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=itemsize,
        meminfo=None,
    )
    return array._getvalue()


@intrinsic
def part(typing_context: Any, vector: Any, start: Any, size: Any) -> Any:
    """``vector[start : start + size]`` without bounds or a reference, whose count threads share."""
    result = types.Array(vector.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = context.make_array(signature.args[0])(context, builder, arguments[0])
        return _refer(context, builder, result, source, arguments[1], [arguments[2]])

    return result(vector, types.intp, types.intp), generate


@intrinsic
def matrix(typing_context: Any, vector: Any, start: Any, rows: Any, columns: Any) -> Any:
    """The matrix (rows, columns) that begins at ``start`` of a vector; see :func:`part`."""
    result = types.Array(vector.dtype, 2, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = context.make_array(signature.args[0])(context, builder, arguments[0])
        return _refer(context, builder, result, source, arguments[1], list(arguments[2:]))

    return result(vector, types.intp, types.intp, types.intp), generate


@intrinsic
def any_order(typing_context: Any, array: Any) -> Any:
    """The same matrix; its type no longer tells its order, so that one code serves all."""
    result = array.copy(layout="A")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return impl_ret_borrowed(context, builder, result, arguments[0])

    return result(array), generate


@intrinsic
def any_value(typing_context: Any, constant: Any) -> Any:
    """The same number; its type no longer tells its value, so that one code serves all."""
    result = types.unliteral(constant)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.cast(builder, arguments[0], signature.args[0], result)

    return result(constant), generate


# exp(x) = 2ⁿ · exp(r), |r| ≤ ln(2)/2: degree of Taylor's series of exp(r) that is exact to the last
# place, bounds within which 2ⁿ is a normal number, ln(2) as a sum of two numbers, of which n times
# the first is exact, and bits, bias and place of the exponent of a number.
_EXPONENTIALS = {
    types.float32: (7, 87.0, 0.693359375, -2.12194440e-4, 32, 127, 23),
    types.float64: (13, 708.0, 0.693145751953125, 1.42860682030941723212e-6, 64, 1023, 52),
}
_CONTRACT = ("contract",)


@intrinsic
def exponential(typing_context: Any, x: Any) -> Any:
    """``exp(x)`` without a call, so that loops over numbers become vector instructions.

    Beyond ±87 (float32) or ±708 (float64), that of the bound; NaN stays NaN. The reduction and its
    constants are those of Cephes (S. Moshier).
    """
    degree, bound, first, second, bits, bias, shift = _EXPONENTIALS[x]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, whole = context.get_data_type(x), ir.IntType(bits)

        def constant(value: float) -> Any:
            return ir.Constant(number, value)

        def multiply_add(a: Any, b: Any, c: Any) -> Any:
            return builder.fadd(builder.fmul(a, b, flags=_CONTRACT), c, flags=_CONTRACT)

        (value,) = arguments
        for comparison, limit in (("<", -bound), (">", bound)):
            beyond = builder.fcmp_ordered(comparison, value, constant(limit))
            value = builder.select(beyond, constant(limit), value)
        octaves = multiply_add(value, constant(1 / math.log(2)), constant(0.5))
        octaves = builder.call(builder.module.declare_intrinsic("llvm.floor", [number]), [octaves])
        for part in (first, second):
            value = multiply_add(octaves, constant(-part), value)
        result = constant(1 / math.factorial(degree))
        for order in range(degree - 1, -1, -1):
            result = multiply_add(result, value, constant(1 / math.factorial(order)))
        exponent = builder.fptosi(octaves, _INT)
        if bits > 32:
            exponent = builder.sext(exponent, whole)
        exponent = builder.add(exponent, ir.Constant(whole, bias))
        power = builder.bitcast(builder.shl(exponent, ir.Constant(whole, shift)), number)
        return builder.fmul(result, power)

    return x(x), generate


@intrinsic
def prefetch(typing_context: Any, vector: Any, place: Any) -> Any:
    """Ask for the line of the cache in which a number of a vector lies."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, _INT, _INT, _INT])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        read, near, data = (ir.Constant(_INT, number) for number in (0, 3, 1))
        builder.call(hint, [pointer, read, near, data])
        return context.get_dummy_value()

    return types.void(vector, types.intp), generate


@intrinsic
def load_acquire(typing_context: Any, words: Any, place: Any) -> Any:
    """Read a word (int64); what its writer wrote before it is seen after it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.load_atomic(builder.gep(array.data, [arguments[1]]), "acquire", 8)

    return types.int64(words, types.intp), generate


@intrinsic
def store_release(typing_context: Any, words: Any, place: Any, value: Any) -> Any:
    """Write a word (int64) that ``load_acquire`` reads."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        builder.store_atomic(arguments[2], place, "release", 8)
        return context.get_dummy_value()

    return types.void(words, types.intp, types.int64), generate


@intrinsic
def nanoseconds(typing_context: Any) -> Any:
    """Of the clock that no one sets (int64)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        moment = cgutils.alloca_once(builder, ir.ArrayType(word, 2))
        kind = ir.FunctionType(_INT, [_INT, moment.type])
        function = cgutils.get_or_insert_function(builder.module, kind, "clock_gettime")
        builder.call(function, [ir.Constant(_INT, time.CLOCK_MONOTONIC), moment])
        seconds, rest = (builder.extract_value(builder.load(moment), n) for n in (0, 1))
        return builder.add(builder.mul(seconds, ir.Constant(word, 10**9)), rest)

    return types.int64(), generate


@intrinsic
def pause(typing_context: Any) -> Any:
    """Tell the processor that this thread looks again and again."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        architecture = platform.machine()
        if architecture in ("x86_64", "AMD64"):
            hint = builder.module.declare_intrinsic(
                "llvm.x86.sse2.pause", (), ir.FunctionType(ir.VoidType(), [])
            )
            builder.call(hint, [])
        elif architecture in ("aarch64", "arm64"):
            hint = builder.module.declare_intrinsic(
                "llvm.aarch64.hint", (), ir.FunctionType(ir.VoidType(), [_INT])
            )
            builder.call(hint, [ir.Constant(_INT, 1)])  # YIELD
        return context.get_dummy_value()

    return types.void(), generate
