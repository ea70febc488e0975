"""Lines 64 to 66 of what users check: the cards of a dashboard, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.ui.readers import Reader

pytestmark = pytest.mark.browser


def shown(reader: Reader, query: str = "") -> None:
    """Open the dashboard and wait until every card has its figures."""
    reader.open(f"-/dashboards/figures{query}")
    expect(reader.page.locator(".panel[aria-busy]")).to_have_count(0)


def card(reader: Reader, name: str) -> Locator:
    return reader.page.locator(f"#card-{name}")


def counted(reader: Reader) -> str:
    """What the list says of how many records it has."""
    text = reader.page.locator(".below span.numeric")
    expect(text).to_be_visible()
    return re.sub(r"[^0-9,]", "", text.inner_text())


def test_line_64_a_card_without_data_says_so_with_its_filter(chief: Reader, ann: Reader) -> None:
    for reader, words, filter_ in (
        (chief, "没有数据", "购置价"),
        (ann, "No data", "Price"),
    ):
        shown(reader)
        expect(card(reader, "dearest")).to_contain_text(words)
        expect(card(reader, "dearest").locator("p.hint").last).to_contain_text(filter_)
        expect(card(reader, "machines").locator(".amount")).to_have_text("60")


def test_line_64_a_card_that_fails_says_why_and_leaves_the_others(vera: Reader) -> None:
    shown(vera)
    for name in ("value", "by_kind", "dearest"):
        expect(card(vera, name).get_by_role("status")).to_contain_text("Your roles do not let you")
    expect(card(vera, "funnel").get_by_role("status")).to_be_visible()
    expect(card(vera, "in_use").locator(".amount")).to_have_text("98.3%")


def test_line_65_a_number_opens_the_list_that_counts_as_much(chief: Reader) -> None:
    shown(chief)
    card(chief, "machines").locator(".amount a").click()
    assert counted(chief) == "60"
    expect(chief.page.locator(".sieve")).to_contain_text("购置日期")
    shown(chief)
    card(chief, "in_use").get_by_role("link", name="59", exact=True).click()
    assert counted(chief) == "59"


def test_line_65_bars_and_the_empty_group_open_their_lists(chief: Reader) -> None:
    shown(chief)
    for name, label in (("by_note", "(空)"), ("by_keeper", "王工")):
        shown(chief)
        card(chief, name).locator(".as-table summary").click()
        row = card(chief, name).get_by_role("row").filter(has_text=label)
        row.get_by_role("link").click()
        assert counted(chief) == "60"


def test_line_65_a_bar_itself_is_pressed(ann: Reader) -> None:
    shown(ann)
    card(ann, "by_keeper").locator(".chart svg path[fill^='rgb']").first.click()
    assert counted(ann) == "60"


def test_line_65_a_person_and_a_period_go_along(chief: Reader) -> None:
    shown(chief, "?period=all&person=1")
    card(chief, "machines").locator(".amount a").click()
    assert counted(chief) == "60"
    expect(chief.page.locator(".sieve")).to_contain_text("王工")
    shown(chief, "?period=all&person=2")
    expect(card(chief, "machines").locator(".amount")).to_have_text("0")
    shown(chief, "?period=last_year")
    expect(card(chief, "machines").locator(".amount")).to_have_text("0")


def test_line_66_every_number_tells_its_formula_and_its_time(chief: Reader, ann: Reader) -> None:
    for reader, formula, time, over in (
        (chief, "在用设备数 / 设备数。", "数据截至", "本月未结束"),
        (ann, "Machines in use / machines.", "As of", "This month is not over"),
    ):
        shown(reader, "?period=this_month")
        about = card(reader, "in_use").locator(".about")
        about.locator("summary").click()
        expect(about).to_contain_text(formula)
        expect(about).to_contain_text("count(in_use) / count()")
        expect(about).to_contain_text(time)
        expect(card(reader, "machines").locator("> p").last).to_contain_text(over)


def test_a_choice_of_the_period_is_in_the_address(chief: Reader) -> None:
    shown(chief)
    chief.page.get_by_label("期间").select_option("all")
    chief.page.wait_for_url("**period=all**")
    expect(chief.page.locator(".panel[aria-busy]")).to_have_count(0)
    expect(card(chief, "machines").locator(".amount")).to_have_text("60")


def test_a_funnel_and_a_table_show_their_figures(chief: Reader) -> None:
    shown(chief)
    expect(card(chief, "funnel").get_by_role("row").nth(1)).to_contain_text("已报修")
    rows = card(chief, "by_kind").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("59")
    rows.nth(1).get_by_role("link", name="59", exact=True).click()
    assert counted(chief) == "59"


def test_a_telephone_shows_it_whole(phone: Reader) -> None:
    shown(phone)
    assert phone.sideways() == 0
