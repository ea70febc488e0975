"""Conditions in words: the parts of a filter as a reader of one language would say them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fieldstone.metadata.conditions import Row, leaf
from fieldstone.metadata.expression import PARENT, parse
from fieldstone.metadata.expression.tree import (
    Call,
    Comparison,
    Items,
    Logic,
    Negative,
    Node,
    Not,
    Nothing,
    Number,
    Path,
    Text,
    Truth,
)
from fieldstone.metadata.model import App, Entity, Field
from fieldstone.metadata.problems import ProblemsError

from ..words import inside, say
from .formats import Formats
from .naming import target_of

_SIGNS = {"==": "is", "!=": "is_not", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
_TURNED = {"==": "==", "!=": "!=", ">=": "<=", "<=": ">=", ">": "<", "<": ">"}
_TIMES = {">": "after", "<": "before", ">=": "from", "<=": "until", "==": "is", "!=": "is_not"}
_AGES = {
    "days_since": ("over_days", "within_days"),
    "days_until": ("after_days", "next_days"),
    "hours_since": ("over_hours", "within_hours"),
}
_TEXTS = {
    "contains": "op.say_contains",
    "starts_with": "op.say_starts",
    "ends_with": "op.say_ends",
}
_PERIODS = ("_week", "_month", "_quarter", "_year")
_OPEN, _CLOSED = "op.say_open", "op.say_closed"
_EDGE = "\x00"
_TOUCHING = re.compile(
    f"(?<=[\u4e00-\u9fff]){_EDGE}(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]){_EDGE}(?=[\u4e00-\u9fff])"
)
"""Where a Chinese word and a Latin one or a number meet at the edge of a value."""


@dataclass(frozen=True)
class Part:
    """One condition of several that all must hold: in words, and as it is written."""

    words: str
    code: str
    known: bool


class Speaker:
    """Says conditions over one entity; names may be present names or ids."""

    def __init__(
        self,
        app: App,
        entity: Entity,
        formats: Formats,
        title: Callable[[str, int], str | None] = lambda entity_id, record_id: None,
        outer: Speaker | None = None,
    ) -> None:
        self.app = app
        self.entity = entity
        self.formats = formats
        self.title = title
        self.outer = outer

    def parts(self, text: str) -> tuple[Part, ...]:
        """The conditions that `text` joins by "and"; one alone where it cannot be read."""
        if not text.strip():
            return ()
        try:
            node = parse(text)
        except ProblemsError:
            return (Part(text, text, False),)
        items = node.items if isinstance(node, Logic) and node.operator == "and" else (node,)
        return tuple(self._part(item, text) for item in items)

    def _part(self, node: Node, text: str) -> Part:
        code = text[node.start : node.end]
        words = self.words(node)
        return Part(words or code, code, words is not None)

    def words(self, node: Node) -> str | None:
        """A condition in words, or None where it is not one of the simple kinds."""
        if isinstance(node, Logic):
            return self._joined(node)
        if isinstance(node, Not):
            return self._negated(node.operand)
        if isinstance(node, Path):
            return self._closed(node, _CLOSED) or self._path(node, "op.say_yes")
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Comparison):
            return self._comparison(node)
        return None

    def _say(self, key: str, **params: str | int) -> str:
        """A sentence; words of two scripts that meet where a value stands are held apart."""
        edged = {
            name: one if isinstance(one, int) else f"{_EDGE}{one}{_EDGE}"
            for name, one in params.items()
        }
        said = say(key, self.formats.locale, **edged)
        return _TOUCHING.sub(" ", said).replace(_EDGE, "")

    def _joined(self, node: Logic) -> str | None:
        said = [self._bracketed(item) for item in node.items]
        known = [one for one in said if one is not None]
        return self._say(f"op.{node.operator}").join(known) if len(known) == len(said) else None

    def _bracketed(self, node: Node) -> str | None:
        words = self.words(node)
        if words and isinstance(node, Logic):
            return self._say("op.say_bracket", what=words)
        return words

    def _negated(self, node: Node) -> str | None:
        if isinstance(node, Path):
            return self._closed(node, _OPEN) or self._path(node, "op.say_no")
        if isinstance(node, Call) and node.function.text == "any" and len(node.arguments) == 2:
            return self._of_some("none", node.arguments[0], node.arguments[1])
        if isinstance(node, Call) and node.function.text == "contains":
            row = leaf(node)
            label = self.label(node.arguments[0]) if row else None
            if row and label:
                value = str(row.values[0])
                return self._say("op.say_not_contains", field=label, value=value)
        inner = self.words(node)
        return self._say("op.say_not", what=inner) if inner else None

    def _closed(self, node: Path, key: str) -> str | None:
        """Whether a stage ends its pipeline: the property that every stage has."""
        found = self.fields(replace(node, names=node.names[:-1])) if len(node.names) > 1 else ()
        if not found or found[-1].type != "stage" or node.names[-1].text != "closed":
            return None
        return self._say(key, field=found[-1].text(self.formats.locale))

    def _path(self, node: Path, key: str) -> str | None:
        label = self.label(node)
        return self._say(key, field=label) if label else None

    def _call(self, node: Call) -> str | None:
        name, arguments = node.function.text, node.arguments
        if name in _TEXTS and len(arguments) == 2:
            label, value = self.label(arguments[0]), arguments[1]
            if label and isinstance(value, Text):
                key = _TEXTS[name]
                return self._say(key, field=label, value=value.value)
        if name in ("any", "all") and len(arguments) == 2:
            return self._of_some(name, arguments[0], arguments[1])
        if name == "is_empty" and len(arguments) == 1:
            label = self.label(arguments[0])
            return self._say("op.say_empty", field=label) if label else None
        return None

    def _of_some(self, name: str, source: Node, condition: Node) -> str | None:
        found = self.inverse(source)
        if found is None:
            return None
        what, inner = found
        said = inner.words(condition)
        return self._say(f"op.say_{name}", what=what, condition=said) if said else None

    def inverse(self, node: Node) -> tuple[str, Speaker] | None:
        """What points here under that name, in words, and who speaks of those records."""
        if not isinstance(node, Path) or len(node.names) != 1:
            return None
        found = self.app.inverses.get(self.entity.id, {}).get(node.names[0].text)
        if found is None:
            return None
        child, one = found
        locale = self.formats.locale
        what = one.inverse_label.get(locale) or child.plural_text(locale)
        inner = Speaker(self.app, child, self.formats, self.title, self)
        return inside(what, locale), inner

    def _number_of(self, node: Call) -> str | None:
        """`count(deals, stage == "won")` in words."""
        found = self.inverse(node.arguments[0]) if node.arguments else None
        if found is None:
            return None
        what, inner = found
        if len(node.arguments) == 1:
            return self._say("op.value_count", what=what)
        said = inner.words(node.arguments[1])
        return self._say("op.value_count_of", what=what, condition=said) if said else None

    def _comparison(self, node: Comparison) -> str | None:
        operands, operators = node.operands, node.operators
        if len(operators) == 2:
            return self._between(operands, operators)
        left, right, sign = operands[0], operands[1], operators[0]
        if sign in ("is", "is not") and isinstance(right, Nothing):
            label = self.label(left)
            key = "op.say_empty" if sign == "is" else "op.say_filled"
            return self._say(key, field=label) if label else None
        if sign in ("in", "not in"):
            return self._among(left, right, sign)
        if isinstance(right, Path | Call) and not isinstance(left, Path | Call):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        if isinstance(left, Call) and left.function.text in _AGES:
            return self._age(left, right, sign)
        row = leaf(node)
        if row and row.operator.endswith(_PERIODS):
            return self._period(row)
        label = self.label(left)
        value = self.value(left, right)
        if label is None or value is None or sign not in _SIGNS:
            return None
        found = self.fields(left)
        timed = bool(found) and found[-1].type in ("date", "datetime")
        return self._say(f"op.say_{(_TIMES if timed else _SIGNS)[sign]}", field=label, value=value)

    def _period(self, row: Row) -> str | None:
        label = self.label(parse(row.path))
        value = say(f"op.{row.operator}", self.formats.locale)
        return self._say("op.say_period", field=label, value=value) if label else None

    def _between(self, operands: tuple[Node, ...], operators: tuple[str, ...]) -> str | None:
        low, middle, high = operands
        if operators != ("<=", "<=") or not isinstance(low, Number) or low.value:
            return None
        if isinstance(middle, Call) and middle.function.text in _AGES and isinstance(high, Number):
            label = self.label(middle.arguments[0])
            key = _AGES[middle.function.text][1]
            return self._say(f"op.say_{key}", field=label, value=str(high.value)) if label else None
        return None

    def _age(self, left: Call, right: Node, sign: str) -> str | None:
        label = self.label(left.arguments[0])
        value = self.value(right, right)
        more, within = _AGES[left.function.text]
        key = {">": more, ">=": more, "<": within, "<=": within}.get(sign)
        if label is None or value is None or key is None:
            return None
        if isinstance(right, Path) and value == self.label(right):
            return self._say(f"op.say_{key}_of", field=label, value=value)
        return self._say(f"op.say_{key}", field=label, value=value, n=1 if value == "1" else 2)

    def _among(self, left: Node, right: Node, sign: str) -> str | None:
        if isinstance(left, Text) and isinstance(right, Path):
            label, value = self.label(right), self.value(right, left)
            key = "op.say_tagged" if sign == "in" else "op.say_not_tagged"
            return self._say(key, field=label, value=value) if label and value else None
        label = self.label(left)
        if label is None or not isinstance(right, Items):
            return None
        values = [self.value(left, item) for item in right.items]
        if any(value is None for value in values):
            return None
        listed = self._say("op.or").join(str(value) for value in values)
        key = "op.say_is" if sign == "in" else "op.say_is_not"
        return self._say(key, field=label, value=listed)

    def label(self, node: Node) -> str | None:
        """A path in words: `Customer · Owner`; a count of what points here as such."""
        if isinstance(node, Call) and node.function.text == "count":
            return self._number_of(node)
        found = self.fields(node)
        if not found:
            return self._longest_stay(node)
        return " · ".join(one.text(self.formats.locale) for one in found)

    def _longest_stay(self, node: Node) -> str | None:
        """The property of every stage that says for how long a record may be in it."""
        if not isinstance(node, Path) or node.names[-1].text != "max_days":
            return None
        found = self.fields(replace(node, names=node.names[:-1])) if len(node.names) > 1 else ()
        return self._say("op.value_max_days") if found and found[-1].type == "stage" else None

    def fields(self, node: Node) -> tuple[Field, ...]:
        """The fields along a path, or nothing where it does not lead over references to one."""
        if isinstance(node, Call) and node.arguments and node.function.text in ("date", "coalesce"):
            return self.fields(node.arguments[0])
        if not isinstance(node, Path):
            return ()
        if node.names[0].text == PARENT and self.outer and len(node.names) > 1:
            return self.outer.fields(replace(node, names=node.names[1:]))
        entity: Entity | None = self.entity
        found: list[Field] = []
        for name in node.names:
            one = (entity.field_named(name.text) or entity.by_id.get(name.text)) if entity else None
            if one is None:
                return ()
            found.append(one)
            target = target_of(one)
            entity = self.app.entities.get(target) if target else None
        return tuple(found)

    def value(self, beside: Node, node: Node) -> str | None:
        """A constant in words, as the field beside it is read."""
        found = self.fields(beside)
        one = found[-1] if found else None
        if isinstance(node, Text):
            option = (one.option_named(node.value) or one.option(node.value)) if one else None
            return option.text(self.formats.locale) if option else node.value
        if isinstance(node, Number):
            return self._number(one, node.value)
        if isinstance(node, Negative) and isinstance(node.operand, Number):
            return "-" + self._number(one, node.operand.value)
        if isinstance(node, Truth):
            return self._say("value.yes" if node.value else "value.no")
        if isinstance(node, Call):
            return self._moment(node)
        return self.label(node) if isinstance(node, Path) else None

    def _number(self, one: Field | None, value: Decimal) -> str:
        target = target_of(one) if one else None
        if target and value == int(value):
            return self.title(target, int(value)) or str(value)
        if one and one.type == "money":
            return self.formats.money(value)
        if one and one.type == "percent":
            return self.formats.percent(value)
        return self.formats.number(value)

    def _moment(self, node: Call) -> str | None:
        name, arguments = node.function.text, node.arguments
        if name in ("today", "now", "me", "my_team") and not arguments:
            return self._say(f"op.value_{name}")
        if _is_week(node):
            return self._say("op.value_this_week")
        if name == "add_days" and len(arguments) == 2 and _is_week(arguments[0]):
            after = arguments[1]
            next_one = isinstance(after, Number) and after.value == 7
            return self._say("op.value_next_week") if next_one else None
        if name == "date" and len(arguments) == 3:
            digits = [each.value for each in arguments if isinstance(each, Number)]
            if len(digits) == 3:
                return self._day(*(int(each) for each in digits))
        return None

    def _day(self, year: int, month: int, day: int) -> str:
        """A date as tables write it; one that no calendar has, as it is written."""
        try:
            return self.formats.day(date(year, month, day))
        except ValueError:
            return f"{year:04}-{month:02}-{day:02}"

    def measure(self, text: str) -> str:
        """A number's expression in words: a field's label, else how it is written."""
        try:
            return self.label(parse(text)) or text
        except ProblemsError:
            return text


def _is_week(node: Node) -> bool:
    """Whether it is the day on which the present week began."""
    return (
        isinstance(node, Call)
        and node.function.text == "start_of_week"
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], Call)
        and node.arguments[0].function.text == "today"
    )
