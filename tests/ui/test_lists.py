"""The generated list: views, filter, order, pages and columns, on a laptop and a telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.readers import Reader

pytestmark = pytest.mark.browser


def test_opens_with_the_first_view_and_counts_its_records(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    expect(page.locator("h1")).to_have_text("设备")
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.locator(".below")).to_contain_text("共 60 条")
    expect(page.locator("tbody tr").first).to_contain_text("¥1,000.00")


def test_pages_go_on_and_back_and_the_address_holds_the_place(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    page.click("a[rel=next]")
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page).to_have_url(re.compile("[?&]at="))
    address = page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.click("a[rel=prev]")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.goto(address)
    expect(page.locator("tbody tr").first).to_contain_text("机床 51")


def test_sorts_by_a_column_and_turns_the_order(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    page.click("thead a:has-text('购置价')")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("购置价")
    expect(page.locator("tbody tr").first).to_contain_text("机床 01")
    page.click("thead a:has-text('购置价')")
    expect(page.locator("th[aria-sort=descending]")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("机床 60")


def test_builds_a_filter_says_it_in_words_and_takes_it_away(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    page.click("summary:has-text('筛选')")
    page.select_option("select[name='c.0.field']", "price")
    expect(page.locator("select[name='c.0.op'] option").first).to_have_attribute(
        "value", "at_least"
    )
    page.fill("input[name='c.0.value']", "55000")
    page.click(".builder button.primary")
    expect(page.locator(".chip")).to_contain_text("购置价 ≥ ¥55,000.00")
    expect(page.locator("tbody tr")).to_have_count(6)
    page.click(".chip a")
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(50)


def test_says_what_is_wrong_with_a_filter_typed_as_text(chief: Reader) -> None:
    chief.open("machine?where=prise+%3E+5")
    expect(chief.page.locator(".notice.danger")).to_contain_text("prise")
    chief.page.click(".notice a")
    expect(chief.page.locator("tbody tr")).to_have_count(50)


def test_searches_within_the_list(chief: Reader) -> None:
    chief.open("machine?q=机床 07")
    expect(chief.page.locator("tbody tr")).to_have_count(1)
    chief.open("machine?q=没有这个")
    expect(chief.page.locator(".empty")).to_contain_text("没有符合条件的数据")


def test_keeps_the_columns_that_a_member_chose(ann: Reader) -> None:
    ann.open("machine?view=machine_dear")
    page = ann.page
    expect(page.locator("th")).to_have_count(2)
    page.click("summary:has-text('Columns')")
    page.fill("[data-narrow]", "bought")
    page.check("label[data-word*='Bought on'] input")
    page.click(".chooser button.primary")
    expect(page.locator(".chooser")).to_be_hidden()
    expect(page.locator("thead")).to_contain_text("Bought on")
    page.click("summary:has-text('Columns')")
    page.click(".chooser button[name=reset]")
    expect(page.locator("thead")).not_to_contain_text("Bought on")


def test_hides_what_a_role_may_not_see(vera: Reader) -> None:
    vera.open("machine")
    page = vera.page
    expect(page.locator("thead")).not_to_contain_text("Price")
    expect(page.locator(".head .button.primary")).to_have_count(0)
    vera.open("machine?sort=price")
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    vera.open("machine?where=price+%3E+5")
    expect(page.locator(".notice.danger")).to_contain_text("price")


def test_shows_cards_on_a_telephone_and_never_scrolls_sideways(phone: Reader) -> None:
    for path in ("machine", "machine/1", "machine/new", "machine/1/edit", "-/alerts", "repair/1"):
        phone.open(path)
        assert phone.sideways() <= 0, path
    phone.open("machine")
    expect(phone.page.locator(".foot a").first).to_be_visible()
    expect(phone.page.locator("td[data-label='购置价']").first).to_be_visible()


def test_an_empty_list_says_what_belongs_there(chief: Reader) -> None:
    chief.open("note")
    expect(chief.page.locator(".empty")).to_contain_text("还没有工作记录")
    expect(chief.page.locator(".empty a.primary")).to_be_visible()


def test_search_finds_records_of_every_kind(chief: Reader) -> None:
    page = chief.page
    chief.open("machine")
    page.keyboard.press("/")
    page.keyboard.type("主轴")
    page.keyboard.press("Enter")
    expect(page.locator(".part")).to_contain_text("更换主轴")
    expect(page.locator(".hit a").first).to_have_attribute("href", "/workshop/repair/1")


def test_home_shows_what_is_due_for_whoever_asks(chief: Reader) -> None:
    chief.open("-/today")
    page = chief.page
    tile = page.locator(".tile", has_text="我保管的停用设备")
    expect(tile.locator(".number")).to_have_text("1")
    tile.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".chip")).to_have_text(["保管人为我", "在用为否"])
