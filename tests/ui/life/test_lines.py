"""The lines that users check of the first run, the gallery and refusals (experience.md, 1 to 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from fieldstone.engine import query, records, samples
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.engine.workspaces import Workspace
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import filled_workshop

pytestmark = pytest.mark.browser
PASSWORD = "walnut-Harbor-31"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """Return a server on an empty data folder; nothing of it is called by its workspace."""
    with Installation.open(Settings(home=tmp_path / "home", env="test")) as installation:
        code = installation.control.invitations.set_up()
        place = installation.create_workspace("placeholder", "Placeholder", ())
        installation.delete_workspace("placeholder")
        with served(installation, place) as site:
            yield Site(f"{site.address}/set-up/{code}", installation, place)


def begun(page: Page, empty: Site, template: str = "简版客户管理") -> str:
    """Go from the link that is printed to a workspace with sample data; its address."""
    page.goto(empty.address)
    assert page.locator("form input:not([type=hidden])").count() <= 3
    page.fill("#company", "石田仪表")
    page.fill("#who", "ada@example.com")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.click(f".gallery-cards a:has(h2:text-is('{template}'))")
    expect(page.locator("#name")).to_have_value("石田仪表")
    page.click(".gallery-make button.primary")
    page.wait_for_url("**/shi-tian-yi-biao/**")
    return page.url.split("/shi-tian-yi-biao/")[0] + "/shi-tian-yi-biao"


def test_line_1_and_2_three_fields_lead_to_sample_deals_and_a_next_step(
    browser: Browser, empty: Site
) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        page = reader.page
        address = begun(page, empty)
        page.goto(f"{address}/-/today")
        expect(page.locator(".menu a", has_text="客户").first).to_be_in_viewport()
        number = page.locator(".tile:not(.none) .number").first
        expect(number).to_be_in_viewport()
        assert int(number.inner_text().replace(",", "")) > 0
        for step in ("导入文件", "邀请成员"):
            expect(page.locator(".home-next a", has_text=step)).to_be_in_viewport()
        page.goto(f"{address}/deal")
        expect(page.locator("tbody tr").first).to_be_visible()
        page.goto(empty.address)
        expect(page.locator("h1")).to_have_text("链接已失效")


CUT_MARKS = """() => [...document.querySelectorAll("tbody .mark.sample")].filter((one) =>
  one.getBoundingClientRect().right > one.closest("td").getBoundingClientRect().right + 0.5
).length"""
"""A mark that its cell cuts off; the name before it is cut instead."""


@pytest.mark.parametrize(("locale", "mark"), [("zh-CN", "示例"), ("en", "Sample")])
def test_line_3_lists_boards_and_cards_tell_what_is_a_sample(
    browser: Browser, empty: Site, locale: str, mark: str
) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        page = reader.page
        address = begun(page, empty)
        if locale == "en":
            page.click(".top form.only-wide button[name=locale]")
        expect(page.locator("html")).to_have_attribute("lang", locale)
        with empty.installation.workspace("shi-tian-yi-biao").writing() as tx:
            values = {"name": "真实客户", "owner": "1"}
            records.create(tx, SYSTEM, "customer", values)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{address}/customer")
            own = page.locator("tbody tr", has_text="真实客户")
            expect(own).to_have_count(1)
            expect(own.locator(".mark.sample")).to_have_count(0)
            others = page.locator("tbody tr:has(.mark.sample)")
            expect(others.first.locator(".mark.sample")).to_have_text(mark)
            expect(others.first.locator(".mark.sample")).to_be_in_viewport()
            assert not page.evaluate(CUT_MARKS)
            expect(others).to_have_count(page.locator("tbody tr").count() - 1)
            assert reader.sideways() == 0
        page.goto(f"{address}/deal?show=board")
        expect(page.locator(".card .mark.sample").first).to_have_text(mark)


def test_line_3_one_button_removes_the_sample_and_nothing_else(
    browser: Browser, empty: Site
) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        address = begun(reader.page, empty)
        workspace = empty.installation.workspace("shi-tian-yi-biao")
        with workspace.writing() as tx:
            values = {"name": "真实客户", "owner": "1"}
            real = records.create(tx, SYSTEM, "customer", values)
            asked = query.ListRequest(entity_id="customer", limit=1, sort="id")
            made = query.page(tx, SYSTEM, asked).records[0]
        reader.page.goto(f"{address}/customer/{made.id}")
        expect(reader.page.locator(".record-head .mark.sample")).to_have_text("示例")
        reader.page.goto(f"{address}/customer/{real.id}")
        expect(reader.page.locator(".record-head .mark.sample")).to_have_count(0)
        reader.page.goto(f"{address}/-/sample")
        reader.page.locator("main button.danger").dblclick()
        expect(reader.page.locator(".import-work")).to_contain_text("等待后台处理")
        with workspace.reading() as tx:
            total = samples.count(tx)
        reader.page.reload()
        expect(reader.page.locator(".import-work [data-progress]")).to_have_text(f"0 / {total:,}")
        due = [one for one in tick(empty.installation) if is_removal(workspace, one[1])]
        assert [do(empty.installation, *one) for one in due] == [True]
        expect(reader.page.locator("main")).to_contain_text("没有示例数据")
        reader.page.goto(f"{address}/-/notifications")
        reader.page.get_by_role("link", name="示例数据已删除").click()
        expect(reader.page.locator("h1")).to_have_text("示例数据")
        with workspace.reading() as tx:
            assert samples.count(tx) == 0
            left = query.page(tx, SYSTEM, query.ListRequest(entity_id="customer"))
            assert [one.id for one in left.records] == [real.id]


def is_removal(workspace: Workspace, job: int) -> bool:
    with workspace.reading() as tx:
        return tx.connection.scalar(sa.select(JOB.c.kind).where(JOB.c.id == job)) == samples.KIND


def test_line_71_the_removal_of_a_sample_is_stopped(browser: Browser, empty: Site) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        page = reader.page
        address = begun(page, empty)
        page.click(".top form.only-wide button[name=locale]")
        page.goto(f"{address}/-/sample")
        page.click("main button.danger")
        expect(page.locator(".import-work")).to_contain_text("Waiting for the worker")
        page.click("button[value=stop]")
        expect(page.locator("main button.danger")).to_be_visible()
        page.goto(f"{address}/-/notifications")
        page.get_by_role("link", name="Removing the sample data was stopped").click()
        page.wait_for_url("**/-/sample")


def test_line_4_the_gallery_has_pictures_kinds_and_a_preview(browser: Browser, empty: Site) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        begun(reader.page, empty)
        page = reader.page
        page.goto(empty.address.split("/set-up/")[0] + "/new")
        cards = page.locator(".gallery-cards li")
        expect(cards).to_have_count(4)
        expect(cards.locator("svg.gallery-picture")).to_have_count(4)
        expect(cards.filter(has_text="项目管理")).to_contain_text("工作项")
        page.click(".gallery-cards a:has(h2:text-is('项目管理'))")
        expect(page.locator("main")).to_contain_text("立项策划 → 实施中")
        expect(page.locator("main")).to_contain_text("已过计划完工日期")
        assert len(empty.installation.workspaces()) == 1


def test_line_5_a_new_tenant_needs_its_name_only_and_has_its_own_data(
    browser: Browser, empty: Site
) -> None:
    with reader_of(browser, empty, "zh-CN") as reader:
        begun(reader.page, empty)
        page = reader.page
        place = empty.address.split("/set-up/")[0]
        page.goto(f"{place}/me/workspaces")
        page.click("a[href='/new']")
        page.click(".gallery-cards a:has(h2:text-is('简版客户管理'))")
        page.fill("#name", "石田仪表")
        page.uncheck("input[name=sample]")
        page.click(".gallery-make button.primary")
        page.wait_for_url("**/shi-tian-yi-biao-2/**")
        page.goto(f"{place}/shi-tian-yi-biao-2/-/search?q=有限公司")
        expect(page.locator("main .hit a[href*='/customer/']")).to_have_count(0)
        page.goto(f"{place}/shi-tian-yi-biao/-/search?q=有限公司")
        expect(page.locator("main .hit a[href*='/customer/']").first).to_be_visible()


def test_line_6_refusals_have_a_sentence_a_way_back_and_a_status(
    browser: Browser, tmp_path: Path
) -> None:
    with Installation.open(Settings(home=tmp_path, env="test")) as installation:
        workspace = filled_workshop(installation)
        with served(installation, workspace) as site, reader_of(browser, site, "zh-CN") as reader:
            statuses(reader, site)


def statuses(reader: Reader, site: Site) -> None:
    page = reader.page
    page.goto(f"{site.address}/sign-in")
    page.fill("#who", "vera@example.com")
    page.fill("#password", "wrong")
    with page.expect_response(re.compile("/sign-in")) as wrong:
        page.click("button.primary")
    assert wrong.value.status == 401
    expect(page.locator(".notice.danger")).to_be_visible()
    reader.sign_in("vera@example.com")
    for path, status in (("nothing", 404), ("machine/new", 403), ("-/members", 403)):
        answer = page.goto(site.path(path))
        assert answer is not None and answer.status == status
        expect(page.locator("a.primary")).to_be_visible()
        assert "Traceback" not in page.content()
