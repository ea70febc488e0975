"""Values as text and texts as numbers, in one fixed form whatever the reader's language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from .. import arithmetic, calendar, letters
from ..arithmetic import LARGEST_SCALE, limit
from ..context import Context
from ..ir import Call, Typed
from ..sql.template import Template
from ..types import TEXT as TEXT_TYPE
from ..types import number
from . import dates
from .numbers import exact, postgres_within, raw, rescaled, whole
from .registry import (
    DAY,
    NUMBER,
    TEXT,
    Example,
    Function,
    Operation,
    Place,
    Sql,
    Typing,
    both,
    register,
)
from .rounding import places_of

_DIGITS = 30
"""Digits that a text may have on either side of its point to be read as a number."""
_NUMBER = rf"^[+-]?[0-9]{{1,{_DIGITS}}}(?:[.][0-9]{{1,{_DIGITS}}})?$"


def _scale(call: Call) -> int:
    return call.arguments[0].type.scale


SHORT_NUMBER = Operation(
    name="text",
    python=lambda call, values, context: arithmetic.written(values[0], _scale(call), short=True),
    sqlite=lambda call, values, context: sa.func.fs_written(
        raw(values[0]), whole(_scale(call)), whole(1), type_=sa.Text()
    ),
    postgresql=lambda call, values, context: Template(
        "CAST(trim_scale({0}) AS text)", [exact(values[0])], sa.Text()
    ),
)
"""A number with as many digits after the point as it has."""
LONG_NUMBER = Operation(
    name="text",
    python=lambda call, values, context: arithmetic.written(values[0], _scale(call)),
    sqlite=lambda call, values, context: sa.func.fs_written(
        raw(values[0]), whole(_scale(call)), whole(0), type_=sa.Text()
    ),
    postgresql=lambda call, values, context: Template(
        f"CAST(round({{0}}, {_scale(call)}) AS text)", [exact(values[0])], sa.Text()
    ),
)
"""A number with all the digits after the point that its type has."""
WRITTEN_DAY = Operation(
    name="text",
    python=lambda call, values, context: values[0].isoformat(),
    sqlite=lambda call, values, context: sa.type_coerce(values[0], sa.Text()),
    postgresql=lambda call, values, context: Template(
        "to_char({0}, 'YYYY-MM-DD')", values, sa.Text()
    ),
)
WRITTEN_MOMENT = Operation(
    name="text",
    python=lambda call, values, context: calendar.written(values[0], context.zone),
    sqlite=lambda call, values, context: sa.func.fs_moment(
        values[0], dates.zone_of(context), type_=sa.Text()
    ),
    postgresql=lambda call, values, context: Template(
        "to_char({0}, 'YYYY-MM-DD HH24:MI')", [dates.local_time(values[0], context)], sa.Text()
    ),
)
"""Date and time on the clock of the workspace's zone."""


def _postgres_number(call: Call, values: Any, context: Context) -> Sql:
    # A pattern that is not there gives NULL: a cast within CASE would fail beforehand.
    found = Template(
        'CAST(substring((btrim({0}, {1}) COLLATE "C") FROM {2}) AS numeric)',
        [values[0], sa.literal(letters.SPACES, sa.Text()), sa.literal(_NUMBER, sa.Text())],
        sa.Numeric(),
    )
    return postgres_within(call, sa.func.round(found, whole(call.type.scale)))


READ_NUMBER = Operation(
    name="number",
    partial=True,
    python=lambda call, values, context: arithmetic.read(
        values[0].strip(letters.SPACES), call.type.scale, limit(call.type.scale)
    ),
    sqlite=lambda call, values, context: sa.func.fs_number(
        sa.func.trim(values[0], sa.literal(letters.SPACES, sa.Text())),
        whole(call.type.scale),
        whole(limit(call.type.scale)),
        type_=sa.BigInteger(),
    ),
    symbols=6,
    postgresql=_postgres_number,
)


def _text(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    item = arguments[0]
    if not item.type.numeric:
        if len(arguments) > 1:
            raise typing.refuse("function.text_places", arguments[1])
        operation = WRITTEN_MOMENT if item.type.kind == "datetime" else WRITTEN_DAY
        empty = item.nullable or operation is WRITTEN_MOMENT
        return typing.make(operation, at, item, type=TEXT_TYPE, nullable=empty)
    if len(arguments) == 1:
        return typing.make(SHORT_NUMBER, at, item, type=TEXT_TYPE, nullable=item.nullable)
    places = places_of(typing, arguments[1])
    item = rescaled(typing, item, replace(item.type, scale=places))
    return typing.make(LONG_NUMBER, at, item, type=TEXT_TYPE, nullable=item.nullable)


def _number(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    scale = places_of(typing, arguments[1]) if len(arguments) > 1 else LARGEST_SCALE
    # As if it had all digits that are read, so that the range is looked at.
    bound = 10 ** (_DIGITS + scale)
    return typing.make(READ_NUMBER, at, arguments[0], type=number(scale), bound=bound)


register(
    Function(
        name="text",
        signature="text(number, places) / text(date)",
        help=both(
            "The value as text, always in the same form: a number with a point and without"
            " grouping, with so many places if they are given; a date as 2026-01-31; a time as"
            " 2026-01-31 09:30 in the workspace's time zone.",
            "把值写成固定形式的文本：数字用小数点、不分组，给出位数时保留这么多位小数；"
            "日期写成 2026-01-31；时间写成企业时区的 2026-01-31 09:30。",
        ),
        example="concat(name, text(amount, 2))",
        group="text",
        words=(
            both("{0} as text", "{0}写成的文本"),
            both("{0} as text with {1} after the point", "{0}保留 {1} 位小数的文本"),
        ),
        examples=(
            Example("text(1234.50)", "1234.5"),
            Example("text(2 / 3, 2)", "0.67"),
            Example("text(date(2026, 1, 31))", "2026-01-31"),
            Example("text(now())", "2026-11-21 12:30"),
            Example('concat(name, " ", text(amount, 2))', of="deal"),
        ),
        kinds=(DAY | NUMBER, NUMBER),
        least=1,
        typed=_text,
    )
)
register(
    Function(
        name="number",
        signature="number(text, places)",
        help=both(
            "The number that the text is, rounded to so many places (6 if left out); empty if it is"
            " none. Digits, a point and a sign are read, and spaces around them; no grouping.",
            "文本所写的数字，四舍五入到指定的小数位数（省略时 6 位），不是数字时为空。"
            "只认数字、小数点和正负号，前后可有空格，不认千位分隔符。",
        ),
        example="number(remark, 0)",
        group="text",
        words=(
            both("{0} as a number", "{0}读成的数字"),
            both("{0} as a number with {1} after the point", "{0}读成的 {1} 位小数"),
        ),
        examples=(
            Example('number("12.345", 2)', "12.35"),
            Example('number(" -7 ", 0)', -7),
            Example('number("1,000")', None),
            Example("number(left(external_id, 4), 0) > 2000", of="customer"),
        ),
        kinds=(TEXT, NUMBER),
        least=1,
        typed=_number,
    )
)
