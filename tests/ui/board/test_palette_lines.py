"""The palette: lines 60 and 61 of what users check."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.ui.readers import Reader

pytestmark = pytest.mark.browser


def opened(reader: Reader) -> Locator:
    reader.page.keyboard.press("Control+k")
    found = reader.page.locator("dialog[data-palette]")
    expect(found.locator("input")).to_be_focused()
    return found


def test_60_opens_anywhere_with_what_was_looked_at_last(chief: Reader) -> None:
    page = chief.page
    chief.open("boat/2")
    expect(page.locator(".find kbd")).to_have_text("Ctrl K")
    chief.open("-/alerts")
    palette = opened(chief)
    recent = palette.get_by_role("group", name="最近查看")
    expect(recent.get_by_role("option")).to_have_text(["白鹭号船"])
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
    opened(chief)
    expect(recent.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(recent.get_by_role("option")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("白鹭号")


def test_60_arrows_and_enter_open_what_was_found(chief: Reader) -> None:
    chief.open("job")
    palette = opened(chief)
    chief.page.keyboard.type("海鸥")
    hit = palette.get_by_role("group", name="船").get_by_role("option")
    expect(hit).to_have_attribute("aria-selected", "true")
    chief.page.keyboard.press("Enter")
    expect(chief.page.locator("h1")).to_have_text("海鸥号")


def test_61_finds_records_views_and_actions(chief: Reader) -> None:
    chief.open("job")
    palette = opened(chief)
    box = palette.locator("input")
    box.fill("机密")
    expect(palette.get_by_role("group", name="机密")).to_contain_text("机密工程清单")
    expect(palette.get_by_role("group", name="操作")).to_contain_text("新建机密")
    box.fill("kbq")
    expect(palette.get_by_role("group", name="页面与视图")).to_contain_text("看板墙")
    box.fill("新建船")
    action = palette.get_by_role("group", name="操作").get_by_role("option")
    expect(action).to_have_text("新建船")
    chief.page.keyboard.press("Enter")
    expect(chief.page.locator("h1")).to_have_text("新建船")


def test_61_what_one_may_not_see_never_appears(chief: Reader, vera: Reader) -> None:
    vera.open("job")
    # As if a record had been looked at while it was still allowed.
    vera.page.evaluate("localStorage.setItem('recent:/yard/-/palette', 'secret.1,boat.1,job.1')")
    palette = opened(vera)
    expect(palette.get_by_role("option").first).to_have_text("工程 01Job")
    expect(palette).not_to_contain_text("机密工程清单")
    expect(palette).not_to_contain_text("海鸥号")
    palette.locator("input").fill("机密")
    expect(palette.locator("[role=status]")).to_have_text("Nothing found")
    palette.locator("input").fill("New")
    expect(palette.get_by_role("option")).to_have_count(0)


def test_60_without_an_answer_enter_leads_to_the_search(chief: Reader) -> None:
    chief.page.route("**/-/palette*", lambda route: None)
    chief.open("job")
    opened(chief)
    chief.page.keyboard.type("海鸥")
    chief.page.keyboard.press("Enter")
    expect(chief.page.locator(".hit a")).to_have_text("海鸥号")


def test_60_a_recent_list_that_makes_no_sense_is_let_be(chief: Reader) -> None:
    for recent in ("", "x", "job", "job.x", "job.99999999999999999999", "member.1", ".,.", "job.²"):
        answer = chief.page.request.get(chief.site.path(f"-/palette?recent={recent}"))
        assert answer.status == 200, recent


def test_61_finds_the_settings_that_one_may_open(chief: Reader, vera: Reader) -> None:
    chief.open("job")
    palette = opened(chief)
    palette.locator("input").fill("业务配置")
    settings = palette.get_by_role("group", name="设置")
    expect(settings.get_by_role("option").first).to_have_text("业务配置")
    palette.locator("input").fill("成员")
    expect(settings).to_contain_text("成员")
    vera.open("job")
    palette = opened(vera)
    palette.locator("input").fill("account")
    expect(palette.get_by_role("group", name="Settings")).to_contain_text("My account")
    for closed in ("Studio", "Members"):
        palette.locator("input").fill(closed)
        expect(palette.locator("[role=status]")).to_have_text("Nothing found")
