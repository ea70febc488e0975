"""Timing: a schedule as people choose it, day and time, and the cron line that it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ....words import say

PARTS: Mapping[str, tuple[str, ...]] = {
    "daily": ("time",),
    "weekdays": ("time",),
    "weekly": ("time", "days"),
    "monthly": ("time", "day"),
    "hourly": ("minute",),
    "minutes": ("every",),
    "other": ("cron",),
}
"""What is chosen of a schedule of each kind."""
KINDS = tuple(PARTS)
EVERY = ("5", "10", "15", "20", "30")
"""Every so many minutes a rule may run; each divides the hour."""
WEEK = ("1", "2", "3", "4", "5", "6", "0")
"""The days of the week as cron numbers them, Monday first."""
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMBER = re.compile(r"\d{1,2}")


class WrongTiming(ValueError):
    """What was chosen is no schedule; says by which sentence."""


@dataclass(frozen=True)
class Timing:
    """A schedule of one of KINDS; the parts that the kind does not have keep what they begin with.

    `time` is HH:MM, `days` numbers of WEEK, `day` one of the month, `minute` one of the hour.
    """

    kind: str = "daily"
    time: str = "08:00"
    days: tuple[str, ...] = ("1",)
    day: str = "1"
    minute: str = "0"
    every: str = "15"
    cron: str = ""


def timing_of(cron: str) -> Timing:
    """The schedule of a cron line; of the kind `other` where no control can hold it."""
    parts = cron.split()
    if len(parts) != 5:
        return Timing("other", cron=cron)
    minute, hour, day, month, week = parts
    step = minute.removeprefix("*/")
    if parts[1:] == ["*"] * 4:
        if step in EVERY and minute != step:
            return Timing("minutes", every=step)
        if _within(minute, 59):
            return Timing("hourly", minute=str(int(minute)))
    if not (_within(minute, 59) and _within(hour, 23)) or month != "*":
        return Timing("other", cron=cron)
    time = f"{int(hour):02}:{int(minute):02}"
    if (day, week) == ("*", "*"):
        return Timing("daily", time)
    if day == "*" and week == "1-5":
        return Timing("weekdays", time)
    days = tuple("0" if one == "7" else one for one in week.split(","))
    if day == "*" and set(days) <= set(WEEK):
        return Timing("weekly", time, tuple(one for one in WEEK if one in days))
    if week == "*" and _within(day, 31) and int(day):
        return Timing("monthly", time, day=str(int(day)))
    return Timing("other", cron=cron)


def _within(text: str, most: int) -> bool:
    return bool(_NUMBER.fullmatch(text)) and text.isascii() and int(text) <= most


def cron_of(timing: Timing) -> str:
    """The cron line of a schedule; WrongTiming where a part of it is missing or out of range."""
    if timing.kind == "other":
        if not timing.cron.strip():
            raise WrongTiming("rules.need_cron")
        return " ".join(timing.cron.split())
    if timing.kind == "minutes" and timing.every in EVERY:
        return f"*/{timing.every} * * * *"
    if timing.kind == "hourly":
        if not _within(timing.minute, 59):
            raise WrongTiming("rules.wrong_minute")
        return f"{int(timing.minute)} * * * *"
    found = _TIME.fullmatch(timing.time)
    if found is None or not timing.time.isascii():
        raise WrongTiming("rules.wrong_time")
    at = f"{int(found[2])} {int(found[1])}"
    if timing.kind == "weekdays":
        return f"{at} * * 1-5"
    if timing.kind == "weekly":
        days = [one for one in WEEK if one in timing.days]
        if not days:
            raise WrongTiming("rules.need_day")
        return f"{at} * * {','.join(days)}"
    if timing.kind == "monthly":
        if not _within(timing.day, 31) or not int(timing.day):
            raise WrongTiming("rules.wrong_day")
        return f"{at} {int(timing.day)} * *"
    return f"{at} * * *"


def said(cron: str, locale: str) -> str:
    """A cron line in words; one that no control can hold as it is written."""
    timing = timing_of(cron)
    if timing.kind == "other":
        return cron
    days = say("rules.between_days", locale).join(
        say(f"rules.day.{one}", locale) for one in timing.days
    )
    words: Mapping[str, object] = {
        "time": timing.time,
        "days": days,
        "day": timing.day,
        "minute": timing.minute,
        "every": timing.every,
    }
    return say(f"rules.said.{timing.kind}", locale, **words)
