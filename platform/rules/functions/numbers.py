"""Numbers: the operators + - * / // %, rounding and changing the scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from .. import arithmetic
from ..arithmetic import limit
from ..context import Context
from ..ir import Call, Constant, Typed
from ..sql.template import Template
from ..types import Type
from .registry import Operation, Place, Sql, Typing

WORD = 2**63 - 1
"""What a SQLite integer can hold."""


def raw(value: Sql) -> Sql:
    """A number's SQL as the plain integer that SQLite holds."""
    return sa.type_coerce(value, sa.BigInteger())


def whole(value: int) -> Sql:
    """An integer written into the SQL, for factors and limits: they never vary."""
    return sa.literal_column(str(value), sa.BigInteger())


def exact(value: Sql) -> Sql:
    """A PostgreSQL number as numeric, so that whole numbers cannot overflow."""
    return sa.cast(value, sa.Numeric())


def _sqlite_within(call: Call, value: Sql) -> Sql:
    """The value, or NULL where it is out of range for its type; it is computed once."""
    top = limit(call.type.scale)
    if call.bound < top:
        return value
    clamped = sa.func.max(sa.func.min(value, whole(top)), whole(-top))
    inside = sa.func.nullif(sa.func.nullif(clamped, whole(top)), whole(-top))
    return sa.type_coerce(inside, sa.BigInteger())


class Ranged(Protocol):
    """A typed number: `bound` is the largest size that its raw value can have."""

    @property
    def type(self) -> Type: ...

    @property
    def bound(self) -> int: ...


def postgres_within(call: Ranged, value: Sql) -> Sql:
    if call.bound < limit(call.type.scale):
        return value
    top = 10 ** min(arithmetic.DIGITS, 18 - call.type.scale)
    clamped = sa.func.greatest(sa.func.least(value, whole(top)), whole(-top))
    inside = sa.func.nullif(sa.func.nullif(clamped, whole(top)), whole(-top))
    return sa.type_coerce(inside, sa.Numeric())


def _scales(call: Call) -> tuple[int, int]:
    a, b = call.arguments
    return a.type.scale, b.type.scale


def _sum(call: Call, values: Sequence[Any], context: Context) -> Any:
    a, b = _aligned(call, values)
    total = a + b if call.operation is ADD else a - b
    return arithmetic.limited(total, limit(call.type.scale))


def _aligned(call: Call, values: Sequence[int]) -> tuple[int, int]:
    scale = call.type.scale
    a, b = _scales(call)
    return arithmetic.rescale(values[0], scale - a), arithmetic.rescale(values[1], scale - b)


def _sqlite_sum(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    scale = call.type.scale
    shifts = [scale - one for one in _scales(call)]
    sizes = [one.bound * 10**shift for one, shift in zip(call.arguments, shifts, strict=True)]
    # A long sum nests its terms, and SQLite's parser goes no deeper than a hundred symbols: one
    # call a term is what it can take, five are not.
    long = call.bound >= limit(scale) and any(_is_sum(one) for one in call.arguments)
    if sum(sizes) > WORD or long:
        name = "fs_add" if call.operation is ADD else "fs_subtract"
        arguments = [*map(raw, values), *map(whole, shifts), whole(limit(scale))]
        added: Sql = getattr(sa.func, name)(*arguments, type_=sa.BigInteger())
        return added
    a, b = (
        raw(value) * whole(10**shift) if shift else raw(value)
        for value, shift in zip(values, shifts, strict=True)
    )
    return _sqlite_within(call, a + b if call.operation is ADD else a - b)


def _is_sum(one: Typed) -> bool:
    return isinstance(one, Call) and one.operation in (ADD, SUBTRACT)


def _postgres_sum(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    a, b = (exact(value) for value in values)
    return postgres_within(call, a + b if call.operation is ADD else a - b)


ADD = Operation(name="+", python=_sum, sqlite=_sqlite_sum, postgresql=_postgres_sum)
SUBTRACT = Operation(name="-", python=_sum, sqlite=_sqlite_sum, postgresql=_postgres_sum)


def _drop(call: Call) -> int:
    return sum(_scales(call)) - call.type.scale


MULTIPLY = Operation(
    name="*",
    python=lambda call, values, context: arithmetic.multiply(
        values[0], values[1], _drop(call), limit(call.type.scale)
    ),
    sqlite=lambda call, values, context: (
        raw(values[0]) * raw(values[1])
        if not _drop(call) and call.bound < limit(call.type.scale)
        else sa.func.fs_multiply(
            *map(raw, values),
            whole(_drop(call)),
            whole(limit(call.type.scale)),
            type_=sa.BigInteger(),
        )
    ),
    postgresql=lambda call, values, context: postgres_within(
        call,
        sa.func.round(exact(values[0]) * exact(values[1]), whole(call.type.scale))
        if _drop(call)
        else exact(values[0]) * exact(values[1]),
    ),
)


def _quotient_shift(call: Call) -> int:
    a, b = _scales(call)
    return call.type.scale + b - a


def _long_quotient(values: Sequence[Sql]) -> Sql:
    """a / b to 40 digits after the point: more than ever decide how it is rounded or floored."""
    return sa.func.round(exact(values[0]), whole(40)) / sa.func.nullif(exact(values[1]), whole(0))


DIVIDE = Operation(
    name="/",
    python=lambda call, values, context: arithmetic.divide(
        values[0], values[1], _quotient_shift(call), limit(call.type.scale)
    ),
    sqlite=lambda call, values, context: sa.func.fs_divide(
        *map(raw, values),
        whole(_quotient_shift(call)),
        whole(limit(call.type.scale)),
        type_=sa.BigInteger(),
    ),
    postgresql=lambda call, values, context: postgres_within(
        call, sa.func.round(_long_quotient(values), whole(call.type.scale))
    ),
)


def _floor_shift(call: Call) -> int:
    a, b = _scales(call)
    return b - a


FLOOR_DIVIDE = Operation(
    name="//",
    python=lambda call, values, context: arithmetic.floor_divide(
        values[0], values[1], _floor_shift(call), limit(0)
    ),
    sqlite=lambda call, values, context: sa.func.fs_floor_divide(
        *map(raw, values), whole(_floor_shift(call)), whole(limit(0)), type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: postgres_within(
        call, sa.func.floor(_long_quotient(values))
    ),
)
MODULO = Operation(
    name="%",
    python=lambda call, values, context: arithmetic.modulo(
        values[0], values[1], _floor_shift(call), limit(call.type.scale)
    ),
    sqlite=lambda call, values, context: sa.func.fs_modulo(
        *map(raw, values),
        whole(_floor_shift(call)),
        whole(limit(call.type.scale)),
        type_=sa.BigInteger(),
    ),
    postgresql=lambda call, values, context: postgres_within(
        call,
        Template(
            "mod(mod({0}, {1}) + {1}, {1})",
            [exact(values[0]), sa.func.nullif(exact(values[1]), whole(0))],
            sa.Numeric(),
        ),
    ),
)
NEGATE = Operation(
    name="negate",
    python=lambda call, values, context: -values[0],
    sqlite=lambda call, values, context: -raw(values[0]),
    postgresql=lambda call, values, context: -values[0],
)
ABSOLUTE = Operation(
    name="abs",
    python=lambda call, values, context: abs(values[0]),
    sqlite=lambda call, values, context: sa.func.abs(raw(values[0]), type_=sa.BigInteger()),
    postgresql=lambda call, values, context: sa.func.abs(values[0], type_=values[0].type),
)


def _shift(call: Call) -> int:
    return call.type.scale - call.arguments[0].type.scale


def _sqlite_rescale(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    shift = _shift(call)
    if shift >= 0 and call.arguments[0].bound * 10**shift <= WORD:
        return _sqlite_within(call, raw(values[0]) * whole(10**shift) if shift else raw(values[0]))
    return sa.func.fs_rescale(
        raw(values[0]), whole(shift), whole(limit(call.type.scale)), type_=sa.BigInteger()
    )


RESCALE = Operation(
    name="rescale",
    python=lambda call, values, context: arithmetic.limited(
        arithmetic.rescale(values[0], _shift(call)), limit(call.type.scale)
    ),
    sqlite=_sqlite_rescale,
    postgresql=lambda call, values, context: postgres_within(
        call, sa.func.round(exact(values[0]), whole(call.type.scale))
    ),
)
"""The same number with another scale: rounded half up, or out of range when it grows too long."""


def kind_of(*items: Typed) -> str:
    """Money as soon as one item is money."""
    return "money" if any(item.type.kind == "money" for item in items) else "number"


def arithmetic_call(typing: Typing, at: Place, operator: str, a: Typed, b: Typed) -> Typed:
    """The typed call of an operator on two numbers; money is refused where it has no meaning."""
    scale = max(a.type.scale, b.type.scale)
    sizes = (a.bound * 10 ** (scale - a.type.scale), b.bound * 10 ** (scale - b.type.scale))
    nullable = a.nullable or b.nullable
    match operator:
        case "+" | "-":
            operation = ADD if operator == "+" else SUBTRACT
            kind, bound = kind_of(a, b), sum(sizes)
            nullable = nullable or bound >= limit(scale)
        case "*":
            if a.type.kind == b.type.kind == "money":
                raise typing.refuse("type.money_product", at)
            operation, kind = MULTIPLY, kind_of(a, b)
            scale = min(a.type.scale + b.type.scale, arithmetic.LARGEST_SCALE)
            bound = a.bound * b.bound // 10 ** (a.type.scale + b.type.scale - scale) + 1
            nullable = nullable or bound >= limit(scale)
        case "/":
            operation, scale, nullable = DIVIDE, arithmetic.LARGEST_SCALE, True
            kind = _ratio(typing, at, a, b)
            bound = limit(scale)
        case "//":
            operation, scale, nullable = FLOOR_DIVIDE, 0, True
            kind, bound = _ratio(typing, at, a, b), limit(0)
        case _:
            operation, nullable, kind, bound = MODULO, True, kind_of(a, b), sizes[1]
    return typing.make(operation, at, a, b, type=Type(kind, scale), nullable=nullable, bound=bound)


def _ratio(typing: Typing, at: Place, a: Typed, b: Typed) -> str:
    """Money by money is a plain number, money by a number money."""
    if b.type.kind == "money" and a.type.kind != "money":
        raise typing.refuse("type.money_divisor", at)
    return "number" if b.type.kind == "money" else a.type.kind


def rescaled(typing: Typing, item: Typed, to: Type) -> Typed:
    """The item as a number of another type; the same object where nothing changes."""
    if item.type == to:
        return item
    value = _scaled_up(item, to)
    if value is not None:
        return Constant(
            type=to,
            start=item.start,
            end=item.end,
            nullable=False,
            bound=abs(value),
            value=value,
        )
    shift = to.scale - item.type.scale
    bound = item.bound * 10**shift if shift >= 0 else item.bound // 10**-shift + 1
    nullable = item.nullable or bound >= limit(to.scale)
    return typing.make(RESCALE, item, item, type=to, nullable=nullable, bound=bound)


def _scaled_up(item: Typed, to: Type) -> int | None:
    """A constant's raw value with the digits of another type; None where that is computed."""
    if not isinstance(item, Constant) or item.value is None or to.scale < item.type.scale:
        return None
    value = int(item.value * 10 ** (to.scale - item.type.scale))
    return arithmetic.limited(value, limit(to.scale))
