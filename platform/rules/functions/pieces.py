"""Pieces of texts: left, right, mid, find, replace, matches."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from .. import letters, wildcards
from ..ir import Constant, Typed
from ..sql.template import Template
from ..types import BOOLEAN, INTEGER
from ..types import TEXT as TEXT_TYPE
from .calendar_functions import whole_number
from .registry import (
    NUMBER,
    TEXT,
    Example,
    Function,
    Operation,
    Place,
    Sql,
    Typed_,
    Typing,
    both,
    register,
)
from .texts import FOLD

_LONGEST_FIELD = 10**9
_COUNT = "CAST(least(greatest({}, {}), 2147483647) AS integer)"
"""A count as PostgreSQL's own functions take it: what is beyond means the same as the limit."""


def _text_of(text: str, values: Sequence[Sql]) -> Sql:
    return Template(text, values, sa.Text())


MID = Operation(
    name="mid",
    partial=True,
    python=lambda call, values, context: letters.middle(*values),
    sqlite=lambda call, values, context: sa.func.fs_mid(*values, type_=sa.Text()),
    postgresql=lambda call, values, context: _text_of(
        "CASE WHEN {1} >= 1 AND {2} >= 1 THEN nullif(substr({0}, "
        f"{_COUNT.format('{1}', 1)}, {_COUNT.format('{2}', 0)}), '') END",
        values,
    ),
)
RIGHT = Operation(
    name="right",
    partial=True,
    python=lambda call, values, context: letters.ending(*values),
    sqlite=lambda call, values, context: sa.func.fs_right(*values, type_=sa.Text()),
    postgresql=lambda call, values, context: _text_of(
        f"CASE WHEN {{1}} >= 1 THEN nullif(right({{0}}, {_COUNT.format('{1}', 0)}), '') END",
        values,
    ),
)
FIND = Operation(
    name="find",
    symbols=6,
    strict=False,
    python=lambda call, values, context: letters.place(*values),
    sqlite=lambda call, values, context: sa.func.coalesce(
        sa.func.instr(values[0], values[1]), 0, type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: sa.func.coalesce(
        sa.func.strpos(values[0], values[1]), 0, type_=sa.Integer()
    ),
)
REPLACE = Operation(
    name="replace",
    strict=False,
    partial=True,
    python=lambda call, values, context: letters.replaced(*values),
    sqlite=lambda call, values, context: sa.func.fs_replace(*values, type_=sa.Text()),
    # The length comes first: the text itself could be many times too long.
    postgresql=lambda call, values, context: _text_of(
        "CASE WHEN char_length({0}) + coalesce((char_length({0}) - char_length(replace({0}, {1},"
        " ''))) / nullif(char_length({1}), 0) * (CAST(coalesce(char_length({2}), 0) AS bigint)"
        f" - char_length({{1}})), 0) BETWEEN 1 AND {letters.LONGEST}"
        " THEN coalesce(replace({0}, {1}, coalesce({2}, '')), {0}) END",
        values,
    ),
)
MATCHES = Operation(
    name="matches",
    python=lambda call, values, context: wildcards.fits(values[0], call.extra),
    sqlite=lambda call, values, context: (
        sa.func.fs_matches(values[0], sa.literal(call.extra, sa.Text())) == 1
    ),
    postgresql=lambda call, values, context: Template(
        '{0} ~ ({1} COLLATE "C")',
        [values[0], sa.literal(wildcards.regular(call.extra), sa.Text())],
        sa.Boolean(),
    ),
)


def _folded(typing: Typing, item: Typed) -> Typed:
    return typing.make(FOLD, item, item, type=TEXT_TYPE, nullable=item.nullable)


def _cut(operation: Operation) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        text, *counts = arguments
        whole = [whole_number(typing, one) for one in counts]
        return typing.make(operation, at, text, *whole, type=TEXT_TYPE)

    return typed


def _left(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    one = Constant(type=INTEGER, start=at.start, end=at.end, nullable=False, bound=1, value=1)
    return _cut(MID)(typing, at, (arguments[0], one, arguments[1]))


def _find(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    folded = [_folded(typing, one) for one in arguments]
    return typing.make(FIND, at, *folded, type=INTEGER, nullable=False, bound=_LONGEST_FIELD)


def _replace(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    return typing.make(REPLACE, at, *arguments, type=TEXT_TYPE)


def _matches(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    text, pattern = arguments
    if not isinstance(pattern, Constant) or not pattern.value:
        raise typing.refuse("function.pattern", pattern)
    if len(pattern.value) > wildcards.LONGEST:
        raise typing.refuse("function.pattern_long", pattern, limit=wildcards.LONGEST)
    written = letters.fold(pattern.value)
    item = _folded(typing, text)
    # Nullable inside: the compiler reads that as "may be NULL where it means False".
    return typing.make(MATCHES, at, item, type=BOOLEAN, nullable=item.nullable, extra=written)


register(
    Function(
        name="left",
        signature="left(text, count)",
        help=both(
            "The first characters of the text, as many as it says.", "文本开头的若干个字符。"
        ),
        example="left(code, 2)",
        group="text",
        words=(both("the first {1} characters of {0}", "{0}的前 {1} 个字符"),),
        examples=(
            Example('left("KH2026-01", 2)', "KH"),
            Example('left("科技", 5)', "科技"),
            Example('left("KH", 0)', None),
            Example('left(credit_code, 2) == "91"', of="customer"),
        ),
        kinds=(TEXT, NUMBER),
        typed=_left,
    )
)
register(
    Function(
        name="right",
        signature="right(text, count)",
        help=both("The last characters of the text, as many as it says.", "文本末尾的若干个字符。"),
        example="right(mobile, 4)",
        group="text",
        words=(both("the last {1} characters of {0}", "{0}的后 {1} 个字符"),),
        examples=(
            Example('right("13800138000", 4)', "8000"),
            Example('right("科技", 5)', "科技"),
            Example("right(mobile, 4)", of="contact"),
        ),
        kinds=(TEXT, NUMBER),
        typed=_cut(RIGHT),
    )
)
register(
    Function(
        name="mid",
        signature="mid(text, place, count)",
        help=both(
            "So many characters of the text from a place on; the first place is 1.",
            "从指定位置起的若干个字符，第一个字符的位置是 1。",
        ),
        example="mid(code, 3, 4)",
        group="text",
        words=(both("{2} characters of {0} from place {1}", "{0}从第 {1} 个字符起的 {2} 个字符"),),
        examples=(
            Example('mid("KH2026-01", 3, 4)', "2026"),
            Example('mid("KH", 3, 4)', None),
            Example("mid(credit_code, 3, 6)", of="customer"),
        ),
        kinds=(TEXT, NUMBER, NUMBER),
        typed=_cut(MID),
    )
)
register(
    Function(
        name="find",
        signature="find(text, part)",
        help=both(
            "The place at which the text first contains the part, 0 if it does not; case does not"
            " count.",
            "文本中第一次出现这一部分的位置，没有时是 0，不区分大小写。",
        ),
        example='find(email, "@")',
        group="text",
        words=(both("the place of {1} in {0}", "{1}在{0}中的位置"),),
        examples=(
            Example('find("KH-2026-01", "-")', 3),
            Example('find("Acme", "ME")', 3),
            Example('find("Acme", "x")', 0),
            Example('left(email, find(email, "@") - 1)', of="contact"),
        ),
        empty=both("0 if a side is empty.", "任一侧为空时是 0。"),
        kinds=(TEXT, TEXT),
        typed=_find,
    )
)
register(
    Function(
        name="replace",
        signature="replace(text, part, other)",
        help=both(
            "The text with the other text wherever the part stands; case counts.",
            "把文本中的这一部分全部换成另一段文本，区分大小写。",
        ),
        example='replace(phone, "-", "")',
        group="text",
        words=(both("{0} with {2} instead of {1}", "{0}（{1}换成{2}）"),),
        examples=(
            Example('replace("010-8888-66", "-", "")', "010888866"),
            Example('replace("aaa", "aa", "b")', "ba"),
            Example('replace(phone, " ", "")', of="customer"),
        ),
        empty=both(
            "Empty if the text is; an empty part changes nothing, an empty other text takes the"
            " part away.",
            "文本为空时为空；要换的部分为空时不变，换成的文本为空时去掉这一部分。",
        ),
        kinds=(TEXT, TEXT, TEXT),
        typed=_replace,
    )
)
register(
    Function(
        name="matches",
        signature='matches(text, "pattern")',
        help=both(
            "Whether the whole text fits the pattern: `?` is any character, `*` any number of them,"
            " `#` a digit; case does not count.",
            "整段文本是否符合格式：`?` 是任意一个字符，`*` 是任意多个字符，`#` 是一个数字，"
            "不区分大小写。",
        ),
        example='matches(mobile, "1##########")',
        group="text",
        words=(both("{0} fits {1}", "{0}符合格式{1}"),),
        denied=both("{0} does not fit {1}", "{0}不符合格式{1}"),
        examples=(
            Example('matches("KH2026-01", "kh####-*")', True),
            Example('matches("KH26-01", "kh####-*")', False),
            Example('matches(mobile, "1##########")', of="contact"),
        ),
        empty=both("False if the text is empty.", "文本为空时为否。"),
        kinds=(TEXT, TEXT),
        typed=_matches,
    )
)
