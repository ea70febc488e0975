"""Business times: draws moments that lie where work is done, by season, weekday and hour."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .declaration import DeclarationError

RELATIVE = re.compile(r"([+-])(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_TRIES = 40
_SHORT_SPAN = 45


@dataclass(frozen=True)
class Quiet:
    """Days with less work: `first` to `last`, both included, as (month, day) or with a year."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    weight: float

    def holds(self, day: date) -> bool:
        mine = (day.year, day.month, day.day)[-len(self.first) :]
        return self.first <= mine <= self.last


@dataclass
class Calendar:
    """When work is done around `now`, an aware UTC time; days are those of `zone`.

    `months` (12) and `weekdays` (7, Monday first) are weights of 0 to 1; work begins and ends at
    the `hours`.
    """

    now: datetime
    zone: ZoneInfo
    months: Sequence[float] = (1.0,) * 12
    weekdays: Sequence[float] = (1.0,) * 7
    hours: tuple[int, int] = (9, 18)
    quiet: Sequence[Quiet] = ()
    _weights: dict[date, float] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> Calendar:
        """The calendar that a declaration describes."""
        first, last = data.get("hours", (9, 18))
        return cls(
            now=now.replace(second=0, microsecond=0),
            zone=zone,
            months=data.get("months", (1.0,) * 12),
            weekdays=data.get("weekdays", (1.0,) * 7),
            hours=(first, last),
            quiet=[
                Quiet(_day_of(one["from"]), _day_of(one["to"]), one.get("weight", 0.1))
                for one in data.get("quiet", ())
            ],
        )

    def relative(self, text: str) -> datetime:
        """The time that `now`, `-730d`, `+2h` or `-5m` means."""
        if text == "now":
            return self.now
        found = RELATIVE.fullmatch(text)
        if found is None:
            raise DeclarationError(f"{text!r} is no time: write now, -730d, +2h or -5m")
        sign, number, unit = found.groups()
        span = timedelta(**{_UNITS[unit]: int(number)})
        return self.now + span if sign == "+" else self.now - span

    def between(self, rng: random.Random, after: datetime, before: datetime) -> datetime:
        """A working moment from `after` to `before`; `before` where they are swapped."""
        if after >= before:
            return before
        first = after.astimezone(self.zone).date()
        last = before.astimezone(self.zone).date()
        drawn = self.at_work(rng, self._day(rng, first, last))
        if after <= drawn <= before:
            return drawn
        room = before - after
        if room > timedelta(hours=4):
            room = timedelta(hours=4)
        near = timedelta(minutes=rng.randint(0, int(room.total_seconds()) // 60))
        return after + near if drawn < after else before - near

    def at_work(self, rng: random.Random, day: date) -> datetime:
        """A moment of the working hours of a day."""
        begin, end = self.hours
        minute = rng.randrange(begin * 60, end * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)

    def workday(self, day: date) -> date:
        """The day itself, or the next one on which work is done."""
        for _ in range(10):
            if self.weekdays[day.weekday()] >= 0.5:
                return day
            day += timedelta(days=1)
        return day

    def _day(self, rng: random.Random, first: date, last: date) -> date:
        span = (last - first).days
        if span <= _SHORT_SPAN:
            days = [first + timedelta(days=step) for step in range(span + 1)]
            weights = [self._weight(one) for one in days]
            return rng.choices(days, weights)[0] if any(weights) else rng.choice(days)
        for _ in range(_TRIES):
            day = first + timedelta(days=rng.randint(0, span))
            if rng.random() < self._weight(day):
                return day
        return day

    def _weight(self, day: date) -> float:
        known = self._weights.get(day)
        if known is None:
            known = self.months[day.month - 1] * self.weekdays[day.weekday()]
            for quiet in self.quiet:
                if quiet.holds(day):
                    known *= quiet.weight
            self._weights[day] = known
        return known


def _day_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-"))
