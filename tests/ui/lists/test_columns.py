"""Columns of a list and the way back to it, numbered after the lines that users check."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.gridding import UGLY, cell, change, go_to
from tests.ui.readers import Reader, Site, reader_of

pytestmark = pytest.mark.browser


def width(page: Page, column: str) -> float:
    found = page.locator(f"th[data-column='{column}']").bounding_box()
    assert found
    return found["width"]


def show_everything(page: Page) -> None:
    """Tick every field of the column chooser at once."""
    page.locator("details:has(.chooser) > summary").click()
    page.locator(".chooser").evaluate(
        """chooser => {
             const all = [...chooser.querySelectorAll("input[name=column]")];
             for (const one of all) one.checked = true;
             all.at(-1).dispatchEvent(new Event("change", {bubbles: true}));
           }"""
    )
    page.keyboard.press("Escape")


def test_19_columns_are_chosen_by_button_and_keyboard_without_reload(
    chief: Reader, ann: Reader
) -> None:
    for reader, button, word, label in (
        (chief, "显示列", "利用", "利用率"),
        (ann, "Columns", "use", "Use"),
    ):
        reader.open("machine?view=machine_dear")
        page = reader.page
        page.evaluate("document.documentElement.dataset.first = 'yes'")
        page.locator("summary", has_text=button).focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-narrow]")).to_be_focused()
        page.keyboard.type(word)
        box = page.locator(".chooser label:visible", has_text=re.compile(rf"^{label}$"))
        box.locator("input").focus()
        page.keyboard.press("Space")
        head = page.locator("thead th", has_text=re.compile(rf"^\s*{label}\s*$"))
        expect(head).to_have_count(1)
        expect(box).to_be_visible()
        page.keyboard.press("Space")
        expect(head).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.locator("summary", has_text=button)).to_be_focused()
        expect(page.locator("html")).to_have_attribute("data-first", "yes")


def test_20_an_edge_is_dragged_and_the_width_stays(
    chief: Reader, ann: Reader, browser: Browser, site: Site
) -> None:
    chief.open("machine")
    page = chief.page
    before = width(page, "price")
    box = page.locator("th[data-column=price] .edge").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y)
    page.mouse.move(x + 120, y)
    with page.expect_response("**/machine/widths"):
        page.mouse.up()
    wide = width(page, "price")
    assert abs(wide - before - 120) < 2
    page.reload()
    assert abs(width(page, "price") - wide) < 2
    with reader_of(browser, site, "zh-CN") as again:
        again.sign_in()
        again.open("machine")
        assert abs(width(again.page, "price") - wide) < 2
    ann.open("machine")
    assert abs(width(ann.page, "price") - wide) > 20
    with page.expect_response("**/machine/widths"):
        page.locator("th[data-column=price] .edge").dblclick()
    fitted = width(page, "price")
    assert fitted < wide - 20
    assert page.locator("td[data-column=price]").evaluate_all(
        "all => all.every((one) => one.scrollWidth <= one.clientWidth)"
    )
    page.reload()
    assert abs(width(page, "price") - fitted) < 2


@pytest.mark.parametrize(
    ("who", "wider", "fit"), [("chief", "加宽", "适应内容"), ("ann", "Wider", "Fit to content")]
)
def test_20_the_menu_of_a_head_does_the_same_by_keyboard(
    request: pytest.FixtureRequest, who: str, wider: str, fit: str
) -> None:
    reader: Reader = request.getfixturevalue(who)
    reader.open("machine")
    page = reader.page
    page.locator("th[data-column=kind] a").focus()
    before = width(page, "kind")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("button", name=wider)).to_be_focused()
    page.keyboard.press("Enter")
    with page.expect_response("**/machine/widths"):
        page.keyboard.press("Enter")
    assert abs(width(page, "kind") - before - 64) < 3
    page.get_by_role("button", name=fit).focus()
    with page.expect_response("**/machine/widths"):
        page.keyboard.press("Enter")
    expect(page.locator("th[data-column=kind] .more")).to_be_focused()
    fitted = width(page, "kind")
    assert fitted < before + 64
    page.reload()
    assert abs(width(page, "kind") - fitted) < 2


def test_21_many_columns_scroll_with_the_first_and_the_heads_in_view(
    chief: Reader, phone: Reader
) -> None:
    chief.open("machine?view=machine_mine_idle&where=-")
    page = chief.page
    show_everything(page)
    expect(page.locator("thead th").nth(14)).to_be_attached()
    frame = page.locator(".frame")
    first, head = page.locator("tbody tr td").first, page.locator("thead th").first
    here, top = first.bounding_box(), head.bounding_box()
    frame.evaluate("frame => frame.scrollTo(600, 400)")
    expect(frame).to_have_js_property("scrollLeft", 600)
    assert here and top
    now = page.locator("tbody tr").nth(20).locator("td").first.bounding_box()
    assert now
    assert abs(now["x"] - here["x"]) < 2
    assert head.bounding_box() == top
    assert chief.sideways() <= 0
    # What is gone to by keyboard stands beside the frozen column, not below it.
    row = page.locator("tbody tr").nth(20)
    row.locator("td").last.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    second = row.locator("td").nth(1)
    expect(second).to_be_focused()
    there, frozen = second.bounding_box(), row.locator("td").first.bounding_box()
    assert there and frozen
    assert there["x"] >= frozen["x"] + frozen["width"] - 1
    phone.open("machine?view=machine_mine_idle&where=-")
    expect(phone.page.locator("tbody tr").first).to_be_visible()
    assert phone.sideways() <= 0


def test_22_what_is_cut_off_shows_whole_on_hover_and_on_focus(ann: Reader, machine: int) -> None:
    change(ann.site, machine, {"name": UGLY})
    ann.open(f"machine?where=name == '{UGLY}'")
    page = ann.page
    tip = page.get_by_role("tooltip")
    expect(cell(page, "name")).to_be_visible()
    cell(page, "price").hover()
    expect(tip).to_have_count(0)
    cell(page, "name").hover()
    expect(tip).to_have_text(UGLY)
    page.locator("h1").hover()
    expect(tip).to_have_count(0)
    go_to(page, "kind")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "name")).to_be_focused()
    expect(tip).to_have_text(UGLY)
    assert cell(page, "name").get_attribute("aria-describedby") == tip.get_attribute("id")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_29_an_address_carries_its_page_to_another_reader(chief: Reader, ann: Reader) -> None:
    chief.open("machine?where=price > 2000&sort=-price")
    chief.page.click("a[rel=next]")
    expect(chief.page.locator("tbody tr")).to_have_count(8)
    expect(chief.page).to_have_url(re.compile("[?&]at="))
    ann.page.goto(chief.page.url)
    expect(ann.page.locator("tbody tr")).to_have_count(8)
    expect(ann.page.locator("tbody tr").first).to_contain_text("机床 10")
    expect(ann.page.locator("th[aria-sort=descending]")).to_contain_text("Price")
    ann.page.click("a[rel=prev]")
    expect(ann.page.locator("tbody tr").first).to_contain_text("机床 60")
    ann.page.go_back()
    expect(ann.page.locator("tbody tr").first).to_contain_text("机床 10")


def test_29_the_second_page_of_a_view_is_returned_to(ann: Reader) -> None:
    ann.open("machine?view=machine_mine_idle&where=-")
    page = ann.page
    page.click("a[rel=next]")
    expect(page.locator("tbody tr").first).to_contain_text("机床 51")
    expect(page).to_have_url(re.compile("[?&]at="))
    address = page.url
    page.click(".menu a:has-text('Repairs')")
    expect(page.locator("h1")).to_have_text("Repairs")
    page.click(".menu a:has-text('Machines')")
    expect(page.locator("tbody tr").first).to_contain_text("机床 51")
    expect(page.locator(".tabs [aria-current]")).to_have_text("My idle machines")
    expect(page).to_have_url(address)
    page.click("tbody a >> text=机床 52")
    expect(page.locator("h1")).to_contain_text("机床 52")
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text("机床 51")
    expect(page).to_have_url(address)
