"""What an evaluation depends on besides the record: the instant, the zone, who is acting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ..metadata.problems import Problem
from .calendar import local_date


@dataclass(frozen=True)
class Context:
    """One instant for a whole run, so that a run, a test and an explanation see the same.

    `now` is aware; `me` is the acting member's record id and `team` that member's team; `extra`
    holds the values of the names given as `extra` when compiling. What could not be computed (a
    number out of range) is empty and noted in `problems`.
    """

    now: datetime
    zone: ZoneInfo
    me: int | None = None
    team: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list, compare=False)

    @cached_property
    def instant(self) -> datetime:
        """`now` in UTC."""
        return self.now.astimezone(UTC)

    @cached_property
    def today(self) -> date:
        """The civil date of `now` in the zone."""
        return local_date(self.instant, self.zone)
