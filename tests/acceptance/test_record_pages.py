"""The header of a deal and of a customer in the CRM template: line 41 of what users check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from tests.acceptance.conftest import ADMIN, Place, place_on
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

LIN = "lin@example.com"
STEP = "周四带样机上门演示，并请工艺部门确认节拍与换型时间，之后一周内给出正式报价"
FACTS = {
    ADMIN: {
        "Owner": "Ada",
        "Expected amount": "CNY 120,000.00",
        "Next step": STEP,
        "Next follow-up time": "tomorrow",
        "Last follow-up time": "2 days ago",
    },
    LIN: {
        "负责人": "Ada",
        "预计成交金额": "¥120,000.00",
        "下一步计划": STEP,
        "下次跟进时间": "明天",
        "最近跟进时间": "2 天前",
    },
}
STAGES = {ADMIN: "First contact", LIN: "初步接触"}


@pytest.fixture(scope="module")
def kind() -> str:
    """Return the one kind of database that a browser looks at."""
    return "sqlite"


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Return a workspace of the template with a deal that is being worked on."""
    with place_on(request, kind, tmp_path_factory.mktemp("pages")) as found:
        workspace = found.make("crm_template")
        with workspace.reading() as tx:
            ada = members.find(tx, ADMIN).id
        members.set_password(workspace, SYSTEM, ada, PASSWORD)
        lin = NewMember(name="林", email=LIN, password=PASSWORD, roles=("admin",), locale="zh-CN")
        members.add(workspace, SYSTEM, lin)
        yield found


@pytest.fixture(scope="module")
def deal(place: Place) -> int:
    """Return a deal with a follow-up two days ago and a task for tomorrow."""
    with place.workspace.writing() as tx:

        def made(entity: str, **values: object) -> str:
            return str(records.create(tx, SYSTEM, entity, values).id)

        customer = made(
            "customer",
            name="远山仪器",
            channel=made("channel", name="官网"),
            owner="1",
            next_step=STEP,
        )
        found = made(
            "deal",
            name="远山仪器 生产线改造",
            customer=customer,
            amount="120000",
            owner="1",
            next_step=STEP,
        )
        at = (tx.now - timedelta(days=2)).isoformat()
        due = (tx.now + timedelta(days=1)).isoformat()
        told = {"at": at, "kind": "phone", "content": "介绍了方案", "result": "progress"}
        made("follow_up", deal=found, by_user="1", next_step=STEP, next_at=due, **told)
        made("task", title="上门演示", deal=found, due_at=due, owner="1")
    return int(found)


@pytest.fixture(scope="module")
def site(place: Place) -> Iterator[Site]:
    """Return the place on a server."""
    with served(place.installation, place.workspace) as found:
        yield found


@pytest.fixture(params=[(ADMIN, "en-GB"), (LIN, "zh-CN")], ids=["en", "zh-CN"])
def reader(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Reader]:
    """Return who reads English, and who reads Chinese, at 1280 x 800."""
    email, language = request.param
    with reader_of(browser, site, language) as found:
        found.sign_in(email)
        yield found


def who(reader: Reader) -> str:
    return ADMIN if reader.page.locator("html").get_attribute("lang") == "en" else LIN


def expect_in_sight(part: Locator) -> None:
    """The part is on the screen without scrolling."""
    box = part.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 800
    assert box["x"] + box["width"] <= 1280


def fact(reader: Reader, label: str) -> Locator:
    term = reader.page.get_by_text(label, exact=True)
    return reader.page.locator(".record-head .facts > div").filter(has=term)


def test_line_41_the_header_of_a_deal(reader: Reader, deal: int) -> None:
    reader.open(f"deal/{deal}")
    head = reader.page.locator(".record-head")
    for part, text in (("h1", "远山仪器 生产线改造"), ("[aria-current=step]", STAGES[who(reader)])):
        expect(head.locator(part)).to_contain_text(text)
        expect_in_sight(head.locator(part))
    for label, value in FACTS[who(reader)].items():
        expect(fact(reader, label)).to_contain_text(value)
        expect_in_sight(fact(reader, label))


def test_line_41_the_header_of_a_customer(reader: Reader, deal: int) -> None:
    reader.open("customer/1")
    for label, value in list(FACTS[who(reader)].items())[2:]:
        expect(fact(reader, label)).to_contain_text(value)
        expect_in_sight(fact(reader, label))


NAMES = {ADMIN: "Xiaoming Wang", LIN: "王小明"}


@pytest.fixture(scope="module")
def contact(place: Place, deal: int) -> int:
    """Return the contact of the deal, a person with a Chinese name."""
    with place.workspace.writing() as tx:
        values = {"name": "王小明", "customer": "1", "mobile": "13800138000"}
        made = records.create(tx, SYSTEM, "contact", values).id
    with place.workspace.writing() as tx:
        before = records.get(tx, SYSTEM, "deal", deal)
        records.update(tx, SYSTEM, "deal", deal, before.version, {"contact": str(made)})
    return made


def test_line_79_a_person_is_called_as_the_reader_writes_names(
    reader: Reader, deal: int, contact: int
) -> None:
    page = reader.page
    reader.open(f"contact/{contact}")
    name = NAMES[who(reader)]
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("#panel")).to_contain_text("138 0013 8000")
    other = next(one for one in NAMES.values() if one != name)
    assert other not in page.locator("main").inner_text()
    for place in ("contact", "contact?q=小明", "-/search?q=小明", f"deal/{deal}"):
        reader.open(place)
        expect(page.locator("main").get_by_role("link", name=name).first).to_be_visible()
    reader.open(f"contact/{contact}/edit")
    expect(page.locator("[name=name]")).to_have_value("王小明")
    page.click("[data-save]")
    expect(page.locator("h1")).to_have_text(name)
    with reader.site.workspace.reading() as tx:
        assert records.get(tx, SYSTEM, "contact", contact).values["name"] == "王小明"


def test_a_task_was_added_when_it_was_made_not_when_it_is_due(
    reader: Reader, deal: int, place: Place
) -> None:
    with place.workspace.writing() as tx:
        due = (tx.now - timedelta(days=40)).isoformat()
        task = {"title": "寄样品", "deal": str(deal), "due_at": due, "owner": "1"}
        records.create(tx, SYSTEM, "task", task)
    reader.open(f"deal/{deal}")
    newest = reader.page.locator(".events > li", has_text="寄样品").first
    expect(newest.locator("time")).to_have_text({ADMIN: "just now", LIN: "刚刚"}[who(reader)])
