"""Memory asked for before it is needed, in compiled code."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

READ, SECOND_LEVEL, DATA = 0, 2, 1
"""Arguments of the compiler's prefetch: for reading, kept from the second cache on, of data."""


def _fetch(context: Any, table: Any, at: Any) -> Any:
    """The type of the call and what makes its code."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row = context.make_array(signature.args[0])(context, builder, arguments[0])
        line = builder.bitcast(builder.gep(row.data, [arguments[1]]), cgutils.voidptr_t)
        whole = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, whole, whole, whole])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], shape)
        builder.call(fetch, [line, whole(READ), whole(SECOND_LEVEL), whole(DATA)])
        return context.get_dummy_value()

    return types.void(table, types.uint64), code


ask_for: Any = intrinsic(_fetch)
"""Fetch the cache line of an element of a contiguous row, whose number is unsigned; goes on at once."""
