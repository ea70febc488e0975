"""Lists as people work in them all day, numbered after the lines that users check."""

import re

import pytest
from playwright.sync_api import Page, expect

from fieldstone.engine import query
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import ListRequest
from tests.ui.building import apply, choose, open_builder
from tests.ui.readers import Reader

pytestmark = pytest.mark.browser


def count_of(reader: Reader, condition: str) -> int:
    with reader.site.workspace.reading() as tx:
        return query.count(tx, SYSTEM, ListRequest(entity_id="machine", filter=condition))


def test_line_26_groups_two_deep_are_built_and_said_in_words(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    open_builder(page)
    choose(page, "c.0", "price")
    page.fill("input[name='c.0.value']", "55000")
    page.click("button[value=group]")
    expect(page.locator("select[name='c.1.1.field']")).to_be_focused()
    choose(page, "c.1.0", "in_use", "no")
    choose(page, "c.1.1", "name")
    page.fill("input[name='c.1.1.value']", "机床 57")
    apply(page)
    expect(page.locator(".chip")).to_have_text(
        ["购置价 ≥ ¥55,000.00", "在用为否，或设备名称包含“机床 57”"]
    )
    expect(page.locator("tbody tr")).to_have_count(2)
    open_builder(page)
    expect(page.locator("select[name='c.1.join']")).to_have_value("or")
    expect(page.locator("input[name='c.1.1.value']")).to_have_value("机床 57")


@pytest.mark.parametrize(
    ("entity", "example"),
    [
        ("machine", "price > 1000"),
        ("repair", "cost > 1000 and not stage.closed"),
        ("note", 'contains(number, "A")'),
    ],
)
def test_line_26_a_condition_as_text_has_an_example_that_can_be_taken(
    ann: Reader, entity: str, example: str
) -> None:
    ann.open(entity)
    page = ann.page
    open_builder(page)
    text = page.locator(".builder details")
    text.locator("summary").click()
    expect(text.locator(".hint")).to_have_text(f"For example: {example}")
    text.locator("textarea").fill(example)
    text.get_by_role("button").click()
    expect(page.locator(".chip")).not_to_have_count(0)
    expect(page.locator(".notice.danger")).to_have_count(0)


def test_line_26_relative_dates_empty_and_me_are_said_in_english(ann: Reader) -> None:
    ann.open("machine")
    page = ann.page
    open_builder(page)
    choose(page, "c.0", "bought_on", "last_days")
    page.fill("input[name='c.0.value']", "30")
    for number, (field, operator) in enumerate(
        [("kind_note", "empty"), ("keeper", "not_me"), ("keeper", "my_team")], 1
    ):
        page.click("button[value=row]")
        choose(page, f"c.{number}", field, operator)
    apply(page)
    expect(page.locator(".chip")).to_have_text(
        [
            "Bought on in the last 30 days",
            "Which kind is empty",
            "Keeper is not me",
            "Keeper · Department is my department",
        ]
    )


def test_line_26_several_values_and_a_path_over_a_reference(chief: Reader) -> None:
    chief.open("repair")
    page = chief.page
    open_builder(page)
    choose(page, "c.0", "machine.kind", "among")
    page.check("input[name='c.0.value'][value=lathe]")
    page.check("input[name='c.0.value'][value=other]")
    apply(page)
    expect(page.locator(".chip")).to_have_text("设备 · 类型为车床或其他")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_line_26_a_value_that_cannot_be_read_is_told_at_its_row(chief: Reader) -> None:
    chief.open("machine")
    page = chief.page
    open_builder(page)
    choose(page, "c.0", "name")
    page.fill("input[name='c.0.value']", "机床")
    page.click("button[value=row]")
    choose(page, "c.1", "price")
    page.fill("input[name='c.1.value']", "很多")
    apply(page)
    expect(page.locator(".condition.wrongly .wrong")).to_have_text("这里要填数字。")
    expect(page.locator("input[name='c.0.value']")).to_have_value("机床")
    expect(page.locator("input[name='c.1.value']")).to_have_value("很多")
    page.fill("input[name='c.1.value']", "59,000")
    apply(page)
    expect(page.locator("tbody tr")).to_have_count(2)


def test_line_26_what_rows_cannot_hold_is_kept_as_it_is_written(chief: Reader) -> None:
    chief.open("machine?where=len(name) > 3 and price >= 59000")
    page = chief.page
    open_builder(page)
    expect(page.locator("input[name='c.0.text']")).to_have_value("len(name) > 3")
    page.fill("input[name='c.0.text']", "len(nam) > 3")
    apply(page)
    expect(page.locator(".condition.wrongly .wrong")).to_contain_text("nam")
    page.fill("input[name='c.0.text']", "len(name) > 4")
    apply(page)
    expect(page.locator(".below")).to_contain_text("共 2 条")


def test_a_condition_that_is_refused_is_offered_corrected(chief: Reader) -> None:
    chief.open("machine?where=price ≥ 59,000 AND kind_note is null")
    page = chief.page
    notice = page.locator(".notice.danger")
    expect(notice.locator(".offered code")).to_have_text("price >= 59000 and kind_note is None")
    notice.get_by_role("link", name="改用这一条").click()
    expect(page.locator(".below")).to_contain_text("共 2 条")


def test_a_grouped_list_offers_the_correction_too(chief: Reader) -> None:
    chief.open("machine?where=price ≥ 59,000&group=kind")
    notice = chief.page.locator(".notice.danger")
    expect(notice.locator(".offered code")).to_have_text("price >= 59000")
    notice.get_by_role("link", name="改用这一条").click()
    expect(chief.page.locator(".notice.danger")).to_have_count(0)


def test_line_26_the_conditions_of_a_view_are_edited_in_their_place(chief: Reader) -> None:
    chief.open("machine?view=machine_dear")
    page = chief.page
    expect(page.locator(".below")).to_contain_text("共 11 条")
    open_builder(page)
    page.fill("input[name='c.0.value']", "58000")
    apply(page)
    expect(page.locator(".below")).to_contain_text("共 3 条")
    page.click(".chip a")
    expect(page.locator(".below")).to_contain_text("共 60 条")
    expect(page.locator(".tabs [aria-current]")).to_have_text("高价设备")


@pytest.mark.parametrize(
    "condition",
    ["price >= 55000", "kind_note is None", "kind_note != 'x'", "not (use_rate > 0.5)"],
)
def test_line_27_the_count_is_that_of_the_database(chief: Reader, condition: str) -> None:
    chief.open(f"machine?where={condition}")
    number = count_of(chief, condition)
    expect(chief.page.locator(".below")).to_contain_text(re.compile(rf"共 {number} 条"))


def test_line_31_sums_of_columns_are_seen_and_follow_the_filter(chief: Reader, ann: Reader) -> None:
    chief.open("machine")
    expect(chief.page.locator(".below .sum")).to_have_text("购置价合计 ¥1,830,000.00")
    chief.open("machine?where=price >= 59000")
    expect(chief.page.locator(".below .sum")).to_have_text("购置价合计 ¥119,000.00")
    ann.open("machine?where=price >= 59000")
    expect(ann.page.locator(".below .sum")).to_have_text("Sum of price CNY 119,000.00")


def save_as(page: Page, name: str) -> None:
    page.click(".unsaved summary")
    page.fill(".unsaved input[name=name]", name)
    page.click(".unsaved .naming button")
    expect(page.locator(".tabs [aria-current]")).to_have_text(name)


def test_line_28_a_changed_view_is_marked_saved_as_another_and_reset(chief: Reader) -> None:
    chief.open("machine?view=machine_dear")
    page = chief.page
    expect(page.locator(".unsaved")).to_have_count(0)
    open_builder(page)
    page.fill("input[name='c.0.value']", "58000")
    apply(page)
    page.click("thead a:has-text('购置价')")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("购置价")
    expect(page.locator(".unsaved")).to_contain_text("未保存，仅自己可见")
    save_as(page, "最贵的几台")
    expect(page.locator(".unsaved")).to_have_count(0)
    expect(page.locator(".below")).to_contain_text("共 3 条")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("购置价")
    page.click(".tabs a:has-text('高价设备')")
    expect(page.locator(".below")).to_contain_text("共 11 条")
    page.click(".tabs a:has-text('最贵的几台')")
    expect(page.locator(".chip")).to_have_text("购置价 ≥ ¥58,000.00")
    page.click(".chip a")
    expect(page.locator(".below")).to_contain_text("共 60 条")
    page.click(".unsaved a")
    expect(page.locator(".below")).to_contain_text("共 3 条")


def test_line_28_an_own_view_is_changed_renamed_made_the_default_and_deleted(ann: Reader) -> None:
    page = ann.page
    ann.open("machine?where=price >= 59000")
    expect(page.locator(".unsaved")).to_contain_text("Unsaved, only for me")
    save_as(page, "Two dear ones")
    open_builder(page)
    page.fill("input[name='c.0.value']", "60000")
    apply(page)
    page.click(".unsaved button:has-text('Save')")
    expect(page.locator(".unsaved")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click(".views > summary")
    page.click(".views summary:has-text('Rename')")
    page.fill(".views form[action*=rename] input[name=name]", "The dearest")
    page.keyboard.press("Enter")
    expect(page.locator(".tabs [aria-current]")).to_have_text("The dearest")
    page.click(".views > summary")
    page.click(".views button:has-text('Make it my default')")
    ann.open("machine")
    expect(page.locator(".tabs [aria-current]")).to_have_text("The dearest")
    page.click(".tabs a:has-text('All machines')")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.click(".tabs a:has-text('The dearest')")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".views > summary")
    page.click(".views button:has-text('Delete view')")
    expect(page.locator(".tabs")).not_to_contain_text("The dearest")
    expect(page.locator("tbody tr")).to_have_count(50)


def test_line_29_the_address_alone_shows_the_same_to_another(
    chief: Reader, ann: Reader, vera: Reader
) -> None:
    chief.open("machine?where=price < 58000&sort=-price")
    save_as(chief.page, "给同事看")
    chief.page.click("a[rel=next]")
    expect(chief.page.locator("tbody tr")).to_have_count(7)
    expect(chief.page).to_have_url(re.compile("[?&]at="))
    ann.page.goto(chief.page.url)
    expect(ann.page.locator(".tabs [aria-current]")).to_have_text("给同事看")
    expect(ann.page.locator(".chip")).to_have_text("Price below CNY 58,000.00")
    expect(ann.page.locator("tbody tr")).to_have_count(7)
    ann.page.goto(re.sub("&(at|trail)=[^&]*", "", chief.page.url))
    expect(ann.page.locator("tbody tr").first).to_contain_text("机床 57")
    vera.page.goto(re.sub("&(at|trail)=[^&]*", "", chief.page.url))
    expect(vera.page.locator(".tabs [aria-current]")).to_have_text("All machines")
    expect(vera.page.locator(".sieve")).not_to_contain_text("58,000")


def test_line_29_leaving_and_returning_shows_the_same_place(chief: Reader) -> None:
    page = chief.page
    chief.open("machine?where=price > 1000")
    page.click("a[rel=next]")
    expect(page.locator("tbody tr")).to_have_count(9)
    page.click("a[rel=prev]")
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page).not_to_have_url(re.compile("[?&]at="))
    frame = page.locator(".frame")
    frame.evaluate("frame => frame.scrollTo(0, 300)")
    # The frame says where it was when it has drawn itself there.
    frame.evaluate("frame => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))")
    address = page.url
    page.click(".menu a:has-text('维修单')")
    expect(page.locator("h1")).to_have_text("维修单")
    page.click(".menu a:has-text('设备')")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page).to_have_url(address)
    expect(frame).to_have_js_property("scrollTop", 300)
    page.click("tbody a >> text=机床 12")
    expect(page.locator("h1")).to_contain_text("机床 12")
    page.go_back()
    expect(frame).to_have_js_property("scrollTop", 300)
    expect(page).to_have_url(address)
