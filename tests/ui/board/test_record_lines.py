"""The page of a record: lines 41 to 45 of what users check, as far as they hold."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def busy(site: Site) -> int:
    """Return a job with one log, and then more changes than a page of the timeline holds."""
    with site.workspace.writing() as tx:
        job = records.create(tx, SYSTEM, "job", {"name": "忙碌的工程", "builder": "1"}).id
        records.create(tx, SYSTEM, "log", {"job": str(job), "text": "铺设龙骨"})
    for number in range(25):
        with site.workspace.writing() as tx:
            values = {"plan": f"第 {number} 步", "price": "800"}
            records.update(tx, SYSTEM, "job", job, number + 1, values)
    return job


HEADS = {
    "chief": ("忙碌的工程", "询价", "王工", "¥800.00", "第 24 步", "最近日志时间"),
    "ann": ("忙碌的工程", "Asked", "王工", "CNY 800.00", "第 24 步", "Last log"),
    "phone": ("忙碌的工程", "询价", "王工", "¥800.00", "第 24 步", "最近日志时间"),
}


@pytest.mark.parametrize("name", HEADS)
def test_41_the_header_says_what_the_entity_declares(
    request: pytest.FixtureRequest, busy: int, name: str
) -> None:
    reader: Reader = request.getfixturevalue(name)
    reader.open(f"job/{busy}")
    head = reader.page.locator(".record-head")
    for what in HEADS[name]:
        expect(head).to_contain_text(what)
    box = head.bounding_box()
    assert box
    assert box["y"] + box["height"] < 800
    assert reader.sideways() == 0


def test_41_a_header_without_fields_of_its_own_shows_what_is_usual(chief: Reader) -> None:
    chief.open("errand/1")
    head = chief.page.locator(".record-head")
    for what in ("买木料", "负责人", "王工", "状态", "待办", "到期"):
        expect(head).to_contain_text(what)


def test_42_a_kind_older_than_the_first_page_is_found(chief: Reader, busy: int) -> None:
    chief.open(f"job/{busy}")
    page = chief.page
    flow = page.locator("#timeline")
    expect(flow.locator(".events")).not_to_contain_text("铺设龙骨")
    flow.get_by_role("link", name="日志").click()
    expect(flow.locator(".events")).to_contain_text("铺设龙骨")
    expect(flow.locator(".events > li")).to_have_count(1)
    flow.get_by_role("link", name="字段变更").click()
    expect(flow.locator("#older")).to_be_visible()
    flow.locator("#older a").click()
    expect(flow.locator("#older")).to_have_count(0)
    expect(flow.locator(".events")).not_to_contain_text("铺设龙骨")
    expect(flow.locator(".events")).to_contain_text("新建了数据")


def test_42_without_a_script_the_kind_is_a_page(chief: Reader, busy: int) -> None:
    chief.open(f"job/{busy}/timeline?kind=logs")
    expect(chief.page.locator(".events > li")).to_have_count(1)
    chief.open(f"job/{busy}/timeline?kind=nothing")
    expect(chief.page.locator(".kinds [aria-current]")).to_have_text("全部")


def test_43_a_time_says_exactly_when_on_focus(chief: Reader, busy: int) -> None:
    chief.open(f"job/{busy}")
    time = chief.page.locator(".events time").first
    time.focus()
    shown = time.evaluate("(one) => getComputedStyle(one, '::after').content")
    exact = time.get_attribute("data-exact")
    assert exact
    assert exact in shown


def test_43_a_time_says_exactly_when_under_the_pointer_in_english(ann: Reader, busy: int) -> None:
    ann.open(f"job/{busy}")
    time = ann.page.locator(".events time").first
    time.hover()
    exact = time.get_attribute("data-exact")
    assert exact
    assert exact in time.evaluate("(one) => getComputedStyle(one, '::after').content")
    assert exact != time.inner_text()


@pytest.mark.parametrize(
    ("name", "turn", "back", "more", "made", "oldest"),
    [
        ("chief", "从最早开始", "从最新开始", "更晚", "新建了数据", "第 0 步"),
        ("ann", "Show oldest first", "Show newest first", "Newer", "created this", "第 0 步"),
    ],
)
def test_43_the_order_can_be_turned(
    request: pytest.FixtureRequest,
    busy: int,
    name: str,
    turn: str,
    back: str,
    more: str,
    made: str,
    oldest: str,
) -> None:
    reader: Reader = request.getfixturevalue(name)
    reader.open(f"job/{busy}")
    events = reader.page.locator("#timeline .events")
    expect(events).not_to_contain_text(made)
    reader.page.get_by_role("link", name=turn).click()
    expect(events.locator("> li").first).to_contain_text(made)
    expect(events).to_contain_text(oldest)
    expect(events).not_to_contain_text("第 24 步")
    reader.page.locator("#older").get_by_role("link", name=more).click()
    expect(events).to_contain_text("第 24 步")
    expect(events.locator("> li").first).to_contain_text(made)
    reader.page.get_by_role("link", name=back).click()
    expect(events.locator("> li").first).to_contain_text("第 24 步")


def test_42_changes_of_what_points_here_are_told(chief: Reader, ann: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        job = records.create(tx, SYSTEM, "job", {"name": "改动的工程", "builder": "1"}).id
        log = records.create(tx, SYSTEM, "log", {"job": str(job), "text": "铺设龙骨"})
    with site.workspace.writing() as tx:
        records.update(tx, SYSTEM, "log", log.id, log.version, {"text": "龙骨验收"})
    for reader, what in ((chief, "修改了日志"), (ann, "changed log")):
        reader.open(f"job/{job}")
        first = reader.page.locator("#timeline .events > li").first
        expect(first).to_contain_text(what)
        expect(first.locator(".changes")).to_contain_text("龙骨验收")
        expect(first.locator(f"a[href$='/log/{log.id}']")).to_be_visible()
        reader.page.goto(f"{reader.page.url}/timeline?kind=logs")
        expect(reader.page.locator("#timeline .events > li")).to_have_count(2)


def test_45_another_change_is_told_and_both_values_are_shown(chief: Reader, ann: Reader) -> None:
    chief.open("boat/1/edit")
    ann.open("boat/1/edit")
    ann.page.fill("[name=remark]", "Painted")
    ann.page.click("[data-save]")
    expect(ann.page.locator("h1")).to_have_text("海鸥号")
    chief.page.fill("[name=remark]", "待上漆")
    chief.page.click("[data-save]")
    row = chief.page.locator(".versus .differs")
    expect(row).to_contain_text("Painted")
    expect(row).to_contain_text("待上漆")
    chief.open("boat/1")
    expect(chief.page.locator("#panel")).to_contain_text("Painted")


@pytest.mark.parametrize(
    ("name", "kind", "nothing", "new"),
    [
        ("chief", "跑腿", "还没有跑腿", "新建跑腿"),
        ("phone", "跑腿", "还没有跑腿", "新建跑腿"),
        ("ann", "Errands", "No errands yet", "New errand"),
    ],
)
def test_74_an_empty_timeline_says_what_belongs_there_and_has_one_way_on(
    request: pytest.FixtureRequest, name: str, kind: str, nothing: str, new: str
) -> None:
    reader: Reader = request.getfixturevalue(name)
    reader.open("job/2")
    flow = reader.page.locator("#timeline")
    flow.get_by_role("link", name=kind).click()
    expect(flow.locator(".empty")).to_contain_text(nothing)
    expect(flow.locator(".primary")).to_have_text(new)
    assert reader.sideways() == 0
    flow.locator(".primary").click()
    expect(reader.page.locator("[data-save]").first).to_be_visible()
    expect(reader.page.locator("[name=job] option[selected]")).to_have_text("工程 02")


@pytest.mark.parametrize(
    ("name", "nothing", "new"),
    [
        ("chief", "还没有跑腿", "新建跑腿"),
        ("phone", "还没有跑腿", "新建跑腿"),
        ("ann", "No errands yet", "New errand"),
    ],
)
def test_74_an_empty_related_list_says_what_belongs_there_and_has_one_way_on(
    request: pytest.FixtureRequest, name: str, nothing: str, new: str
) -> None:
    reader: Reader = request.getfixturevalue(name)
    reader.open("job/2?tab=errands")
    panel = reader.page.locator("#panel")
    expect(panel.locator(".empty")).to_contain_text(nothing)
    expect(panel.locator(".button")).to_have_count(1)
    expect(panel.locator(".primary")).to_have_text(new)
