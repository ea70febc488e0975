"""Numbers, days and telephones on pages: line 79 of what users check, for each way to read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser

CHINESE = {
    "day": "2026年3月5日",
    "in a table": "2026-03-05",
    "money": "¥12,345.50",
    "large": "¥16,117,548.24",
    "short": "¥1,611.75万",
    "extension": "转 801",
}
ENGLISH = {
    "day": "Mar 5, 2026",
    "in a table": "Mar 5, 2026",
    "money": "CNY 12,345.50",
    "large": "CNY 16,117,548.24",
    "short": "CNY 16.12M",
    "extension": "ext. 801",
}


def words(reader: Reader) -> dict[str, str]:
    chinese = reader.page.locator("html").get_attribute("lang") == "zh-CN"
    return CHINESE if chinese else ENGLISH


@pytest.fixture(scope="module")
def job(site: Site) -> int:
    """Return a job that is due on a day of March 2026, a date that has been moved once."""
    with site.workspace.writing() as tx:
        values = {"name": "三月工程", "price": "12345.50", "due": "2026-02-01", "builder": "1"}
        made = records.create(tx, SYSTEM, "job", values)
        records.create(tx, SYSTEM, "job", {"name": "大额三月", "price": "16117548.24"})
    with site.workspace.writing() as tx:
        records.update(tx, SYSTEM, "job", made.id, made.version, {"due": "2026-03-05"})
    return made.id


def test_79_days_and_money_of_a_record(reader: Reader, job: int) -> None:
    reader.open(f"job/{job}")
    said = words(reader)
    for part in (".record-head", "#panel", "#timeline"):
        expect(reader.page.locator(part)).to_contain_text(said["day"])
    expect(reader.page.locator(".record-head")).to_contain_text(said["money"])
    assert "2026-03-05" not in reader.page.locator("main").inner_text()
    assert reader.sideways() == 0


def test_79_all_digits_in_tables_and_short_ones_on_cards(reader: Reader, job: int) -> None:
    reader.open("job?q=三月&show=list")
    said = words(reader)
    rows = reader.page.locator("tbody")
    for what in ("in a table", "money", "large"):
        expect(rows).to_contain_text(said[what])
    reader.open("job?q=三月&show=board")
    board = reader.page.locator(".board")
    for what in ("day", "short"):
        expect(board).to_contain_text(said[what])
    expect(board.locator(f"[title='{said['large']}']")).to_have_count(1)
    assert reader.sideways() == 0


def test_79_a_week_begins_on_monday(reader: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        today = tx.now.astimezone(tx.zone).date()
        monday = today - timedelta(days=today.isoweekday() - 1)
        for name, days in (("上周日", -1), ("周一", 0), ("周日", 6), ("下周一", 7)):
            due = (monday + timedelta(days=days)).isoformat()
            records.create(tx, SYSTEM, "job", {"name": f"按周 {name} {id(reader)}", "due": due})
    week = "due >= start_of_week(today()) and due < add_days(start_of_week(today()), 7)"
    reader.open(f"job?q={id(reader)}&show=list&where={week.replace(' ', '+')}")
    rows = reader.page.locator("tbody")
    expect(rows.locator("tr")).to_have_count(2)
    for name in ("周一", "周日"):
        expect(rows).to_contain_text(f"按周 {name} {id(reader)}")


def test_79_a_telephone_number_is_of_china_unless_it_says_so(reader: Reader) -> None:
    said = words(reader)
    for typed, kept, shown in (
        ("13800138000", "+8613800138000", "138 0013 8000"),
        ("021-61234567 转 801", "+862161234567;ext=801", f"021 6123 4567 {said['extension']}"),
        ("+1 415 555 0100", "+14155550100", "+14155550100"),
    ):
        reader.open("boat/new")
        reader.page.fill("[name=name]", f"电话 {typed}")
        reader.page.fill("[name=berth_phone]", typed)
        reader.page.click("[data-save]")
        link = reader.page.locator("#panel a[href^='tel:']")
        expect(link).to_have_text(shown)
        expect(link).to_have_attribute("href", f"tel:{kept}")
