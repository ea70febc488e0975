"""Lists in groups and with facets, numbered after the lines that users check."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.readers import Reader


@pytest.mark.parametrize(("who", "empty"), [("chief", "(空)"), ("ann", "(empty)")])
def test_30_groups_show_count_and_sum_and_stay_folded(
    who: str, empty: str, request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(who)
    reader.open("machine")
    page = reader.page
    page.click("summary:has-text('分组'), summary:has-text('Group')")
    page.click(".float a:text-matches('^(类型|Kind)$')")
    heads = page.locator(".group-head")
    expect(heads).to_have_count(2)
    expect(heads.nth(0)).to_contain_text(empty)
    expect(heads.nth(0).locator("[data-group-count]")).to_contain_text("40")
    expect(heads.nth(0).locator("b")).to_contain_text("328,000.00")
    expect(heads.nth(1).locator("[data-group-count]")).to_contain_text("120")
    expect(heads.nth(1).locator("b")).to_contain_text("960,000.00")
    rows = page.locator("tbody:not(.group-head) tr:not(.group-more):visible")
    expect(rows).to_have_count(20)
    heads.nth(1).locator("button").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(10)
    page.reload()
    expect(heads).to_have_count(2)
    expect(heads.nth(1).locator("button")).to_have_attribute("aria-expanded", "false")
    expect(rows).to_have_count(10)
    heads.nth(1).locator("button").press("Space")
    expect(rows).to_have_count(60)
    assert "fold" not in page.url


@pytest.mark.parametrize(
    ("who", "empty"), [("chief", "(空)"), ("phone", "(空)"), ("ann", "(empty)")]
)
def test_30_the_group_without_a_tag_folds_and_stays_folded(
    who: str, empty: str, request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(who)
    reader.open("machine?group=place")
    page = reader.page
    heads = page.locator(".group-head")
    rows = page.locator("#group-- tr:not(.group-more):visible")
    expect(heads).to_have_count(3)
    expect(heads.first.locator("button")).to_have_text(empty)
    expect(heads.first.locator("[data-group-count]")).to_contain_text("60")
    expect(rows).to_have_count(10)
    heads.first.locator("button").press("Enter")
    expect(rows).to_have_count(0)
    page.reload()
    expect(heads).to_have_count(3)
    assert [one.get_attribute("aria-expanded") for one in heads.locator("button").all()] == [
        "false", "true", "true",
    ]  # fmt: skip
    expect(rows).to_have_count(0)
    heads.first.locator("button").press("Space")
    expect(rows).to_have_count(50)


def test_30_a_group_shows_more_of_its_rows(chief: Reader) -> None:
    chief.open("machine?group=kind&sort=name")
    page = chief.page
    page.locator(".group-more button").first.click()
    rows = page.locator("#group-- tr:not(.group-more)")
    expect(rows).to_have_count(40)
    expect(rows.first).to_contain_text("机床 004")
    expect(rows.last).to_contain_text("机床 160")


@pytest.mark.parametrize(
    ("field", "heads"),
    [
        ("place", ["(空)", "车间", "院内"]),
        ("in_use", ["否", "是"]),
        ("bought_on", ["2026-01", "2026-02", "2026-03"]),
        ("keeper", ["王工", "Ann"]),
    ],
)
def test_30_by_tags_truth_months_and_people(chief: Reader, field: str, heads: list[str]) -> None:
    chief.open(f"machine?group={field}")
    expect(chief.page.locator(".group-head button")).to_have_text(heads)


def test_31_sums_are_there_and_follow_the_filter(chief: Reader) -> None:
    chief.open("machine")
    below = chief.page.locator(".below")
    expect(below).to_contain_text("购置价合计 ¥1,288,000.00")
    chief.open("machine?where=price > 15500")
    expect(below).to_contain_text("共 5 条")
    expect(below).to_contain_text("购置价合计 ¥79,000.00")


def test_a_grouped_list_is_chosen_from(chief: Reader) -> None:
    chief.open("machine?group=place")
    page = chief.page
    page.check("[data-bulk-page]")
    page.click("[data-bulk-all]")
    expect(page.locator("[data-bulk-said]")).to_have_text("已选全部 160 条")


def test_facets_count_under_the_filter_and_narrow_by_a_press(chief: Reader) -> None:
    chief.open("machine?where=price > 8000")
    page = chief.page
    page.click("button:has-text('标签筛选')")
    facets = page.locator(".facets a")
    expect(facets).to_have_text(["车间50", "院内10", "车床60"])
    facets.nth(1).click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".below")).to_contain_text("共 10 条")
    expect(facets).to_have_text(["车间10", "院内10"])
    expect(page.locator(".facets a[aria-current]")).to_have_text("院内10")
    page.reload()
    page.locator(".facets a[aria-current]").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".below")).to_contain_text("共 80 条")
    page.click("button:has-text('标签筛选')")
    expect(page.locator(".facets")).to_have_count(0)


def test_facets_speak_english(ann: Reader) -> None:
    ann.open("machine")
    page = ann.page
    page.click("button:has-text('Facets')")
    expect(page.locator(".facets h2")).to_have_text(["Place", "Kind"])
    expect(page.locator(".facets a").first).to_have_text("Hall100")


def test_groups_and_facets_fit_a_telephone(phone: Reader) -> None:
    phone.open("machine?group=kind")
    expect(phone.page.locator(".group-head")).to_have_count(2)
    assert phone.sideways() <= 0
    phone.page.click("button:has-text('标签筛选')")
    expect(phone.page.locator(".facets a").first).to_be_visible()
    assert phone.sideways() <= 0
