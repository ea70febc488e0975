"""The functions of dates and instants, as people write them; their operations are in `dates`.

Where a date is wanted an instant is taken too, as its civil date in the workspace's zone; what is
`since` or `until` is typed as the distance from or to today, so that it becomes a bound in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ir import Typed
from ..types import DATE, DATETIME, duration
from ..units import takes
from . import dates
from .registry import (
    DAY,
    INSTANT,
    NUMBER,
    Example,
    Function,
    Operation,
    Place,
    Typed_,
    Typing,
    both,
    register,
)

_DAYS = dates.MOST_DAYS
_HOURS = 10**14


def as_date(typing: Typing, item: Typed) -> Typed:
    """A date as it is, an instant as its civil date."""
    if item.type.kind != "datetime":
        return item
    return typing.make(dates.LOCAL_DATE, item, item, type=DATE, nullable=item.nullable)


def whole_number(typing: Typing, item: Typed) -> Typed:
    """The item, refused unless it is a whole number."""
    if item.type.scale:
        raise typing.refuse("function.whole_number", item)
    return item


def current_date(typing: Typing, at: Place) -> Typed:
    """Today."""
    return typing.make(dates.TODAY, at, type=DATE, nullable=False)


def current_time(typing: Typing, at: Place) -> Typed:
    """Now."""
    return typing.make(dates.NOW, at, type=DATETIME, nullable=False)


def _between(
    operation: Operation, unit: str, typing: Typing, at: Place, a: Typed, b: Typed
) -> Typed:
    a, b = as_date(typing, a), as_date(typing, b)
    empty = a.nullable or b.nullable
    return typing.make(operation, at, a, b, type=duration(unit), nullable=empty, bound=_DAYS)


def _date(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    if len(arguments) == 1:
        if arguments[0].type.numeric:
            raise typing.refuse("function.date", at)
        return as_date(typing, arguments[0])
    if len(arguments) != 3 or not all(one.type.numeric for one in arguments):
        raise typing.refuse("function.date", at)
    parts = [whole_number(typing, one) for one in arguments]
    return typing.make(dates.MAKE_DATE, at, *parts, type=DATE)


def _adding(day: Operation, instant: Operation, unit: str) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        takes(typing, arguments[1], unit, f"add_{unit}s(date, {unit}s)")
        item, count = arguments[0], whole_number(typing, arguments[1])
        operation = instant if item.type.kind == "datetime" else day
        return typing.make(operation, at, item, count, type=item.type)

    return typed


def _hours(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    empty = a.nullable or b.nullable
    kind = duration("hour", 6)
    return typing.make(dates.HOURS_BETWEEN, at, a, b, type=kind, nullable=empty, bound=_HOURS)


def _add_hours(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    takes(typing, arguments[1], "hour", "add_hours(time, hours)")
    return typing.make(dates.ADD_HOURS, at, *arguments, type=DATETIME)


def register_date(
    name: str,
    signature: str,
    example: str,
    help_: Mapping[str, str],
    kinds: tuple[frozenset[str], ...],
    typed: Typed_,
    *examples: Example,
    words: tuple[Mapping[str, str], ...] = (),
) -> None:
    """Make a function of dates known."""
    register(
        Function(
            name=name,
            signature=signature,
            help=help_,
            example=example,
            kinds=kinds,
            typed=typed,
            group="dates",
            examples=examples,
            words=words,
        )
    )


register_date(
    "today",
    "today()",
    "due_on < today()",
    both("Today's date in the workspace's time zone.", "企业时区的今天。"),
    (),
    lambda typing, at, arguments: current_date(typing, at),
    Example("today()", "2026-11-21"),
    Example("expected_close < today()", of="deal"),
    words=(both("today", "今天"),),
)
register_date(
    "now",
    "now()",
    "due_at < now()",
    both("The present instant.", "当前时间。"),
    (),
    lambda typing, at, arguments: current_time(typing, at),
    Example("now()", "2026-11-21T04:30:00Z"),
    Example("due_at < now()", of="task"),
    words=(both("now", "现在"),),
)
register(
    Function(
        name="date",
        signature="date(year, month, day) / date(time)",
        help=both(
            "The date of three numbers, or the civil date of a time.",
            "由年、月、日得到日期，或取一个时间的日期。",
        ),
        example="signed_on >= date(2026, 1, 1)",
        group="dates",
        words=(
            both("the day of {0}", "{0}的日期"),
            both("the date of year {0}, month {1}, day {2}", "{0} 年 {1} 月 {2} 日"),
        ),
        examples=(
            Example("date(2026, 1, 31)", "2026-01-31"),
            Example("date(2026, 2, 30)", None),
            Example("date(created_at)", of="customer"),
        ),
        kinds=(DAY | NUMBER, NUMBER, NUMBER),
        least=1,
        typed=_date,
    )
)
register_date(
    "days_since",
    "days_since(date)",
    "days_since(last_follow_up_at) > 30",
    both(
        "Days from the date to today; negative for one to come.",
        "从该日期到今天的天数，未来的日期为负数。",
    ),
    (DAY,),
    lambda typing, at, arguments: _between(
        dates.DAYS_BETWEEN, "day", typing, at, arguments[0], current_date(typing, at)
    ),
    Example("days_since(date(2026, 11, 1))", 20),
    Example("days_since(last_follow_up_at) > 30", of="customer"),
    words=(both("days since {0}", "{0}距今的天数"),),
)
register_date(
    "days_until",
    "days_until(date)",
    "days_until(ends_on) <= 30",
    both(
        "Days from today to the date; negative for one gone by.",
        "从今天到该日期的天数，过去的日期为负数。",
    ),
    (DAY,),
    lambda typing, at, arguments: _between(
        dates.DAYS_BETWEEN, "day", typing, at, current_date(typing, at), arguments[0]
    ),
    Example("days_until(date(2026, 12, 1))", 10),
    Example("days_until(expected_close) <= 30", of="deal"),
    words=(both("days until {0}", "距{0}的天数"),),
)
register_date(
    "days_between",
    "days_between(from, to)",
    "days_between(created_at, closed_at) > 90",
    both("Days from the first date to the second.", "从第一个日期到第二个日期的天数。"),
    (DAY, DAY),
    lambda typing, at, arguments: _between(dates.DAYS_BETWEEN, "day", typing, at, *arguments),
    Example("days_between(date(2026, 2, 27), date(2026, 3, 1))", 2),
    Example("days_between(opened_on, closed_at) > 90", of="deal"),
    words=(both("days from {0} to {1}", "{0}到{1}的天数"),),
)
register_date(
    "months_since",
    "months_since(date)",
    "months_since(signed_on) >= 12",
    both("Whole months from the date to today.", "从该日期到今天的整月数。"),
    (DAY,),
    lambda typing, at, arguments: _between(
        dates.MONTHS_BETWEEN, "month", typing, at, arguments[0], current_date(typing, at)
    ),
    Example("months_since(date(2026, 8, 22))", 2),
    Example("months_since(first_won_at) >= 12", of="customer"),
    words=(both("months since {0}", "{0}距今的月数"),),
)
register_date(
    "months_between",
    "months_between(from, to)",
    "months_between(starts_on, ends_on) == 12",
    both("Whole months from the first date to the second.", "从第一个日期到第二个日期的整月数。"),
    (DAY, DAY),
    lambda typing, at, arguments: _between(dates.MONTHS_BETWEEN, "month", typing, at, *arguments),
    Example("months_between(date(2026, 1, 31), date(2026, 2, 28))", 0),
    Example("months_between(opened_on, expected_close) > 6", of="deal"),
    words=(both("months from {0} to {1}", "{0}到{1}的月数"),),
)
register_date(
    "hours_since",
    "hours_since(time)",
    "hours_since(assigned_at) > 48",
    both(
        "Hours from the time to now, with six digits after the point.",
        "从该时间到现在的小时数，保留六位小数。",
    ),
    (INSTANT,),
    lambda typing, at, arguments: _hours(typing, at, arguments[0], current_time(typing, at)),
    Example("hours_since(start_of_day(today()))", "12.500000"),
    Example("hours_since(created_at) > 48", of="customer"),
    words=(both("hours since {0}", "{0}距今的小时数"),),
)
register_date(
    "hours_between",
    "hours_between(from, to)",
    "hours_between(at, created_at) > 24",
    both("Hours from the first time to the second.", "从第一个时间到第二个时间的小时数。"),
    (INSTANT, INSTANT),
    lambda typing, at, arguments: _hours(typing, at, *arguments),
    Example(
        "hours_between(start_of_day(date(2026, 1, 1)), start_of_day(date(2026, 1, 2)))", "24.000000"
    ),
    Example("hours_between(at, created_at) > 24", of="follow_up"),
    words=(both("hours from {0} to {1}", "{0}到{1}的小时数"),),
)
register_date(
    "add_days",
    "add_days(date, days)",
    "due_on < add_days(today(), 7)",
    both(
        "The date, or the same time of day, so many days later.",
        "若干天之后的日期，或若干天之后的同一时刻。",
    ),
    (DAY, NUMBER),
    _adding(dates.ADD_DAYS, dates.MOVE_DAYS, "day"),
    Example("add_days(date(2026, 2, 27), 2)", "2026-03-01"),
    Example("expected_close < add_days(today(), 7)", of="deal"),
    words=(both("{0} plus {1} days", "{0}加 {1} 天"),),
)
register_date(
    "add_months",
    "add_months(date, months)",
    "ends_on < add_months(today(), 3)",
    both(
        "The same day so many months later, or the last one of a shorter month.",
        "若干个月之后的同一天，没有这一天时为月末。",
    ),
    (DAY, NUMBER),
    _adding(dates.ADD_MONTHS, dates.MOVE_MONTHS, "month"),
    Example("add_months(date(2024, 1, 31), 1)", "2024-02-29"),
    Example("expected_close < add_months(today(), 3)", of="deal"),
    words=(both("{0} plus {1} months", "{0}加 {1} 个月"),),
)
register_date(
    "add_hours",
    "add_hours(time, hours)",
    "resolve_due < add_hours(now(), 4)",
    both("The time so many hours later.", "若干小时之后的时间。"),
    (INSTANT, NUMBER),
    _add_hours,
    Example("add_hours(now(), 1.5)", "2026-11-21T06:00:00Z"),
    Example("due_at < add_hours(now(), 4)", of="task"),
    words=(both("{0} plus {1} hours", "{0}加 {1} 小时"),),
)
register_date(
    "start_of_day",
    "start_of_day(date)",
    "at < start_of_day(today())",
    both("The time at which the date begins.", "日期开始的时刻（零点）。"),
    (DAY,),
    lambda typing, at, arguments: typing.make(
        dates.START_OF_DAY, at, as_date(typing, arguments[0]), type=DATETIME
    ),
    Example("start_of_day(date(2026, 11, 21))", "2026-11-20T16:00:00Z"),
    Example("at < start_of_day(today())", of="follow_up"),
    words=(both("the beginning of {0}", "{0}的零点"),),
)
