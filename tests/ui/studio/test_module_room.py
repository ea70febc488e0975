"""The room of modules: some are switched off, reviewed, published, and come back; or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import drafts, publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from tests.engine.publish.shop import Shop, insert
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.studio.following import OFFICE
from tests.ui.test_axe import AXE, SERIOUS
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

ANN = Caller(1, system=True)
MODULES = [
    {
        "name": "selling",
        "label": {"en": "Selling", "zh-CN": "销售"},
        "description": {"en": "Deals and their stages.", "zh-CN": "商机及其阶段。"},
    },
    {"name": "counting", "label": {"en": "Counting", "zh-CN": "统计"}, "needs": ["selling"]},
]


def shop() -> Shop:
    """The shop with its deals in a module that another one needs."""
    found = Shop()
    found.data["shop"]["modules"] = MODULES
    found.data["deal"]["part_of"] = ["selling"]
    found.put(**OFFICE)
    return found


@pytest.fixture(params=[("zh-CN", 1280), ("zh-CN", 390), ("en", 1280), ("en", 390)])
def seen(request: pytest.FixtureRequest) -> tuple[str, int]:
    found: tuple[str, int] = request.param
    return found


@pytest.fixture
def site(home: Path, seen: tuple[str, int]) -> Iterator[Site]:
    """Return a server with that shop and a deal in it."""
    with Installation.open(Settings(home=home, env="test")) as installation:
        person = NewMember(name="Ann", email="ann@example.com", password=PASSWORD, locale=seen[0])
        made = installation.create_workspace("acme", "Acme", shop().documents(), admin=person)
        with made.writing() as tx:
            insert(tx, "customer", [{"name": "Stone"}])
            insert(tx, "deal", [{"name": "One", "customer": 1, "stage": "open"}])
        with served(installation, made) as found:
            yield found


@pytest.fixture
def ann(browser: Browser, site: Site, seen: tuple[str, int]) -> Iterator[Reader]:
    """Return who reads either language, at a desk or on a telephone, signed in."""
    with reader_of(browser, site, *seen) as reader:
        reader.sign_in("ann@example.com")
        yield reader


def box(reader: Reader, module: str) -> Locator:
    return reader.page.locator(f'input[type=checkbox][value="{module}"]')


def send(reader: Reader) -> None:
    reader.page.locator(".finish .button.primary").click()


def said(reader: Reader, english: str, chinese: str) -> str:
    return chinese if reader.language == "zh-CN" else english


def test_a_module_is_switched_off_reviewed_published_and_comes_back(
    ann: Reader, site: Site
) -> None:
    ann.open("-/studio/modules")
    room = ann.page.locator(".studio-room")
    expect(room).to_contain_text(said(ann, "Deals and their stages.", "商机及其阶段。"))
    expect(room).to_contain_text(said(ann, "Needs: Selling.", "依赖：销售。"))
    room.locator("summary").first.click()
    expect(room).to_contain_text(said(ann, "entity Deal", "业务对象：商机"))
    assert ann.sideways() == 0
    box(ann, "selling").uncheck()
    box(ann, "counting").uncheck()
    send(ann)
    expect(ann.page).to_have_url(site.path("-/studio/review"))
    review = ann.page.locator("form.review")
    expect(review).to_contain_text(said(ann, 'Module "Selling" switched off', "模块“销售”已停用"))
    expect(review).to_contain_text(
        said(ann, "1 record of Deal is hidden", "“商机”的 1 条数据随所属模块隐藏")
    )
    assert ann.sideways() == 0
    review.locator("button.primary").click()
    expect(ann.page.locator(".notice.success")).to_be_visible()
    with site.workspace.reading() as tx:
        assert tx.app.entity("deal").archived
    ann.open("-/studio/modules")
    expect(box(ann, "selling")).not_to_be_checked()
    box(ann, "selling").check()
    send(ann)
    expect(ann.page.locator("form.review")).to_contain_text(
        said(ann, "1 record of Deal is shown again", "“商机”的 1 条数据随所属模块恢复显示")
    )


def test_what_needs_the_module_is_named_and_nothing_is_switched(ann: Reader, site: Site) -> None:
    changed = shop()
    changed.put(
        kind="view",
        name="with_deals",
        label={"en": "With deals", "zh-CN": "有商机"},
        entity="customer",
        columns=[{"field": "name"}],
        filter="count(deals) > 0",
    )
    publish.publish(
        site.workspace, SYSTEM, publish.preview(site.workspace, SYSTEM, changed.documents())
    )
    ann.open("-/studio/modules")
    box(ann, "selling").uncheck()
    send(ann)
    refused = ann.page.locator(".notice.danger")
    expect(refused).to_contain_text(
        said(ann, 'The module "Counting" needs the module', "模块“统计”依赖已停用的模块“销售”")
    )
    expect(refused).to_contain_text(said(ann, "View With deals: filter", "视图“有商机”：筛选"))
    expect(box(ann, "selling")).not_to_be_checked()
    with site.workspace.reading() as tx:
        assert drafts.read(tx, ANN).edits == ()


def test_the_room_has_nothing_serious_in_the_way(ann: Reader) -> None:
    ann.open("-/studio/modules")
    expect(box(ann, "selling")).to_be_visible()
    ann.page.evaluate(AXE.read_text("utf-8"))
    assert ann.page.evaluate(SERIOUS) == []
