"""Formats: numbers, money, dates and times as a reader of one language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

_BABEL = {"en": Locale.parse("en"), "zh-CN": Locale.parse("zh_Hans_CN")}


@dataclass(frozen=True)
class Formats:
    """How values are written: for which language, time zone and currency."""

    locale: str
    zone: ZoneInfo
    currency: str = "CNY"
    money_scale: int = 2

    @property
    def babel(self) -> Locale:
        """The language as Babel knows it."""
        return _BABEL[self.locale]

    @property
    def currency_mark(self) -> str:
        """`¥` in the currency's own language, else its code."""
        if self.locale == "zh-CN" and self.currency == "CNY":
            return "¥"
        symbol = get_currency_symbol(self.currency, locale=self.babel)
        return symbol if self.currency not in ("CNY", "JPY") else self.currency

    def number(self, value: Decimal | int, scale: int | None = None) -> str:
        """`12,345.50`; with `scale` digits after the point, else as many as there are."""
        if scale is None:
            return str(format_decimal(value, format="#,##0.######", locale=self.babel))
        pattern = "#,##0" + ("." + "0" * scale if scale else "")
        return str(format_decimal(value, format=pattern, locale=self.babel))

    def money(self, value: Decimal | int, *, exact: bool = False) -> str:
        """`¥12,345.50`, in English `CNY 12,345.50`; an `exact` one is not rounded to cents."""
        mark = self.currency_mark
        gap = " " if len(mark) > 1 else ""
        sign = "-" if value < 0 else ""
        size = abs(Decimal(value))
        finer = exact and size != round(size, self.money_scale)
        return f"{sign}{mark}{gap}{self.number(size, None if finer else self.money_scale)}"

    def percent(self, value: Decimal) -> str:
        """`15%` of 0.15, with up to two digits after the point."""
        return str(format_decimal(value * 100, format="#,##0.##", locale=self.babel)) + "%"

    def day(self, value: date) -> str:
        """A date in a table: `2026-03-05`, in English `Mar 5, 2026`."""
        if self.locale == "zh-CN":
            return value.isoformat()
        return str(format_date(value, format="medium", locale=self.babel))

    def long_day(self, value: date) -> str:
        """A date outside tables: `2026年3月5日`, in English `Mar 5, 2026`."""
        style = "long" if self.locale == "zh-CN" else "medium"
        return str(format_date(value, format=style, locale=self.babel))

    def local(self, value: datetime) -> datetime:
        """A time where the workspace is; at the ends of the calendar as it is stored."""
        try:
            return value.astimezone(self.zone)
        except OverflowError:
            return value

    def long_moment(self, value: datetime) -> str:
        """Date and time outside tables: `2026年3月5日 14:20`."""
        local = self.local(value)
        return f"{self.long_day(local.date())} {local:%H:%M}"

    def moment(self, value: datetime) -> str:
        """Date and time in a table, where the workspace is: `2026-03-05 14:20`."""
        local = self.local(value)
        return f"{self.day(local.date())} {local:%H:%M}"


def inside(text: str, locale: str) -> str:
    """A label as it stands inside a sentence: English ones begin small, unless they are a name."""
    if locale != "en" or len(text) < 2 or text[1].isupper():
        return text
    return text[0].lower() + text[1:]
