"""Measures: `alias: aggregate(expression, condition)` read from text, and computed exactly.

Sums go through the database as whole numbers in two halves, so that none overflows; averages are
the sum divided by the count as the language divides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.naming import NAME
from ...metadata.problems import Problem
from ...rules import Expression
from ...rules.arithmetic import half_up
from ..access import Caller
from ..errors import Malformed
from ..transaction import Transaction
from .conditions import from_outside

FUNCTIONS: Final = ("count", "sum", "avg", "min", "max", "count_distinct")
_AVERAGE_SCALE: Final = 6
_SHAPE: Final = re.compile(
    r"\s*(?:(?P<alias>\w+)\s*:)?\s*(?P<function>\w+)\s*\((?P<inside>.*)\)\s*", re.S
)
_PAIRS: Final = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what is aggregated (None: rows), and which rows count (None: all)."""

    alias: str
    function: str
    value: Expression | None
    condition: Expression | None

    @property
    def scale(self) -> int:
        """Digits after the point of what is aggregated."""
        return self.value.type.scale if self.value is not None else 0

    @property
    def exact(self) -> bool:
        """Whether it is summed up, so that it needs numbers."""
        return self.function in ("sum", "avg")


def read(
    tx: Transaction, caller: Caller, entity_id: str, texts: Sequence[str]
) -> tuple[Measure, ...]:
    """The measures of a request; Malformed for what cannot be read or may not be asked."""
    found: list[Measure] = []
    for text in texts:
        one = _measure(tx, caller, entity_id, text)
        if any(one.alias == other.alias for other in found):
            raise _refusal("measure.twice", alias=one.alias)
        found.append(one)
    return tuple(found)


def _measure(tx: Transaction, caller: Caller, entity_id: str, text: str) -> Measure:
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise _refusal("measure.shape", text=text)
    function = shape["function"]
    alias = shape["alias"] or function
    if function not in FUNCTIONS:
        raise _refusal("measure.function", function=function, known=", ".join(FUNCTIONS))
    if not NAME.fullmatch(alias):
        raise _refusal("measure.alias", alias=alias)
    parts: list[Expression | None] = [
        from_outside(
            tx, caller, entity_id, part, "/measure", shape.start("inside") + at, over_table=True
        )
        for part, at in _arguments(shape["inside"])
    ]
    if function == "count" and len(parts) == 1 and parts[0] and parts[0].type.kind == "boolean":
        parts = [None, parts[0]]
    value = parts[0] if parts else None
    condition = parts[1] if len(parts) > 1 else None
    if len(parts) > 2 or (value is None and function != "count"):
        raise _refusal("measure.arguments", function=function)
    if condition is not None and condition.type.kind != "boolean":
        raise _refusal("measure.condition", text=text)
    if value is not None and not _suits(function, value):
        raise _refusal("measure.type", function=function, type=value.type.kind)
    return Measure(alias, function, value, condition)


def _suits(function: str, value: Expression) -> bool:
    kind = value.type.kind
    if function in ("sum", "avg"):
        return kind in ("number", "money")
    if function in ("min", "max"):
        return kind in ("number", "money", "date", "datetime", "text")
    return kind not in ("tags", "empty")


def _arguments(text: str) -> list[tuple[str, int]]:
    """The parts of a text between commas that stand in no brackets or quotes, with their places."""
    found: list[tuple[str, int]] = []
    waiting: list[str] = []
    start = at = 0
    while at < len(text):
        letter = text[at]
        if letter in "\"'":
            at = _end_of_quote(text, at)
        elif letter in _PAIRS:
            waiting.append(_PAIRS[letter])
        elif waiting and letter == waiting[-1]:
            waiting.pop()
        elif letter == "," and not waiting:
            found.append((text[start:at], start))
            start = at + 1
        at += 1
    if text[start:].strip() or found:
        found.append((text[start:], start))
    return [(part.strip(), place + len(part) - len(part.lstrip())) for part, place in found]


def _end_of_quote(text: str, at: int) -> int:
    mark = text[at]
    at += 1
    while at < len(text) and text[at] != mark:
        at += 2 if text[at] == "\\" else 1
    return at


def _refusal(problem_id: str, **params: Any) -> Malformed:
    return Malformed(Problem(problem_id, params, pointer="/measure"))


def inner(
    value: sa.ColumnElement[Any] | None, condition: sa.ColumnElement[Any] | None
) -> sa.ColumnElement[Any]:
    """What one row gives to a measure: its value, 1 for a bare count, or nothing."""
    what = sa.literal(1, sa.Integer()) if value is None else value
    return what if condition is None else sa.case((condition, what))


def outer(measure: Measure, column: sa.ColumnElement[Any], dialect: str) -> list[Any]:
    """The aggregates of a measure over its rows' values; `result` puts them together."""
    match measure.function:
        case "count":
            return [sa.func.count(column)]
        case "count_distinct":
            return [sa.func.count(sa.distinct(column))]
        case "min":
            return [sa.func.min(column, type_=column.type)]
        case "max":
            return [sa.func.max(column, type_=column.type)]
    if dialect == "postgresql":
        total = sa.type_coerce(sa.func.sum(column), sa.Numeric())
        return [total, sa.func.count(column)]
    whole = sa.type_coerce(column, sa.BigInteger())
    high = sa.func.sum(whole.op(">>")(32))
    low = sa.func.sum(whole.op("&")(0xFFFFFFFF))
    return [high, low, sa.func.count(column)]


def width(measure: Measure, dialect: str) -> int:
    """How many aggregates `outer` makes of a measure."""
    if not measure.exact:
        return 1
    return 2 if dialect == "postgresql" else 3


def result(measure: Measure, found: Sequence[Any]) -> Any:
    """The figure that the aggregates give: exact decimals, or an integer for whole numbers."""
    if not measure.exact:
        return found[0]
    total, number = _total(measure, found)
    if measure.function == "sum":
        return _decimal(total, measure.scale)
    if number == 0:
        return None
    shift = _AVERAGE_SCALE - measure.scale
    top, bottom = (total * 10**shift, number) if shift >= 0 else (total, number * 10**-shift)
    return Decimal(half_up(top, bottom)).scaleb(-_AVERAGE_SCALE)


def _total(measure: Measure, found: Sequence[Any]) -> tuple[int, int]:
    """The sum as a scaled integer, and over how many values."""
    if len(found) == 3:
        high, low, number = found
        return ((high or 0) << 32) + (low or 0), number
    total, number = found
    return int(Decimal(total or 0).scaleb(measure.scale)), number


def _decimal(scaled: int, scale: int) -> Decimal | int:
    return scaled if scale == 0 else Decimal(scaled).scaleb(-scale)
