"""Years, minutes and anniversaries."""

from __future__ import annotations

from ..ir import Constant, Typed
from ..types import DATE, INTEGER, duration
from ..units import takes
from . import dates
from .calendar_functions import as_date, current_date, current_time, register_date, whole_number
from .numbers import arithmetic_call
from .registry import DAY, INSTANT, NUMBER, Example, Place, Typing, both

_YEARS = 10_000
_MINUTES = 10**16


def _years(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    a, b = as_date(typing, a), as_date(typing, b)
    empty = a.nullable or b.nullable
    kind = duration("year")
    return typing.make(dates.YEARS_BETWEEN, at, a, b, type=kind, nullable=empty, bound=_YEARS)


def _minutes(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    empty = a.nullable or b.nullable
    kind = duration("minute", 6)
    return typing.make(dates.MINUTES_BETWEEN, at, a, b, type=kind, nullable=empty, bound=_MINUTES)


def _add_years(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    """Twelve times as many months, which says what becomes of the 29th of February."""
    takes(typing, arguments[1], "year", "add_years(date, years)")
    item, count = arguments[0], whole_number(typing, arguments[1])
    twelve = Constant(type=INTEGER, start=at.start, end=at.end, nullable=False, bound=12, value=12)
    months = arithmetic_call(typing, at, "*", count, twelve)
    operation = dates.MOVE_MONTHS if item.type.kind == "datetime" else dates.ADD_MONTHS
    return typing.make(operation, at, item, months, type=item.type)


def _anniversary(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    item = as_date(typing, arguments[0])
    return typing.make(dates.NEXT_ANNIVERSARY, at, item, current_date(typing, at), type=DATE)


register_date(
    "add_years",
    "add_years(date, years)",
    "add_years(signed_on, 1)",
    both(
        "The same day so many years later; the 29th of February becomes the 28th where there is"
        " none.",
        "若干年之后的同一天，没有 2 月 29 日的年份取 2 月 28 日。",
    ),
    (DAY, NUMBER),
    _add_years,
    Example("add_years(date(2024, 2, 29), 1)", "2025-02-28"),
    Example("add_years(date(2024, 2, 29), 4)", "2028-02-29"),
    Example("add_years(closed_at, 1)", of="deal"),
    words=(both("{0} plus {1} years", "{0}加 {1} 年"),),
)
register_date(
    "years_between",
    "years_between(from, to)",
    "years_between(birthday, today())",
    both("Whole years from the first date to the second.", "从第一个日期到第二个日期的整年数。"),
    (DAY, DAY),
    lambda typing, at, arguments: _years(typing, at, *arguments),
    Example("years_between(date(2000, 2, 29), date(2026, 2, 28))", 25),
    Example("years_between(date(2000, 2, 29), date(2026, 3, 1))", 26),
    Example("years_between(first_won_at, last_won_at)", of="customer"),
    words=(both("years from {0} to {1}", "{0}到{1}的年数"),),
)
register_date(
    "years_since",
    "years_since(date)",
    "years_since(birthday) >= 18",
    both(
        "Whole years from the date to today, such as an age.",
        "从该日期到今天的整年数，例如年龄。",
    ),
    (DAY,),
    lambda typing, at, arguments: _years(typing, at, arguments[0], current_date(typing, at)),
    Example("years_since(date(1990, 11, 22))", 35),
    Example("years_since(birthday) >= 18", of="contact"),
    words=(both("years since {0}", "{0}距今的年数"),),
)
register_date(
    "minutes_between",
    "minutes_between(from, to)",
    "minutes_between(at, created_at) > 30",
    both(
        "Minutes from the first time to the second, with six digits after the point.",
        "从第一个时间到第二个时间的分钟数，保留六位小数。",
    ),
    (INSTANT, INSTANT),
    lambda typing, at, arguments: _minutes(typing, at, *arguments),
    Example("minutes_between(now(), add_hours(now(), 1.5))", "90.000000"),
    Example("minutes_between(at, created_at) > 30", of="follow_up"),
    words=(both("minutes from {0} to {1}", "{0}到{1}的分钟数"),),
)
register_date(
    "minutes_since",
    "minutes_since(time)",
    "minutes_since(created_at) > 30",
    both(
        "Minutes from the time to now, with six digits after the point.",
        "从该时间到现在的分钟数，保留六位小数。",
    ),
    (INSTANT,),
    lambda typing, at, arguments: _minutes(typing, at, arguments[0], current_time(typing, at)),
    Example("minutes_since(start_of_day(today()))", "750.000000"),
    Example("minutes_since(created_at) > 30", of="customer"),
    words=(both("minutes since {0}", "{0}距今的分钟数"),),
)
register_date(
    "next_anniversary",
    "next_anniversary(date)",
    "days_until(next_anniversary(birthday)) <= 7",
    both(
        "The first day from today on that is the date's day of the year; of the 29th of February"
        " the 28th where there is none.",
        "从今天起第一个与该日期月日相同的日子，没有 2 月 29 日的年份取 2 月 28 日。",
    ),
    (DAY,),
    _anniversary,
    Example("next_anniversary(date(1990, 11, 21))", "2026-11-21"),
    Example("next_anniversary(date(2000, 2, 29))", "2027-02-28"),
    Example("days_until(next_anniversary(birthday)) <= 7", of="contact"),
    words=(both("the next anniversary of {0}", "{0}的下一个周年日"),),
)
