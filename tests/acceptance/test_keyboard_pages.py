"""A salesperson's way from a new customer to a won deal with the keys alone: line 77."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fieldstone.engine import members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from tests.acceptance.conftest import Place
from tests.ui.readers import Reader, reader_of, served
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

WANG = "wang@example.com"
MOST_TABS = 150

SEEN = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const shown = one.closest(".ts-control") ?? one;
  const look = getComputedStyle(shown), own = getComputedStyle(one);
  const ring = [look, own].some((s) => s.outlineStyle !== "none" || s.boxShadow !== "none")
    || one.closest(".composer, .palette, .ts-wrapper");
  if (!ring) return "no ring: " + shown.outerHTML.slice(0, 200);
  const box = shown.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return "too small: " + shown.outerHTML.slice(0, 200);
  const x = box.left + Math.min(box.width / 2, 40), y = box.top + Math.min(box.height / 2, 20);
  const top = document.elementFromPoint(x, y);
  const label = one.labels?.[0];
  if (top && (shown.contains(top) || top.contains(shown) || label?.contains(top))) {
    const bar = top.closest(".top, .foot, .finish");
    if (!bar || bar.contains(shown)) return "";
  }
  return `hidden at ${x},${y} by ${top?.outerHTML.slice(0, 120)}: ${shown.outerHTML.slice(0, 200)}`;
}
"""
"""What is wrong with how the focus is seen: no ring, nothing there, or something lies over it."""


INSIDE = """
() => document.activeElement === document.body || !!document.activeElement.closest("dialog")
"""
"""Whether the focus is within a dialog, or with the browser itself."""


@dataclass(frozen=True)
class Words:
    """What the pages are called in a language."""

    locale: str
    customer: str
    contacts: str
    contact: str
    deals: str
    deal: str
    need: str
    negotiation: str
    won: str
    person: str


CHINESE = Words(
    "zh-CN",
    "新建客户",
    "联系人",
    "新建联系人",
    "商机",
    "新建商机",
    "需求确认",
    "谈判",
    "赢单",
    "李明",
)
ENGLISH = Words(
    "en", "New customer", "Contacts", "New contact", "Deals", "New deal", "Need confirmed",
    "Negotiation", "Won", "Ming Li",
)  # fmt: skip


@pytest.fixture(params=[CHINESE, ENGLISH], ids=lambda one: one.locale)
def words(request: pytest.FixtureRequest) -> Words:
    found: Words = request.param
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the template with a source channel and a salesperson."""
    found = Place(tmp_path, None)
    workspace = found.make("crm")
    with workspace.writing() as tx:
        records.create(tx, SYSTEM, "channel", {"name": "展会"})
    wang = NewMember(name="王小明", email=WANG, password=PASSWORD, roles=("salesperson",))
    members.add(workspace, SYSTEM, wang)
    yield found
    found.close()


@pytest.fixture
def wang(browser: Browser, place: Place, words: Words) -> Iterator[Reader]:
    """Return the salesperson, in the language of the words, signed in."""
    with (
        served(place.installation, place.workspace) as site,
        reader_of(browser, site, words.locale) as reader,
    ):
        accounts = site.installation.control.accounts
        account = accounts.find(WANG)
        assert account is not None
        accounts.set_profile(account.id, name="王小明", locale=words.locale)
        reader.sign_in(WANG)
        reader.open("")
        yield reader


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the wanted is focused; wherever the focus stops it must be seen."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_TABS):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
        wrong = page.evaluate(SEEN)
        assert wrong == "", wrong
    raise AssertionError("it cannot be reached by Tab")


def test_77_from_a_new_customer_to_a_won_deal(wang: Reader, words: Words) -> None:
    """Nothing but keys, and nothing put in behind the pages."""
    page, keys = wang.page, wang.page.keyboard
    keys.press("Control+k")
    expect(page.locator("dialog[data-palette] input")).to_be_focused()
    keys.type(words.customer)
    option = page.locator("dialog[data-palette] [aria-selected=true]")
    expect(option).to_contain_text(words.customer)
    keys.press("Enter")
    heading(page, words.customer)
    fill(page, "name", "远山仪器")
    pick(page, "channel", "展会", "展会")
    fill(page, "need", "两台分光仪")
    keys.press("Control+Enter")
    heading(page, "远山仪器")

    begin(page, words.contacts, words.contact)
    fill(page, "name", "李明")
    choose(page, "role", "decider")
    keys.press("Control+Enter")
    begin(page, words.deals, words.deal)
    fill(page, "name", "远山仪器采购")
    pick(page, "contact", "李明", words.person)
    fill(page, "amount", "12345.50")
    step_up(page, "expected_close")
    keys.press("Control+Enter")
    row = page.locator("#panel tbody a", has_text="远山仪器采购")
    tab_to(page, row)
    keys.press("Enter")
    heading(page, "远山仪器采购")
    win(page, words)


def win(page: Page, words: Words) -> None:
    """From a new deal to a won one: what was said, the key actions, the stages."""
    keys = page.keyboard
    content = page.locator("#composer [name=content]")
    tab_to(page, content)
    keys.type("演示")
    choose(page, "kind", "visit")
    choose(page, "result", "progress")
    step_up(page, "next_at")
    fill(page, "next_step", "报价")
    keys.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("演示")

    ticks = page.locator(".ticks button")
    for at in range(ticks.count()):
        tab_to(page, ticks.nth(at))
        keys.press("Space")
        expect(ticks.nth(at)).to_have_attribute("aria-pressed", "true")
        expect(ticks.nth(at)).to_be_focused()
    for stage in (words.need, words.negotiation):
        move(page, stage)
        expect(page.locator(".stages .now")).to_contain_text(stage)
    move(page, words.won, {"won_amount": "12345.50"})
    expect(page.locator(".stages .now.won")).to_contain_text(words.won)


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)


def begin(page: Page, tab: str, button: str) -> None:
    """Begin a record that belongs to the one that is shown: its tab, the button there, its form."""
    tab_to(page, page.locator(".tabs.under a", has_text=tab))
    page.keyboard.press("Enter")
    new = page.locator("#panel a", has_text=button)
    expect(new).to_be_visible()
    tab_to(page, new)
    page.keyboard.press("Enter")
    heading(page, button)


def fill(page: Page, name: str, text: str) -> None:
    tab_to(page, page.locator(f"main [name={name}]"))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def pick(page: Page, name: str, text: str, shown: str) -> None:
    """Find a record in a picker; what was picked is seen while the picker still has the focus."""
    tab_to(page, page.locator(f"[id$='{name}-ts-control']"))
    page.keyboard.type(text)
    expect(page.locator(".dropdown-active .option.active")).to_contain_text(shown)
    page.keyboard.press("Enter")
    expect(page.locator(f"select[name={name}]")).not_to_have_value("")
    box = page.locator(".control").filter(has=page.locator(f"select[name={name}]"))
    expect(box.locator("input")).to_be_focused()
    expect(box.locator(".item")).to_be_visible()


def choose(page: Page, name: str, option: str) -> None:
    """Choose from a short list with the arrows."""
    box = page.locator(f"select[name={name}]")
    tab_to(page, box)
    for _ in range(box.locator("option").count()):
        if box.input_value() == option:
            return
        page.keyboard.press("ArrowDown")
    expect(box).to_have_value(option)


def step_up(page: Page, name: str) -> None:
    """Put in a date, or a time, of next year: each part of it two up, whatever their order."""
    box = page.locator(f"main [name={name}]")
    tab_to(page, box)
    for _ in range(6):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
    expect(box).not_to_have_value("")


def move(page: Page, stage: str, typed: dict[str, str] | None = None) -> None:
    """Move to a stage; what it asks for has the focus: what must be ticked, and typed."""
    tab_to(page, page.locator(".stages button", has_text=stage))
    page.keyboard.press("Enter")
    asked, now = page.locator("form#move"), page.locator(".stages .now", has_text=stage)
    expect(asked.or_(now)).to_be_visible()
    if now.count():
        return
    expect(asked.locator("h2")).to_be_focused()
    for at in range(asked.locator("[name=tick]").count()):
        tab_to(page, asked.locator("[name=tick]").nth(at))
        page.keyboard.press("Space")
    for name, value in (typed or {}).items():
        fill(page, name, value)
    page.keyboard.press("Control+Enter")
    expect(asked).to_have_count(0)


def test_77_a_dialog_holds_the_focus_and_gives_it_back(wang: Reader) -> None:
    page = wang.page
    wang.open("deal")
    link = page.locator(".side .menu a").nth(2)
    tab_to(page, link)
    page.keyboard.press("Control+k")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE)
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    bell = page.locator(".bell > summary")
    tab_to(page, bell)
    page.keyboard.press("Enter")
    expect(page.locator("#latest")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(bell).to_be_focused()
