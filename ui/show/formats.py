"""Formats: numbers, money, dates and times as a reader of one language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_datetime

from fieldstone.rules.formats import Formats as Written

from ..words import say

_WAN = Decimal(10_000)
_YI = Decimal(100_000_000)


@dataclass(frozen=True, kw_only=True)
class Formats(Written):
    """How one person reads values on a page: with the present instant."""

    now: datetime

    @property
    def today(self) -> date:
        """The date it is now where the workspace is."""
        return self.now.astimezone(self.zone).date()

    def money_short(self, value: Decimal | int) -> str:
        """For cards: `¥1,611.75万`, in English `CNY 16.12M`; small sums keep all digits."""
        mark = self.currency_mark
        gap = " " if len(mark) > 1 else ""
        sign = "-" if value < 0 else ""
        return f"{sign}{mark}{gap}{self._short(abs(Decimal(value)))}"

    def rate(self, value: Decimal | int) -> str:
        """A share on cards and in tables of figures: `63.2%`."""
        return self.number(Decimal(value) * 100, 1) + "%"

    def _short(self, value: Decimal) -> str:
        steps = (
            ((_YI, "亿"), (_WAN, "万"))
            if self.locale == "zh-CN"
            else ((Decimal(10**9), "B"), (Decimal(10**6), "M"))
        )
        for step, unit in steps:
            if value >= step:
                short = (value / step).quantize(Decimal("0.01"), ROUND_HALF_UP)
                return self.number(short, 2) + unit
        return self.number(value, self.money_scale)

    def clock(self, value: datetime) -> str:
        """The time of day, `14:20`."""
        return self.local(value).strftime("%H:%M")

    def exact(self, value: datetime) -> str:
        """The moment in full, as a hint beside a relative time."""
        local = self.local(value)
        return str(
            format_datetime(
                local, format="full" if self.locale == "en" else "long", locale=self.babel
            )
        )

    def ago(self, value: datetime, *, table: bool = False) -> str:
        """Near the present in words (`3 天前`), further away the date, in a table the short one."""
        days = (self.local(value).date() - self.today).days
        if days == 0:
            return self._today(value)
        if days in (-1, 1):
            key = "time.yesterday" if days < 0 else "time.tomorrow"
            return say(key, self.locale, time=self.clock(value))
        if -7 <= days < 0:
            return say("time.days_ago", self.locale, n=-days)
        if 0 < days <= 7:
            return say("time.in_days", self.locale, n=days)
        day = self.local(value).date()
        return self.day(day) if table else self.long_day(day)

    def _today(self, value: datetime) -> str:
        passed = self.now - value
        if timedelta() <= passed < timedelta(minutes=1):
            return say("time.just_now", self.locale)
        if timedelta() <= passed < timedelta(hours=1):
            return say("time.minutes_ago", self.locale, n=passed // timedelta(minutes=1))
        return say("time.today", self.locale, time=self.clock(value))
