"""Rounding, and the size and sign of numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from .. import arithmetic
from ..ir import Call, Constant, Typed
from ..sql.template import Template
from ..types import INTEGER
from .numbers import ABSOLUTE, RESCALE, exact, raw, whole
from .registry import NUMBER, Example, Function, Operation, Place, Typing, both, register


def _shift(call: Call) -> int:
    return call.type.scale - call.arguments[0].type.scale


FLOOR = Operation(
    name="floor",
    python=lambda call, values, context: arithmetic.floor(values[0], -_shift(call)),
    sqlite=lambda call, values, context: sa.func.fs_floor(
        raw(values[0]), whole(-_shift(call)), type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: sa.func.floor(exact(values[0])),
)
CEIL = Operation(
    name="ceil",
    python=lambda call, values, context: arithmetic.ceil(values[0], -_shift(call)),
    sqlite=lambda call, values, context: sa.func.fs_ceil(
        raw(values[0]), whole(-_shift(call)), type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: sa.func.ceil(exact(values[0])),
)


TRUNCATE = Operation(
    name="round_down",
    python=lambda call, values, context: arithmetic.truncate(values[0], -_shift(call)),
    sqlite=lambda call, values, context: sa.func.fs_truncate(
        raw(values[0]), whole(-_shift(call)), type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: sa.func.trunc(
        exact(values[0]), whole(call.type.scale), type_=sa.Numeric()
    ),
)
ENLARGE = Operation(
    name="round_up",
    python=lambda call, values, context: arithmetic.enlarge(values[0], -_shift(call)),
    sqlite=lambda call, values, context: sa.func.fs_enlarge(
        raw(values[0]), whole(-_shift(call)), type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: Template(
        f"sign({{0}}) * ceil(abs({{0}}) * {10**call.type.scale}) * 1e-{call.type.scale}",
        [exact(values[0])],
        sa.Numeric(),
    ),
)
SIGN = Operation(
    name="sign",
    python=lambda call, values, context: (values[0] > 0) - (values[0] < 0),
    sqlite=lambda call, values, context: sa.func.sign(raw(values[0]), type_=sa.BigInteger()),
    postgresql=lambda call, values, context: sa.func.sign(exact(values[0]), type_=sa.Numeric()),
)


def _rounding(operation: Operation) -> Any:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        item = arguments[0]
        places = 0
        if len(arguments) > 1:
            places = places_of(typing, arguments[1])
        if item.type.scale <= places:
            return item
        kind = replace(item.type, scale=places)
        bound = item.bound // 10 ** (item.type.scale - places) + 1
        return typing.make(operation, at, item, type=kind, nullable=item.nullable, bound=bound)

    return typed


def places_of(typing: Typing, item: Typed) -> int:
    """A number of digits after the point, which must be written out."""
    written = isinstance(item, Constant) and item.value is not None and not item.type.scale
    if not (written and isinstance(item, Constant) and 0 <= item.value <= 6):
        raise typing.refuse("function.places", item, most=arithmetic.LARGEST_SCALE)
    return int(item.value)


def _absolute(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    item = arguments[0]
    return typing.make(ABSOLUTE, at, item, type=item.type, nullable=item.nullable, bound=item.bound)


def _sign(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    item = arguments[0]
    return typing.make(SIGN, at, item, type=INTEGER, nullable=item.nullable, bound=1)


register(
    Function(
        name="abs",
        signature="abs(number)",
        help=both("The number without its sign.", "数字的绝对值。"),
        example="abs(amount) > 100",
        group="numbers",
        words=(both("the size of {0}", "{0}的绝对值"),),
        examples=(
            Example("abs(-3.5)", "3.5"),
            Example("abs(budget - won_amount) > 100", of="customer"),
        ),
        kinds=(NUMBER,),
        typed=_absolute,
    )
)
register(
    Function(
        name="round",
        signature="round(number, places)",
        help=both(
            "The number rounded to so many places (0 if left out), halves away from zero.",
            "四舍五入到指定的小数位数，省略时为整数。",
        ),
        example="round(amount * 0.06, 2)",
        group="numbers",
        words=(
            both("{0} rounded", "{0}四舍五入取整"),
            both("{0} rounded to {1} after the point", "{0}四舍五入到 {1} 位小数"),
        ),
        examples=(
            Example("round(2.345, 2)", "2.35"),
            Example("round(-2.5)", -3),
            Example("round(amount * 0.06, 2)", of="deal"),
        ),
        kinds=(NUMBER, NUMBER),
        least=1,
        typed=_rounding(RESCALE),
    )
)
register(
    Function(
        name="floor",
        signature="floor(number)",
        help=both("The largest whole number that is not above.", "不大于该数的最大整数。"),
        example="floor(amount / 10000)",
        group="numbers",
        words=(both("{0} rounded down", "{0}向下取整"),),
        examples=(
            Example("floor(7 / 2)", 3),
            Example("floor(-3.5)", -4),
            Example("floor(amount / 10000)", of="deal"),
        ),
        kinds=(NUMBER,),
        typed=_rounding(FLOOR),
    )
)
register(
    Function(
        name="ceil",
        signature="ceil(number)",
        help=both("The smallest whole number that is not below.", "不小于该数的最小整数。"),
        example="ceil(quantity / 12)",
        group="numbers",
        words=(both("{0} rounded up", "{0}向上取整"),),
        examples=(
            Example("ceil(7 / 2)", 4),
            Example("ceil(-3.5)", -3),
            Example("ceil(amount / 10000)", of="deal"),
        ),
        kinds=(NUMBER,),
        typed=_rounding(CEIL),
    )
)
register(
    Function(
        name="round_up",
        signature="round_up(number, places)",
        help=both(
            "The number rounded away from zero to so many places (0 if left out).",
            "向远离零的方向舍入到指定的小数位数，省略时为整数。",
        ),
        example="round_up(amount / 1.13, 2)",
        group="numbers",
        words=(
            both("{0} rounded away from zero", "{0}向远离零取整"),
            both(
                "{0} rounded away from zero to {1} after the point", "{0}向远离零舍入到 {1} 位小数"
            ),
        ),
        examples=(
            Example("round_up(2.341, 2)", "2.35"),
            Example("round_up(-2.1)", -3),
            Example("round_up(amount / 1.13, 2)", of="deal"),
        ),
        kinds=(NUMBER, NUMBER),
        least=1,
        typed=_rounding(ENLARGE),
    )
)
register(
    Function(
        name="round_down",
        signature="round_down(number, places)",
        help=both(
            "The number rounded towards zero to so many places (0 if left out).",
            "向零的方向舍入到指定的小数位数，省略时为整数。",
        ),
        example="round_down(amount / 1.13, 2)",
        group="numbers",
        words=(
            both("{0} rounded towards zero", "{0}向零取整"),
            both("{0} rounded towards zero to {1} after the point", "{0}向零舍入到 {1} 位小数"),
        ),
        examples=(
            Example("round_down(2.349, 2)", "2.34"),
            Example("round_down(-2.9)", -2),
            Example("round_down(amount / 1.13, 2)", of="deal"),
        ),
        kinds=(NUMBER, NUMBER),
        least=1,
        typed=_rounding(TRUNCATE),
    )
)
register(
    Function(
        name="sign",
        signature="sign(number)",
        help=both(
            "1 of a number above zero, -1 of one below, 0 of zero.",
            "正数为 1，负数为 -1，零为 0。",
        ),
        example="sign(list_price - cost)",
        group="numbers",
        words=(both("the sign of {0}", "{0}的正负"),),
        examples=(
            Example("sign(-2.5)", -1),
            Example("sign(0)", 0),
            Example("sign(list_price - cost)", of="product"),
        ),
        kinds=(NUMBER,),
        typed=_sign,
    )
)
