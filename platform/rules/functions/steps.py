"""What dates are counted and rounded by: their parts, and where periods begin and end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa

from .. import calendar
from ..context import Context
from ..ir import Call
from ..sql.template import Template
from ..sql_types import CivilDate
from .dates import date_of, in_calendar, local_time, nearest, zone_of
from .registry import Operation


def _part(name: str, field: str, python: Callable[[Any], int]) -> Operation:
    return Operation(
        name=name,
        python=lambda call, values, context: python(values[0]),
        sqlite=lambda call, values, context: sa.func.fs_part(
            values[0], field, type_=sa.BigInteger()
        ),
        postgresql=lambda call, values, context: Template(
            f"CAST(extract({field} FROM {{0}}) AS integer)", values, sa.Integer()
        ),
    )


YEAR = _part("year", "year", lambda day: day.year)
MONTH = _part("month", "month", lambda day: day.month)
DAY_OF_MONTH = _part("day", "day", lambda day: day.day)
WEEKDAY = _part("weekday", "isodow", lambda day: day.isoweekday())
WEEK = _part("week", "week", lambda day: day.isocalendar().week)
DAY_OF_YEAR = _part("day_of_year", "doy", lambda day: day.timetuple().tm_yday)
DAYS_IN_MONTH = Operation(
    name="days_in_month",
    python=lambda call, values, context: calendar.month_length(values[0].year, values[0].month),
    sqlite=lambda call, values, context: sa.func.fs_part(
        values[0], "length", type_=sa.BigInteger()
    ),
    postgresql=lambda call, values, context: Template(
        "CAST(extract(day FROM date_trunc('month', CAST({0} AS timestamp))"
        " + interval '1 month' - interval '1 day') AS integer)",
        values,
        sa.Integer(),
    ),
)


def _quarter(first: int) -> Operation:
    return Operation(
        name="quarter",
        python=lambda call, values, context: calendar.quarter(values[0], first),
        sqlite=lambda call, values, context: sa.func.fs_quarter(
            values[0], first, type_=sa.BigInteger()
        ),
        postgresql=lambda call, values, context: Template(
            f"mod(CAST(extract(month FROM {{0}}) AS integer) + {12 - first}, 12) / 3 + 1",
            values,
            sa.Integer(),
        ),
    )


QUARTER: Mapping[int, Operation] = {first: _quarter(first) for first in range(1, 13)}
"""By the month with which years begin."""


def _clock(field: str) -> Operation:
    """A part of the time of day on the clock of the workspace's zone."""

    def python(call: Call, values: Sequence[Any], context: Context) -> Any:
        local = calendar.to_local(values[0], context.zone)
        return None if local is None else getattr(local, field)

    return Operation(
        name=field,
        python=python,
        sqlite=lambda call, values, context: sa.func.fs_clock(
            values[0], zone_of(context), field, type_=sa.BigInteger()
        ),
        postgresql=lambda call, values, context: Template(
            f"CAST(extract({field} FROM {{0}}) AS integer)",
            [local_time(values[0], context)],
            sa.Integer(),
        ),
    )


HOUR = _clock("hour")
MINUTE = _clock("minute")


def _start(unit: str, python: Callable[..., Any], first: int = 1, shift: str = "") -> Operation:
    """Where a week, month, quarter or year begins; `first` as in `calendar`.

    `shift` is how much later than PostgreSQL's own (weeks from Monday, years from January).
    """
    begin = f"date_trunc('{unit}', CAST({{0}} AS timestamp))"
    if first > 1:
        begin = f"date_trunc('{unit}', CAST({{0}} AS timestamp) - {shift}) + {shift}"
    begin = f"CAST({begin} AS date)"
    limited = in_calendar if unit == "week" else nearest
    return Operation(
        name=f"start_of_{unit}",
        python=lambda call, values, context: python(values[0]),
        sqlite=lambda call, values, context: sa.func.fs_start_of(
            values[0], unit, first, type_=CivilDate()
        ),
        postgresql=lambda call, values, context: limited(date_of(begin, *values)),
    )


def _months(unit: str, python: Callable[..., date]) -> Mapping[int, Operation]:
    return {
        first: _start(unit, partial(python, first=first), first, f"interval '{first - 1} months'")
        for first in range(1, 13)
    }


START_OF_WEEK: Mapping[int, Operation] = {
    first: _start(
        "week", partial(calendar.start_of_week, first=first), first, f"interval '{first - 1} days'"
    )
    for first in range(1, 8)
}
"""By the weekday with which weeks begin."""
START_OF_MONTH = _start("month", calendar.start_of_month)
START_OF_QUARTER = _months("quarter", calendar.start_of_quarter)
"""By the month with which years begin."""
START_OF_YEAR = _months("year", calendar.start_of_year)


def _end(unit: str, python: Callable[..., date | None], first: int = 1) -> Operation:
    """Where a week, month, quarter or year ends; `first` as in `calendar`."""
    shift = f"interval '{first - 1} {'days' if unit == 'week' else 'months'}'"
    length = {"quarter": "3 months"}.get(unit, f"1 {unit}")
    begin = f"date_trunc('{unit}', CAST({{0}} AS timestamp) - {shift}) + {shift}"
    end = f"CAST({begin} + interval '{length}' - interval '1 day' AS date)"
    limited = in_calendar if unit == "week" else nearest
    return Operation(
        name=f"end_of_{unit}",
        python=lambda call, values, context: python(values[0]),
        sqlite=lambda call, values, context: sa.func.fs_end_of(
            values[0], unit, first, type_=CivilDate()
        ),
        postgresql=lambda call, values, context: limited(date_of(end, *values)),
    )


END_OF_WEEK: Mapping[int, Operation] = {
    first: _end("week", partial(calendar.end_of_week, first=first), first) for first in range(1, 8)
}
END_OF_MONTH = _end("month", calendar.end_of_month)
END_OF_QUARTER: Mapping[int, Operation] = {
    first: _end("quarter", partial(calendar.end_of_quarter, first=first), first)
    for first in range(1, 13)
}
END_OF_YEAR: Mapping[int, Operation] = {
    first: _end("year", partial(calendar.end_of_year, first=first), first) for first in range(1, 13)
}
