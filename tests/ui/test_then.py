"""A record as it was: the way there from the timeline, going back, and undoing that."""

from typing import Any

import pytest
from playwright.sync_api import expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


def change(site: Site, number: int, **values: Any) -> None:
    """Change a machine behind the reader's back."""
    with site.workspace.writing() as tx:
        (done,) = records.update_many(tx, SYSTEM, "machine", [records.Update(number, None, values)])
    assert done.done, done.problems


def test_the_timeline_leads_to_how_it_was_and_back(chief: Reader, site: Site) -> None:
    change(site, 7, price="1234.50")
    change(site, 7, price="99.00", name="改了名")
    chief.open("machine/7")
    page = chief.page
    page.locator("#flow a:has-text('查看当时的样子')").nth(1).click()
    expect(page.locator(".notice.info")).to_contain_text("这是 ")
    expect(page.locator("h1")).to_have_text("机床 07")
    expect(page.locator(".pairs")).to_contain_text("1,234.50")
    row = page.locator("#back tbody tr")
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("改了名")
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", answer)
    page.click("#back button")
    expect(page.locator(".notice")).to_contain_text("已恢复 2 个字段")
    assert "将改动这些字段" in asked[0]
    expect(page.locator("h1")).to_have_text("机床 07")
    page.click(".notice button:has-text('撤销')")
    expect(page.locator("h1")).to_have_text("改了名")


def test_nothing_is_offered_where_nothing_changed(ann: Reader, site: Site) -> None:
    change(site, 8, price="5.00")
    ann.open("machine/8")
    ann.page.locator("#flow a:has-text('As it was then')").first.click()
    expect(ann.page.locator("#back")).to_contain_text("Nothing has changed since.")
    expect(ann.page.locator("#back button")).to_have_count(0)
    ann.page.click(".notice.info a")
    expect(ann.page.locator("#flow")).to_be_visible()


def test_it_is_read_on_a_telephone(chief: Reader, site: Site) -> None:
    change(site, 9, name="一个很长的新名字" * 6, price="1.00")
    change(site, 9, name="短")
    chief.page.set_viewport_size({"width": 390, "height": 844})
    chief.open("machine/9")
    chief.page.locator("#flow a:has-text('查看当时的样子')").nth(1).click()
    expect(chief.page.locator("#back button")).to_be_visible()
    assert chief.sideways() == 0


def test_a_stage_goes_back_with_a_reason(ann: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        values = {"subject": "Belt", "machine": "3"}
        number = records.create(tx, SYSTEM, "repair", values).id
    with site.workspace.writing() as tx:
        moved = [records.Update(number, None, {"stage": "working", "cost": "800"})]
        (done,) = records.update_many(tx, SYSTEM, "repair", moved, history=True)
    assert done.done, done.problems
    ann.open(f"repair/{number}")
    page = ann.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#flow a:has-text('As it was then')").last.click()
    page.click("#back button")
    expect(page.locator(".notice")).to_contain_text("unchanged: Stage")
    page.locator("#flow a:has-text('As it was then')").last.click()
    page.fill("#reason", "A slip")
    page.click("#back button")
    expect(page.locator(".notice")).to_contain_text("1 field has its earlier value again")
    expect(page.locator("#flow")).to_contain_text("moved stage")
