"""Schedules: due times in a workspace's own time, also where its clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
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
