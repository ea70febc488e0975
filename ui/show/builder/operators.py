"""Operators: what may be asked of a field of each type, and the control for the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from fieldstone.metadata.conditions import Row, Value, Word
from fieldstone.metadata.model import Field

from ..naming import target_of

Input = Literal["text", "number", "days", "date", "option", "options", "none"]

_MOST_DAYS = 100_000


class WrongValue(ValueError):
    """What was typed is no value for the operator; says by which sentence."""


@dataclass(frozen=True)
class Operator:
    """A way to ask of a field: its key in the words, the control, and the row that it makes.

    `tail` leads from a reference to the field that is compared; `fixed` is the value of an
    operator without a control.
    """

    key: str
    input: Input
    operator: str
    tail: str = ""
    fixed: tuple[Value, ...] = ()
    day: bool = False

    def row(self, place: str, kind: str, typed: tuple[str, ...]) -> Row:
        """The row for what was typed; WrongValue where it cannot be read."""
        path = f"{place}.{self.tail}" if self.tail else place
        values = self.fixed if self.input == "none" else _read(self.input, kind, typed)
        return Row(path, self.operator, values, self.day)

    def fits(self, place: str, row: Row) -> bool:
        """Whether a row is what this operator makes of the field at `place`."""
        path = f"{place}.{self.tail}" if self.tail else place
        if (row.path, row.operator, row.day) != (path, self.operator, self.day):
            return False
        if self.input == "none":
            return row.values == self.fixed
        return all(_suits(self.input, one) for one in row.values)


def typed_values(operator: Operator, kind: str, row: Row) -> tuple[str, ...]:
    """The values of a row as the control holds them."""
    return tuple(_typed(kind, one) for one in row.values) if operator.input != "none" else ()


def _typed(kind: str, value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{(value * 100 if kind == 'percent' else value):f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _suits(wanted: Input, value: Value) -> bool:
    if wanted in ("number", "days"):
        return isinstance(value, Decimal) and (wanted == "number" or value == int(value))
    return isinstance(value, date if wanted == "date" else str)


def _read(wanted: Input, kind: str, typed: tuple[str, ...]) -> tuple[Value, ...]:
    given = tuple(one.strip() for one in typed if one.strip())
    if not given:
        raise WrongValue("builder.need_value")
    if wanted == "options":
        return given
    last = given[-1]
    if wanted == "number":
        return (_number(last, kind),)
    if wanted == "days":
        return (_days(last),)
    if wanted == "date":
        try:
            return (date.fromisoformat(last),)
        except ValueError as error:
            raise WrongValue("builder.wrong_date") from error
    return (last,)


def _number(text: str, kind: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "").replace("，", "").rstrip("%"))
    except InvalidOperation as error:
        raise WrongValue("builder.wrong_number") from error
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise WrongValue("builder.wrong_number")
    return number / 100 if kind == "percent" else number


def _days(text: str) -> Decimal:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= _MOST_DAYS):
        raise WrongValue("builder.wrong_days")
    return Decimal(int(text))


def _plain(wanted: Input, *keys: str, **other: str) -> tuple[Operator, ...]:
    return tuple(Operator(key, wanted, other.get(key, key)) for key in keys)


_EMPTIES = _plain("none", "empty", "filled")
_TEXT = (*_plain("text", "contains", "not_contains", "is", "is_not", "starts"), *_EMPTIES)
_NUMBER = (
    *_plain("number", "at_least", "at_most", "above", "below", "equals", equals="is"),
    *_EMPTIES,
)
_PERIODS = _plain(
    "none", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month",
    "this_quarter", "this_year",
)  # fmt: skip
_TO_TODAY = (
    Operator("is_today", "none", "is", fixed=(Word.TODAY,)),
    Operator("before_today", "none", "below", fixed=(Word.TODAY,)),
    Operator("after_today", "none", "above", fixed=(Word.TODAY,)),
)
_COMPARED = (
    *_plain("date", "from", "until", "before", "after", "on", **{"from": "at_least",
            "until": "at_most", "before": "below", "after": "above", "on": "is"}),
    *_TO_TODAY,
)  # fmt: skip
_COUNTED = _plain("days", "last_days", "next_days", "over_days", "after_days")
_DATE = (*_COUNTED, *_COMPARED, *_PERIODS, *_EMPTIES)
_MOMENT = (*_COUNTED, *(replace(one, day=True) for one in _COMPARED), *_PERIODS, *_EMPTIES)
_OPTION = (
    *_plain("option", "is", "is_not"),
    *_plain("options", "among", "not_among"),
    *_EMPTIES,
)
_PERSON = (
    Operator("me", "none", "is", fixed=(Word.ME,)),
    Operator("not_me", "none", "is_not", fixed=(Word.ME,)),
    Operator("my_team", "none", "is", "team", (Word.MY_TEAM,)),
    Operator("is", "option", "is", "name"),
    Operator("among", "options", "among", "name"),
    *_EMPTIES,
)
_RECORD = (
    Operator("contains", "text", "contains", "{title}"),
    Operator("is", "text", "is", "{title}"),
    *_EMPTIES,
)
_BY_TYPE: Mapping[str, tuple[Operator, ...]] = {
    **dict.fromkeys(("text", "long_text", "email", "phone", "url", "auto_number"), _TEXT),
    **dict.fromkeys(("integer", "decimal", "money", "percent"), _NUMBER),
    "date": _DATE,
    "datetime": _MOMENT,
    **dict.fromkeys(("choice", "stage", "tier"), _OPTION),
    **dict.fromkeys(("owner", "member"), _PERSON),
    "reference": _RECORD,
    "boolean": _plain("none", "yes", "no"),
    "tags": _plain("option", "tagged", "not_tagged"),
}


def operators_of(one: Field, title: str = "") -> tuple[Operator, ...]:
    """What may be asked of a field as it is shown (a formula as its result).

    `title` is the name of the field by which the records of a reference go.
    """
    found = _BY_TYPE.get(one.family, ())
    if target_of(one) is None or one.family != "reference":
        return found
    return tuple(replace(each, tail=each.tail.format(title=title)) for each in found)
