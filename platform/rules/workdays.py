"""Working days as arithmetic: how many there are up to a day, which is the n-th, hours of work.

Days count from 0, the first of January of the year 1, which is a Monday. Up to a day there are as
many working days as its whole weeks have, without the holidays and with the days worked in
exchange before it: two sorted lists, in which a place is found by halving.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from ..metadata.model import WorkCalendar
from . import calendar
from .arithmetic import half_up

_MINUTE = 60_000_000
"""Microseconds of a minute."""


@dataclass(frozen=True)
class Workdays:
    """A calendar: the days of the week that are worked (0 is Monday), and what differs from them.

    `off` and `on` are days in order, `off` those of the week's working days that are not worked,
    `on` other days that are; `hours` are stretches of a working day in minutes.
    """

    week: tuple[int, ...]
    off: tuple[int, ...]
    on: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]

    @cached_property
    def before(self) -> tuple[int, ...]:
        """How many days are worked of the first none, one, two .. seven of a week."""
        return tuple(sum(day < count for day in self.week) for count in range(8))

    @cached_property
    def points(self) -> tuple[int, ...]:
        """The days that differ from their week, in order."""
        return tuple(sorted((*self.off, *self.on)))

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many working days there are up to each of the `points`."""
        return tuple(map(self.count, self.points))

    @cached_property
    def gains(self) -> tuple[int, ...]:
        """How many more working days than by weeks there are, from none of the `points` on."""
        by_weeks = (self.by_weeks(day) for day in self.points)
        return (0, *(count - week for count, week in zip(self.counts, by_weeks, strict=True)))

    @cached_property
    def length(self) -> int:
        """The microseconds that are worked on a working day."""
        return sum(end - start for start, end in self.hours) * _MINUTE

    def by_weeks(self, day: int) -> int:
        """How many working days there would be up to a day, that one included, by weeks alone."""
        weeks, rest = divmod(day + 1, 7)
        return weeks * len(self.week) + self.before[rest]

    def count(self, day: int) -> int:
        """How many working days there are up to a day, that one included."""
        return self.by_weeks(day) - bisect_right(self.off, day) + bisect_right(self.on, day)

    def nth(self, number: int) -> int | None:
        """The working day of a number from 1 on, or None where the calendar has no more."""
        if number < 1:
            return None
        at = bisect_right(self.counts, number - 1)
        weeks, rest = divmod(number - self.gains[at] - 1, len(self.week))
        day = weeks * 7 + self.week[rest]
        if at < len(self.points):
            # Not in this stretch any more: then it is the day worked in exchange that ends it.
            day = min(day, self.points[at])
        return day if day < calendar.LAST else None

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked."""
        return self.count(_number(day)) > self.count(_number(day) - 1)

    def between(self, start: date, end: date) -> int:
        """How many working days come after `start` up to `end`; negative the other way round."""
        return self.count(_number(end)) - self.count(_number(start))

    def add(self, day: date, count: int) -> date | None:
        """The working day so many after a day, or before it; the day itself for none."""
        if count == 0:
            return day
        reached = self.count(_number(day)) if count > 0 else self.count(_number(day) - 1) + 1
        return self.date_of(reached + count)

    def date_of(self, number: int) -> date | None:
        """The working day of a number as a date."""
        found = self.nth(number)
        return None if found is None else date.fromordinal(found + 1)

    def worked(self, local: datetime) -> int:
        """The microseconds of work up to a local time, since the beginning of the calendar."""
        day = _number(local.date())
        done = self.count(day - 1) * self.length
        if self.count(day) == self.count(day - 1):
            return done
        at = calendar.microseconds(local.replace(hour=0, minute=0, second=0, microsecond=0), local)
        return done + sum(
            min(max(at - start * _MINUTE, 0), (end - start) * _MINUTE) for start, end in self.hours
        )

    def hours_between(self, start: datetime, end: datetime, zone: ZoneInfo) -> int | None:
        """Hours of work from one instant to another, in millionths, rounded half up."""
        first, last = calendar.to_local(start, zone), calendar.to_local(end, zone)
        if first is None or last is None:
            return None
        return half_up(self.worked(last) - self.worked(first), 3600)

    @cached_property
    def text(self) -> str:
        """The calendar as a text, which `of_text` reads: what statements on SQLite carry along."""
        flat = tuple(one for stretch in self.hours for one in stretch)
        return "|".join(" ".join(map(str, one)) for one in (self.week, self.off, self.on, flat))


def _number(day: date) -> int:
    return day.toordinal() - 1


@lru_cache(maxsize=256)
def workdays_of(declared: WorkCalendar) -> Workdays:
    """The calendar that an app declares; days that do not differ from their week are left out."""
    week = tuple(day - 1 for day in declared.workdays)
    off = {
        day
        for one in declared.holidays
        for day in range(_number(one.first_day), _number(one.last_day) + 1)
        if day % 7 in week
    }
    on = {_number(day) for day in declared.extra_workdays if _number(day) % 7 not in week}
    hours = tuple((one.start, one.end) for one in declared.hours)
    return Workdays(week, tuple(sorted(off)), tuple(sorted(on)), hours)


@lru_cache(maxsize=64)
def of_text(text: str) -> Workdays:
    """The calendar of a text that `Workdays.text` made."""
    week, off, on, flat = (tuple(map(int, part.split())) for part in text.split("|"))
    return Workdays(week, off, on, tuple(zip(flat[::2], flat[1::2], strict=True)))
