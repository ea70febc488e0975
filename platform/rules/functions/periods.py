"""Parts of dates, and where weeks, months, quarters and years begin."""

from __future__ import annotations

from collections.abc import Callable

from ...metadata.model import Manifest
from ..ir import Typed
from ..types import DATE, INTEGER
from . import dates
from .calendar_functions import as_date, register_date
from .registry import DAY, Example, Operation, Place, Typed_, Typing, both


def _part(operation: Operation, bound: int) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        item = as_date(typing, arguments[0])
        return typing.make(operation, at, item, type=INTEGER, nullable=item.nullable, bound=bound)

    return typed


def _start(operation: Callable[[Manifest], Operation], empty: bool = False) -> Typed_:
    def typed(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
        item = as_date(typing, arguments[0])
        found = operation(typing.app.manifest)
        return typing.make(found, at, item, type=DATE, nullable=item.nullable or empty)

    return typed


for _name, _operation, _most, _help, _shown in (
    ("year", dates.YEAR, 9999, both("The year of the date.", "日期的年份。"), 2026),
    (
        "month",
        dates.MONTH,
        12,
        both("The month of the date, 1 to 12.", "日期的月份，1 到 12。"),
        11,
    ),
    (
        "day",
        dates.DAY_OF_MONTH,
        31,
        both("The day of the month, 1 to 31.", "日期是当月的第几天。"),
        21,
    ),
    (
        "weekday",
        dates.WEEKDAY,
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
    )
for _name, _typed, _help, _day in (
    (
        "start_of_week",
        _start(lambda app: dates.START_OF_WEEK[app.week_start], empty=True),
        both(
            "The first day of the date's week: Monday, or the app's `week_start`.",
            "日期所在周的第一天：星期一，或应用设定的 `week_start`。",
        ),
        "2026-11-16",
    ),
    (
        "start_of_month",
        _start(lambda app: dates.START_OF_MONTH),
        both("The first day of the date's month.", "日期所在月的第一天。"),
        "2026-11-01",
    ),
    (
        "start_of_quarter",
        _start(lambda app: dates.START_OF_QUARTER[app.fiscal_year_start]),
        both(
            "The first day of the date's quarter, counted from the app's `fiscal_year_start`.",
            "日期所在季度的第一天，季度从应用设定的 `fiscal_year_start` 月算起。",
        ),
        "2026-10-01",
    ),
    (
        "start_of_year",
        _start(lambda app: dates.START_OF_YEAR[app.fiscal_year_start]),
        both(
            "The first day of the date's year, which begins in the app's `fiscal_year_start`.",
            "日期所在年度的第一天，年度从应用设定的 `fiscal_year_start` 月开始。",
        ),
        "2026-01-01",
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
    )
