"""The page of a record: stages, key actions, related records, notes, deleting, alerts and why."""

import re

import pytest
from playwright.sync_api import expect

from fieldstone.engine import merges, records
from fieldstone.engine.access import SYSTEM
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def repair(site: Site) -> int:
    """Return a new repair in its first stage."""
    with site.workspace.writing() as tx:
        values = {"subject": "换刀架", "machine": "3"}
        return records.create(tx, SYSTEM, "repair", values).id


def test_a_stage_is_refused_until_it_has_what_it_needs(chief: Reader, repair: int) -> None:
    chief.open(f"repair/{repair}")
    page = chief.page
    expect(page.locator(".onward")).to_contain_text("进入“维修中”还需：已查看、费用")
    page.click(".stages button:has-text('维修中')")
    asking = page.locator("#move")
    expect(asking).to_contain_text("已查看")
    expect(asking.locator("[name=cost]")).to_be_visible()
    page.fill("#move [name=cost]", "800")
    page.click("#move [data-save]")
    expect(asking.locator("[name=cost]")).to_have_value("800")
    page.check("#move label:has-text('已查看') input")
    page.click("#move [data-save]")
    expect(page.locator(".stages [aria-current=step]")).to_contain_text("维修中")
    expect(page.locator("#flow")).to_contain_text("变更了阶段")
    page.click(".stages button:has-text('已报修')")
    page.fill("#move [name=reason]", "配件未到")
    page.click("#move [data-save]")
    expect(page.locator(".stages [aria-current=step]")).to_contain_text("已报修")


def test_a_key_action_is_ticked_and_taken_back(chief: Reader, repair: int) -> None:
    chief.open(f"repair/{repair}")
    tick = chief.page.locator(".ticks button:has-text('已查看')")
    tick.click()
    expect(tick).to_have_attribute("aria-pressed", "true")
    tick.click()
    expect(tick).to_have_attribute("aria-pressed", "false")


def test_related_records_have_tabs_with_counts(chief: Reader, repair: int) -> None:
    chief.open("machine/3")
    page = chief.page
    page.click(".tabs.under a:has-text('维修单')")
    expect(page.locator("#panel tbody tr").first).to_contain_text("换刀架")
    expect(page.locator("#panel thead")).not_to_contain_text("设备")
    page.click("#panel a:has-text('新建维修单')")
    expect(page.locator("#f-repair-machine .item")).to_have_text("机床 03")


def test_writes_down_what_was_done(chief: Reader) -> None:
    chief.open("machine/4")
    page = chief.page
    page.click("#composer [data-save]")
    expect(page.locator("#composer .wrong").first).to_be_visible()
    page.fill("#composer textarea", "更换润滑油，\n试车正常。")
    page.click("#composer [data-save]")
    expect(page.locator("#flow .note")).to_contain_text("试车正常")
    expect(page.locator(".tabs.under")).to_contain_text("工作记录 1")


def test_a_merged_record_leads_to_the_one_that_it_became(
    chief: Reader, site: Site, repair: int
) -> None:
    with site.workspace.writing() as tx:
        values = {"subject": "刀架松动", "machine": "3"}
        other = records.create(tx, SYSTEM, "repair", values).id
        merges.merge(tx, SYSTEM, "repair", repair, 1, other, 1)
    chief.open(f"repair/{repair}")
    expect(chief.page).to_have_url(re.compile(f"/repair/{other}$"))
    expect(chief.page.locator("#flow")).to_contain_text("将“换刀架”并入“刀架松动”")


def test_deletes_and_restores(chief: Reader) -> None:
    chief.open("machine/20")
    page = chief.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".acts summary")
    page.click(".acts .danger")
    expect(page.locator(".notice")).to_contain_text("已删除：机床 20")
    page.click(".notice button:has-text('撤销')")
    expect(page.locator("h1")).to_have_text("机床 20")


def test_a_record_that_others_need_is_kept(chief: Reader) -> None:
    chief.open("machine/1")
    page = chief.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".acts summary")
    page.click(".acts .danger")
    expect(page.locator(".notice.danger")).to_contain_text("未能删除")
    expect(page.locator("h1")).to_have_text("机床 01")


def test_an_alert_says_why_and_can_be_worked_through(chief: Reader, ann: Reader) -> None:
    chief.open("-/alerts")
    page = chief.page
    alert = page.locator(".alert").first
    expect(alert).to_contain_text("【设备闲置】机床 60 未在用。")
    alert.locator(".why summary").click()
    expect(alert.locator(".reason")).to_contain_text("在用为否")
    expect(alert.locator(".reason")).to_contain_text("当前 ¥60,000.00")
    alert.locator("button:has-text('知晓')").click()
    expect(alert).to_contain_text("已知晓")
    ann.open("machine/60")
    strip = ann.page.locator(".strip")
    expect(strip).to_contain_text("机床 60 stands idle.")
    strip.locator("summary:has-text('Snooze')").click()
    strip.locator("button[value='3']").click()
    expect(ann.page.locator(".strip")).to_have_count(0)
    ann.open("-/alerts?state=snoozed")
    expect(ann.page.locator(".alert")).to_contain_text("Snoozed until")
