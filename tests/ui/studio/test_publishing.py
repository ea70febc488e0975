"""A change of many records is published by a worker: seen, left, stopped, told of at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import drafts, publish, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.publishing import asked, preparing
from fieldstone.engine.publishing import rows as batches
from fieldstone.metadata.documents import document_of
from fieldstone.ui.words import say
from tests.ui.choosing.conftest import work
from tests.ui.readers import Reader, Site
from tests.ui.studio.drafting import ANN, CHIEF, drafted

BATCH = 10
PUBLISH = "form.review button.primary"
_numbers = count(1)


@pytest.fixture(autouse=True)
def _every_table_is_large(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Prepare whatever is published, some rows at a time, and leave nothing to do."""
    while work(site):
        pass
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(batches, "AT_ONCE", {"sqlite": BATCH, "postgresql": BATCH})
    yield
    while work(site):
        pass


def change(site: Site, member: int, **more: Any) -> str:
    """Give machines one more field, in a member's draft; its name."""
    caller, name = Caller(member, system=True), f"remark_{next(_numbers)}"
    field = {"id": name, "name": name, "type": "text", "label": "Remark", "default": "new"}
    with site.workspace.writing() as tx:
        there = drafts.read(tx, caller).document("entity", "machine")
        assert there is not None
        fields = [{**one, **more.get(one["name"], {})} for one in there.data["fields"]]
        data = {**there.data, "fields": [*fields, field]}
        drafts.put_sound(tx, caller, [document_of(data, in_ids=True)])
    return name


@contextmanager
def amid(site: Site, look: Callable[[], None]) -> Iterator[None]:
    """Look once in the midst of a preparation, before the worker's next transaction begins."""
    here = threading.get_ident()
    done: list[int] = []

    def begun(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() != here or done or not statement.startswith("BEGIN"):
            return
        done.append(1)
        with site.workspace.reading() as tx:
            going = asked.going(tx)
        if going is not None and going.done > BATCH:
            look()
        else:
            done.clear()

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", begun)
    try:
        yield
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", begun)
    assert done


def work_of(reader: Reader) -> Locator:
    return reader.page.locator(".import-work")


def told(reader: Reader, key: str, **params: Any) -> str:
    return say(key, "zh-CN" if reader.language == "zh-CN" else "en", **params)


def member_of(reader: Reader) -> int:
    return CHIEF if reader.language == "zh-CN" else ANN


def begin(reader: Reader) -> None:
    """Press the button that publishes, and see at once that it is going on."""
    reader.open("-/studio/review")
    reader.page.click(PUBLISH)
    expect(work_of(reader)).to_contain_text(told(reader, "imports.waits_hint"))


def test_71_it_is_seen_by_who_asked_wherever_they_are(reader: Reader, site: Site) -> None:
    field = change(site, member_of(reader))
    begin(reader)
    page = reader.page
    page.reload()
    expect(work_of(reader)).to_contain_text(told(reader, "studio.publishing", n=1))
    expect(page.locator(PUBLISH)).to_have_count(0)

    def look() -> None:
        expect(page.locator("[data-progress]")).to_have_text("20 / 60")
        expect(page.locator("progress")).to_have_attribute("value", "20")
        expect(work_of(reader)).to_contain_text(told(reader, "studio.publishing_hint"))
        assert reader.sideways() <= 0
        reader.open("-/studio/entity/machine")
        expect(page.locator(".draft-bar")).to_contain_text(told(reader, "studio.publishing", n=1))
        expect(page.locator(".draft-bar")).to_contain_text("20 / 60")
        page.locator(".draft-bar a").click()
        expect(work_of(reader)).to_be_visible()

    with amid(site, look):
        assert work(site) == 1
    expect(page.locator(".notice.success")).to_have_text(told(reader, "studio.published", n=1))
    expect(page.locator(".empty")).to_contain_text(told(reader, "studio.nothing"))
    with site.workspace.reading() as tx:
        assert field in tx.app.entity("machine").by_id
    reader.open("-/notifications")
    page.locator(
        "main a", has_text="改动已发布" if reader.language == "zh-CN" else "published"
    ).first.click()
    page.wait_for_url("**/-/studio/review")


def test_another_administrator_sees_whose_it_is_and_may_stop_it(
    browser: Browser, site: Site, chief: Reader, ann: Reader
) -> None:
    field = change(site, CHIEF)
    change(site, ANN)
    begin(chief)
    ann.open("-/studio/entity/machine")
    expect(ann.page.locator(".draft-bar")).to_contain_text("王工 is publishing 1 change")
    ann.open("-/studio/review")
    expect(work_of(ann)).to_contain_text("王工 is publishing 1 change")
    expect(work_of(ann)).to_contain_text("Your own changes can be published afterwards.")
    expect(ann.page.locator(PUBLISH)).to_have_count(0)

    def stop() -> None:
        ann.page.click(".import-work button")
        expect(work_of(ann)).to_contain_text("Cancelled; taking back what was begun")
        expect(work_of(chief)).to_contain_text("已取消，正在撤回已处理的部分")

    with amid(site, stop):
        work(site)
    expect(chief.page.locator(".notice.info")).to_have_text("已取消发布，数据和配置都没有变化。")
    expect(chief.page.locator(PUBLISH)).to_be_visible()
    expect(ann.page.locator(PUBLISH)).to_be_visible()
    assert drafted(site, CHIEF, "entity", "machine")["fields"][-1]["name"] == field
    begin(ann)
    work(site)
    expect(ann.page.locator(".notice.success")).to_have_text("1 change published")


def test_it_is_stopped_before_anybody_began(reader: Reader, site: Site) -> None:
    change(site, member_of(reader))
    begin(reader)
    reader.page.click(".import-work button")
    expect(reader.page.locator(".notice.info")).to_have_text(
        told(reader, "studio.publishing_stopped")
    )
    expect(reader.page.locator(PUBLISH)).to_be_visible()
    assert reader.sideways() <= 0


def test_why_it_came_to_nothing_is_told_on_the_review(chief: Reader, site: Site) -> None:
    change(site, CHIEF, bought_on={"required": True})
    chief.open("-/studio/review")
    chief.page.fill("#reason", "年度盘点")
    chief.page.click(PUBLISH)
    expect(work_of(chief)).to_be_visible()

    def empty() -> None:
        with site.workspace.writing() as tx:
            there = records.get(tx, SYSTEM, "machine", 7)
            records.update(tx, SYSTEM, "machine", 7, there.version, {"bought_on": None})

    with amid(site, empty):
        work(site)
    expect(chief.page.locator(".notice.danger").first).to_contain_text("未能发布")
    expect(chief.page.locator(".notice.danger").first).to_contain_text("购置日期")
    expect(chief.page.locator("#reason")).to_have_value("年度盘点")


def test_it_is_told_when_somebody_else_was_faster(chief: Reader, site: Site) -> None:
    change(site, CHIEF)
    begin(chief)
    with site.workspace.reading() as tx:
        role = document_of({"kind": "role", "name": f"guest_{next(_numbers)}"})
        plan = publish.preview(tx, SYSTEM, [*publish.export(tx), role])
    publish.publish(site.workspace, SYSTEM, plan)
    work(site)
    expect(chief.page.locator(".notice.danger")).to_contain_text("先重新查看改动，再发布")
    expect(chief.page.locator(PUBLISH)).to_be_visible()
    change(site, CHIEF)
    chief.open("-/studio/review")
    expect(chief.page.locator(PUBLISH)).to_be_visible()
    expect(chief.page.locator(".notice.danger")).to_have_count(0)


def test_while_it_goes_on_the_draft_cannot_be_changed(chief: Reader, site: Site) -> None:
    change(site, CHIEF)
    begin(chief)
    chief.open("-/studio/entity/machine/field/price")
    chief.page.locator("[data-save]").click()
    expect(chief.page.locator("main")).to_contain_text("你的草稿正在发布")
