"""Comparisons of what is computed from a date, turned into a bound on the date itself.

`days_since(x) > 30` becomes `x < :bound`: no time-zone function in the statement, and an index on x
serves. The other side may be one value for the run, or a choice among such values
(`tier.silence_days`): then the bound is the same choice among dates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from .. import calendar
from ..context import Context
from ..functions import dates, steps
from ..functions.choices import COALESCE
from ..functions.working_days import WORKDAYS_BETWEEN
from ..ir import FLIPPED, Call, Compare, Constant, Formula, If, Logic, Not, Property, Typed, Via
from ..types import BOOLEAN, DATE, DATETIME, Type

Static = Callable[[Typed], Any]
Key = Callable[[Any], "date | None"]


class _Impossible(Exception):
    """There is no bound that means the same; the comparison stays as it is."""


def rewritten(node: Compare, context: Context, static: Static) -> Typed | None:
    """The same condition as a bound on a date or instant, or None where there is none.

    `static` computes the raw value of an expression that needs no record.
    """
    for left, operator, right in (
        (node.left, node.operator, node.right),
        (node.right, FLIPPED[node.operator], node.left),
    ):
        if isinstance(left, Call) and not left.static:
            try:
                found = _Bound(context, static, node).of(left, operator, right)
            except _Impossible:
                continue
            if found is not None:
                return found
    return None


class _Bound:
    def __init__(self, context: Context, static: Static, node: Compare) -> None:
        self.context = context
        self.static = static
        self.node = node

    def of(self, call: Call, operator: str, other: Typed) -> Typed | None:
        """The bound that `call operator other` means."""
        operation = call.operation
        if operation is dates.LOCAL_DATE:
            return self.compared(call, operator, other, lambda day: day)
        if operation is dates.DAYS_BETWEEN:
            return self.days(call, operator, other)
        if operation is WORKDAYS_BETWEEN:
            return self.workdays(call, operator, other)
        if operation in _MONTHS:
            return self.months(call, operator, other, _MONTHS[operation])
        if operation in _MICROSECONDS:
            return self.hours(call, operator, other, _MICROSECONDS[operation])
        if operation in _STEPS:
            lowest = _STEPS[operation]
            return self.stepped(call.arguments[0], operator, other, lowest)
        return None

    def days(self, call: Call, operator: str, other: Typed) -> Typed | None:
        start, end = call.arguments
        if end.static and not start.static:
            base = self.day(end)
            operator = FLIPPED[operator]
            return self.compared(start, operator, other, lambda n: _day(base - n))
        if start.static and not end.static:
            base = self.day(start)
            return self.compared(end, operator, other, lambda n: _day(base + n))
        return None

    def workdays(self, call: Call, operator: str, other: Typed) -> Typed | None:
        """The number of working days up to x is a step, whose lowest day is the n-th of them."""
        start, end = call.arguments
        if start.static == end.static:
            return None
        fixed, item = (end, start) if end.static else (start, end)
        counted = call.extra.count(self.day(fixed) - 1)
        sign = -1 if end.static else 1
        changed = FLIPPED[operator] if end.static else operator
        return self.stepped(
            item, changed, other, call.extra.date_of, lambda value: counted + sign * value
        )

    def day(self, item: Typed) -> int:
        value = self.static(item)
        if value is None:
            raise _Impossible
        return int(value.toordinal())

    def months(self, call: Call, operator: str, other: Typed, size: int) -> Typed | None:
        """months_between(x, end) >= n holds up to the day n months (of `size`) before the end."""
        start, end = call.arguments
        if not end.static or start.static or operator in ("==", "!="):
            return None
        last = self.static(end)
        if last is None:
            return None
        at_least = operator in (">", ">=")
        more = 1 if operator in (">", "<=") else 0

        def key(count: int) -> date | None:
            day = calendar.add_months(last, -(count + more) * size)
            if day is None:
                raise _Impossible
            return calendar.add_days(day, 1)

        return self.compared(start, "<" if at_least else ">=", other, key)

    def hours(self, call: Call, operator: str, other: Typed, size: int) -> Typed | None:
        """hours_between(x, end) >= h, in millionths rounded half up, is a bound on x.

        A millionth has `size` microseconds.
        """
        start, end = call.arguments
        if end.static == start.static or operator in ("==", "!="):
            return None
        fixed = self.static(end if end.static else start)
        if fixed is None:
            return None
        item, since = (start, True) if end.static else (end, False)
        more = 1 if operator in (">", "<=") else 0

        def key(count: int) -> Any:
            least = count * 10 ** (6 - other.type.scale) + more
            try:
                gap = timedelta(microseconds=size * least - size // 2 + (least <= 0))
                return fixed - gap if since else fixed + gap
            except OverflowError as error:
                raise _Impossible from error

        at_least = operator in (">", ">=")
        # The gap reaches `least` for every x up to fixed - gap, that instant included.
        before = "<=" if at_least else ">"
        changed = before if since else FLIPPED[before]
        return self.plain(item, changed, self.mapped(other, key, DATETIME))

    def stepped(
        self,
        item: Typed,
        operator: str,
        other: Typed,
        lowest: Callable[[Any], date | None],
        step: Callable[[Any], Any] = lambda value: value,
    ) -> Typed | None:
        """`lowest(k)` is the first date whose step is at least k; `step` is that of a value."""
        if operator in ("==", "!="):
            if not other.static or self.static(other) is None or other.type.scale:
                return None
            value = step(self.static(other))
            first, after = lowest(value), lowest(_next(value))
            if first is None or after is None:
                return None
            return self.between(item, first, after, operator)
        more = operator in (">", "<=")

        def key(value: Any) -> date:
            day = lowest(_next(step(value)) if more else step(value))
            if day is None:
                raise _Impossible
            return day

        return self.compared(item, ">=" if operator in (">", ">=") else "<", other, key)

    def compared(self, item: Typed, operator: str, other: Typed, key: Key) -> Typed | None:
        """A date or the civil date of an instant against `key` of the other side."""
        if item.static:
            return None
        fraction = other.type.scale if other.type.numeric else 0
        if fraction:
            return None
        instant = isinstance(item, Call) and item.operation is dates.LOCAL_DATE
        if not instant:
            if not self.is_mappable(other):
                return None
            return self.plain(item, operator, self.mapped(other, key, DATE))
        if operator in ("==", "!="):
            value = self.static(other) if other.static else None
            day = key(value) if value is not None else None
            after = calendar.add_days(day, 1) if day is not None else None
            if day is None or after is None:
                return None
            return self.between(item, day, after, operator)
        zone = self.context.zone
        more = 1 if operator in (">", "<=") else 0
        assert isinstance(item, Call)

        def start(value: Any) -> datetime:
            day = key(value)
            following = calendar.add_days(day, more) if day is not None else None
            if following is None:
                raise _Impossible
            return calendar.day_start(following, zone)

        changed = ">=" if operator in (">", ">=") else "<"
        return self.plain(item.arguments[0], changed, self.mapped(other, start, DATETIME))

    def between(self, item: Typed, first: date, after: date, operator: str) -> Typed:
        """first <= item < after, or its opposite."""
        ends: tuple[Any, Any] = (first, after)
        kind = DATE
        if isinstance(item, Call) and item.operation is dates.LOCAL_DATE:
            zone = self.context.zone
            ends = (calendar.day_start(first, zone), calendar.day_start(after, zone))
            item, kind = item.arguments[0], DATETIME
        low = self.plain(item, ">=", self.constant(ends[0], kind))
        high = self.plain(item, "<", self.constant(ends[1], kind))
        both = Logic(**self.place(), nullable=False, operator="and", items=(low, high))
        return both if operator == "==" else Not(**self.place(), nullable=False, operand=both)

    def place(self) -> dict[str, Any]:
        return {"type": BOOLEAN, "start": self.node.start, "end": self.node.end}

    def constant(self, value: Any, kind: Type) -> Constant:
        return Constant(
            type=kind,
            start=self.node.start,
            end=self.node.end,
            nullable=value is None,
            value=value,
        )

    def plain(self, item: Typed, operator: str, bound: Typed) -> Compare:
        return Compare(
            **self.place(),
            nullable=item.nullable or bound.nullable,
            operator=operator,
            left=item,
            right=bound,
        )

    def is_mappable(self, other: Typed) -> bool:
        try:
            self.mapped(other, lambda value: None, DATE)
        except _Impossible:
            return False
        return True

    def mapped(self, other: Typed, key: Callable[[Any], Any], kind: Type) -> Typed:
        """The other side with every value that it may have replaced by its key."""
        if other.static:
            value = self.static(other)
            return self.constant(None if value is None else key(value), kind)
        if isinstance(other, If):
            body = self.mapped(other.body, key, kind)
            rest = self.mapped(other.other, key, kind)
            nullable = body.nullable or rest.nullable
            return replace(other, type=kind, body=body, other=rest, nullable=nullable)
        if isinstance(other, Property):
            values = tuple((option, key(value)) for option, value in other.values)
            return replace(other, type=kind, values=values)
        if isinstance(other, Via | Formula):
            return replace(other, type=kind, body=self.mapped(other.body, key, kind))
        if isinstance(other, Call) and other.operation is COALESCE:
            items = tuple(self.mapped(one, key, kind) for one in other.arguments)
            return replace(other, type=kind, arguments=items)
        raise _Impossible


def _day(ordinal: int) -> date:
    if ordinal > calendar.LAST:
        raise _Impossible
    if ordinal < 1:
        raise _Impossible
    return date.fromordinal(ordinal)


def _next(value: Any) -> Any:
    if isinstance(value, date):
        following = calendar.add_days(value, 1)
        if following is None:
            raise _Impossible
        return following
    return value + 1


def _start_not_before(start: Callable[[date], date], months: int) -> Key:
    def lowest(day: date) -> date | None:
        begin = start(day)
        if begin == day:
            return day
        following = calendar.add_months(begin, months)
        # At the beginning of the calendar `begin` may be in the middle of its year.
        return start(following) if following is not None else None

    return lowest


_MONTHS = {dates.MONTHS_BETWEEN: 1, dates.YEARS_BETWEEN: 12}
_MICROSECONDS = {dates.HOURS_BETWEEN: 3600, dates.MINUTES_BETWEEN: 60}
_STEPS: dict[Any, Key] = {
    steps.YEAR: lambda year: calendar.made(year, 1, 1),
    steps.START_OF_MONTH: _start_not_before(calendar.start_of_month, 1),
    **{
        operation: _start_not_before(partial(start, first=first), months)
        for operations, start, months in (
            (steps.START_OF_QUARTER, calendar.start_of_quarter, 3),
            (steps.START_OF_YEAR, calendar.start_of_year, 12),
        )
        for first, operation in operations.items()
    },
    # What ends on a day or later began with the period of that day.
    steps.END_OF_MONTH: calendar.start_of_month,
    **{
        operation: partial(start, first=first)
        for operations, start in (
            (steps.END_OF_QUARTER, calendar.start_of_quarter),
            (steps.END_OF_YEAR, calendar.start_of_year),
        )
        for first, operation in operations.items()
    },
}
