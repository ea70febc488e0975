"""Values in words: what a sentence compares, counts and computes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from .. import values
from ..functions.registry import Function, function_named
from ..ir import (
    Aggregate,
    Call,
    Constant,
    Extra,
    Formula,
    HasTag,
    If,
    Logic,
    Property,
    Read,
    Typed,
    Via,
    Window,
    Written,
)
from ..types import BOOLEAN, property_label
from .labels import Labels
from .periods import plain_of, start_of

_SIGNS = {"*": "×", "/": "÷", "//": "whole_quotient", "%": "remainder"}
_PLURALS = ("add_days", "add_months", "add_years", "add_hours")
_UNIFYING = ("coalesce", "max_of", "min_of", "switch")
_YEARS = ("year", "fiscal_year")
_KNOWN_PROPERTIES = ("max_days", "probability", "outcome", "place")


class Values(Labels):
    """Says what has a value."""

    def condition(self, node: Typed) -> str:
        """A condition as a clause; `conditions` says them."""
        raise NotImplementedError

    def value(self, node: Typed, beside: Typed | None = None) -> str:
        """A value as a noun; a constant is written as the one `beside` it is read."""
        if self.hides(node):
            return self.say("say.hidden_value")
        known = self.known(node)
        if known is not None:
            return known
        if node.written is not None:
            return self.called(node)
        match node:
            case Constant():
                return self.constant(node, beside)
            case Extra():
                return self.say("say.quoted", text=node.name)
            case Read() | Formula() | HasTag():
                return self.subject(node)
            case Via() if isinstance(node.body, Read | Formula | HasTag):
                return self.subject(node)
            case Property():
                return self.property(node)
            case Aggregate() if node.function not in ("any", "all"):
                return self.aggregate(node)
            case Window():
                return self.window(node)
            case If() if node.type != BOOLEAN:
                return self.say(
                    "say.either_value",
                    test=self.condition(node.test),
                    body=self.part(node.body, node),
                    other=self.part(node.other, node),
                )
            case Call():
                return self.operation(node)
        return self.say("say.bracket", what=self.condition(node))

    def known(self, node: Typed) -> str | None:
        """Other words for a part that is not constant: its value, where that is known."""
        return None

    def part(self, node: Typed, beside: Typed | None = None) -> str:
        """A value within another one, in brackets where it is made of several."""
        said = self.value(node, beside)
        return self.say("say.bracket", what=said) if is_compound(node) else said

    def constant(self, node: Constant, beside: Typed | None) -> str:
        """A constant as a reader writes it."""
        value = values.plain(node.value, node.type)
        if value is None:
            return self.say("say.nothing")
        kind = node.type.kind
        if kind == "choice":
            return self.option(node.type.options or "", str(value))
        if isinstance(value, bool):
            return self.say("say.true" if value else "say.false")
        if isinstance(value, int | Decimal):
            return self.number(value, kind, beside)
        return self.quoted(str(value))

    def number(self, value: int | Decimal, kind: str, beside: Typed | None) -> str:
        """A number as the one beside it: an amount, a share, the number of a year."""
        item = plain_of(beside) if beside is not None else None
        if item is not None and item.written and item.written.function.name in _YEARS:
            return str(value)
        if kind == "money" or (item is not None and item.type.kind == "money"):
            return self.formats.money(value, exact=True)
        if item is not None and self.is_share(item):
            return self.formats.percent(Decimal(value))
        return self.formats.number(value)

    def is_share(self, item: Typed) -> bool:
        """Whether a number is read from a field that is a percentage."""
        if isinstance(item, Via):
            item = item.body
        if not isinstance(item, Read | Formula):
            return False
        one = self.app.entity(item.entity).by_id.get(item.field)
        return one is not None and one.type == "percent"

    def property(self, node: Property) -> str:
        """A declared property; those of an app's own are told by the name that it gave them."""
        field = self.value(node.operand)
        label = property_label(self.app, node.operand.type.options or "", node.name, self.locale)
        if label is not None:
            return self.say("say.property_called", field=field, name=label)
        if node.name in _KNOWN_PROPERTIES:
            return self.say(f"say.property_{node.name}", field=field)
        return self.say("say.property", field=field, name=node.name)

    def aggregate(self, node: Aggregate) -> str:
        """What is made of related records: `total Amount of deals (Stage is Won)`."""
        what = self.related(node)
        if node.condition is not None and node.function == "count" and node.value is None:
            return self.say("say.count_of", what=what, condition=self.condition(node.condition))
        said = self._made_of(node, what)
        if node.condition is None:
            return said
        return self.say("say.of_those", what=said, condition=self.condition(node.condition))

    def _made_of(self, node: Aggregate, what: str) -> str:
        if node.value is None:
            return self.say("say.count", what=what)
        field = self.part(node.value)
        name = node.function
        if name in ("min", "max") and node.value.type.kind in ("date", "datetime"):
            name = "earliest" if name == "min" else "latest"
        if name in ("first", "last") and node.by is not None:
            return self.say(f"say.{name}_by", what=what, field=field, by=self.part(node.by))
        if name == "count":
            name = "count_filled"
        return self.say(f"say.{name}", what=what, field=field)

    def window(self, node: Window) -> str:
        """A value among those of all records, or of those that are alike in another one."""
        said = self.say(f"say.window_{node.function}", field=self.part(node.value))
        if node.within is None:
            return said
        return self.say("say.window_within", what=said, within=self.part(node.within))

    def called(self, node: Typed) -> str:
        """What a function gives, in its own words."""
        assert node.written is not None
        function, arguments = node.written.function, arguments_of(node)
        special = (
            self._switch(node)
            or self._period(node)
            or self._moved(function, arguments)
            or self._day(function, arguments)
        )
        if special is not None:
            return special
        said = self.arguments(arguments)
        return self.phrase(phrase_of(function, len(said), self.locale), said)

    def arguments(self, arguments: tuple[Typed, ...]) -> list[str]:
        """The arguments of a function; a text is told as one."""
        return [
            self.say("say.quoted", text=self.value(one))
            if isinstance(one, Constant) and one.type.kind == "text" and one.value
            else self.part(one)
            for one in arguments
        ]

    def _switch(self, node: Typed) -> str | None:
        """`1 if Stage is Won, 2 if Lost, else 0`."""
        if node.written is None or node.written.function.name != "switch":
            return None
        value, *pairs, other = arguments_of(node)
        said = [
            self.say("say.case", match=self.part(match, value), result=self.part(result))
            for match, result in zip(pairs[::2], pairs[1::2], strict=True)
        ]
        cases = self.say("say.comma").join(said)
        return self.say("say.switch", field=self.part(value), cases=cases, other=self.part(other))

    def _period(self, node: Typed) -> str | None:
        """`the start of this month`, of `start_of_month(today())`."""
        period = start_of(node)
        return self.say("say.start_of", period=self.say(f"say.{period}")) if period else None

    def _moved(self, function: Function, arguments: tuple[Typed, ...]) -> str | None:
        """`7 days after today`: a date that is so far from another one."""
        if function.name not in _PLURALS:
            return None
        count = arguments[1]
        if not isinstance(count, Constant) or count.value is None:
            return None
        steps = values.plain(count.value, count.type)
        if steps != int(steps):
            return None
        key = f"{function.name}_{'back' if steps < 0 else 'on'}"
        return self.say(f"say.{key}", count=abs(int(steps)), item=self.part(arguments[0]))

    def _day(self, function: Function, arguments: tuple[Typed, ...]) -> str | None:
        """`date(2026, 1, 31)` as tables write it; a date that no calendar has, as it is written."""
        if function.name != "date":
            return None
        if len(arguments) == 1:
            return self.part(arguments[0])
        parts = [one.value for one in arguments if isinstance(one, Constant)]
        if len(parts) != 3 or None in parts:
            return None
        year, month, day = parts
        try:
            return self.formats.day(date(year, month, day))
        except (ValueError, OverflowError):
            return f"{year:04}-{month:02}-{day:02}"

    def operation(self, node: Call) -> str:
        """Arithmetic with its signs; what the typer put between is not told."""
        name = node.operation.name
        if name == "+":
            return self._sum(node)
        if name in ("rescale", "date", "start_of_day"):
            return self.value(node.arguments[0])
        if name == "negate":
            return f"−{self.term(node.arguments[0], tight=True)}"
        if name in _SIGNS:
            first, *others = node.arguments
            said = [self.term(first), *(self.term(one, tight=True) for one in others)]
            if name in ("*", "/"):
                return f" {_SIGNS[name]} ".join(said)
            return self.say(f"say.{_SIGNS[name]}", first=said[0], second=said[1])
        function = function_named(name)
        if function is None:
            return self.say("say.comma").join(self.part(one) for one in node.arguments)
        return self.called(replace(node, written=Written(function, node.arguments)))

    def _sum(self, node: Call) -> str:
        said = ""
        for sign, one in zip(node.extra, node.arguments, strict=True):
            mark = "−" if sign < 0 else "+"
            text = self.term(one)
            said = f"{said} {mark} {text}" if said else ("−" if sign < 0 else "") + text
        return said

    def term(self, node: Typed, *, tight: bool = False) -> str:
        """A part of a computation, in brackets where its signs would be read with others."""
        inner = plain_of(node)
        calculated = isinstance(inner, Call) and inner.written is None
        name = inner.operation.name if calculated and isinstance(inner, Call) else ""
        apart = name in ("+", "//", "%") or (tight and name in ("*", "/", "negate"))
        said = self.value(node)
        bracketed = apart or isinstance(inner, If | Logic)
        return self.say("say.bracket", what=said) if bracketed else said


def arguments_of(node: Typed) -> tuple[Typed, ...]:
    """What a function was called with: as it computes them where they are the same ones."""
    assert node.written is not None
    name = node.written.function.name
    if name in _UNIFYING and isinstance(node, Call) and node.operation.name == name:
        return node.arguments
    return node.written.arguments


def is_compound(node: Typed) -> bool:
    """Whether the words of a value could be taken apart where they stand within others."""
    node = plain_of(node)
    if node.written is not None:
        return False
    if isinstance(node, If | Logic):
        return True
    return isinstance(node, Call) and node.operation.name in (*_SIGNS, "+", "negate")


def phrase_of(function: Function, count: int, locale: str) -> str:
    """The phrase of a call with so many arguments; without one the help, and what it is of."""
    fallback = None
    for one in function.words:
        template: str = one.get(locale) or one["en"]
        if "{all}" in template or ("{rest}" in template and count > 1):
            fallback = template
        elif (
            "{rest}" not in template
            and template.count("{") == count
            and f"{{{count}}}" not in template
        ):
            return template
    if fallback is not None:
        return fallback
    told: Any = function.help.get(locale) or function.help["en"]
    told = told.rstrip(".。").replace("{", "").replace("}", "")
    if not count:
        return str(told)
    return f"{told}（{{all}}）" if locale.startswith("zh") else f"{told} ({{all}})"
