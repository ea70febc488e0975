"""Conditions and choices in fewer words: is_filled, between, switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..context import Context
from ..ir import Call, Constant, Logic, Not, Typed
from ..types import BOOLEAN, EMPTY
from .registry import (
    ANY,
    NUMBER,
    TEXT,
    VALUE,
    Example,
    Function,
    Operation,
    Place,
    Sql,
    Typing,
    both,
    register,
)

_ORDERED = NUMBER | TEXT | {"date", "datetime"}


def _chosen(call: Call, values: Sequence[Any], context: Context) -> Any:
    value, *rest, found = values
    pairs = zip(call.arguments[1:-1:2], rest[::2], rest[1::2], strict=True)
    for written, match, result in pairs:
        if match == value and (match is not None or _is_none(written)):
            found = result
            break
    return bool(found) if call.type == BOOLEAN else found


def _is_none(match: Typed) -> bool:
    """Whether a match is written as None, which means empty; what is computed never does."""
    return isinstance(match, Constant) and match.value is None


def _case(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    """One CASE over all of them, behind one for what is empty, since NULL equals nothing."""
    value, *rest, other = values
    found: list[tuple[Sql, Sql]] = []
    empty: list[tuple[Sql, Sql]] = []
    for at, written in enumerate(call.arguments[1:-1:2]):
        match, result = rest[2 * at : 2 * at + 2]
        (empty if _is_none(written) else found).append((match, result))
    chosen: Sql = sa.case(*found, value=value, else_=other) if found else other
    return sa.case((value.is_(None), empty[0][1]), else_=chosen) if empty else chosen


SWITCH = Operation(
    name="switch",
    symbols=11,
    strict=False,
    partial=True,
    python=_chosen,
    sqlite=_case,
    postgresql=_case,
)


def _is_filled(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    empty = typing.is_empty(arguments[0], at)
    return Not(type=BOOLEAN, start=at.start, end=at.end, nullable=False, operand=empty)


def _between(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    value, low, high = arguments
    items = (typing.compare(value, ">=", low, at), typing.compare(value, "<=", high, at))
    return Logic(
        type=BOOLEAN, start=at.start, end=at.end, nullable=False, operator="and", items=items
    )


def _switch(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    if len(arguments) % 2:
        raise typing.refuse("function.arguments", at, signature=_SWITCH)
    compared = typing.unify((arguments[0], *arguments[1:-1:2]), at)
    results = typing.unify((*arguments[2:-1:2], arguments[-1]), at)
    items = [compared[0]]
    for match, result in zip(compared[1:], results[:-1], strict=True):
        items += [match, result]
    kind = next((one.type for one in results if one.type != EMPTY), EMPTY)
    return typing.make(
        SWITCH,
        at,
        *items,
        results[-1],
        type=kind,
        nullable=kind != BOOLEAN and any(one.nullable for one in results),
        bound=max(one.bound for one in results),
    )


_SWITCH = "switch(value, match, result, ..., otherwise)"
register(
    Function(
        name="is_filled",
        signature="is_filled(value)",
        help=both("Whether the value is not empty.", "值是否已填写。"),
        example="is_filled(phone)",
        group="conditions",
        words=(both("{0} is filled in", "{0}已填写"),),
        denied=both("{0} is empty", "{0}未填写"),
        examples=(
            Example('is_filled("a")', True),
            Example("is_filled(None)", False),
            Example("is_filled(phone) or is_filled(wechat)", of="customer"),
        ),
        empty=both("False of empty.", "为空时为否。"),
        kinds=(ANY,),
        typed=_is_filled,
    )
)
register(
    Function(
        name="between",
        signature="between(value, low, high)",
        help=both(
            "Whether the value is not below the low and not above the high one.",
            "值是否在两者之间，两端都包含在内。",
        ),
        example="between(amount, 1000, 5000)",
        group="conditions",
        words=(both("{0} between {1} and {2}", "{0}在 {1} 到 {2} 之间"),),
        denied=both("{0} not between {1} and {2}", "{0}不在 {1} 到 {2} 之间"),
        examples=(
            Example("between(5, 1, 5)", True),
            Example("between(5.5, 1, 5)", False),
            Example("between(days_since(created_at), 7, 30)", of="customer"),
        ),
        empty=both("False if one of them is empty.", "有一个为空时为否。"),
        kinds=(_ORDERED, _ORDERED, _ORDERED),
        typed=_between,
    )
)
register(
    Function(
        name="switch",
        signature=_SWITCH,
        help=both(
            "The result behind the first match that the value equals, else the last one. None as a"
            " match means empty.",
            "值与某个匹配项相等时，取它后面的结果，都不相等时取最后一个。匹配项写 None 表示为空。",
        ),
        example='switch(status, "signed", 1, "lost", 2, 0)',
        group="conditions",
        words=(both("{all}", "{all}"),),
        examples=(
            Example('switch(2, 1, "one", 2, "two", "many")', "two"),
            Example('switch(7, 1, "one", 2, "two", "many")', "many"),
            Example('switch("a", None, 1, 2)', 2),
            Example('switch(kind, "visit", 3, "phone", 1, 0)', of="follow_up"),
        ),
        empty=both(
            "The result behind None if there is one, else the last one.",
            "有 None 时取它后面的结果，否则取最后一个。",
        ),
        kinds=(VALUE, ANY - {"tags"}),
        least=4,
        repeats=True,
        typed=_switch,
    )
)
