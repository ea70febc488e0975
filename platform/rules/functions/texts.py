"""Text: length, case, trimming, joining, and searching without regard to case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .. import letters
from ..context import Context
from ..ir import Call, Typed
from ..sql.template import Template
from ..types import BOOLEAN, INTEGER
from ..types import TEXT as TEXT_TYPE
from .registry import TEXT, Example, Function, Operation, Place, Sql, Typing, both, register

_UNBOUNDED = 10**9


def changed(name: str, value: Sql) -> Sql:
    """PostgreSQL's SQL for a change of case that no locale decides.

    Only letters outside ASCII are given to `translate`, each with few others: it looks for each
    character through all of them, which for 10,000 characters and the whole table takes 25 ms.
    """
    blocks = letters.blocks(name)
    groups = [
        f"translate(run.found[{number}], {{{2 * number + 1}}}, {{{2 * number + 2}}})"
        for number in range(1, len(blocks) + 1)
    ]
    ascii_only = "upper" if name == "upper" else "lower"
    return Template(
        f'CASE WHEN {{0}} ~ ({{1}} COLLATE "C") THEN (SELECT'
        f" string_agg(coalesce({', '.join(groups)}, run.found[{len(blocks) + 1}]), '' ORDER BY at)"
        f' FROM regexp_matches({ascii_only}({{0}} COLLATE "C"), {{2}} COLLATE "C", \'g\')'
        f' WITH ORDINALITY AS run (found, at)) ELSE {ascii_only}({{0}} COLLATE "C") END',
        [
            value,
            _constant(letters.ranges(name)),
            _constant(letters.runs(name)),
            *(_constant(text) for one in blocks for text in (one.before, one.after)),
        ],
        sa.Text(),
    )


def _constant(text: str) -> Sql:
    return sa.literal(text, sa.Text())


def _case(name: str) -> Operation:
    return Operation(
        name=name,
        python=lambda call, values, context: letters.change(name, values[0]),
        sqlite=lambda call, values, context: getattr(sa.func, f"fs_{name}")(
            values[0], type_=sa.Text()
        ),
        postgresql=lambda call, values, context: changed(name, values[0]),
    )


LOWER = _case("lower")
UPPER = _case("upper")
FOLD = _case("fold")
LENGTH = Operation(
    name="len",
    symbols=6,
    strict=False,
    python=lambda call, values, context: len(values[0] or ""),
    sqlite=lambda call, values, context: sa.func.coalesce(sa.func.length(values[0]), 0),
    postgresql=lambda call, values, context: sa.func.coalesce(sa.func.char_length(values[0]), 0),
)
TRIM = Operation(
    name="trim",
    symbols=6,
    partial=True,
    python=lambda call, values, context: values[0].strip(letters.SPACES) or None,
    sqlite=lambda call, values, context: sa.func.nullif(
        sa.func.trim(values[0], _constant(letters.SPACES)), "", type_=sa.Text()
    ),
    postgresql=lambda call, values, context: sa.func.nullif(
        sa.func.btrim(values[0], _constant(letters.SPACES)), "", type_=sa.Text()
    ),
)


def _joined(call: Call, values: Sequence[Any], context: Context) -> Any:
    text = "".join(value for value in values if value is not None)
    return text if 0 < len(text) <= letters.LONGEST else None


CONCAT = Operation(
    name="concat",
    strict=False,
    python=_joined,
    sqlite=lambda call, values, context: sa.func.fs_concat(*values, type_=sa.Text()),
    postgresql=lambda call, values, context: Template(
        f"CASE WHEN char_length({{0}}) BETWEEN 1 AND {letters.LONGEST} THEN {{0}} END",
        [sa.func.concat(*values, type_=sa.Text())],
        sa.Text(),
    ),
)
CONTAINS = Operation(
    name="contains",
    python=lambda call, values, context: values[1] in values[0],
    sqlite=lambda call, values, context: sa.func.instr(values[0], values[1]) > 0,
    postgresql=lambda call, values, context: sa.func.strpos(values[0], values[1]) > 0,
)
STARTS_WITH = Operation(
    name="starts_with",
    python=lambda call, values, context: values[0].startswith(values[1]),
    sqlite=lambda call, values, context: sa.func.fs_starts_with(values[0], values[1]) == 1,
    postgresql=lambda call, values, context: sa.func.starts_with(
        values[0], values[1], type_=sa.Boolean()
    ),
)
ENDS_WITH = Operation(
    name="ends_with",
    python=lambda call, values, context: values[0].endswith(values[1]),
    sqlite=lambda call, values, context: sa.func.fs_ends_with(values[0], values[1]) == 1,
    postgresql=lambda call, values, context: Template(
        "right({0}, char_length({1})) = {1}", values, sa.Boolean()
    ),
)


def _text(operation: Operation, nullable: bool | None = None) -> Any:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        empty = any(one.nullable for one in arguments) if nullable is None else nullable
        return typing.make(operation, at, *arguments, type=TEXT_TYPE, nullable=empty)

    return typed


def _search(operation: Operation) -> Any:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        folded = [
            typing.make(FOLD, one, one, type=TEXT_TYPE, nullable=one.nullable) for one in arguments
        ]
        # Nullable inside: the compiler reads that as "may be NULL where it means False".
        empty = any(one.nullable for one in arguments)
        return typing.make(operation, at, *folded, type=BOOLEAN, nullable=empty)

    return typed


def _length(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    return typing.make(LENGTH, at, *arguments, type=INTEGER, nullable=False, bound=_UNBOUNDED)


register(
    Function(
        name="len",
        signature="len(text)",
        help=both(
            "How many characters the text has; 0 if it is empty.", "文本的字符数，为空时是 0。"
        ),
        example="len(phone) == 11",
        group="text",
        words=(both("the length of {0}", "{0}的字数"),),
        examples=(
            Example('len("科技")', 2),
            Example("len(phone) == 11", of="customer"),
        ),
        empty=both("Of empty it is 0.", "为空时是 0。"),
        kinds=(TEXT,),
        typed=_length,
    )
)
register(
    Function(
        name="lower",
        signature="lower(text)",
        help=both("The text in small letters.", "转换为小写的文本。"),
        example='lower(email) == "a@example.com"',
        group="text",
        words=(both("{0} in small letters", "{0}（转为小写）"),),
        examples=(
            Example('lower("ABC 公司")', "abc 公司"),
            Example('lower(email) == "a@example.com"', of="customer"),
        ),
        kinds=(TEXT,),
        typed=_text(LOWER),
    )
)
register(
    Function(
        name="upper",
        signature="upper(text)",
        help=both("The text in capital letters.", "转换为大写的文本。"),
        example='upper(code) == "KH"',
        group="text",
        words=(both("{0} in capitals", "{0}（转为大写）"),),
        examples=(
            Example('upper("kh-7")', "KH-7"),
            Example('upper(code) == "KH"', of="customer"),
        ),
        kinds=(TEXT,),
        typed=_text(UPPER),
    )
)
register(
    Function(
        name="trim",
        signature="trim(text)",
        help=both(
            "The text without spaces at its beginning and end.",
            "去掉首尾空格（包括全角空格）的文本。",
        ),
        example="is_empty(trim(name))",
        group="text",
        words=(both("{0} without outer spaces", "{0}（去掉首尾空格）"),),
        examples=(
            Example('trim("  a b ")', "a b"),
            Example("is_empty(trim(remark))", of="customer"),
        ),
        kinds=(TEXT,),
        typed=_text(TRIM, nullable=True),
    )
)
register(
    Function(
        name="concat",
        signature="concat(text, text, ...)",
        help=both(
            "The texts joined; empty ones are left out.", "把多段文本连接起来，为空的部分不参与。"
        ),
        example='concat(last_name, " ", first_name)',
        group="text",
        words=(both("({all}) joined", "（{all}）连成的文本"),),
        examples=(
            Example('concat("a", None, "b")', "ab"),
            Example('concat(name, " ", position)', of="contact"),
        ),
        empty=both(
            "Empty values are left out; it is empty if there is no other.",
            "为空的值不参与；全部为空时结果为空。",
        ),
        kinds=(TEXT,),
        repeats=True,
        typed=_text(CONCAT, nullable=True),
    )
)
register(
    Function(
        name="contains",
        signature="contains(text, part)",
        help=both(
            "Whether the text contains the part; case does not count.",
            "文本中是否包含这一部分，不区分大小写。",
        ),
        example='contains(name, "科技")',
        group="text",
        words=(both("{0} contains {1}", "{0}包含{1}"),),
        denied=both("{0} does not contain {1}", "{0}不包含{1}"),
        examples=(
            Example('contains("Acme Ltd", "acme")', True),
            Example('contains(name, "科技")', of="customer"),
        ),
        empty=both("False if a side is empty.", "任一侧为空时为否。"),
        kinds=(TEXT, TEXT),
        typed=_search(CONTAINS),
    )
)
register(
    Function(
        name="starts_with",
        signature="starts_with(text, part)",
        help=both(
            "Whether the text begins with the part; case does not count.",
            "文本是否以这一部分开头，不区分大小写。",
        ),
        example='starts_with(code, "KH2026")',
        group="text",
        words=(both("{0} starts with {1}", "{0}开头是{1}"),),
        denied=both("{0} does not start with {1}", "{0}开头不是{1}"),
        examples=(
            Example('starts_with("KH2026-01", "kh2026")', True),
            Example('starts_with(code, "KH2026")', of="customer"),
        ),
        empty=both("False if a side is empty.", "任一侧为空时为否。"),
        kinds=(TEXT, TEXT),
        typed=_search(STARTS_WITH),
    )
)
register(
    Function(
        name="ends_with",
        signature="ends_with(text, part)",
        help=both(
            "Whether the text ends with the part; case does not count.",
            "文本是否以这一部分结尾，不区分大小写。",
        ),
        example='ends_with(email, "@example.com")',
        group="text",
        words=(both("{0} ends with {1}", "{0}结尾是{1}"),),
        denied=both("{0} does not end with {1}", "{0}结尾不是{1}"),
        examples=(
            Example('ends_with("a@example.com", "@EXAMPLE.com")', True),
            Example('ends_with(email, "@example.com")', of="customer"),
        ),
        empty=both("False if a side is empty.", "任一侧为空时为否。"),
        kinds=(TEXT, TEXT),
        typed=_search(ENDS_WITH),
    )
)
