"""An administrator's first change: an own field, a rule on it and its first alert, by clicks alone.

Nothing is read and no address is typed. A click is a click also where it only puts the cursor into
an input, and choosing from a list is two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.acceptance.conftest import ADMIN, Place, place_on
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

Words = dict[str, str]

LIN = "lin@example.com"
MOST = 25


class Hand:
    """Somebody's hand at the mouse, which counts."""

    def __init__(self, reader: Reader) -> None:
        self.page = reader.page
        self.clicks = 0

    def click(self, what: str | Locator) -> None:
        self.clicks += 1
        (self.page.locator(what).first if isinstance(what, str) else what).click()

    def choose(self, what: str, option: str) -> None:
        """Open a list and choose of it."""
        self.clicks += 2
        self.page.locator(what).select_option(label=option)

    def go_on(self, what: str, text: str) -> None:
        """Type where the cursor is already."""
        expect(self.page.locator(what)).to_be_focused()
        self.page.keyboard.type(text)

    def type(self, what: str, text: str) -> None:
        """Click into an input and type."""
        self.click(what)
        self.page.keyboard.type(text)


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the template with one customer, which two people manage."""
    with place_on(request, kind, tmp_path) as found:
        workspace = found.make("crm")
        with workspace.reading() as tx:
            ada = members.find(tx, ADMIN).id
        members.set_password(workspace, SYSTEM, ada, PASSWORD)
        lin = NewMember(name="林", email=LIN, password=PASSWORD, roles=("admin",), locale="zh-CN")
        members.add(workspace, SYSTEM, lin)
        api = found.api()
        channel = api.call("POST", "/records/channel", {"name": "Fair"}, status=201)["id"]
        customer = {"name": "Yuanshan", "channel": channel, "owner": str(ada)}
        api.call("POST", "/records/customer", customer, status=201)
        yield found


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    """Return the place on a server."""
    with served(place.installation, place.workspace) as found:
        yield found


WORDS: dict[str, Words] = {
    "en-GB": {
        "customer": "Customer",
        "customers": "Customers",
        "add": "Add field",
        "field": "Credit level",
        "low": "Low",
        "high": "High",
        "rules": "Alert rules",
        "new": "New rule",
        "rule": "Low credit",
        "edit": "Edit",
        "run": "Run now: Low credit",
        "alerts": "Alerts of Low credit",
    },
    "zh-CN": {
        "customer": "客户",
        "customers": "客户",
        "add": "新建字段",
        "field": "信用等级",
        "low": "低",
        "high": "高",
        "rules": "预警规则",
        "new": "新建规则",
        "rule": "信用过低",
        "edit": "编辑",
        "run": "立即运行：信用过低",
        "alerts": "查看预警：信用过低",
    },
}


@pytest.mark.parametrize(("email", "locale"), [(ADMIN, "en-GB"), (LIN, "zh-CN")])
def test_an_own_field_and_its_first_alert_take_25_clicks(
    browser: Browser, place: Place, site: Site, email: str, locale: str
) -> None:
    with reader_of(browser, site, locale) as reader:
        reader.sign_in(email)
        reader.open("")
        hand = Hand(reader)
        words = WORDS[locale]
        add_field(hand, words, locale)
        add_rule(hand, words, locale)
        publish(hand)
        give_value(hand, words)
        run_rule(hand, words, place)
        alert = hand.page.locator(".alert")
        expect(alert).to_have_count(1)
        expect(alert).to_contain_text("Yuanshan")
        expect(alert).to_contain_text(words["rule"])
        assert hand.clicks <= MOST, hand.clicks


def add_field(hand: Hand, words: Words, locale: str) -> None:
    short = locale.split("-")[0] if locale.startswith("en") else locale
    hand.click(".side .end a")
    expect(hand.page.locator("h1")).to_have_text(words["customer"])
    hand.click(f"text={words['add']}")
    hand.click("[data-type=choice]")
    hand.go_on(f"#label-{short}", words["field"])
    hand.type("#name", "credit_level")
    for row, text in enumerate((words["low"], words["high"])):
        hand.type(f"[name='option.{row}.label.{short}']", text)
    hand.click("[data-save]")
    expect(hand.page.locator(".notice.success")).to_contain_text(words["field"])


def add_rule(hand: Hand, words: Words, locale: str) -> None:
    short = locale.split("-")[0] if locale.startswith("en") else locale
    hand.click(hand.page.locator(".tabs").get_by_role("link", name=words["rules"]))
    hand.click(hand.page.get_by_role("link", name=words["new"]))
    hand.go_on(f"#label-{short}", words["rule"])
    hand.choose("[name='when.0.field']", words["field"])
    option = hand.page.locator("select[name='when.0.value'] option").first
    expect(option).to_have_text(words["low"])
    hand.click("[data-save]")
    expect(hand.page.locator(".notice.success")).to_contain_text(words["rule"])


def publish(hand: Hand) -> None:
    hand.click(".draft-bar a")
    hand.click("form.review button.primary")
    expect(hand.page.locator(".notice.success")).to_be_visible()


def give_value(hand: Hand, words: Words) -> None:
    hand.click(hand.page.locator(".side nav").get_by_role("link", name=words["customers"]))
    hand.click("tbody tr td:first-child a")
    hand.click(hand.page.get_by_role("link", name=words["edit"]).first)
    hand.choose("[name='credit_level']", words["low"])
    hand.click(".finish [data-save]")
    expect(hand.page.locator("h1")).to_have_text("Yuanshan")


def run_rule(hand: Hand, words: Words, place: Place) -> None:
    hand.click(".side .end a")
    hand.click(hand.page.locator(".tabs").get_by_role("link", name=words["rules"]))
    line = hand.page.get_by_role("button", name=words["run"])
    hand.click(line)
    expect(line).to_have_count(0)
    for workspace, job in tick(place.installation):
        do(place.installation, workspace, job)
    hand.click(hand.page.get_by_role("link", name=words["alerts"]))
