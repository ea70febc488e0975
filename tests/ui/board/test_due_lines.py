"""The page of what is due: each line is done from there, and a record is written about in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import ListRequest
from tests.ui.readers import Reader, Site, reader_of

pytestmark = pytest.mark.browser

WORDS = {
    "zh-CN": {
        "finish": "完成",
        "undo": "撤销",
        "done": "已完成",
        "back": "恢复为待办",
        "write": "写日志",
    },
    "en": {
        "finish": "Done",
        "undo": "Undo",
        "done": "Done",
        "back": "Open again",
        "write": "Write log",
    },
}


@pytest.fixture(params=[("chief@example.com", 1280), ("ann@example.com", 390)])
def worker(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Reader]:
    """Return who reads Chinese at a desk, and who reads English on a telephone, with work due."""
    email, width = request.param
    with reader_of(browser, site, "zh-CN" if width > 700 else "en-GB", width) as reader:
        reader.sign_in(email)
        yield reader


def words(reader: Reader) -> dict[str, str]:
    return WORDS[reader.page.locator("html").get_attribute("lang") or "en"]


def who(reader: Reader) -> str:
    """The number of the member who reads."""
    return "1" if words(reader) is WORDS["zh-CN"] else "2"


def made(site: Site, entity: str, days: int, **values: Any) -> int:
    """A record that falls due so many days from today."""
    with site.workspace.writing() as tx:
        due = tx.now.astimezone(tx.zone).date() + timedelta(days=days)
        return records.create(tx, SYSTEM, entity, {**values, "due": due.isoformat()}).id


def state(site: Site, errand: int) -> Any:
    with site.workspace.reading() as tx:
        return records.get(tx, SYSTEM, "errand", errand).values["state"]


def line(page: Page, title: str) -> Any:
    return page.locator(".due tbody tr", has_text=title)


def test_a_press_does_it_and_undo_takes_it_back(worker: Reader, site: Site) -> None:
    worker.open("-/today")
    said, page = words(worker), worker.page
    name = f"送信 {who(worker)}"
    errand = made(site, "errand", -9, name=name, runner=who(worker))
    worker.open("-/today")
    line(page, name).get_by_role("button", name=said["finish"]).click()
    notice = page.locator(".notice.success")
    expect(notice).to_contain_text(name)
    expect(notice).to_contain_text(said["done"])
    expect(line(page, name)).to_have_count(0)
    assert state(site, errand) == "done"
    notice.get_by_role("button", name=said["undo"]).click()
    expect(page.locator(".notice.success")).to_contain_text(said["back"])
    expect(line(page, name)).to_have_count(1)
    assert state(site, errand) == "open"
    assert worker.sideways() <= 0


def test_what_another_changed_meanwhile_is_told_and_not_written(worker: Reader, site: Site) -> None:
    worker.open("-/today")
    said, page = words(worker), worker.page
    name = f"取漆 {who(worker)}"
    errand = made(site, "errand", -8, name=name, runner=who(worker))
    worker.open("-/today")
    with site.workspace.writing() as tx:
        records.update(tx, SYSTEM, "errand", errand, 1, {"job": "1"})
    line(page, name).get_by_role("button", name=said["finish"]).click()
    expect(page.locator(".notice.danger")).to_contain_text(name)
    expect(page.locator(".notice.danger a")).to_be_visible()
    assert state(site, errand) == "open"
    line(page, name).get_by_role("button", name=said["finish"]).click()
    expect(page.locator(".notice.success")).to_contain_text(name)


def test_two_clicks_from_what_is_due_to_a_record_written(worker: Reader, site: Site) -> None:
    worker.open("-/today")
    said, page = words(worker), worker.page
    name = f"急修 {who(worker)}"
    made(site, "job", -7, name=name, builder=who(worker))
    worker.open("-/today")
    line(page, name).get_by_role("link", name=said["write"]).click()
    field = page.locator("tr.writing textarea")
    expect(field).to_be_focused()
    assert worker.sideways() <= 0
    page.keyboard.type("换了螺旋桨")
    page.locator("tr.writing [data-save]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".due")).not_to_have_count(0)
    with site.workspace.reading() as tx:
        asked = ListRequest(entity_id="log", where=(f'job.name == "{name}"',), fields=("text",))
        assert [one.values["text"] for one in query.page(tx, SYSTEM, asked).records] == [
            "换了螺旋桨"
        ]


def test_a_refusal_is_mended_and_leads_back(worker: Reader, site: Site) -> None:
    worker.open("-/today")
    said, page = words(worker), worker.page
    name = f"补漆 {who(worker)}"
    made(site, "job", -6, name=name, builder=who(worker))
    worker.open("-/today")
    line(page, name).get_by_role("link", name=said["write"]).click()
    page.locator("tr.writing [data-save]").click()
    expect(page.locator("#composer .wrong").first).to_be_visible()
    page.locator("#composer textarea").fill("先打磨")
    page.locator("#composer [data-save]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".home")).to_be_visible()


def test_what_is_due_comes_before_the_numbers(worker: Reader, site: Site) -> None:
    worker.open("-/today")
    made(site, "errand", -5, name=f"买绳 {who(worker)}", runner=who(worker))
    worker.open("-/today")
    due = worker.page.locator(".due").first.bounding_box()
    numbers = worker.page.locator(".tiles").bounding_box()
    assert due
    assert numbers
    assert due["y"] < numbers["y"]


def test_who_may_only_look_gets_no_buttons(vera: Reader) -> None:
    for path in ("errand/1/finish", "errand/1/reopen"):
        answer = vera.page.request.post(vera.site.path(path))
        assert answer.status in (400, 403, 404)
    answer = vera.page.request.get(vera.site.path("job/1/compose"))
    assert answer.status == 404
