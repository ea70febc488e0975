"""Numbers, money, dates and times as readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fieldstone.rules.formats import Formats, inside

ZONE = ZoneInfo("Asia/Shanghai")
CHINESE = Formats("zh-CN", ZONE)
ENGLISH = Formats("en", ZONE)


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("12345.5", "¥12,345.50", "CNY 12,345.50"),
        ("0", "¥0.00", "CNY 0.00"),
        ("-7.005", "-¥7.00", "-CNY 7.00"),
        ("10000000", "¥10,000,000.00", "CNY 10,000,000.00"),
    ],
)
def test_money_in_tables_has_all_digits(amount: str, chinese: str, english: str) -> None:
    assert CHINESE.money(Decimal(amount)) == chinese
    assert ENGLISH.money(Decimal(amount)) == english


def test_money_that_is_exact_is_not_rounded() -> None:
    assert CHINESE.money(Decimal("18.075"), exact=True) == "¥18.075"
    assert ENGLISH.money(Decimal("-18.07500"), exact=True) == "-CNY 18.075"
    assert ENGLISH.money(Decimal("18.07"), exact=True) == "CNY 18.07"
    assert ENGLISH.money(Decimal(18), exact=True) == "CNY 18.00"


@pytest.mark.parametrize(
    ("currency", "scale", "chinese", "english"),
    [
        ("USD", 2, "US$ 1,234.50", "$1,234.50"),
        ("JPY", 0, "JPY 1,234", "JPY 1,234"),
        ("EUR", 2, "€1,234.50", "€1,234.50"),
        ("CHF", 2, "CHF 1,234.50", "CHF 1,234.50"),
    ],
)
def test_money_of_other_currencies(currency: str, scale: int, chinese: str, english: str) -> None:
    for locale, told in (("zh-CN", chinese), ("en", english)):
        assert Formats(locale, ZONE, currency, scale).money(Decimal("1234.5")) == told


def test_percent_and_numbers() -> None:
    for formats in (CHINESE, ENGLISH):
        assert formats.percent(Decimal("0.15")) == "15%"
        assert formats.percent(Decimal("0.1234")) == "12.34%"
        assert formats.percent(Decimal("12.34567")) == "1,234.57%"
        assert formats.number(1234567, 0) == "1,234,567"
        assert formats.number(Decimal("1.5"), 3) == "1.500"
        assert formats.number(Decimal("1.500000")) == "1.5"
        assert formats.number(Decimal("-1234.000001")) == "-1,234.000001"


def test_dates() -> None:
    day = date(2026, 3, 5)
    assert CHINESE.day(day) == "2026-03-05"
    assert CHINESE.long_day(day) == "2026年3月5日"
    assert ENGLISH.day(day) == ENGLISH.long_day(day) == "Mar 5, 2026"


def test_times_are_those_of_the_workspace() -> None:
    at = datetime(2026, 3, 5, 17, 20, tzinfo=UTC)
    assert CHINESE.moment(at) == "2026-03-06 01:20"
    assert CHINESE.long_moment(at) == "2026年3月6日 01:20"
    assert ENGLISH.moment(at) == ENGLISH.long_moment(at) == "Mar 6, 2026 01:20"


def test_times_at_the_end_of_the_calendar_are_told_as_they_are_stored() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert CHINESE.moment(last) == "9999-12-31 23:59"
    assert ENGLISH.long_moment(last) == "Dec 31, 9999 23:59"


@pytest.mark.parametrize(
    ("label", "locale", "told"),
    [
        ("Last contact", "en", "last contact"),
        ("VAT number", "en", "VAT number"),
        ("A", "en", "A"),
        ("", "en", ""),
        ("Last contact", "zh-CN", "Last contact"),
        ("客户", "en", "客户"),
    ],
)
def test_a_label_inside_a_sentence_begins_small(label: str, locale: str, told: str) -> None:
    assert inside(label, locale) == told
