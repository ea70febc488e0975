"""Times in conditions: distances from today, and the period that a day is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import values
from ..ir import Call, Compare, Constant, Formula, HasTag, Property, Read, Typed, Via

_AGES = {
    "days_since": "days_ago",
    "days_until": "days_ahead",
    "hours_since": "hours_ago",
    "minutes_since": "minutes_ago",
    "months_since": "months_ago",
    "years_since": "years_ago",
    "workdays_since": "workdays_ago",
    "workdays_until": "workdays_ahead",
    "work_hours_since": "work_hours_ago",
}
_UNITS = {
    "start_of_week": ("week", "add_days", 7),
    "start_of_month": ("month", "add_months", 1),
    "start_of_quarter": ("quarter", "add_months", 3),
    "start_of_year": ("year", "add_months", 12),
}
_TURNS = {0: "this", 1: "next", -1: "last"}


def plain_of(node: Typed) -> Typed:
    """A part without what the typer put around it to give it another scale."""
    while isinstance(node, Call) and node.written is None and node.operation.name == "rescale":
        node = node.arguments[0]
    return node


@dataclass(frozen=True)
class Age:
    """A distance from today or now: of what, and in which unit and direction."""

    item: Typed
    unit: str


def age_of(node: Typed) -> Age | None:
    """The distance that a value is, or None."""
    node = plain_of(node)
    if node.written is None or node.written.function.name not in _AGES:
        return None
    return Age(node.written.arguments[0], _AGES[node.written.function.name])


def within_of(items: Sequence[Typed]) -> tuple[Age, Typed] | None:
    """`0 <= days_since(x) <= n`, as its two comparisons: the distance and its limit."""
    if len(items) != 2:
        return None
    low, high = items
    if not (isinstance(low, Compare) and isinstance(high, Compare)):
        return None
    if (low.operator, high.operator) != ("<=", "<="):
        return None
    first, age = age_of(low.right), age_of(high.left)
    zero = isinstance(low.left, Constant) and low.left.value == 0
    if not zero or first is None or age is None or first.unit != age.unit:
        return None
    return (age, high.right) if same(first.item, age.item) else None


def same(one: Typed, other: Typed) -> bool:
    """Whether two parts without calls read the same."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Read | Formula | HasTag) and isinstance(other, Read | Formula | HasTag):
        return (one.up, one.entity, one.field) == (other.up, other.entity, other.field)
    if isinstance(one, Via) and isinstance(other, Via):
        steps = [step.field for step in one.steps] == [step.field for step in other.steps]
        return steps and one.up == other.up and same(one.body, other.body)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return bool(one.value == other.value and one.type == other.type)
    if isinstance(one, Property) and isinstance(other, Property):
        return one.name == other.name and same(one.operand, other.operand)
    if one.written and other.written:
        pairs = zip(one.written.arguments, other.written.arguments, strict=False)
        same_function = one.written.function is other.written.function
        many = len(one.written.arguments) == len(other.written.arguments)
        return same_function and many and all(same(a, b) for a, b in pairs)
    return False


def period_of(left: Typed, right: Typed) -> tuple[Typed, str] | None:
    """What `start_of_month(x) == start_of_month(today())` says: x, and `this_month`."""
    period = start_of(right)
    if period is None or left.written is None:
        return None
    unit = _UNITS.get(left.written.function.name)
    if unit is None or not period.endswith(f"_{unit[0]}"):
        return None
    return left.written.arguments[0], period


def start_of(node: Typed) -> str | None:
    """The period that begins on a day: `next_week` of `add_days(start_of_week(today()), 7)`."""
    if node.written is None:
        return None
    start, name, moved = node, node.written.function.name, 0
    if name in ("add_days", "add_months"):
        start, count = node.written.arguments
        if not isinstance(count, Constant) or not count.value or start.written is None:
            return None
        moved = int(values.plain(count.value, count.type))
    if start.written is None or start.written.function.name not in _UNITS:
        return None
    unit, function, length = _UNITS[start.written.function.name]
    day = start.written.arguments[0]
    today = day.written is not None and day.written.function.name == "today"
    if not today or moved % length or moved // length not in _TURNS:
        return None
    if moved and name != function:
        return None
    return f"{_TURNS[moved // length]}_{unit}"
