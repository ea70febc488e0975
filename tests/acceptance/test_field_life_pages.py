"""The life of a field as people see it on the pages, in both languages and before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.members import NewMember
from tests.acceptance.conftest import ADMIN, Place, place_on
from tests.acceptance.field_life import NINE, NOW, declare, go_to, rename
from tests.ui.building import apply, choose, open_builder
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

LIN = "lin@example.com"


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the template that two people may enter, with a clock to move."""
    with place_on(request, kind, tmp_path, FixedClock(NOW)) as found:
        workspace = found.make("crm")
        with workspace.reading() as tx:
            ada = members.find(tx, ADMIN).id
        members.set_password(workspace, SYSTEM, ada, PASSWORD)
        lin = NewMember(name="林", email=LIN, password=PASSWORD, roles=("admin",), locale="zh-CN")
        members.add(workspace, SYSTEM, lin)
        yield found


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    """Return the place on a server."""
    with served(place.installation, place.workspace) as found:
        yield found


@pytest.fixture
def ada(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return Ada, who reads English, signed in."""
    with reader_of(browser, site, "en-GB") as reader:
        reader.sign_in(ADMIN)
        yield reader


@pytest.fixture
def lin(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return Lin, who reads Chinese, signed in."""
    with reader_of(browser, site, "zh-CN") as reader:
        reader.sign_in(LIN)
        yield reader


def test_a_field_lives_on_the_pages(place: Place, ada: Reader, lin: Reader, tmp_path: Path) -> None:
    declare(place, tmp_path / "first")
    channel = place.api().call("POST", "/records/channel", {"name": "Fair"}, status=201)["id"]
    soon = fill_in(ada, channel, "Soon", "2026-04-03")
    fill_in(lin, channel, "后来", "2026-04-20")

    expect_listed(ada, "Contract end", {"Soon": "Apr 3, 2026", "后来": "Apr 20, 2026"})
    expect_listed(lin, "合同到期日", {"Soon": "2026-04-03", "后来": "2026-04-20"})
    expect_in_form(lin, soon, "合同到期日", "contract_end")
    found = narrow(lin, "合同到期日不晚于 2026-04-10")

    go_to(place, NINE)
    ada.sign_in(ADMIN)  # their sessions ended overnight
    lin.sign_in(LIN)
    expect_alert(ada, "Soon: the contract ends on Apr 3, 2026", "Contract end")
    expect_alert(lin, "Soon的合同将于 2026年4月3日 到期", "合同到期日")

    rename(place, tmp_path / "second")
    expect_listed(ada, "Contract until", {"Soon": "Apr 3, 2026", "后来": "Apr 20, 2026"})
    expect_listed(lin, "合同有效期至", {"Soon": "2026-04-03", "后来": "2026-04-20"})
    expect_in_form(ada, soon, "Contract until", "contract_until")
    expect_in_form(lin, soon, "合同有效期至", "contract_until")
    expect_alert(lin, "Soon的合同将于 2026年4月3日 到期", "合同有效期至")
    # The address of a filter that somebody kept says the old name.
    lin.page.goto(found)
    expect(lin.page.locator(".chip").last).to_contain_text("合同有效期至不晚于 2026-04-10")
    expect(lin.page.locator("tbody tr")).to_have_count(1)

    lin.open(f"customer/{soon}/edit")
    lin.page.fill("[name=contract_until]", "2027-04-03")
    lin.page.click(".finish [data-save]")
    expect(lin.page.locator("#panel")).to_contain_text("2027年4月3日")
    go_to(place, NINE + timedelta(days=1))
    ada.sign_in(ADMIN)
    lin.sign_in(LIN)
    ada.open("-/alerts?rule=contract_ends")
    expect(ada.page.locator(".alert")).to_have_count(0)
    expect(ada.page.locator(".empty")).to_be_visible()
    lin.open("-/alerts?rule=contract_ends&state=resolved")
    expect(lin.page.locator(".alert")).to_have_count(1)
    expect(lin.page.locator(".alert")).to_contain_text("自动解除")


def fill_in(reader: Reader, channel: str, name: str, end: str) -> str:
    """Make a customer with the form, whose new field shows as soon as it has to; return the id."""
    page = reader.page
    reader.open(f"customer/new?channel={channel}")
    field = page.locator("#f-customer-contract_end")
    expect(field).to_be_hidden()
    page.fill("[name=name]", name)
    page.check("[type=checkbox][name=vip]")
    expect(field).to_be_visible()
    page.fill("[name=contract_end]", end)
    page.click(".finish [data-save]")
    expect(page.locator("h1")).to_have_text(name)
    return page.url.partition("?")[0].rpartition("/")[2]


def expect_in_form(reader: Reader, record: str, label: str, name: str) -> None:
    """The form of a customer shows the field under its label, with its value."""
    reader.open(f"customer/{record}/edit")
    expect(reader.page.get_by_label(label, exact=True)).to_have_value("2026-04-03")
    expect(reader.page.locator(f"[name={name}]")).to_have_count(1)


def expect_listed(reader: Reader, label: str, ends: dict[str, str]) -> None:
    """The list has the field as a column, in the order that the view asks for."""
    reader.open("customer?view=customer_all")
    page = reader.page
    expect(page.locator("thead")).to_contain_text(label)
    expect(page.locator("tbody tr td:first-child")).to_have_text(list(ends))
    expect(page.locator(f"td[data-label='{label}']")).to_have_text(list(ends.values()))


def narrow(reader: Reader, words: str) -> str:
    """Build a filter over the field; return the address of what it shows."""
    page = reader.page
    reader.open("customer?view=customer_all")
    open_builder(page)
    choose(page, "c.0", "contract_end", "until")
    page.fill("input[name='c.0.value']", "2026-04-10")
    apply(page)
    expect(page.locator(".chip").last).to_contain_text(words)
    expect(page.locator("tbody tr td:first-child")).to_have_text(["Soon"])
    expect(page).to_have_url(re.compile("[?&]where="))
    return page.url


def expect_alert(reader: Reader, message: str, label: str) -> None:
    """The inbox has the one alert, and says why in the words of the field's label."""
    reader.open("-/alerts?rule=contract_ends")
    alert = reader.page.locator(".alert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text(message)
    alert.locator(".why summary").click()
    expect(alert.locator(".reason")).to_contain_text(label)
