"""A telephone: nothing is wider than the window, and what is pressed is large enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.pages import PAGES
from tests.ui.readers import Reader, Site, reader_of

pytestmark = pytest.mark.browser

SMALL = """() => {
  const pressed = "a[href], button, summary, select, .tagbox label, label.check, input.input";
  const inText = "[aria-hidden=true], .events a, .skip, thead a, .grid td:first-child a, .news a";
  return [...document.querySelectorAll(pressed)]
    .filter((one) => !one.matches(inText) && one.checkVisibility({visibilityProperty: true}))
    .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
    .filter(([box]) => box.width > 1 && box.height > 1 && box.height < 39.5)
    .map(([box, text]) => `${box.height}: ${text}`);
}"""
"""What is pressed and lower than 40 pixels; links in sentences and whole cards are let be."""

OUTSIDE = """() => [...document.querySelectorAll("main details.drop")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .map((one) => {
    const was = one.open;
    one.open = true;
    const box = one.querySelector(":scope > .float")?.getBoundingClientRect();
    one.open = was;
    return [box, one.outerHTML.slice(0, 120)];
  })
  .filter(([box]) => box && box.width > 1 && (box.left < 0 || box.right > innerWidth))
  .map(([box, text]) => `${box.left} to ${box.right}: ${text}`)"""
"""Menus that open beyond an edge of the window."""

LONG = "没有空格的很长的设备名称" * 5 + "Donaudampfschifffahrtselektrizität"


@pytest.fixture(scope="module")
def long(site: Site) -> int:
    """Return a machine with the longest name there may be, without a space, and what it carries."""
    with site.workspace.writing() as tx:
        values = {"name": LONG[:80], "price": "9999999999.99", "place": ["hall", "yard"]}
        return records.create(tx, SYSTEM, "machine", values).id


@pytest.fixture(scope="module")
def pocket(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief with one telephone for all pages."""
    with reader_of(browser, site, "zh-CN", 390) as reader:
        reader.sign_in()
        yield reader


@pytest.mark.parametrize("path", PAGES)
def test_what_is_pressed_is_large_enough_and_menus_open_inside(pocket: Reader, path: str) -> None:
    pocket.open(path)
    expect(pocket.page.locator("main")).to_be_visible()
    assert pocket.page.evaluate(SMALL) == []
    assert pocket.page.evaluate(OUTSIDE) == []


def test_what_has_to_be_asked_for_is_large_enough(phone: Reader) -> None:
    # As long as the count is on its way, its link is on the page.
    phone.page.route("**/machine/count*", lambda route: None)
    phone.open("machine")
    expect(phone.page.get_by_role("link", name="统计条数")).to_be_visible()
    assert phone.page.evaluate(SMALL) == []


def test_a_new_field_is_asked_for_inside_the_window(phone: Reader) -> None:
    """The menu of the Studio closes above it; the page would stay where it had gone down to."""
    for _ in range(3):
        phone.open("-/studio/entity/machine/new?type=choice")
        expect(phone.page.locator("[autofocus]")).to_be_focused()
        expect(phone.page.locator("[autofocus]")).to_be_in_viewport()
        expect(phone.page.locator("h1")).to_be_in_viewport()


def test_a_long_name_wraps_and_is_whole(phone: Reader, chief: Reader, long: int) -> None:
    for path in (f"machine/{long}", f"machine/{long}/edit", "machine?sort=-price"):
        phone.open(path)
        assert phone.sideways() <= 0, path
    name = phone.page.locator("tbody td:first-child").first
    expect(name).to_have_text(LONG[:80])
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")
    # A row of a table stays one line high; its tip says all.
    chief.open("machine?sort=-price")
    row = chief.page.locator("tbody tr").first
    assert row.evaluate("one => one.clientHeight") <= 40
    row.locator("td:first-child").hover()
    expect(chief.page.get_by_role("tooltip")).to_have_text(LONG[:80])
    # A cell that is cut never scrolls inside itself when something in it takes the focus.
    row.locator("input[type=checkbox]").check()
    cell = row.locator("td:first-child")
    assert cell.evaluate("one => (one.scrollLeft = 20, one.scrollLeft)") == 0


def test_a_name_of_one_word_stays_inside(phone: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        wide = records.create(tx, SYSTEM, "machine", {"name": "W" * 80}).id
    for path in (f"machine/{wide}", f"machine/{wide}/edit", "machine?sort=-name", "-/search?q=WWW"):
        phone.open(path)
        assert phone.sideways() <= 0, path


def test_lines_of_a_search_are_one_line_long(chief: Reader, phone: Reader, long: int) -> None:
    for reader in (chief, phone):
        reader.open("-/search?q=没有空格")
        line = reader.page.locator(".hit a", has_text=LONG[:80])
        expect(line).to_be_visible()
        assert line.evaluate("one => one.getBoundingClientRect().right <= innerWidth")


def test_a_sum_has_the_room_of_its_digits(phone: Reader, long: int) -> None:
    # What is beside it goes into the next row; amounts never lie over other words.
    phone.open(f"machine/{long}")
    facts = phone.page.locator(".record-head .facts > div")
    expect(facts.first).to_be_visible()
    assert facts.evaluate_all("all => all.every((one) => one.scrollWidth <= one.clientWidth + 1)")
