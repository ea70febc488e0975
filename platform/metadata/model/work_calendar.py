"""The calendar of an app: which days are worked, which are holidays, and the hours of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .named import Labels


@dataclass(frozen=True)
class Holiday:
    """Days in a row that are not worked, the last one included."""

    first_day: date
    last_day: date
    label: Labels = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Hours:
    """A stretch of work on a working day, in minutes since midnight."""

    start: int
    end: int


@dataclass(frozen=True)
class WorkCalendar:
    """`workdays` are 1 (Monday) to 7; `extra_workdays` are worked though they are no such days."""

    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: tuple[Holiday, ...] = ()
    extra_workdays: tuple[date, ...] = ()
    hours: tuple[Hours, ...] = (Hours(540, 720), Hours(810, 1080))
