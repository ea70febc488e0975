"""Schedules as people choose them, and the cron lines that they stand for."""

from __future__ import annotations

import pytest

from fieldstone.ui.show.studio.rules.timing import Timing, WrongTiming, cron_of, said, timing_of


@pytest.mark.parametrize(
    ("cron", "kind", "english", "chinese"),
    [
        ("0 8 * * *", "daily", "Every day at 08:00", "每天 08:00"),
        ("30 18 * * 1-5", "weekdays", "Monday to Friday at 18:30", "周一至周五 18:30"),
        ("0 9 * * 1,3", "weekly", "Monday, Wednesday at 09:00", "每周一、周三 09:00"),
        ("5 7 31 * *", "monthly", "On day 31 of the month at 07:05", "每月 31 日 07:05"),
        ("15 * * * *", "hourly", "Every hour at minute 15", "每小时的第 15 分钟"),
        ("*/10 * * * *", "minutes", "Every 10 minutes", "每隔 10 分钟"),
        ("0 8 1 1 *", "other", "0 8 1 1 *", "0 8 1 1 *"),
        ("0 8-18 * * *", "other", "0 8-18 * * *", "0 8-18 * * *"),
    ],
)
def test_a_cron_line_is_chosen_and_said(cron: str, kind: str, english: str, chinese: str) -> None:
    timing = timing_of(cron)
    assert timing.kind == kind
    assert cron_of(timing) == cron
    assert (said(cron, "en"), said(cron, "zh-CN")) == (english, chinese)


def test_sunday_by_either_number_is_sunday() -> None:
    assert cron_of(timing_of("0 9 * * 7,6")) == "0 9 * * 6,0"


@pytest.mark.parametrize(
    ("timing", "problem"),
    [
        (Timing("daily", "25:00"), "rules.wrong_time"),
        (Timing("weekly", days=()), "rules.need_day"),
        (Timing("monthly", day="0"), "rules.wrong_day"),
        (Timing("hourly", minute="60"), "rules.wrong_minute"),
        (Timing("other"), "rules.need_cron"),
    ],
)
def test_what_is_no_schedule_is_refused(timing: Timing, problem: str) -> None:
    with pytest.raises(WrongTiming, match=problem):
        cron_of(timing)
