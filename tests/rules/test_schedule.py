"""Schedules: due times in a workspace's own time, also where its clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstone.rules.schedule import due_times, latest_due, next_due

NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")

CASES = {
    "each working day at nine": (
        "0 9 * * 1-5",
        SHANGHAI,
        "2026-11-20T09:00+08:00",
        ["2026-11-23T09:00+08:00", "2026-11-24T09:00+08:00"],
    ),
    "the first of a month": (
        "0 2 1 * *",
        SHANGHAI,
        "2026-01-01T02:00+08:00",
        ["2026-02-01T02:00+08:00", "2026-03-01T02:00+08:00"],
    ),
    "a time that the clocks skip comes at the next that there is": (
        "30 2 * * *",
        NEW_YORK,
        "2026-03-07T12:00-05:00",
        ["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"],
    ),
    "a time that comes twice is due once": (
        "30 1 * * *",
        NEW_YORK,
        "2026-10-31T12:00-04:00",
        ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
    ),
    "29 February waits for a leap year": (
        "0 0 29 2 *",
        SHANGHAI,
        "2026-01-01T00:00+08:00",
        ["2028-02-29T00:00+08:00"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_due_times(name: str) -> None:
    cron, zone, after, expected = CASES[name]
    found = islice(due_times(cron, zone, datetime.fromisoformat(after)), len(expected))
    assert list(found) == [datetime.fromisoformat(one).astimezone(UTC) for one in expected]


def test_a_pause_is_caught_up_by_the_latest_missed_time_alone() -> None:
    friday = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    monday = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert latest_due("0 9 * * 1-5", SHANGHAI, friday, monday) == datetime(
        2026, 11, 23, 1, 0, tzinfo=UTC
    )
    assert latest_due("0 9 * * 1-5", SHANGHAI, monday, monday + timedelta(hours=1)) is None
    assert latest_due("0 2 1 * *", SHANGHAI, friday - timedelta(days=90), monday) == datetime(
        2026, 10, 31, 18, 0, tzinfo=UTC
    )


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from([NEW_YORK, SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2033, 12, 31)),
)
def test_a_daily_time_is_due_once_each_local_day(
    hour: int, minute: int, zone: ZoneInfo, start: datetime
) -> None:
    after = start.replace(tzinfo=UTC)
    found = list(islice(due_times(f"{minute} {hour} * * *", zone, after), 10))
    days = [one.astimezone(zone).date() for one in found]
    assert days == [days[0] + timedelta(days=number) for number in range(10)]
    assert found[0] == next_due(f"{minute} {hour} * * *", zone, after)
    assert all(one > after for one in found)


ZONES = [NEW_YORK, SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]
"""With a change of clocks of an hour, without any, and with one of half an hour in the south."""

CHANGES = {
    zone.key: [
        day
        for day in (datetime(2024, 1, 1) + timedelta(days=number) for number in range(3653))
        if day.replace(tzinfo=zone).utcoffset()
        != (day + timedelta(days=1)).replace(tzinfo=zone).utcoffset()
    ]
    for zone in ZONES
}
"""The days of ten years on which the clocks of a zone change."""


@st.composite
def days_of(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a day of it in ten years, most often one on which its clocks change."""
    zone = draw(st.sampled_from(ZONES))
    days = CHANGES[zone.key]
    changing = draw(st.sampled_from([True, True, True, False]))
    if days and changing:
        return zone, draw(st.sampled_from(days))
    return zone, datetime(2024, 1, 1) + timedelta(days=draw(st.integers(0, 3652)))


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """When a clock on the wall first shows this time; if it never does, what it shows next."""
    found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    while True:
        local += timedelta(minutes=1)
        found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) == local:
            return found


@given(day=days_of(), times=st.lists(st.integers(0, 1439), min_size=1, max_size=3, unique=True))
def test_each_local_time_fires_once_through_changes_of_clocks(
    day: tuple[ZoneInfo, datetime], times: list[int]
) -> None:
    """None is lost, none comes twice, and one that does not exist fires at the next instant."""
    zone, around = day
    begin = around - timedelta(days=1)
    after = begin.replace(tzinfo=zone).astimezone(UTC) - timedelta(microseconds=1)
    for minute in times:
        cron = f"{minute % 60} {minute // 60} * * *"
        wanted = [
            first_instant(begin + timedelta(days=number, minutes=minute), zone)
            for number in range(3)
        ]
        found = list(islice(due_times(cron, zone, after), 3))
        assert found == wanted
        assert found == sorted(set(found))
        # Asked anew after each, as the tick does, nothing is lost and nothing comes again.
        assert [next_due(cron, zone, one) for one in found[:2]] == found[1:]
        for earlier, later in pairwise(found):
            assert latest_due(cron, zone, earlier, later) == later
            assert latest_due(cron, zone, earlier, later - timedelta(microseconds=1)) is None


@given(day=days_of(), step=st.sampled_from([1, 5, 15, 20, 30]))
def test_what_is_due_each_few_minutes_never_stands_still(
    day: tuple[ZoneInfo, datetime], step: int
) -> None:
    zone, around = day
    after = (around - timedelta(hours=6)).replace(tzinfo=zone).astimezone(UTC)
    found = list(islice(due_times(f"*/{step} * * * *", zone, after), 36 * 60 // step))
    assert found == sorted(set(found))
    assert all(one > after for one in found)
    assert max(b - a for a, b in pairwise(found)) <= timedelta(minutes=2 * step)
