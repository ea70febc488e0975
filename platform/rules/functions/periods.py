"""Parts of dates and times, and where weeks, months, quarters and years begin and end."""

from __future__ import annotations

from collections.abc import Callable

from ...metadata.model import Manifest
from ..ir import Typed
from ..types import DATE, INTEGER
from . import steps
from .calendar_functions import as_date, register_date
from .registry import DAY, INSTANT, Example, Operation, Place, Typed_, Typing, both

_WORDS = {
    "year": both("the year of {0}", "{0}的年份"),
    "month": both("the month of {0}", "{0}的月份"),
    "day": both("the day of the month of {0}", "{0}的日"),
    "weekday": both("the weekday of {0}", "{0}的星期"),
    "quarter": both("the quarter of {0}", "{0}的季度"),
    "week": both("the week of {0}", "{0}的周数"),
    "day_of_year": both("the day of the year of {0}", "{0}是当年的第几天"),
    "days_in_month": both("the days in the month of {0}", "{0}所在月的天数"),
    "hour": both("the hour of {0}", "{0}的小时数"),
    "minute": both("the minute of {0}", "{0}的分钟数"),
    "start_of_week": both("the start of the week of {0}", "{0}所在周的第一天"),
    "end_of_week": both("the end of the week of {0}", "{0}所在周的最后一天"),
    "start_of_month": both("the start of the month of {0}", "{0}所在月的第一天"),
    "end_of_month": both("the end of the month of {0}", "{0}所在月的最后一天"),
    "start_of_quarter": both("the start of the quarter of {0}", "{0}所在季度的第一天"),
    "end_of_quarter": both("the end of the quarter of {0}", "{0}所在季度的最后一天"),
    "start_of_year": both("the start of the year of {0}", "{0}所在年度的第一天"),
    "end_of_year": both("the end of the year of {0}", "{0}所在年度的最后一天"),
}
"""What sentences say of each."""


def _part(operation: Operation, bound: int) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        item = as_date(typing, arguments[0])
        return typing.make(operation, at, item, type=INTEGER, nullable=item.nullable, bound=bound)

    return typed


def _clock(operation: Operation, bound: int) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        # Empty too where the civil time would leave the calendar.
        return typing.make(operation, at, *arguments, type=INTEGER, bound=bound)

    return typed


def _start(operation: Callable[[Manifest], Operation], empty: bool = False) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        item = as_date(typing, arguments[0])
        found = operation(typing.app.manifest)
        return typing.make(found, at, item, type=DATE, nullable=item.nullable or empty)

    return typed


for _name, _operation, _most, _help, _shown in (
    ("year", steps.YEAR, 9999, both("The year of the date.", "日期的年份。"), 2026),
    (
        "month",
        steps.MONTH,
        12,
        both("The month of the date, 1 to 12.", "日期的月份，1 到 12。"),
        11,
    ),
    (
        "day",
        steps.DAY_OF_MONTH,
        31,
        both("The day of the month, 1 to 31.", "日期是当月的第几天。"),
        21,
    ),
    (
        "weekday",
        steps.WEEKDAY,
        7,
        both("The day of the week: Monday is 1, Sunday 7.", "星期几：星期一为 1，星期日为 7。"),
        6,
    ),
):
    register_date(
        _name,
        f"{_name}(date)",
        f"{_name}(today()) == {_shown}",
        _help,
        (DAY,),
        _part(_operation, _most),
        Example(f"{_name}(date(2026, 11, 21))", _shown),
        Example(f"{_name}(created_at) == {_name}(today())", of="customer"),
        words=(_WORDS[_name],),
    )
register_date(
    "quarter",
    "quarter(date)",
    "quarter(signed_on) == 4",
    both(
        "The quarter of the date, 1 to 4, counted from the app's `fiscal_year_start`.",
        "日期所在的季度，1 到 4，从应用设定的 `fiscal_year_start` 月算起。",
    ),
    (DAY,),
    lambda typing, at, arguments: _part(steps.QUARTER[typing.app.manifest.fiscal_year_start], 4)(
        typing, at, arguments
    ),
    Example("quarter(date(2026, 11, 21))", 4),
    Example("quarter(expected_close) == quarter(today())", of="deal"),
    words=(_WORDS["quarter"],),
)
for _name, _operation, _most, _help, _shown in (
    (
        "week",
        steps.WEEK,
        53,
        both(
            "The week of the year, 1 to 53, as ISO 8601 counts: weeks begin on Monday, and the"
            " first one has the year's first Thursday.",
            "日期是第几周，1 到 53，按 ISO 8601：每周从星期一开始，含当年第一个星期四的是第一周。",
        ),
        47,
    ),
    (
        "day_of_year",
        steps.DAY_OF_YEAR,
        366,
        both("The day of the year, 1 to 366.", "日期是当年的第几天，1 到 366。"),
        325,
    ),
    (
        "days_in_month",
        steps.DAYS_IN_MONTH,
        31,
        both("How many days the date's month has.", "日期所在月的天数。"),
        30,
    ),
):
    register_date(
        _name,
        f"{_name}(date)",
        f"{_name}(today()) == {_shown}",
        _help,
        (DAY,),
        _part(_operation, _most),
        Example(f"{_name}(date(2026, 11, 21))", _shown),
        Example(f"{_name}(created_at)", of="customer"),
        words=(_WORDS[_name],),
    )
for _name, _operation, _most, _help, _shown in (
    (
        "hour",
        steps.HOUR,
        23,
        both(
            "The hour of the time, 0 to 23, in the workspace's time zone.",
            "时间的小时数，0 到 23，按企业时区。",
        ),
        12,
    ),
    (
        "minute",
        steps.MINUTE,
        59,
        both(
            "The minute of the time, 0 to 59, in the workspace's time zone.",
            "时间的分钟数，0 到 59，按企业时区。",
        ),
        30,
    ),
):
    register_date(
        _name,
        f"{_name}(time)",
        f"{_name}(now()) == {_shown}",
        _help,
        (INSTANT,),
        _clock(_operation, _most),
        Example(f"{_name}(now())", _shown),
        Example(f"{_name}(at)", of="follow_up"),
        words=(_WORDS[_name],),
    )
for _name, _typed, _help, _day in (
    (
        "start_of_week",
        _start(lambda app: steps.START_OF_WEEK[app.week_start], empty=True),
        both(
            "The first day of the date's week: Monday, or the app's `week_start`.",
            "日期所在周的第一天：星期一，或应用设定的 `week_start`。",
        ),
        "2026-11-16",
    ),
    (
        "start_of_month",
        _start(lambda app: steps.START_OF_MONTH),
        both("The first day of the date's month.", "日期所在月的第一天。"),
        "2026-11-01",
    ),
    (
        "start_of_quarter",
        _start(lambda app: steps.START_OF_QUARTER[app.fiscal_year_start]),
        both(
            "The first day of the date's quarter, counted from the app's `fiscal_year_start`.",
            "日期所在季度的第一天，季度从应用设定的 `fiscal_year_start` 月算起。",
        ),
        "2026-10-01",
    ),
    (
        "start_of_year",
        _start(lambda app: steps.START_OF_YEAR[app.fiscal_year_start]),
        both(
            "The first day of the date's year, which begins in the app's `fiscal_year_start`.",
            "日期所在年度的第一天，年度从应用设定的 `fiscal_year_start` 月开始。",
        ),
        "2026-01-01",
    ),
    (
        "end_of_week",
        _start(lambda app: steps.END_OF_WEEK[app.week_start], empty=True),
        both(
            "The last day of the date's week: Sunday, or the day before the app's `week_start`.",
            "日期所在周的最后一天：星期日，或应用设定的 `week_start` 的前一天。",
        ),
        "2026-11-22",
    ),
    (
        "end_of_month",
        _start(lambda app: steps.END_OF_MONTH),
        both("The last day of the date's month.", "日期所在月的最后一天。"),
        "2026-11-30",
    ),
    (
        "end_of_quarter",
        _start(lambda app: steps.END_OF_QUARTER[app.fiscal_year_start]),
        both(
            "The last day of the date's quarter, counted from the app's `fiscal_year_start`.",
            "日期所在季度的最后一天，季度从应用设定的 `fiscal_year_start` 月算起。",
        ),
        "2026-12-31",
    ),
    (
        "end_of_year",
        _start(lambda app: steps.END_OF_YEAR[app.fiscal_year_start]),
        both(
            "The last day of the date's year, which begins in the app's `fiscal_year_start`.",
            "日期所在年度的最后一天，年度从应用设定的 `fiscal_year_start` 月开始。",
        ),
        "2026-12-31",
    ),
):
    register_date(
        _name,
        f"{_name}(date)",
        f"signed_on >= {_name}(today())",
        _help,
        (DAY,),
        _typed,
        Example(f"{_name}(date(2026, 11, 21))", _day),
        Example(f"{_name}(closed_at) == {_name}(today())", of="deal"),
        words=(_WORDS[_name],),
    )
