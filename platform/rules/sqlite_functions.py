"""The functions that statements on SQLite call: the same Python code that evaluates one record.

Numbers come as scaled integers, dates as YYYY-MM-DD, instants as `instant_text` makes them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from . import arithmetic, calendar, letters, wildcards, workdays
from .functions.registry import sqlite_functions
from .sql_types import instant_of, instant_text


class Connection(Protocol):
    """A DBAPI connection of SQLite."""

    def create_function(
        self, name: str, narg: int, func: Callable[..., Any], *, deterministic: bool
    ) -> Any: ...

    def create_aggregate(self, name: str, n_arg: int, aggregate_class: Any, /) -> Any: ...


class Median:
    """The aggregate `fs_median(value, shift, bound)`, see `arithmetic.median`."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.given = (0, 0)

    def step(self, value: int | None, shift: int, bound: int) -> None:
        """Take one value of the rows."""
        if value is not None:
            self.values.append(value)
            self.given = (shift, bound)

    def finalize(self) -> int | None:
        """The median of what was taken."""
        return arithmetic.median(self.values, *self.given)


def register(connection: Connection) -> None:
    """Make the functions known to a new SQLite connection."""
    for name, (count, function) in _FUNCTIONS.items():
        connection.create_function(f"fs_{name}", count, function, deterministic=True)
    connection.create_aggregate("fs_median", 3, Median)
    for name, (count, function) in sqlite_functions().items():
        connection.create_function(name, count, function, deterministic=True)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Empty as soon as an argument is."""

    def called(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return called


zone = lru_cache(maxsize=64)(ZoneInfo)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value)


def _sum(*given: Any) -> int | None:
    *values, factors, bound = given
    return arithmetic.total(values, _numbers(factors), bound)


@lru_cache(maxsize=256)
def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _product(*given: int) -> int | None:
    *values, bound = given
    return arithmetic.limited(math.prod(values), bound)


def _local_date(instant: str, key: str) -> str:
    return calendar.local_date(instant_of(instant), zone(key)).isoformat()


def _moved(move: Callable[[date, int], date | None]) -> Callable[..., str | None]:
    def moved(instant: str, count: int, key: str) -> str | None:
        local = calendar.to_local(instant_of(instant), zone(key))
        day = move(local.date(), count) if local is not None else None
        if local is None or day is None:
            return None
        return _instant(calendar.from_local(datetime.combine(day, local.time()), zone(key)))

    return moved


_PARTS: dict[str, Callable[[date], int]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "isodow": lambda day: day.isoweekday(),
    "week": lambda day: day.isocalendar().week,
    "doy": lambda day: day.timetuple().tm_yday,
    "length": lambda day: calendar.month_length(day.year, day.month),
}
_STARTS: dict[str, Callable[[date, int], date | None]] = {
    "week": calendar.start_of_week,
    "month": lambda day, first: calendar.start_of_month(day),
    "quarter": calendar.start_of_quarter,
    "year": calendar.start_of_year,
}


_ENDS: dict[str, Callable[[date, int], date | None]] = {
    "week": calendar.end_of_week,
    "month": lambda day, first: calendar.end_of_month(day),
    "quarter": calendar.end_of_quarter,
    "year": calendar.end_of_year,
}


def _clock(instant: str, key: str, field: str) -> int | None:
    local = calendar.to_local(instant_of(instant), zone(key))
    return None if local is None else int(getattr(local, field))


def _work_hours(start: str, end: str, key: str, text: str) -> int | None:
    days = workdays.of_text(text)
    return days.hours_between(instant_of(start), instant_of(end), zone(key))


def _joined(*texts: str | None) -> str | None:
    text = "".join(one for one in texts if one is not None)
    return text if 0 < len(text) <= letters.LONGEST else None


def _extreme(pick: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def picked(*values: Any) -> Any:
        present = [value for value in values if value is not None]
        return pick(present) if present else None

    return picked


def _halves(high: int | None, low: int | None, bound: int) -> int | None:
    """A sum from those of the upper and lower halves; neither of these can overflow."""
    if high is None or low is None:
        return 0
    return arithmetic.limited((high << 32) + low, bound)


def _mean(high: int | None, low: int | None, count: int, shift: int, bound: int) -> int | None:
    if high is None or low is None:
        return None
    return arithmetic.divide((high << 32) + low, count, shift, bound)


def _day(text: str) -> date:
    return date.fromisoformat(text)


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "within": (2, _strict(arithmetic.limited)),
    "sum": (-1, _strict(_sum)),
    "product": (-1, _strict(_product)),
    "multiply": (4, _strict(arithmetic.multiply)),
    "divide": (4, _strict(arithmetic.divide)),
    "floor_divide": (4, _strict(arithmetic.floor_divide)),
    "modulo": (4, _strict(arithmetic.modulo)),
    "compare": (3, _strict(arithmetic.compare)),
    "rescale": (
        3,
        _strict(lambda a, shift, bound: arithmetic.limited(arithmetic.rescale(a, shift), bound)),
    ),
    "floor": (2, _strict(arithmetic.floor)),
    "ceil": (2, _strict(arithmetic.ceil)),
    "sum_halves": (3, _halves),
    "mean_halves": (5, _mean),
    "fold": (1, _strict(letters.fold)),
    "lower": (1, _strict(lambda text: letters.change("lower", text))),
    "upper": (1, _strict(lambda text: letters.change("upper", text))),
    "starts_with": (2, _strict(lambda text, part: text.startswith(part))),
    "ends_with": (2, _strict(lambda text, part: text.endswith(part))),
    "concat": (-1, _joined),
    "written": (
        3,
        _strict(lambda value, scale, short: arithmetic.written(value, scale, bool(short))),
    ),
    "number": (3, _strict(arithmetic.read)),
    "moment": (2, _strict(lambda at, key: calendar.written(instant_of(at), zone(key)))),
    "truncate": (2, _strict(arithmetic.truncate)),
    "enlarge": (2, _strict(arithmetic.enlarge)),
    "mid": (3, _strict(letters.middle)),
    "right": (2, _strict(letters.ending)),
    "replace": (3, letters.replaced),
    "matches": (2, _strict(wildcards.fits)),
    "min_of": (-1, _extreme(min)),
    "max_of": (-1, _extreme(max)),
    "local_date": (2, _strict(_local_date)),
    "make_date": (3, _strict(lambda *parts: _text(calendar.made(*parts)))),
    "add_days": (2, _strict(lambda day, count: _text(calendar.add_days(_day(day), count)))),
    "add_months": (2, _strict(lambda day, count: _text(calendar.add_months(_day(day), count)))),
    "move_days": (3, _strict(_moved(calendar.add_days))),
    "move_months": (3, _strict(_moved(calendar.add_months))),
    "add_hours": (
        3,
        _strict(
            lambda instant, hours, shift: _instant(
                calendar.add_hours(instant_of(instant), hours * 10**shift)
            )
        ),
    ),
    "days_between": (2, _strict(lambda a, b: calendar.days_between(_day(a), _day(b)))),
    "months_between": (2, _strict(lambda a, b: calendar.months_between(_day(a), _day(b)))),
    "hours_between": (
        2,
        _strict(lambda a, b: calendar.hours_between(instant_of(a), instant_of(b))),
    ),
    "midnight": (
        2,
        _strict(lambda day, key: _instant(calendar.midnight(_day(day), zone(key)))),
    ),
    "part": (2, _strict(lambda day, part: _PARTS[part](_day(day)))),
    "years_between": (2, _strict(lambda a, b: calendar.years_between(_day(a), _day(b)))),
    "next_anniversary": (
        2,
        _strict(lambda day, today: _text(calendar.next_anniversary(_day(day), _day(today)))),
    ),
    "minutes_between": (
        2,
        _strict(lambda a, b: calendar.minutes_between(instant_of(a), instant_of(b))),
    ),
    "is_workday": (
        2,
        _strict(lambda day, text: int(workdays.of_text(text).is_workday(_day(day)))),
    ),
    "workdays_between": (
        3,
        _strict(lambda a, b, text: workdays.of_text(text).between(_day(a), _day(b))),
    ),
    "add_workdays": (
        3,
        _strict(lambda day, count, text: _text(workdays.of_text(text).add(_day(day), count))),
    ),
    "work_hours_between": (4, _strict(_work_hours)),
    "quarter": (2, _strict(lambda day, first: calendar.quarter(_day(day), first))),
    "clock": (3, _strict(_clock)),
    "end_of": (
        3,
        _strict(lambda day, unit, first: _text(_ENDS[unit](_day(day), first))),
    ),
    "start_of": (
        3,
        _strict(lambda day, unit, first: _text(_STARTS[unit](_day(day), first))),
    ),
}
