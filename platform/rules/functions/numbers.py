"""Numbers: the operators + - * / // %, rounding and changing the scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.sql import operators

from .. import arithmetic, units
from ..arithmetic import limit
from ..context import Context
from ..ir import Call, Constant, Typed
from ..sql.template import Template
from ..types import Type, computed
from .registry import Operation, Place, Sql, Typing

WORD = 2**63 - 1
"""What an integer of SQLite and a bigint of PostgreSQL can hold."""
_TIGHTER: Any = operators.mod
"""What is not a product or tighter gets parentheses beside this operator."""


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
    """The value, or NULL where it is out of range for its type."""
    top = limit(call.type.scale)
    if call.bound < top:
        return value
    # One function, not four around each other: SQLite's parser goes only so deep (`depth`).
    return sa.func.fs_within(value, whole(top), type_=sa.BigInteger())


class Ranged(Protocol):
    """A typed number: `bound` is the largest size that its raw value can have."""

    @property
    def type(self) -> Type: ...

    @property
    def bound(self) -> int: ...


def postgres_within(call: Ranged, value: Sql) -> Sql:
    """The value, or NULL where it is out of range for its type."""
    if call.bound < limit(call.type.scale):
        return value
    top = 10 ** min(arithmetic.DIGITS, 18 - call.type.scale)
    text = f"nullif(nullif(greatest(least({{0}}, {top}), -{top}), {top}), -{top})"
    return Template(text, [value], sa.Numeric())


def _scales(call: Call) -> tuple[int, int]:
    a, b = call.arguments
    return a.type.scale, b.type.scale


def _factors(call: Call) -> list[int]:
    """What makes a term of a sum count: its sign (`extra`), in the units of the sum."""
    scale = call.type.scale
    return [
        sign * 10 ** (scale - one.type.scale)
        for sign, one in zip(call.extra, call.arguments, strict=True)
    ]


def _sum(call: Call, values: Sequence[Any], context: Context) -> Any:
    return arithmetic.total(values, _factors(call), limit(call.type.scale))


def _sqlite_sum(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    factors = _factors(call)
    if call.bound > WORD:
        # The factors as one text: SQLite passes a function no more than 127 arguments.
        written = sa.literal_column(f"'{' '.join(map(str, factors))}'", sa.Text())
        numbers = [*map(raw, values), written, whole(limit(call.type.scale))]
        added: Sql = sa.func.fs_sum(*numbers, type_=sa.BigInteger())
        return added
    terms = [
        raw(value) * whole(abs(factor)) if abs(factor) > 1 else raw(value)
        for value, factor in zip(values, factors, strict=True)
    ]
    return _sqlite_within(call, _chain(terms, _signs(call), sa.BigInteger()))


def _signs(call: Call) -> list[str]:
    return ["+" if sign > 0 else "-" for sign in call.extra]


def _chain(terms: Sequence[Sql], marks: Sequence[str], kind: Any) -> Sql:
    """Terms in one row, each with its operator in front; that of the first, + or *, is left out."""
    text = "".join(f" {mark} {{{at}}}" for at, mark in enumerate(marks))
    return Template(text[3:], [one.self_group(against=_TIGHTER) for one in terms], kind)


def _postgres_sum(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    return _postgres_chain(call, values, _signs(call), sum(one.bound for one in call.arguments))


def _postgres_chain(call: Call, values: Sequence[Sql], marks: Sequence[str], most: int) -> Sql:
    """Numbers in one row; `most` is what they can come to on the way.

    Whole ones that cannot overflow stay bigint, which is reckoned with in a fifth of the time that
    numeric takes.
    """
    if most <= WORD and not any(one.type.scale for one in call.arguments):
        small = [sa.cast(value, sa.BigInteger()) for value in values]
        return postgres_within(call, _chain(small, marks, sa.BigInteger()))
    return postgres_within(call, _chain([*map(exact, values)], marks, sa.Numeric()))


SUM = Operation(name="+", symbols=4, python=_sum, sqlite=_sqlite_sum, postgresql=_postgres_sum)
"""A chain of + and -: its terms are added exactly, and only the whole may be out of range."""


def _sqlite_product(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    top = limit(call.type.scale)
    # Every product on the way must fit too, whatever a zero makes of it.
    if math.prod(max(1, one.bound) for one in call.arguments) < top:
        return _chain([*map(raw, values)], "*" * len(values), sa.BigInteger())
    product: Sql = sa.func.fs_product(*map(raw, values), whole(top), type_=sa.BigInteger())
    return product


def _postgres_product(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    most = math.prod(max(1, one.bound) for one in call.arguments)
    return _postgres_chain(call, values, "*" * len(values), most)


PRODUCT = Operation(
    name="*",
    python=lambda call, values, context: arithmetic.limited(
        math.prod(values), limit(call.type.scale)
    ),
    sqlite=_sqlite_product,
    postgresql=_postgres_product,
)
"""A chain of * in which nothing is rounded: the scales add up to no more than six."""


def _drop(call: Call) -> int:
    return sum(_scales(call)) - call.type.scale


MULTIPLY = Operation(
    name="*",
    python=lambda call, values, context: arithmetic.multiply(
        values[0], values[1], _drop(call), limit(call.type.scale)
    ),
    sqlite=lambda call, values, context: sa.func.fs_multiply(
        *map(raw, values),
        whole(_drop(call)),
        whole(limit(call.type.scale)),
        type_=sa.BigInteger(),
    ),
    postgresql=lambda call, values, context: postgres_within(
        call, sa.func.round(exact(values[0]) * exact(values[1]), whole(call.type.scale))
    ),
)
"""A product that is rounded to six digits after the point."""


def _quotient_shift(call: Call) -> int:
    a, b = _scales(call)
    return call.type.scale + b - a


def _long_quotient(text: str, values: Sequence[Sql]) -> Sql:
    """`text` of a / b to 40 digits after the point: more than ever decide how it is rounded."""
    quotient = text.format("round({0}, 40) / nullif({1}, 0)")
    return Template(quotient, [exact(one) for one in values], sa.Numeric())


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
        call, _long_quotient(f"round({{}}, {call.type.scale})", values)
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
        call, _long_quotient("floor({})", values)
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
    symbols=2,
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
    return "money" if "money" in [item.type.kind for item in items] else "number"


def arithmetic_call(typing: Typing, at: Place, operator: str, a: Typed, b: Typed) -> Typed:
    """The typed call of an operator on two numbers; money is refused where it has no meaning."""
    if operator in ("+", "-"):
        return _summed(typing, at, operator, a, b)
    if operator == "*":
        return _multiplied(typing, at, a, b)
    scale, bound = max(a.type.scale, b.type.scale), limit(0)
    unit = units.calculated(typing, at, operator, a, b)
    match operator:
        case "/":
            operation, scale, kind = DIVIDE, arithmetic.LARGEST_SCALE, _ratio(typing, at, a, b)
            bound = limit(scale)
        case "//":
            operation, scale, kind = FLOOR_DIVIDE, 0, _ratio(typing, at, a, b)
        case _:
            operation, kind = MODULO, kind_of(a, b)
            bound = b.bound * 10 ** (scale - b.type.scale)
    type_ = computed(kind, scale, unit)
    return typing.make(operation, at, a, b, type=type_, nullable=True, bound=bound)


def _summed(typing: Typing, at: Place, operator: str, a: Typed, b: Typed) -> Typed:
    """a + b or a - b as one sum, with the terms of what is a sum already."""
    signs, terms = _terms(a)
    more, others = _terms(b)
    if operator == "-":
        more = tuple(-one for one in more)
    # What a and b are says all: a long sum is put together term by term.
    scale = max(a.type.scale, b.type.scale)
    bound = a.bound * 10 ** (scale - a.type.scale) + b.bound * 10 ** (scale - b.type.scale)
    return typing.make(
        SUM,
        at,
        *terms,
        *others,
        type=computed(kind_of(a, b), scale, units.calculated(typing, at, operator, a, b)),
        nullable=bound >= limit(scale) or a.nullable or b.nullable,
        bound=bound,
        extra=signs + more,
    )


def _terms(item: Typed) -> tuple[tuple[int, ...], tuple[Typed, ...]]:
    """The signs and the terms of a sum; anything else is its own only term."""
    if isinstance(item, Call) and item.operation is SUM:
        return item.extra, item.arguments
    return (1,), (item,)


def _multiplied(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    """a * b; one product with the factors of what is one already, where nothing is rounded."""
    if a.type.kind == b.type.kind == "money":
        raise typing.refuse("type.money_product", at)
    digits = a.type.scale + b.type.scale
    scale = min(digits, arithmetic.LARGEST_SCALE)
    bound = a.bound * b.bound // 10 ** (digits - scale) + (digits > scale)
    given: dict[str, Any] = {
        "type": computed(kind_of(a, b), scale, units.calculated(typing, at, "*", a, b)),
        "nullable": bound >= limit(scale) or a.nullable or b.nullable,
        "bound": bound,
    }
    if digits > scale:
        return typing.make(MULTIPLY, at, a, b, **given)
    items = (*_multiplied_by(a), *_multiplied_by(b))
    given["nullable"] = bound >= limit(scale) or any(one.nullable for one in items)
    return typing.make(PRODUCT, at, *items, **given)


def _multiplied_by(item: Typed) -> tuple[Typed, ...]:
    if isinstance(item, Call) and item.operation is PRODUCT:
        return item.arguments
    return (item,)


def _ratio(typing: Typing, at: Place, a: Typed, b: Typed) -> str:
    """Money by money is a plain number, money by a number money."""
    if b.type.kind == "money" and a.type.kind != "money":
        raise typing.refuse("type.money_divisor", at)
    return "number" if b.type.kind == "money" else a.type.kind


def rescaled(typing: Typing, item: Typed, to: Type) -> Typed:
    """The item as a number of another type; the same object where nothing changes."""
    if item.type == to:
        return item
    if replace(item.type, unit=to.unit) == to:
        return replace(item, type=to)
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
