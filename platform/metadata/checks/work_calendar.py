"""The calendar of an app: days that exist, in order, and each said once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ..build_parts import civil_date, holiday_days, minutes
from ..documents import Document
from ..problems import Problem
from .context import Checking, problem

LONGEST_HOLIDAY = 60
"""Days; what is longer is a slip of the year."""


def check_work_calendar(checking: Checking) -> Iterator[Problem]:
    """Holidays and days worked in exchange are dates and do not contradict each other."""
    for document in checking.kind("app"):
        calendar = document.data.get("calendar") or {}
        off: dict[date, int] = {}
        for index, holiday in enumerate(calendar.get("holidays", ())):
            yield from _holiday(document, f"/calendar/holidays/{index}", holiday, off)
        yield from _extra_workdays(document, calendar, off)
        yield from _hours(document, calendar.get("hours", ()))


def _holiday(
    document: Document, pointer: str, data: Mapping[str, Any], off: dict[date, int]
) -> Iterator[Problem]:
    wrong = [
        key for key in ("first_day", "last_day") if key in data and civil_date(data[key]) is None
    ]
    for key in wrong:
        yield problem(document, f"{pointer}/{key}", "calendar.date", date=data[key])
    if wrong:
        return
    first, last = holiday_days(data)
    count = (last - first).days + 1
    if count < 1:
        yield problem(document, f"{pointer}/last_day", "calendar.order", date=str(first))
    elif count > LONGEST_HOLIDAY:
        params = {"count": count, "limit": LONGEST_HOLIDAY}
        yield problem(document, f"{pointer}/last_day", "calendar.long", **params)
    else:
        days = [date.fromordinal(first.toordinal() + at) for at in range(count)]
        twice = next((day for day in days if day in off), None)
        if twice is not None:
            yield problem(document, pointer, "calendar.twice", date=str(twice))
        off.update(dict.fromkeys(days, 1))


def _extra_workdays(
    document: Document, calendar: Mapping[str, Any], off: Mapping[date, int]
) -> Iterator[Problem]:
    workdays = calendar.get("workdays", [1, 2, 3, 4, 5])
    for index, text in enumerate(calendar.get("extra_workdays", ())):
        pointer, day = f"/calendar/extra_workdays/{index}", civil_date(text)
        if day is None:
            yield problem(document, pointer, "calendar.date", date=text)
        elif day in off:
            yield problem(document, pointer, "calendar.both", date=text)
        elif day.isoweekday() in workdays:
            yield problem(document, pointer, "calendar.worked_anyway", date=text)


def _hours(document: Document, hours: Any) -> Iterator[Problem]:
    before = 0
    for index, one in enumerate(hours):
        times = {key: minutes(one[key]) for key in ("start", "end")}
        for key, at in times.items():
            pointer = f"/calendar/hours/{index}/{key}"
            if at is None:
                yield problem(document, pointer, "calendar.time", time=one[key])
            elif at < before or (key == "end" and at == times["start"]):
                yield problem(document, pointer, "calendar.hours_order")
            else:
                before = at
