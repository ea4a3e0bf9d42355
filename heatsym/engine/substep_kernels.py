"""The usual four substeps of a pipe that holds one parcel, on one vector."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

FOUR = ir.VectorType(ir.DoubleType(), 4)
WHOLE = ir.IntType(32)


def _numbers(*values: int) -> Any:
    """Places in a vector."""
    return ir.Constant(ir.VectorType(WHOLE, len(values)), list(values))


def _move(
    context: Any,
    nodes: Any,
    up: Any,
    down: Any,
    about: Any,
    ever: Any,
    before: Any,
    through: Any,
    after: Any,
) -> Any:
    """The type of the call and what makes its code."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table = context.make_array(signature.args[0])(context, builder, arguments[0])

        def row(node: Any) -> Any:
            first = builder.mul(node, ir.Constant(node.type, 4))
            return builder.bitcast(builder.gep(table.data, [first]), FOUR.as_pointer())

        def spread(value: Any) -> Any:
            one = builder.insert_element(ir.Constant(FOUR, ir.Undefined), value, WHOLE(0))
            return builder.shuffle_vector(one, ir.Constant(FOUR, ir.Undefined), _numbers(0, 0, 0, 0))

        def element(vector: Any, place: int) -> Any:
            return builder.extract_element(vector, WHOLE(place))

        about, ever, before, through, after = (spread(value) for value in arguments[3:])
        entered = builder.fsub(builder.load(row(arguments[1]), align=8), about)
        late = builder.shuffle_vector(builder.fmul(after, entered), before, _numbers(4, 0, 1, 2))
        arrived = builder.fadd(builder.fadd(ever, late), builder.fmul(through, entered))
        end = row(arguments[2])
        builder.store(builder.fadd(builder.load(end, align=8), arrived), end, align=8)
        early = builder.fadd(element(entered, 0), element(entered, 1))
        newest = element(entered, 3)
        total = builder.fadd(early, builder.fadd(element(entered, 2), newest))
        return context.make_tuple(builder, signature.return_type, [total, newest])

    double = types.float64
    numbers = types.UniTuple(double, 2)  # type: ignore[no-untyped-call]
    return numbers(nodes, types.uint64, types.uint64, double, double, double, double, double), code


moved_on: Any = intrinsic(_move)
"""Add what arrives at a node, row ``down`` of ``nodes`` (node, 4), in four substeps to its temperatures.

It is ``ever`` in each, ``before`` in the first, ``through`` times the excess over ``about`` of what enters
from row ``up``, and ``after`` times that of the substep before. Returns the sum of the excess and its last.
"""
