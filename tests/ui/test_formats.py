"""Money in short, and times near the present; see `tests/rules/test_formats.py` for the others."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fieldstone.ui.show.formats import Formats

NOW = datetime(2026, 3, 5, 6, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CHINESE = Formats("zh-CN", ZONE, now=NOW)
ENGLISH = Formats("en", ZONE, now=NOW)


def test_money_on_cards_has_one_unit() -> None:
    assert CHINESE.money_short(Decimal("16117548.24")) == "¥1,611.75万"
    assert ENGLISH.money_short(Decimal("16117548.24")) == "CNY 16.12M"
    assert CHINESE.money_short(Decimal("9999")) == "¥9,999.00"


@pytest.mark.parametrize(
    ("ago", "chinese", "english"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=1), "1 分钟前", "1 minute ago"),
        (timedelta(hours=3), "今天 11:20", "today 11:20"),
        (timedelta(days=1), "昨天 14:20", "yesterday 14:20"),
        (timedelta(days=3), "3 天前", "3 days ago"),
        (timedelta(days=8), "2026年2月25日", "Feb 25, 2026"),
        (timedelta(days=-1), "明天 14:20", "tomorrow 14:20"),
        (timedelta(days=-5), "5 天后", "in 5 days"),
    ],
)
def test_times_near_the_present_are_words(ago: timedelta, chinese: str, english: str) -> None:
    assert CHINESE.ago(NOW - ago) == chinese
    assert ENGLISH.ago(NOW - ago) == english


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_times_at_the_end_of_the_calendar_are_told(locale: str) -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    formats = Formats(locale, ZoneInfo("Asia/Shanghai"), now=datetime(2026, 3, 5, tzinfo=UTC))
    told = (formats.moment(last), formats.long_moment(last), formats.ago(last), formats.clock(last))
    assert all(told) and formats.exact(last)
