"""When a schedule is due: five-field cron lines read in a workspace's time zone.

A local time that a change of clocks skips fires at the next instant that exists; one that comes
twice fires once. Day of month and day of week together mean either, as in cron(8).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

_LOOK_BACK = timedelta(days=1)


def due_times(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants (UTC) later than `after` at which `cron` is due, in order, without end.."""
    seen: datetime | None = None
    for local in CronSim(cron, after.astimezone(zone)):
        instant = local.astimezone(UTC)
        if instant <= after or (seen is not None and instant <= seen):
            continue
        seen = instant
        yield instant


def next_due(cron: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant (UTC) later than `after` at which `cron` is due."""
    return next(due_times(cron, zone, after))


def latest_due(cron: str, zone: ZoneInfo, since: datetime, until: datetime) -> datetime | None:
    """The last due instant in (since, until], or None; what catching up after a pause runs for.

    Walks at most the gap; a line that is due each minute is walked from a day before `until`.
    """
    start = max(since, until.replace(microsecond=0) - _LOOK_BACK)
    found: datetime | None = None
    for instant in due_times(cron, zone, start):
        if instant > until:
            break
        found = instant
    if found is None and start > since:
        for instant in due_times(cron, zone, since):
            if instant > until:
                break
            found = instant
    return found
