"""Forms: making and changing records, errors at their fields, conditions, conflicts."""

import pytest
from playwright.sync_api import Dialog, expect

from fieldstone.engine import query
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import ListRequest
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


def test_keeps_what_was_typed_until_everything_is_right(chief: Reader) -> None:
    chief.open("machine/new")
    page = chief.page
    page.fill("[name=price]", "-5")
    page.select_option("[name=kind]", "other")
    expect(page.locator("#f-machine-kind_note")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-machine-name .wrong")).to_be_visible()
    expect(page.locator("#f-machine-price .wrong")).to_be_visible()
    expect(page.locator("[name=price]")).to_have_value("-5")
    expect(page.locator("[name=price]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=name]", "铣床 甲")
    page.fill("[name=price]", "12,345.5")
    page.fill("[name=use_rate]", "45")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-machine-kind_note .wrong")).to_be_visible()
    page.fill("[name=kind_note]", "铣床")
    page.locator(".tagbox label", has_text="院内").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("铣床 甲")
    expect(page.locator("#panel")).to_contain_text("¥12,345.50")
    expect(page.locator("#panel")).to_contain_text("45%")
    expect(page.locator("#panel")).to_contain_text("院内")


def test_a_field_shows_as_soon_as_its_condition_holds(ann: Reader) -> None:
    ann.open("machine/new")
    page = ann.page
    expect(page.locator("#f-machine-kind_note")).to_be_hidden()
    page.fill("[name=name]", "half typed")
    page.select_option("[name=kind]", "other")
    expect(page.locator("#f-machine-kind_note")).to_be_visible()
    expect(page.locator("#f-machine-kind_note .must")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("half typed")
    page.select_option("[name=kind]", "lathe")
    expect(page.locator("#f-machine-kind_note")).to_be_hidden()


def test_a_picker_searches_and_follows_another_field(chief: Reader) -> None:
    chief.open("note/new?machine=1")
    page = chief.page
    expect(page.locator("#f-note-machine .item")).to_have_text("机床 01")
    page.locator("#f-note-repair .ts-control").click()
    expect(page.locator(".ts-dropdown .option")).to_have_count(1)
    expect(page.locator(".ts-dropdown .option")).to_contain_text("更换主轴")
    page.keyboard.press("Escape")
    page.locator("#f-note-machine .ts-control").click()
    # Nobody types before the list has opened; what is typed sooner would be lost in part.
    expect(page.locator("#f-note-machine .ts-dropdown .option").nth(5)).to_be_visible()
    page.keyboard.type("机床 02")
    expect(page.locator(".ts-dropdown .option").first).to_contain_text("机床 02")
    expect(page.locator(".ts-dropdown .option .second").first).to_contain_text("SB00002")
    page.keyboard.press("Enter")
    page.locator("#f-note-repair .ts-control").click()
    expect(page.locator("#f-note-repair .no-results")).to_be_visible()


def test_two_people_who_change_other_fields_both_win(chief: Reader, ann: Reader) -> None:
    chief.open("machine/10/edit")
    ann.open("machine/10/edit")
    chief.page.fill("[name=use_rate]", "33")
    chief.page.click("[data-save]")
    expect(chief.page.locator("#panel")).to_contain_text("33%")
    ann.page.fill("[name=name]", "机床 10 改")
    ann.page.click("[data-save]")
    expect(ann.page.locator("h1")).to_have_text("机床 10 改")
    expect(ann.page.locator("#panel")).to_contain_text("33%")


def test_two_people_who_change_the_same_field_choose(chief: Reader, ann: Reader) -> None:
    chief.open("machine/11/edit")
    ann.open("machine/11/edit")
    chief.page.fill("[name=name]", "机床 十一")
    chief.page.click("[data-save]")
    expect(chief.page.locator("h1")).to_have_text("机床 十一")
    ann.page.fill("[name=name]", "Lathe eleven")
    ann.page.click("[data-save]")
    row = ann.page.locator("tr.differs")
    expect(row).to_contain_text("机床 十一")
    expect(row).to_contain_text("Lathe eleven")
    row.get_by_label("Lathe eleven").check()
    ann.page.click("[data-save]")
    expect(ann.page.locator("h1")).to_have_text("Lathe eleven")


def numbers(site: Site) -> list[int]:
    """How many machines and notes there are."""
    with site.workspace.reading() as tx:
        return [query.count(tx, SYSTEM, ListRequest(entity_id=one)) for one in ("machine", "note")]


def test_line_72_a_double_click_on_save_makes_one_record(reader: Reader) -> None:
    page, name, (machines, notes) = reader.page, f"Twice {id(reader)}", numbers(reader.site)
    reader.open("machine/new")
    page.fill("[name=name]", name)
    page.locator("[data-save]").dblclick()
    expect(page.locator("h1")).to_contain_text(name)
    page.fill("#composer textarea", name)
    page.locator("#composer [data-save]").dblclick()
    expect(page.locator("#flow .note")).to_contain_text(name)
    assert numbers(reader.site) == [machines + 1, notes + 1]


def test_asks_before_typed_words_are_lost(chief: Reader) -> None:
    chief.open("machine/new")
    page = chief.page
    page.fill("[name=name]", "unsaved")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    page.click(".brand")
    page.wait_for_url("**/workshop/machine")
    assert asked == ["beforeunload"]


def test_works_without_scripts(chief: Reader) -> None:
    state = chief.page.context.storage_state()
    browser = chief.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(chief.site.path("machine/new"))
    page.fill("[name=name]", "无脚本")
    page.click("[data-save]")
    expect(page.locator("h1")).to_have_text("无脚本")
    page.goto(chief.site.path("machine?sort=-name"))
    expect(page.locator("tbody tr")).to_have_count(50)
    context.close()
