"""The clock: where the engine's instants come from, and which time zone data it reads."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

# The machine's own zone data may be older than the package we pin; with no search path
# zoneinfo takes the package's, and every machine computes the same local times.
zoneinfo.reset_tzpath(to=())


class Clock(Protocol):
    """Tells the time; injected everywhere, so that a test decides what it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until `instant` is set."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True)
class FileClock:
    """A clock that reads its instant from a file: one test moves many processes by writing it."""

    path: Path

    def now(self) -> datetime:
        return parse_instant(self.path.read_text("utf-8").strip())


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant (`2026-03-05T09:00:00Z`) in UTC; ValueError without an offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; end it with Z")
    return instant.astimezone(UTC)


def parse_clock(text: str) -> Clock:
    """The clock that a setting names: an instant, or `file:/path` of a file that holds one."""
    if text.startswith("file:"):
        return FileClock(Path(text.removeprefix("file:")))
    return FixedClock(parse_instant(text))


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; ZoneInfoNotFoundError (a KeyError) if there is none."""
    return ZoneInfo(name)
