"""Periods: months, quarters and years by name, the one before, and whether they are over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

NAMES: Final = (
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
    "all",
)
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
SPARK: Final = 12
"""How many months a spark line shows."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to before `end`; `unfinished` where today is one of them."""

    name: str
    start: date
    end: date
    unfinished: bool = False

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        months = _number(self.end) - _number(self.start)
        return Period(self.name, _first(_number(self.start) - months), self.start)

    def condition(self, day: str) -> str:
        """That a date or time, an expression, lies in the period, as an expression."""
        return f"{literal(self.start)} <= date({day}) and date({day}) < {literal(self.end)}"


def literal(day: date) -> str:
    """A date as the language writes it."""
    return f"date({day.year}, {day.month}, {day.day})"


def period_of(name: str, today: date, year_starts: int = 1) -> Period | None:
    """The period of that name as of today, or None for all time.

    Years and quarters begin as the fiscal year does, in the month `year_starts`.
    """
    if name == "all":
        return None
    which, _, unit = name.partition("_")
    months = _MONTHS[unit]
    shift = year_starts - 1
    now = _number(today) - shift
    start = now - now % months + shift
    if which == "last":
        start -= months
    return Period(name, _first(start), _first(start + months), which == "this")


def months_until(end: date, count: int = SPARK) -> tuple[date, ...]:
    """The first days of the last months before `end`, the earliest first."""
    last = _number(end)
    return tuple(_first(one) for one in range(last - count, last))


def month_after(day: date) -> date:
    """The first day of the month after."""
    return _first(_number(day) + 1)


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
