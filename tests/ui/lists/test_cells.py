"""Cells that are edited in place, numbered after the lines that users check."""

import re

import pytest
from playwright.sync_api import expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.gridding import NAME, cell, change, go_to, kept, open_list, told
from tests.ui.readers import Reader, Site
from tests.ui.test_axe import AXE, SERIOUS

pytestmark = pytest.mark.browser


def test_23_enter_edits_and_tab_saves_and_moves_right(chief: Reader, machine: int) -> None:
    page = open_list(chief)
    go_to(page, "kind")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "price")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.locator("td [name=price]")
    expect(box).to_be_focused()
    expect(box).to_have_value("5.00")
    with page.expect_response("**/cell/price") as answer:
        box.fill("1,200.50")
        page.keyboard.press("Tab")
    assert answer.value.status == 200
    expect(cell(page, "place")).to_be_focused()
    expect(cell(page, "price")).to_have_text("¥1,200.50")
    assert str(kept(chief.site, machine, "price")) == "1200.50"


def test_23_escape_restores_and_nothing_is_written(chief: Reader, machine: int) -> None:
    page = open_list(chief)
    go_to(page, "name")
    page.keyboard.press("F2")
    page.locator("td [name=name]").fill("别的名字")
    page.keyboard.press("Escape")
    expect(page.locator("td form")).to_have_count(0)
    expect(cell(page, "name")).to_be_focused()
    expect(cell(page, "name")).to_have_text(NAME)
    assert kept(chief.site, machine, "name") == NAME


def test_23_arrows_home_and_end_move_through_the_grid(ann: Reader) -> None:
    ann.open("machine")
    page = ann.page
    rows = page.locator("tbody tr")
    rows.nth(0).locator("td").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(rows.nth(1).locator("td").last).to_be_focused()
    page.keyboard.press("Control+End")
    expect(rows.nth(49).locator("td").last).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(rows.nth(0).locator("td").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("thead th a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table')") is None
    page.keyboard.press("Shift+Tab")
    expect(rows.nth(0).locator("td").first).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(page.locator("h1")).to_contain_text("机床 01")


@pytest.mark.parametrize(
    ("column", "steps", "shown", "value"),
    [
        ("kind", ["Home"], "–", None),
        ("place", ["Space", "ArrowRight", "Space"], "车间院内", ["hall", "yard"]),
        ("keeper", ["Ann Lee"], "Ann Lee", 2),
    ],
)
def test_23_each_type_is_edited_with_the_control_of_its_form(
    chief: Reader, machine: int, column: str, steps: list[str], shown: str, value: object
) -> None:
    page = open_list(chief)
    go_to(page, column)
    page.keyboard.press("Enter")
    expect(page.locator("td form :focus")).to_have_count(1)
    for step in steps:
        if step == "Ann Lee":
            page.locator(".ts-dropdown .option", has_text=step).click()
        else:
            page.keyboard.press(step)
    with page.expect_response(f"**/cell/{column}") as answer:
        page.keyboard.press("Tab")
    assert answer.value.status == 200, answer.value.text()
    expect(cell(page, column)).to_contain_text(re.compile(r"\s*".join(shown)))
    found = kept(chief.site, machine, column)
    with chief.site.workspace.reading() as tx:
        entity = tx.app.entity_named("machine")
        assert entity is not None
        options = {one.id: one.name for field in entity.live_fields for one in field.options}
    if isinstance(found, frozenset):
        found = sorted(options[one] for one in found)
    assert found == value


def test_23_what_is_computed_or_forbidden_does_not_open_and_says_why(
    chief: Reader, ann: Reader, vera: Reader, machine: int
) -> None:
    chief.open("machine?sort=number")
    page = chief.page
    page.click("summary:has-text('显示列')")
    for name in ("number", "created_at"):
        page.check(f".chooser input[value={name}]")
        expect(cell(page, name)).to_have_attribute("aria-readonly", "true")
    page.keyboard.press("Escape")
    go_to(page, "number")
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text(re.compile("“编号”由系统自动编号，不能修改。"))
    expect(told(page)).to_have_attribute("role", "status")
    page.keyboard.press("Escape")
    expect(told(page)).to_have_count(0)
    cell(page, "created_at").dblclick()
    expect(told(page)).to_contain_text("由系统记录")
    expect(page.locator("td form")).to_have_count(0)
    ann.open("repair")
    go_to(ann.page, "stage").press("Enter")
    expect(told(ann.page)).to_contain_text("Stage is moved on the record's page or on the board.")
    vera.open("machine")
    go_to(vera.page, "kind").press("Enter")
    expect(told(vera.page)).to_contain_text("Your roles may see Kind, but not change it.")


def test_24_enter_of_an_input_method_chooses_characters_only(chief: Reader, machine: int) -> None:
    page = open_list(chief)
    go_to(page, "name").press("Enter")
    box = page.locator("td [name=name]")
    box.fill("新名字")
    for key in ("Enter", "Tab", "Escape", "ArrowDown"):
        box.evaluate(
            """(box, key) => box.dispatchEvent(new KeyboardEvent("keydown",
                 {key, isComposing: true, bubbles: true, cancelable: true}))""",
            key,
        )
        expect(box).to_be_focused()
        expect(box).to_have_value("新名字")
        assert kept(chief.site, machine, "name") == NAME
    with page.expect_response("**/cell/name"):
        box.press("Enter")
    expect(cell(page, "name")).to_have_text("新名字")
    assert kept(chief.site, machine, "name") == "新名字"


@pytest.mark.parametrize(
    ("who", "reason", "mine", "again"),
    [
        ("chief", "最小为 0", "填写的是：-7", "继续编辑"),
        ("ann", "The smallest value is 0", "You typed: -7", "Edit again"),
    ],
)
def test_25_a_refusal_puts_the_old_value_back_and_says_why(
    request: pytest.FixtureRequest, machine: int, who: str, reason: str, mine: str, again: str
) -> None:
    reader: Reader = request.getfixturevalue(who)
    page = open_list(reader)
    go_to(page, "price").press("Enter")
    page.locator("td [name=price]").fill("-7")
    page.keyboard.press("Tab")
    box = told(page)
    expect(box).to_have_attribute("role", "alert")
    expect(box).to_contain_text(reason)
    expect(box).to_contain_text(mine)
    expect(cell(page, "price")).to_contain_text("5.00")
    assert str(kept(reader.site, machine, "price")) == "5.00"
    there, here = cell(page, "price").bounding_box(), box.bounding_box()
    assert there and here
    assert abs(here["y"] - there["y"] - there["height"]) < 8
    assert abs(here["x"] - there["x"]) < 8
    box.get_by_role("button", name=again).click()
    expect(page.locator("td [name=price]")).to_have_value("-7")
    page.locator("td [name=price]").fill("7")
    with page.expect_response("**/cell/price"):
        page.keyboard.press("Tab")
    expect(cell(page, "price")).to_contain_text("7.00")
    expect(told(page)).to_have_count(0)
    assert str(kept(reader.site, machine, "price")) == "7.00"


def test_25_what_the_form_asks_for_besides_is_told_too(ann: Reader, machine: int) -> None:
    page = open_list(ann)
    go_to(page, "kind").press("Enter")
    page.locator("td [name=kind]").select_option("other")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("Which kind")
    expect(cell(page, "kind")).to_have_text("Lathe")
    expect(cell(page, "kind")).to_be_focused()
    page.keyboard.press("Escape")
    expect(told(page)).to_have_count(0)


def test_23_a_picker_offers_what_the_record_allows(chief: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        values = {"machine": "1", "what": "看过了"}
        note = records.create(tx, SYSTEM, "note", values).id
    chief.open("note")
    page = chief.page
    go_to(page, "repair").press("Enter")
    page.locator(".ts-dropdown .option", has_text="更换主轴").click()
    with page.expect_response("**/cell/repair"):
        page.keyboard.press("Tab")
    expect(cell(page, "repair")).to_have_text("更换主轴")
    with site.workspace.writing() as tx:
        now = records.get(tx, SYSTEM, "note", note)
        records.delete(tx, SYSTEM, "note", note, now.version)


def test_25_what_somebody_else_wrote_meanwhile_is_told_and_not_lost(
    chief: Reader, machine: int
) -> None:
    page = open_list(chief)
    go_to(page, "price").press("Enter")
    box = page.locator("td [name=price]")
    expect(box).to_be_focused()
    change(chief.site, machine, {"price": "80", "kind": "other"})
    box.fill("90")
    page.keyboard.press("Tab")
    expect(told(page)).to_contain_text("其他人改过这个值")
    expect(told(page)).to_contain_text("填写的是：90")
    expect(cell(page, "price")).to_have_text("¥80.00")
    expect(cell(page, "kind")).to_have_text("其他")
    told(page).get_by_role("button", name="继续编辑").click()
    expect(box).to_have_value("90")
    with page.expect_response("**/cell/price"):
        page.keyboard.press("Tab")
    expect(cell(page, "price")).to_have_text("¥90.00")
    # Another's change of another field is in nobody's way.
    go_to(page, "price").press("Enter")
    expect(box).to_be_focused()
    change(chief.site, machine, {"kind": "lathe"})
    box.fill("91")
    with page.expect_response("**/cell/price"):
        page.keyboard.press("Tab")
    expect(cell(page, "price")).to_have_text("¥91.00")
    expect(cell(page, "kind")).to_have_text("车床")
    expect(told(page)).to_have_count(0)


def test_76_axe_finds_nothing_serious_in_an_editor_and_beside_a_cell(
    ann: Reader, machine: int
) -> None:
    page = open_list(ann)
    page.evaluate(AXE.read_text("utf-8"))
    for column in ("keeper", "place", "kind", "name"):
        go_to(page, column).press("Enter")
        expect(page.locator("td form :focus")).to_have_count(1)
        if column == "keeper":
            expect(page.locator("td form [role=listbox]")).to_be_attached()
        assert page.evaluate(SERIOUS) == [], column
        page.keyboard.press("Escape")
    go_to(page, "price").press("Enter")
    page.locator("td [name=price]").fill("-7")
    page.keyboard.press("Tab")
    expect(told(page)).to_be_visible()
    page.locator("th[data-column=kind] [data-column-menu]").click()
    expect(page.locator("#column-menu")).to_be_visible()
    assert page.evaluate(SERIOUS) == []
    assert str(kept(ann.site, machine, "price")) == "5.00"
