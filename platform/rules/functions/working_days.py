"""Working days and hours of work, by the calendar that the app declares.

PostgreSQL finds a day's place among those that differ with `width_bucket`: no table, no loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..context import Context
from ..ir import Call, Typed
from ..sql.template import Template
from ..types import BOOLEAN, DATE, duration
from ..units import takes
from ..workdays import Workdays, workdays_of
from .calendar_functions import as_date, current_date, current_time, whole_number
from .dates import MOST_DAYS, date_of, in_calendar, local_time, whole_days, zone_of
from .registry import (
    DAY,
    INSTANT,
    NUMBER,
    Example,
    Function,
    Operation,
    Place,
    Sql,
    Typed_,
    Typing,
    both,
    register,
)

_DAY = "({{{at}}} - DATE '0001-01-01')"
_HOURS = 10**14
_BEYOND = 99_999_999
"""A day behind all days."""


def _key(call: Call) -> Sql:
    return sa.literal(call.extra.text, sa.Text())


def _array(values: Sequence[int]) -> str:
    return f"ARRAY[{', '.join(map(str, values))}]"


def _passed(days: Sequence[int], day: str) -> str:
    """How many of some days are not after a day."""
    return f"width_bucket({day}, {_array(days)})" if days else "0"


def _count(calendar: Workdays, day: str) -> str:
    """How many working days there are up to a day, as `Workdays.count`."""
    weeks = f"({day} + 1) / 7 * {len(calendar.week)}"
    rest = f"({_array(calendar.before)})[mod({day} + 1, 7) + 1]"
    return f"({weeks} + {rest} - {_passed(calendar.off, day)} + {_passed(calendar.on, day)})"


def _worked(calendar: Workdays, day: str) -> str:
    """Whether a day is worked."""
    return f"{_count(calendar, day)} > {_count(calendar, f'({day} - 1)')}"


def _nth(calendar: Workdays, number: str) -> str:
    """The day of a working day's number, as `Workdays.nth`; NULL where the number is below 1."""
    place = f"{_passed(calendar.counts, 'v.m - 1')} + 1"
    gain = f"({_array(calendar.gains)})[{place}]"
    end = f"({_array((*calendar.points, _BEYOND))})[{place}]"
    size = len(calendar.week)
    return (
        f"(SELECT CASE WHEN s.m >= 1 THEN least(s.r / {size} * 7"
        f" + ({_array(calendar.week)})[mod(s.r, {size}) + 1], s.e) END"
        f" FROM (SELECT v.m, v.m - {gain} - 1 AS r, {end} AS e"
        f" FROM (SELECT {number} AS m OFFSET 0) AS v OFFSET 0) AS s)"
    )


def _postgres_is_workday(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    return Template(_worked(call.extra, _DAY.format(at=0)), values, sa.Boolean())


def _postgres_between(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    start, end = (_count(call.extra, _DAY.format(at=at)) for at in (0, 1))
    return Template(f"{end} - {start}", values, sa.Integer())


def _postgres_add(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    day = _DAY.format(at=0)
    after, before = _count(call.extra, day), _count(call.extra, f"({day} - 1)")
    number = f"CASE WHEN {{1}} > 0 THEN {after} ELSE {before} + 1 END + {{1}}"
    text = f"CASE WHEN {{1}} = 0 THEN {{0}} ELSE DATE '0001-01-01' + {_nth(call.extra, number)} END"
    return in_calendar(date_of(text, values[0], whole_days(values[1], MOST_DAYS)))


def _postgres_worked_time(call: Call, value: Sql, context: Context) -> Sql:
    """The microseconds of work up to an instant, as `Workdays.worked`."""
    calendar: Workdays = call.extra
    stretches = " + ".join(
        f"greatest(least(v.t, {end * 60_000_000}) - {start * 60_000_000}, 0)"
        for start, end in calendar.hours
    )
    text = (
        f"(SELECT CAST({_count(calendar, '(v.o - 1)')} AS bigint) * {calendar.length}"
        f" + CASE WHEN {_worked(calendar, 'v.o')} THEN {stretches} ELSE 0 END"
        " FROM (SELECT CAST({0} AS date) - DATE '0001-01-01' AS o,"
        " CAST(round(extract(epoch FROM {0} - date_trunc('day', {0})) * 1000000) AS bigint) AS t"
        " OFFSET 0) AS v)"
    )
    return Template(text, [local_time(value, context)], sa.BigInteger())


def _postgres_hours(call: Call, values: Sequence[Sql], context: Context) -> Sql:
    start, end = (_postgres_worked_time(call, one, context) for one in values)
    text = "round(CAST({1} - {0} AS numeric) / 3600000000, 6)"
    return Template(text, [start, end], sa.Numeric())


IS_WORKDAY = Operation(
    name="is_workday",
    python=lambda call, values, context: call.extra.is_workday(values[0]),
    sqlite=lambda call, values, context: sa.func.fs_is_workday(values[0], _key(call)) == 1,
    postgresql=_postgres_is_workday,
)
WORKDAYS_BETWEEN = Operation(
    name="workdays_between",
    python=lambda call, values, context: call.extra.between(*values),
    sqlite=lambda call, values, context: sa.func.fs_workdays_between(
        *values, _key(call), type_=sa.BigInteger()
    ),
    postgresql=_postgres_between,
)
ADD_WORKDAYS = Operation(
    name="add_workdays",
    python=lambda call, values, context: call.extra.add(*values),
    sqlite=lambda call, values, context: sa.func.fs_add_workdays(
        *values, _key(call), type_=sa.Text()
    ),
    postgresql=_postgres_add,
)
WORK_HOURS_BETWEEN = Operation(
    name="work_hours_between",
    python=lambda call, values, context: call.extra.hours_between(*values, context.zone),
    sqlite=lambda call, values, context: sa.func.fs_work_hours_between(
        *values, zone_of(context), _key(call), type_=sa.BigInteger()
    ),
    postgresql=_postgres_hours,
)


def _is_workday(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    item = as_date(typing, arguments[0])
    # Nullable inside: the compiler reads that as "may be NULL where it means False".
    given = {"type": BOOLEAN, "nullable": item.nullable}
    return typing.make(IS_WORKDAY, at, item, extra=_calendar(typing), **given)


def _calendar(typing: Typing) -> Workdays:
    return workdays_of(typing.app.manifest.calendar)


def _between(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    a, b = as_date(typing, a), as_date(typing, b)
    return typing.make(
        WORKDAYS_BETWEEN,
        at,
        a,
        b,
        type=duration("working_day"),
        nullable=a.nullable or b.nullable,
        bound=MOST_DAYS,
        extra=_calendar(typing),
    )


def _add(typing: Typing, at: Place, arguments: tuple[Typed, ...]) -> Typed:
    takes(typing, arguments[1], "working_day", "add_workdays(date, workdays)")
    item, count = as_date(typing, arguments[0]), whole_number(typing, arguments[1])
    return typing.make(ADD_WORKDAYS, at, item, count, type=DATE, extra=_calendar(typing))


def _hours(typing: Typing, at: Place, a: Typed, b: Typed) -> Typed:
    kind = duration("hour", 6)
    return typing.make(
        WORK_HOURS_BETWEEN, at, a, b, type=kind, bound=_HOURS, extra=_calendar(typing)
    )


_WORDS = {
    "is_workday": both("{0} is a working day", "{0}是工作日"),
    "workdays_between": both("working days from {0} to {1}", "{0}到{1}的工作日天数"),
    "workdays_since": both("working days since {0}", "{0}距今的工作日天数"),
    "workdays_until": both("working days until {0}", "距{0}的工作日天数"),
    "add_workdays": both("{0} plus {1} working days", "{0}加 {1} 个工作日"),
    "work_hours_between": both("working hours from {0} to {1}", "{0}到{1}的工作小时数"),
    "work_hours_since": both("working hours since {0}", "{0}距今的工作小时数"),
}
"""What sentences say of each."""
_DENIED = {"is_workday": both("{0} is no working day", "{0}不是工作日")}


def _register(
    name: str,
    signature: str,
    help_: Any,
    kinds: tuple[frozenset[str], ...],
    typed: Typed_,
    *examples: Example,
    empty: Any = None,
) -> None:
    register(
        Function(
            name=name,
            signature=signature,
            help=help_,
            example=examples[-1].text,
            group="working_days",
            words=(_WORDS[name],),
            denied=_DENIED.get(name),
            examples=examples,
            kinds=kinds,
            typed=typed,
            empty=empty,
        )
    )


_register(
    "is_workday",
    "is_workday(date)",
    both(
        "Whether the date is a working day of the app's `calendar`: its week, without holidays,"
        " with the days worked in exchange.",
        "日期是否为工作日，按应用设定的工作日历 `calendar`：每周工作日，除去节假日，"
        "加上调休上班日。",
    ),
    (DAY,),
    _is_workday,
    Example("is_workday(date(2026, 10, 9))", True),
    Example("is_workday(date(2026, 10, 1))", False),
    Example("is_workday(date(2026, 10, 10))", True),
    Example("is_workday(due_at)", of="task"),
    empty=both("False.", "为否。"),
)
_register(
    "workdays_between",
    "workdays_between(from, to)",
    both(
        "How many working days come after the first date up to the second, that one included;"
        " negative the other way round.",
        "第一个日期之后、到第二个日期为止（含当天）的工作日天数，方向相反时为负数。",
    ),
    (DAY, DAY),
    lambda typing, at, arguments: _between(typing, at, *arguments),
    Example("workdays_between(date(2026, 9, 30), date(2026, 10, 9))", 2),
    Example("workdays_between(date(2026, 10, 9), date(2026, 9, 30))", -2),
    Example("workdays_between(created_at, closed_at) > 20", of="deal"),
)
_register(
    "workdays_since",
    "workdays_since(date)",
    both(
        "Working days after the date up to today; negative for one to come.",
        "该日期之后到今天的工作日天数，未来的日期为负数。",
    ),
    (DAY,),
    lambda typing, at, arguments: _between(typing, at, arguments[0], current_date(typing, at)),
    Example("workdays_since(date(2026, 11, 18))", 2),
    Example("workdays_since(created_at) > 3", of="customer"),
)
_register(
    "workdays_until",
    "workdays_until(date)",
    both(
        "Working days after today up to the date; negative for one gone by.",
        "今天之后到该日期的工作日天数，过去的日期为负数。",
    ),
    (DAY,),
    lambda typing, at, arguments: _between(typing, at, current_date(typing, at), arguments[0]),
    Example("workdays_until(date(2026, 11, 25))", 3),
    Example("workdays_until(expected_close) <= 5", of="deal"),
)
_register(
    "add_workdays",
    "add_workdays(date, workdays)",
    both(
        "The working day so many working days after the date, before it for a negative number; the"
        " date itself for 0.",
        "该日期之后的第若干个工作日，负数为之前的，0 为该日期本身。",
    ),
    (DAY, NUMBER),
    _add,
    Example("add_workdays(date(2026, 9, 30), 2)", "2026-10-09"),
    Example("add_workdays(date(2026, 10, 4), -1)", "2026-09-30"),
    Example("expected_close < add_workdays(today(), 5)", of="deal"),
)
_register(
    "work_hours_between",
    "work_hours_between(from, to)",
    both(
        "Hours of work from the first time to the second, by the `hours` of the app's `calendar`"
        " on its working days, with six digits after the point.",
        "从第一个时间到第二个时间的工作小时数，按应用设定的工作日历 `calendar` 的工作日和"
        "工作时段计算，保留六位小数。",
    ),
    (INSTANT, INSTANT),
    lambda typing, at, arguments: _hours(typing, at, *arguments),
    Example(
        "work_hours_between(start_of_day(date(2026, 9, 30)), start_of_day(date(2026, 10, 9)))",
        "15.000000",
    ),
    Example("work_hours_between(created_at, closed_at) > 40", of="deal"),
)
_register(
    "work_hours_since",
    "work_hours_since(time)",
    both(
        "Hours of work from the time to now, with six digits after the point.",
        "从该时间到现在的工作小时数，保留六位小数。",
    ),
    (INSTANT,),
    lambda typing, at, arguments: _hours(typing, at, arguments[0], current_time(typing, at)),
    Example("work_hours_since(start_of_day(date(2026, 11, 20)))", "7.500000"),
    Example("work_hours_since(created_at) > 8", of="customer"),
)
