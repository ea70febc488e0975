"""Dates and instants: operations. Functions over them stand in `calendar_functions`.

On SQLite a date is the text YYYY-MM-DD; what Python computes there is `calendar`, registered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from .. import calendar
from ..context import Context
from ..ir import Call
from ..sql.template import Template
from ..sql_types import CivilDate, UtcDateTime
from .numbers import whole
from .registry import Operation, Sql

MOST_DAYS = 4_000_000
"""More days than the calendar has: a count beyond gives no date anyway."""
MOST_MONTHS = 120_000
MOST_HOURS = 90_000_000
# PostgreSQL raises an error for a date before 4714 BC, so these come before the addition.
_DAYS_LEFT = "({0} - DATE '0001-01-01') + {1} BETWEEN 0 AND 3652058"
_MONTHS_LEFT = (
    "extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1 + {1} BETWEEN 12 AND 119999"
)


def zone_of(context: Context) -> Sql:
    """The workspace's zone as a parameter."""
    return sa.literal(context.zone.key, sa.Text())


def _below(value: Sql, most: int) -> Sql:
    """A PostgreSQL number, NULL where it is `most` in size or more.

    Not by a CASE beside the computation: PostgreSQL computes what is constant in its branches
    beforehand, and an error there is one of the statement.
    """
    return Template(_clamped(str(most), f"-{most}"), [value], sa.Numeric())


def _clamped(after: str, before: str) -> str:
    """One template rather than four functions: what is nested costs SQLAlchemy's own stack."""
    return f"nullif(nullif(greatest(least({{0}}, {after}), {before}), {after}), {before})"


def whole_days(value: Sql, most: int) -> Sql:
    """A count as a PostgreSQL integer, NULL where no date could come of it."""
    return sa.cast(_below(value, most), sa.Integer())


def in_calendar(value: Sql) -> Sql:
    """A PostgreSQL date, or NULL where its year is not within 1 to 9999."""
    text = _clamped("DATE '10000-01-01'", "DATE '0001-12-31 BC'")
    return Template(text, [value], CivilDate())


def nearest(value: Sql) -> Sql:
    """A PostgreSQL date, or the nearest within the years 1 to 9999; NULL stays NULL.

    By `width_bucket`: least and greatest leave NULL out, and a CASE would write the value twice.
    """
    last = calendar.LAST - 1
    text = f"DATE '0001-01-01' + width_bucket({{0}} - DATE '0001-01-01', 1, {last}, {last - 1})"
    return Template(text, [value], CivilDate())


def _in_time(value: Sql) -> Sql:
    """A PostgreSQL instant, or NULL where its year is not within 1 to 9999."""
    text = _clamped(
        "TIMESTAMPTZ '10000-01-01 00:00:00Z'", "TIMESTAMPTZ '0001-12-31 23:59:59.999999Z BC'"
    )
    return Template(text, [value], UtcDateTime())


def _on_the_clock(value: Sql, context: Context) -> Sql:
    """An instant as PostgreSQL's time without a zone; near the ends of the calendar beyond them.

    Only to be bounded: `local_time` and `LOCAL_DATE` say what there is there.
    """
    return sa.func.timezone(zone_of(context), value, type_=sa.DateTime())


def local_time(value: Sql, context: Context) -> Sql:
    """An instant as PostgreSQL's time without a zone, NULL where its year is not 1 to 9999."""
    text = _clamped("TIMESTAMP '10000-01-01 00:00:00'", "TIMESTAMP '0001-12-31 23:59:59.999999 BC'")
    return Template(text, [_on_the_clock(value, context)], sa.DateTime())


def date_of(text: str, *values: Sql) -> Sql:
    """A template whose value is a date."""
    return Template(text, values, CivilDate())


TODAY = Operation(
    name="today",
    time=True,
    python=lambda call, values, context: context.today,
    sqlite=lambda call, values, context: sa.literal(context.today, CivilDate()),
    postgresql=lambda call, values, context: sa.literal(context.today, CivilDate()),
)
NOW = Operation(
    name="now",
    time=True,
    python=lambda call, values, context: context.instant,
    sqlite=lambda call, values, context: sa.literal(context.instant, UtcDateTime()),
    postgresql=lambda call, values, context: sa.literal(context.instant, UtcDateTime()),
)
LOCAL_DATE = Operation(
    name="date",
    python=lambda call, values, context: calendar.local_date(values[0], context.zone),
    sqlite=lambda call, values, context: sa.func.fs_local_date(
        values[0], zone_of(context), type_=CivilDate()
    ),
    postgresql=lambda call, values, context: nearest(
        sa.cast(_on_the_clock(values[0], context), CivilDate())
    ),
)
"""The civil date of an instant."""
MAKE_DATE = Operation(
    name="make_date",
    python=lambda call, values, context: calendar.made(*values),
    sqlite=lambda call, values, context: sa.func.fs_make_date(*values, type_=CivilDate()),
    postgresql=lambda call, values, context: date_of(
        "CASE WHEN {0} BETWEEN 1 AND 9999 AND {1} BETWEEN 1 AND 12 AND {2} BETWEEN 1 AND 31"
        " THEN CASE WHEN {2} <= extract(day FROM make_date({0}, {1}, 1)"
        " + interval '1 month' - interval '1 day') THEN make_date({0}, {1}, {2}) END END",
        *(whole_days(value, 10_000) for value in values),
    ),
)
ADD_DAYS = Operation(
    name="add_days",
    python=lambda call, values, context: calendar.add_days(*values),
    sqlite=lambda call, values, context: sa.func.fs_add_days(*values, type_=CivilDate()),
    postgresql=lambda call, values, context: date_of(
        f"CASE WHEN {_DAYS_LEFT} THEN {{0}} + {{1}} END",
        values[0],
        whole_days(values[1], MOST_DAYS),
    ),
)
ADD_MONTHS = Operation(
    name="add_months",
    python=lambda call, values, context: calendar.add_months(*values),
    sqlite=lambda call, values, context: sa.func.fs_add_months(*values, type_=CivilDate()),
    postgresql=lambda call, values, context: date_of(
        f"CASE WHEN {_MONTHS_LEFT} THEN CAST({{0}} + make_interval(months => {{1}}) AS date) END",
        values[0],
        whole_days(values[1], MOST_MONTHS),
    ),
)


def _moved(move: Callable[..., Any], most: int) -> Callable[..., Any]:
    def python(call: Call, values: Sequence[Any], context: Context) -> Any:
        local = calendar.to_local(values[0], context.zone)
        if local is None or abs(values[1]) >= most:
            return None
        day = move(local.date(), values[1])
        if day is None:
            return None
        return calendar.from_local(local.combine(day, local.time()), context.zone)

    return python


def _postgres_moved(unit: str, left: str, most: int) -> Callable[..., Sql]:
    """Wall-clock time stays: 9:00 is 9:00 on the other day, whatever the clocks did."""

    def sql(call: Call, values: Sequence[Sql], context: Context) -> Sql:
        moved = Template(
            f"CASE WHEN {left.format('CAST({0} AS date)', '{1}')}"
            f" THEN timezone({{2}}, {{0}} + make_interval({unit} => {{1}})) END",
            [local_time(values[0], context), whole_days(values[1], most), zone_of(context)],
            UtcDateTime(),
        )
        return _in_time(moved)

    return sql


MOVE_DAYS = Operation(
    name="move_days",
    python=_moved(calendar.add_days, MOST_DAYS),
    sqlite=lambda call, values, context: sa.func.fs_move_days(
        *values, zone_of(context), type_=UtcDateTime()
    ),
    postgresql=_postgres_moved("days", _DAYS_LEFT, MOST_DAYS),
)
"""An instant at the same local time some days later."""
MOVE_MONTHS = Operation(
    name="move_months",
    python=_moved(calendar.add_months, MOST_MONTHS),
    sqlite=lambda call, values, context: sa.func.fs_move_months(
        *values, zone_of(context), type_=UtcDateTime()
    ),
    postgresql=_postgres_moved("months", _MONTHS_LEFT, MOST_MONTHS),
)
ADD_HOURS = Operation(
    name="add_hours",
    python=lambda call, values, context: calendar.add_hours(
        values[0], values[1] * 10 ** (6 - call.arguments[1].type.scale)
    ),
    sqlite=lambda call, values, context: sa.func.fs_add_hours(
        values[0],
        sa.type_coerce(values[1], sa.BigInteger()),
        whole(6 - call.arguments[1].type.scale),
        type_=UtcDateTime(),
    ),
    postgresql=lambda call, values, context: Template(
        "CASE WHEN extract(epoch FROM {0}) + {1} * 3600"
        " BETWEEN -62135596800 AND 253402300799.999999"
        " THEN {0} + make_interval(hours => CAST(trunc({1}) AS integer))"
        " + CAST(({1} - trunc({1})) * 3600000000 AS bigint) * interval '1 microsecond' END",
        [values[0], sa.cast(_below(values[1], MOST_HOURS), sa.Numeric())],
        UtcDateTime(),
    ),
)
DAYS_BETWEEN = Operation(
    name="days_between",
    python=lambda call, values, context: calendar.days_between(*values),
    sqlite=lambda call, values, context: sa.func.fs_days_between(*values, type_=sa.BigInteger()),
    postgresql=lambda call, values, context: Template("{1} - {0}", values, sa.Integer()),
)
MONTHS_BETWEEN = Operation(
    name="months_between",
    python=lambda call, values, context: calendar.months_between(*values),
    sqlite=lambda call, values, context: sa.func.fs_months_between(*values, type_=sa.BigInteger()),
    postgresql=lambda call, values, context: Template(
        "CAST((extract(year FROM {1}) - extract(year FROM {0})) * 12 + extract(month FROM {1})"
        " - extract(month FROM {0}) - CASE WHEN extract(day FROM {1}) < extract(day FROM {0})"
        " THEN 1 ELSE 0 END AS integer)",
        values,
        sa.Integer(),
    ),
)
YEARS_BETWEEN = Operation(
    name="years_between",
    python=lambda call, values, context: calendar.years_between(*values),
    sqlite=lambda call, values, context: sa.func.fs_years_between(*values, type_=sa.BigInteger()),
    postgresql=lambda call, values, context: Template(
        "CAST(extract(year FROM {1}) - extract(year FROM {0})"
        " - CASE WHEN extract(month FROM {1}) * 100 + extract(day FROM {1})"
        " < extract(month FROM {0}) * 100 + extract(day FROM {0})"
        " THEN 1 ELSE 0 END AS integer)",
        values,
        sa.Integer(),
    ),
)


def _years_on(more: int) -> str:
    """The date in the other one's year, or so many years more."""
    years = f"extract(year FROM {{1}}) - extract(year FROM {{0}}) + {more}"
    return f"CAST({{0}} + make_interval(years => CAST({years} AS integer)) AS date)"


NEXT_ANNIVERSARY = Operation(
    name="next_anniversary",
    python=lambda call, values, context: calendar.next_anniversary(*values),
    sqlite=lambda call, values, context: sa.func.fs_next_anniversary(*values, type_=CivilDate()),
    postgresql=lambda call, values, context: in_calendar(
        date_of(
            f"CASE WHEN {_years_on(0)} >= {{1}} THEN {_years_on(0)} ELSE {_years_on(1)} END",
            *values,
        )
    ),
)
MINUTES_BETWEEN = Operation(
    name="minutes_between",
    python=lambda call, values, context: calendar.minutes_between(*values),
    sqlite=lambda call, values, context: sa.func.fs_minutes_between(*values, type_=sa.BigInteger()),
    postgresql=lambda call, values, context: Template(
        "round(round(extract(epoch FROM {1} - {0}), 40) / 60, 6)", values, sa.Numeric()
    ),
)
HOURS_BETWEEN = Operation(
    name="hours_between",
    python=lambda call, values, context: calendar.hours_between(*values),
    sqlite=lambda call, values, context: sa.func.fs_hours_between(*values, type_=sa.BigInteger()),
    postgresql=lambda call, values, context: Template(
        "round(round(extract(epoch FROM {1} - {0}), 40) / 3600, 6)", values, sa.Numeric()
    ),
)


START_OF_DAY = Operation(
    name="start_of_day",
    python=lambda call, values, context: calendar.midnight(values[0], context.zone),
    sqlite=lambda call, values, context: sa.func.fs_midnight(
        values[0], zone_of(context), type_=UtcDateTime()
    ),
    postgresql=lambda call, values, context: _in_time(
        sa.func.timezone(zone_of(context), sa.cast(values[0], sa.DateTime()), type_=UtcDateTime())
    ),
)
"""The instant at which a date begins in the workspace's zone."""
