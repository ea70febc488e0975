"""Operators: what a filter may ask of a field of each type, and how the language writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from fieldstone.metadata.expression import quote
from fieldstone.metadata.model import Field

Input = Literal["text", "number", "date", "options", "none"]
EMPTY, FILLED = "empty", "filled"


class WrongValue(ValueError):
    """What was typed is no value for the operator."""


@dataclass(frozen=True)
class Operator:
    """A way to ask: its key in the words, the control for its value, and its expression.

    `text` holds `{f}` for the field's name and `{v}` for the value as the language writes it.
    """

    key: str
    input: Input
    text: str


_EMPTIES = (Operator(EMPTY, "none", "{f} is None"), Operator(FILLED, "none", "{f} is not None"))
_TEXT = (
    Operator("contains", "text", "contains({f}, {v})"),
    Operator("is", "text", "{f} == {v}"),
    Operator("starts", "text", "starts_with({f}, {v})"),
    *_EMPTIES,
)
_NUMBER = (
    Operator("at_least", "number", "{f} >= {v}"),
    Operator("at_most", "number", "{f} <= {v}"),
    Operator("equals", "number", "{f} == {v}"),
    *_EMPTIES,
)
_DATE = (
    Operator("from", "date", "{f} >= {v}"),
    Operator("until", "date", "{f} <= {v}"),
    Operator("last_days", "number", "0 <= days_since({f}) <= {v}"),
    Operator("next_days", "number", "0 <= days_until({f}) <= {v}"),
    Operator("over_days", "number", "days_since({f}) > {v}"),
    *_EMPTIES,
)
_MOMENT = tuple(
    replace(one, text=one.text.replace("{f} >=", "date({f}) >=").replace("{f} <=", "date({f}) <="))
    for one in _DATE
)
_OPTION = (
    Operator("is", "options", "{f} == {v}"),
    Operator("is_not", "options", "{f} != {v}"),
    *_EMPTIES,
)
_PERSON = (Operator("is", "options", "{f}.{title} == {v}"), *_EMPTIES)
_RECORD = (
    Operator("contains", "text", "contains({f}.{title}, {v})"),
    Operator("is", "text", "{f}.{title} == {v}"),
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
    "boolean": (Operator("yes", "none", "{f}"), Operator("no", "none", "not {f}")),
    "tags": (
        Operator("tagged", "options", "{v} in {f}"),
        Operator("not_tagged", "options", "{v} not in {f}"),
    ),
}


def operators_of(one: Field) -> tuple[Operator, ...]:
    """What may be asked of a field, as it is shown (a formula as its result)."""
    return _BY_TYPE.get(one.type, ())


def condition(one: Field, key: str, value: str, title: str = "name") -> str:
    """The expression that asks `key` of a field with the value that was typed.

    `title` is the name of the field by which the records of a reference go.

    WrongValue if there is no such operator or the value cannot be read.
    """
    operator = next((each for each in operators_of(one) if each.key == key), None)
    if operator is None:
        raise WrongValue(key)
    if operator.input == "none":
        return operator.text.format(f=one.name, title=title)
    if not value.strip():
        raise WrongValue(value)
    return operator.text.format(
        f=one.name, title=title, v=_literal(operator, one.type, value.strip())
    )


def _literal(operator: Operator, kind: str, value: str) -> str:
    try:
        if operator.input == "number":
            number = Decimal(value.replace(",", "").rstrip("%"))
            if not number.is_finite():
                raise WrongValue(value)
            return f"{number / 100 if kind == 'percent' else number:f}"
        if operator.input == "date":
            day = date.fromisoformat(value)
            return f"date({day.year}, {day.month}, {day.day})"
    except (InvalidOperation, ValueError) as error:
        raise WrongValue(value) from error
    return quote(value)


def both(first: str, second: str) -> str:
    """Two conditions joined by "and", each kept whole."""
    if not first.strip():
        return second
    return f"{whole(first)} and {whole(second)}"


def whole(text: str) -> str:
    """The condition in brackets, where joining it to others would tear it apart."""
    return f"({text})" if " or " in text or " if " in text else text
