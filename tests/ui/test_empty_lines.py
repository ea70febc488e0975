"""What stands where nothing is yet: line 74 of what users check, on every kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from tests.ui.readers import Reader, Site, served
from tests.ui.workshop import PASSWORD
from tests.ui.workshop_documents import documents

pytestmark = pytest.mark.browser

PAGES = {
    "home": ("-/today", ("今日没有待办", "新建设备"), ("Nothing is due", "New machine")),
    "list": ("machine", ("还没有设备", "新建设备"), ("No machines yet", "New machine")),
    "view": (
        "machine?view=machine_mine_idle",
        ("此视图下暂无数据", "全部设备"),
        ("Nothing in this view", "All machines"),
    ),
    "narrowed": (
        "machine?q=nobody",
        ("没有符合条件的数据", "清除筛选"),
        ("Nothing matches", "Clear filter"),
    ),
    "grouped": (
        "machine?group=kind",
        ("还没有设备", "新建设备"),
        ("No machines yet", "New machine"),
    ),
    "board": (
        "repair?show=board",
        ("还没有维修单", "新建维修单"),
        ("No repairs yet", "New repair"),
    ),
    "narrowed board": (
        "repair?show=board&q=nobody",
        ("没有符合条件的数据", "清除筛选"),
        ("Nothing matches", "Clear filter"),
    ),
    "dashboard": (
        "-/dashboards/figures",
        ("还没有可统计的数据", "新建设备"),
        ("Nothing to count yet", "New machine"),
    ),
    "search": ("-/search", ("输入名称、编号或电话", "搜索"), ("Type a name", "Search")),
    "search for what is not there": (
        "-/search?q=nobody",
        ("没有找到", "搜索"),
        ("Nothing found", "Search"),
    ),
    "alerts": ("-/alerts", ("没有预警", "查看设备"), ("No alerts here", "Open machines")),
    "narrowed alerts": (
        "-/alerts?severity=high",
        ("没有预警", "清除筛选"),
        ("No alerts here", "Clear filter"),
    ),
    "notifications": (
        "-/notifications",
        ("暂无通知", "通知设置"),
        ("No notifications", "Notification settings"),
    ),
    "imports": ("-/imports", ("还没有导入", "导入文件"), ("No imports yet", "Import a file")),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a server with a workshop in which nothing has happened."""
    home: Path = tmp_path_factory.mktemp("empty")
    chief = NewMember(name="王工", email="chief@example.com", password=PASSWORD, locale="zh-CN")
    with Installation.open(Settings(home=home, env="test")) as installation:
        workspace = installation.create_workspace("workshop", "维修车间", documents(), admin=chief)
        ann = NewMember(
            name="Ann", email="ann@example.com", password=PASSWORD, locale="en", roles=("chief",)
        )
        members.add(workspace, SYSTEM, ann)
        with served(installation, workspace) as found:
            yield found


def test_74_what_is_empty_says_what_belongs_there_and_has_one_way_on(reader: Reader) -> None:
    chinese = reader.page.locator("html").get_attribute("lang") == "zh-CN"
    for path, in_chinese, in_english in PAGES.values():
        reader.open(path)
        said, way = in_chinese if chinese else in_english
        empty = reader.page.locator("main .empty")
        expect(empty).to_have_count(1)
        expect(empty).to_contain_text(said)
        expect(empty.locator("p").first).to_be_visible()
        primary = reader.page.locator("main .button.primary:visible")
        expect(primary).to_have_count(1)
        expect(primary).to_contain_text(way)
        assert reader.sideways() == 0


def test_74_the_way_on_leads_to_the_form(reader: Reader) -> None:
    for path in ("machine", "-/dashboards/figures", "repair?show=board"):
        reader.open(path)
        reader.page.locator("main .empty .primary").click()
        expect(reader.page.locator("[data-save]").first).to_be_visible()


def test_74_a_search_that_found_nothing_is_tried_again(reader: Reader) -> None:
    reader.open("-/search?q=nobody")
    again = reader.page.locator("main .again")
    again.locator("input").fill("nothing either")
    again.locator("button").press("Enter")
    reader.page.wait_for_url("**/-/search?q=nothing*")
    expect(reader.page.locator("main .empty")).to_be_visible()
