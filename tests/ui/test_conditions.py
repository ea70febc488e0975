"""Conditions in words: the filters of the template's views, and the parts that are hard to say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fieldstone import rules
from fieldstone.engine.templates import shipped
from fieldstone.metadata.model import App
from fieldstone.ui.show.conditions import Speaker
from fieldstone.ui.show.formats import Formats

NOW = datetime(2026, 3, 5, 6, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def app() -> App:
    """Return the CRM."""
    found = rules.check(shipped("crm").documents).app
    assert found is not None
    return found


def speaker(app: App, entity: str, locale: str) -> Speaker:
    return Speaker(app, app.entity(entity), Formats(locale, ZoneInfo("Asia/Shanghai"), now=NOW))


SAID = {
    "a Latin letter beside a Chinese word": (
        "customer",
        'care_level == "A"',
        "维护级别为 A",
        "Care level is A",
    ),
    "a number beside a Chinese word": (
        "customer",
        "won_count == 0",
        "成交次数为 0",
        "Won deals is 0",
    ),
    "a label that ends with a sign": (
        "customer",
        "silence_days == 7",
        "沉默上限（天）为 7",
        "Silence limit in days is 7",
    ),
    "a day of the calendar": (
        "deal",
        "expected_close <= date(2026, 3, 31)",
        "预计成交日期不晚于 2026-03-31",
        "Expected close on or before Mar 31, 2026",
    ),
    "the stage's own limit": (
        "deal",
        "days_since(stage_entered_at) > stage.max_days",
        "阶段进入时间距今超过停留上限",
        "Stage entered at more days ago than the longest stay",
    ),
    "one day": (
        "deal",
        "days_since(last_follow_up_at) > 1",
        "最近跟进时间距今超过 1 天",
        "Last follow-up time more than 1 day ago",
    ),
    "several days": (
        "deal",
        "days_since(last_follow_up_at) > 21",
        "最近跟进时间距今超过 21 天",
        "Last follow-up time more than 21 days ago",
    ),
    "this week": (
        "task",
        "date(due_at) >= start_of_week(today())",
        "截止时间不早于本周第一天",
        "Due on or after the start of this week",
    ),
    "the next week": (
        "task",
        "date(due_at) < add_days(start_of_week(today()), 7)",
        "截止时间早于下周第一天",
        "Due before the start of next week",
    ),
    "none of those that point here": (
        "customer",
        'not any(deals, stage == "won")',
        "没有商机满足：阶段为赢单",
        "no deals: Stage is Won",
    ),
}


@pytest.mark.parametrize(("entity", "text", "chinese", "english"), SAID.values(), ids=list(SAID))
def test_says(app: App, entity: str, text: str, chinese: str, english: str) -> None:
    for locale, expected in (("zh-CN", chinese), ("en", english)):
        (part,) = speaker(app, entity, locale).parts(text)
        assert (part.words, part.known) == (expected, True)


def test_says_the_filter_of_every_view(app: App) -> None:
    for view in app.views.values():
        for locale in ("zh-CN", "en"):
            parts = speaker(app, view.entity, locale).parts(view.filter or "")
            assert [part.code for part in parts if not part.known] == [], view.name


def test_says_what_cannot_be_read_as_it_is_written(app: App) -> None:
    parts = speaker(app, "customer", "en").parts("vip and won_amount * 2 > 10 and wonamount > 1")
    assert [(part.words, part.known) for part in parts] == [
        ("In the VIP pool", True),
        ("Won amount × 2 above CNY 10.00", True),
        ("wonamount > 1", False),
    ]


def test_what_the_reader_may_not_see_is_not_said(app: App) -> None:
    formats = Formats("en", ZoneInfo("Asia/Shanghai"), now=NOW)
    reader = Speaker(app, app.entity("customer"), formats, lambda entity, one: one != "won_amount")
    parts = reader.parts("vip and won_amount > 10")
    assert [part.words for part in parts] == ["In the VIP pool", "(a hidden condition)"]
