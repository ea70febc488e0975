"""Choosing among values: coalesce, min_of, max_of, is_empty; and who is acting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from ..context import Context
from ..ir import Call, Typed
from ..types import TEXT as TEXT_TYPE
from ..types import reference
from .registry import ANY, VALUE, Example, Function, Operation, Place, Sql, Typing, both, register


def _first(call: Call, values: Sequence[Any], context: Context) -> Any:
    return next((value for value in values if value is not None), None)


def _coalesced(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    return sa.func.coalesce(*values) if len(values) > 1 else values[0]


COALESCE = Operation(
    name="coalesce", strict=False, python=_first, sqlite=_coalesced, postgresql=_coalesced
)


def _extreme(name: str, pick: Callable[[list[Any]], Any], postgres: str) -> Operation:
    def python(call: Call, values: Sequence[Any], context: Context) -> Any:
        present = [value for value in values if value is not None]
        return pick(present) if present else None

    def postgresql(call: Call, values: Sequence[Sql], context: Context) -> Sql:
        if call.type.kind == "text":
            values = [value.collate("C") for value in values]
        found: Sql = getattr(sa.func, postgres)(*values)
        return found

    return Operation(
        name=name,
        strict=False,
        python=python,
        sqlite=lambda call, values, context: getattr(sa.func, f"fs_{name}")(*values),
        postgresql=postgresql,
    )


MIN_OF = _extreme("min_of", min, "least")
MAX_OF = _extreme("max_of", max, "greatest")
ME = Operation(
    name="me",
    viewer=True,
    python=lambda call, values, context: context.me,
    sqlite=lambda call, values, context: sa.literal(context.me, sa.BigInteger()),
    postgresql=lambda call, values, context: sa.literal(context.me, sa.BigInteger()),
)
MY_TEAM = Operation(
    name="my_team",
    viewer=True,
    python=lambda call, values, context: context.team or None,
    sqlite=lambda call, values, context: sa.literal(context.team, sa.Text()),
    postgresql=lambda call, values, context: sa.literal(context.team, sa.Text()),
)


def _choosing(operation: Operation) -> Any:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        items = typing.unify(arguments, at)
        if operation is not COALESCE and items[0].type.kind in ("choice", "reference"):
            raise typing.refuse("function.no_order", arguments[0])
        return typing.make(
            operation,
            at,
            *items,
            type=items[0].type,
            nullable=all(item.nullable for item in items),
            bound=max(item.bound for item in items),
        )

    return typed


def _is_empty(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    return typing.is_empty(arguments[0], at)


register(
    Function(
        name="coalesce",
        signature="coalesce(value, value, ...)",
        help=both("The first value that is not empty.", "第一个不为空的值。"),
        example="coalesce(last_follow_up_at, created_at)",
        group="conditions",
        words=(
            both("{0}", "{0}"),
            both("{0} (or else {rest})", "{0}（为空时取{rest}）"),
        ),
        examples=(
            Example("coalesce(None, 3)", 3),
            Example("coalesce(last_follow_up_at, created_at)", of="customer"),
        ),
        empty=both(
            "Empty values are left out; it is empty if there is no other.",
            "为空的值不参与；全部为空时结果为空。",
        ),
        kinds=(VALUE,),
        repeats=True,
        typed=_choosing(COALESCE),
    )
)
register(
    Function(
        name="max_of",
        signature="max_of(value, value, ...)",
        help=both("The largest of the values that are not empty.", "最大的值，为空的不参与比较。"),
        example="max_of(last_order_at, last_visit_at)",
        group="conditions",
        words=(both("the largest of ({all})", "（{all}）中的最大值"),),
        examples=(
            Example("max_of(2, 3.5, None)", "3.5"),
            Example("max_of(last_won_at, last_follow_up_at)", of="customer"),
        ),
        empty=both(
            "Empty values are left out; it is empty if there is no other.",
            "为空的值不参与；全部为空时结果为空。",
        ),
        kinds=(VALUE,),
        repeats=True,
        typed=_choosing(MAX_OF),
    )
)
register(
    Function(
        name="min_of",
        signature="min_of(value, value, ...)",
        help=both("The smallest of the values that are not empty.", "最小的值，为空的不参与比较。"),
        example="min_of(price, list_price)",
        group="conditions",
        words=(both("the smallest of ({all})", "（{all}）中的最小值"),),
        examples=(
            Example("min_of(2, 3.5, None)", "2.0"),
            Example("min_of(budget, won_amount)", of="customer"),
        ),
        empty=both(
            "Empty values are left out; it is empty if there is no other.",
            "为空的值不参与；全部为空时结果为空。",
        ),
        kinds=(VALUE,),
        repeats=True,
        typed=_choosing(MIN_OF),
    )
)
register(
    Function(
        name="is_empty",
        signature="is_empty(value)",
        help=both("Whether the value is empty.", "值是否为空。"),
        example="is_empty(phone)",
        group="conditions",
        words=(both("{0} is empty", "{0}未填写"),),
        denied=both("{0} is filled in", "{0}已填写"),
        examples=(
            Example('is_empty("")', True),
            Example("is_empty(phone) and is_empty(wechat)", of="customer"),
        ),
        empty=both("True of empty.", "为空时为是。"),
        kinds=(ANY,),
        typed=_is_empty,
    )
)
register(
    Function(
        name="me",
        signature="me()",
        help=both("The member who is acting.", "当前操作的成员。"),
        example="owner == me()",
        group="people",
        words=(both("me", "我"),),
        examples=(Example("owner == me()", of="customer"),),
        typed=lambda typing, at, arguments: typing.make(
            ME, at, type=reference("member"), nullable=True
        ),
    )
)
register(
    Function(
        name="my_team",
        signature="my_team()",
        help=both("The team of the member who is acting.", "当前操作成员所在的部门。"),
        example="owner.team == my_team()",
        group="people",
        words=(both("my department", "我的部门"),),
        examples=(Example("owner.team == my_team()", of="customer"),),
        typed=lambda typing, at, arguments: typing.make(MY_TEAM, at, type=TEXT_TYPE, nullable=True),
    )
)
