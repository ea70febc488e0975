"""Working days by arithmetic are those that are found by going from day to day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.model import Holiday, Hours, WorkCalendar
from fieldstone.rules.workdays import Workdays, of_text, workdays_of
from tests.rules.declared import CALENDARS

BEGIN = date(2026, 1, 1)
DAYS = st.integers(0, 120).map(lambda count: BEGIN + timedelta(count))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Weeks of any days, with holidays and days worked in exchange in the first months of 2026."""
    workdays = draw(st.sets(st.integers(1, 7), min_size=1))
    starts = draw(st.lists(DAYS, max_size=5))
    holidays = [Holiday(day, day + timedelta(draw(st.integers(0, 20)))) for day in starts]
    free = {
        one.first_day + timedelta(at)
        for one in holidays
        for at in range((one.last_day - one.first_day).days + 1)
    }
    extra = {
        day for day in draw(st.lists(DAYS, max_size=8)) if day.isoweekday() not in workdays
    } - free
    hours = draw(st.sampled_from([(Hours(540, 720), Hours(810, 1080)), (Hours(0, 1440),)]))
    return WorkCalendar(tuple(sorted(workdays)), tuple(holidays), tuple(sorted(extra)), hours)


def is_worked(calendar: WorkCalendar, day: date) -> bool:
    if any(one.first_day <= day <= one.last_day for one in calendar.holidays):
        return False
    return day.isoweekday() in calendar.workdays or day in calendar.extra_workdays


def counted(calendar: WorkCalendar, start: date, end: date) -> int:
    if end < start:
        return -counted(calendar, end, start)
    days = (start + timedelta(at) for at in range(1, (end - start).days + 1))
    return sum(is_worked(calendar, day) for day in days)


def moved(calendar: WorkCalendar, day: date, count: int) -> date:
    step = timedelta(1 if count > 0 else -1)
    while count:
        day += step
        if is_worked(calendar, day):
            count -= step.days
    return day


@settings(max_examples=300, deadline=None, derandomize=True)
@given(calendar=calendars(), start=DAYS, end=DAYS, count=st.integers(-40, 40))
def test_days(calendar: WorkCalendar, start: date, end: date, count: int) -> None:
    days = workdays_of(calendar)
    assert days.is_workday(start) == is_worked(calendar, start)
    assert days.between(start, end) == counted(calendar, start, end)
    assert days.add(start, count) == moved(calendar, start, count)
    assert of_text(days.text) == days


@settings(max_examples=200, deadline=None, derandomize=True)
@given(calendar=calendars(), start=st.integers(0, 60 * 24 * 30), length=st.integers(0, 5_000))
def test_hours(calendar: WorkCalendar, start: int, length: int) -> None:
    days, zone = workdays_of(calendar), ZoneInfo("Asia/Shanghai")
    first = datetime(2026, 1, 1, tzinfo=zone) + timedelta(minutes=start)
    minutes = (first + timedelta(minutes=at) for at in range(length))
    worked = sum(
        is_worked(calendar, at.date())
        and any(one.start <= at.hour * 60 + at.minute < one.end for one in calendar.hours)
        for at in minutes
    )
    last = first + timedelta(minutes=length)
    found = days.hours_between(first.astimezone(UTC), last.astimezone(UTC), zone)
    assert found == (worked * 10**6 * 2 + 60) // 120


@pytest.mark.parametrize("name", CALENDARS)
def test_the_ends_of_the_calendar(name: str) -> None:
    days: Workdays = workdays_of(CALENDARS[name])
    last = days.count(date.max.toordinal() - 1)
    assert days.nth(0) is None and days.nth(last + 1) is None
    assert days.add(date.max, 1) is None and days.add(date.min, -1) is None
    assert days.between(date.min, date.max) == last - days.count(0)
    final, first = days.date_of(last), days.date_of(1)
    assert final is not None and days.is_workday(final)
    assert first is not None and days.is_workday(first)


def test_the_name_of_a_holiday_changes_no_days() -> None:
    named = Holiday(date(2026, 10, 1), date(2026, 10, 7), {"en": "National Day"})
    calendar = WorkCalendar(holidays=(named,))
    other = replace(calendar, holidays=(replace(named, label={"zh-CN": "国庆节"}),))
    assert calendar != other and workdays_of(calendar) == workdays_of(other)


def test_a_calendar_is_the_one_that_is_declared() -> None:
    morning, afternoon = Hours(540, 720), Hours(810, 1080)
    declared = WorkCalendar(
        (1, 2, 3, 4, 5),
        (Holiday(date(2026, 1, 1), date(2026, 1, 4)),),
        (date(2026, 1, 5), date(2026, 1, 10)),
        (morning, afternoon),
    )
    found = workdays_of(declared)
    days = [date.fromordinal(number + 1) for number in (*found.off, *found.on)]
    assert found.week == (0, 1, 2, 3, 4)
    assert found.hours == ((540, 720), (810, 1080))
    assert days == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 10)]


@pytest.mark.parametrize("name", CALENDARS)
def test_a_calendar_is_read_as_it_was_written(name: str) -> None:
    found = workdays_of(CALENDARS[name])
    assert of_text(found.text) == found
