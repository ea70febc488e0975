"""Choosing records and changing them together, numbered after the lines that users check."""

from __future__ import annotations

import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from fieldstone.engine.system_tables import BULK, JOB
from tests.ui.choosing.conftest import MACHINES, OWN, values, work
from tests.ui.readers import Reader, Site


def choose_all(page: Page) -> None:
    page.check("[data-bulk-page]")
    page.click("[data-bulk-all]")


def change_all(page: Page) -> None:
    """Begin to set the same rate of use for every machine."""
    choose_all(page)
    page.click("button[name='bulk.act'][value=update]")
    page.select_option("#bulk-field", "use_rate")
    page.fill("dialog[open] input[name=use_rate]", "50")
    page.click("dialog[open] [data-save]")
    page.wait_for_url("**/-/bulk/1")


def made(site: Site, table: sa.Table) -> int:
    with site.workspace.reading() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_32_a_page_is_chosen_and_then_all_that_match(chief: Reader) -> None:
    chief.open("machine")
    page, said = chief.page, chief.page.locator("[data-bulk-said]")
    expect(page.locator("form[data-bulk]")).to_be_hidden()
    page.focus("tbody tr:first-child .pick input")
    page.keyboard.press("Space")
    expect(said).to_have_text("已选 1 条")
    expect(page.locator("tbody tr:first-child .pick input")).to_have_attribute(
        "aria-label", "选择机床 001"
    )
    page.check("[data-bulk-page]")
    expect(said).to_have_text("已选 50 条")
    expect(page.locator("[data-bulk-all]")).to_have_text("选择全部 160 条")
    page.click("[data-bulk-all]")
    expect(said).to_have_text("已选全部 160 条")
    page.click("button[name='bulk.act'][value=update]")
    expect(page.locator("dialog[open] h2")).to_have_text("批量编辑设备")
    expect(page.locator("dialog[open] .hint").first).to_have_text("将修改 160 条。")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.click("[data-bulk-clear]")
    expect(page.locator("form[data-bulk]")).to_be_hidden()
    chief.open("machine?where=price > 15000")
    page.check("[data-bulk-page]")
    expect(said).to_have_text("已选 10 条")
    expect(page.locator("[data-bulk-all]")).to_have_count(0)


def test_32_what_may_not_be_changed_is_told_apart(ann: Reader) -> None:
    ann.open("machine")
    page, said = ann.page, ann.page.locator("[data-bulk-said]")
    choose_all(page)
    expect(said).to_have_text(
        f"All {MACHINES} chosen · {MACHINES - OWN} of them may not be changed"
    )
    page.click("button[name='bulk.act'][value=update]")
    expect(page.locator("dialog[open] .hint").first).to_have_text(
        f"{OWN} records will change. {MACHINES - OWN} of them may not be changed"
    )
    expect(page.locator("dialog[open] [data-save]")).to_have_text(f"Change {OWN} records")


def test_33_many_are_changed_by_a_job_and_all_come_back(chief: Reader, site: Site) -> None:
    chief.open("machine")
    page = chief.page
    choose_all(page)
    page.click("button[name='bulk.act'][value=update]")
    page.select_option("#bulk-field", "kind")
    old = page.locator("dialog[open] .bulk-old")
    expect(old).to_contain_text("2 种")
    expect(old.locator("dt")).to_have_text(["车床", "(空)"])
    expect(old.locator("dd")).to_have_text(["120", "40"])
    page.select_option("dialog[open] select[name=kind]", "other")
    page.click("dialog[open] [data-save]")
    page.wait_for_url("**/-/bulk/1")
    expect(page.locator("[data-progress]")).to_have_text("0 / 160")
    page.reload()
    expect(page.locator("[data-progress]")).to_have_text("0 / 160")
    work(site)
    expect(page.locator("#state")).to_have_text("已完成")
    expect(page.locator("[data-count=changed] dd")).to_have_text("160")
    assert set(values(site, "kind")) == {"other"}
    chief.open("-/notifications")
    page.click("text=设备：批量操作完成")
    page.wait_for_url("**/-/bulk/1")
    page.click("button[value=undo]")
    expect(page.locator("[data-progress]")).to_have_text("0 / 160")
    work(site)
    expect(page.locator("#state")).to_have_text("已撤销")
    expect(page.locator("#work")).to_contain_text("恢复 160 条，保留 0 条")
    assert sorted(set(map(str, values(site, "kind")))) == ["None", "lathe"]


def test_33_a_few_are_changed_at_once_with_an_undo_in_the_notice(ann: Reader, site: Site) -> None:
    ann.open("machine?sort=name")
    page = ann.page
    page.check("tbody tr:nth-child(1) .pick input")
    page.click("tbody tr:nth-child(3) .pick", modifiers=["Shift"])
    expect(page.locator("[data-bulk-said]")).to_have_text("3 chosen")
    page.click("button[name='bulk.act'][value=update]")
    page.select_option("#bulk-field", "price")
    page.fill("dialog[open] input[name=price]", "much")
    page.click("dialog[open] [data-save]")
    expect(page.locator(".bulk-form .wrong")).to_be_visible()
    page.fill("input[name=price]", "7")
    page.click("[data-save]")
    expect(page.locator(".notice")).to_contain_text("3 records changed")
    expect(page.locator("tbody tr").first).to_contain_text("7.00")
    page.click(".notice button")
    expect(page.locator(".notice")).to_contain_text("Restored 3, left 0")
    expect(page.locator("tbody tr").first).to_contain_text("100.00")


def test_33_what_was_edited_since_is_left_and_named(chief: Reader, site: Site) -> None:
    chief.open("machine")
    page = chief.page
    change_all(page)
    work(site)
    expect(page.locator("#state")).to_have_text("已完成")
    chief.open("machine/7/edit")
    page.fill("input[name=name]", "改名的机床")
    page.click("button[data-save]")
    page.wait_for_url("**/machine/7")
    chief.open("-/bulk/1")
    page.click("button[value=undo]")
    work(site)
    expect(page.locator("#work")).to_contain_text("恢复 159 条，保留 1 条")
    expect(page.locator(".import-left li")).to_contain_text("改名的机床")


def test_33_records_are_deleted_and_brought_back(chief: Reader, site: Site) -> None:
    chief.open("machine")
    page = chief.page
    choose_all(page)
    page.click("button[name='bulk.act'][value=delete]")
    expect(page.locator("dialog[open] [data-save]")).to_have_text("删除 160 条")
    page.click("dialog[open] [data-save]")
    page.wait_for_url("**/-/bulk/1")
    work(site)
    expect(page.locator("[data-count=changed] dd")).to_have_text("160")
    assert values(site, "name") == []
    page.click("button[value=undo]")
    work(site)
    expect(page.locator("#state")).to_have_text("已撤销")
    assert len(values(site, "name")) == MACHINES


def test_33_nothing_is_typed_while_the_input_of_another_field_is_on_its_way(chief: Reader) -> None:
    locked: list[bool] = []
    chief.open("machine")
    page = chief.page
    choose_all(page)
    page.click("button[name='bulk.act'][value=update]")
    page.select_option("#bulk-field", "use_rate")
    page.fill("dialog[open] input[name=use_rate]", "50")

    def on_its_way(route: Route) -> None:
        old = ("input[name=use_rate]", "[data-save]", "#bulk-field")
        locked.extend(page.locator(f"dialog[open] {one}").is_disabled() for one in old)
        route.continue_()

    page.route("**/bulk/choose*", on_its_way)
    page.select_option("#bulk-field", "price")
    for one in ("input[name=price]", "[data-save]", "#bulk-field"):
        expect(page.locator(f"dialog[open] {one}")).to_be_enabled()
    assert locked == [True, True, True]


def test_33_a_field_whose_input_never_came_is_asked_for_and_not_emptied(
    chief: Reader, site: Site
) -> None:
    before = values(site, "price")
    chief.open("machine")
    page = chief.page
    choose_all(page)
    page.click("button[name='bulk.act'][value=update]")
    page.select_option("#bulk-field", "use_rate")
    page.fill("dialog[open] input[name=use_rate]", "50")
    page.route("**/bulk/choose*", lambda route: route.fulfill(status=401))
    page.select_option("#bulk-field", "price")
    page.click("dialog[open] [data-save]")
    expect(page.locator("main #bulk-field")).to_have_value("price")
    expect(page.locator("main input[name=price]")).to_have_value("")
    assert values(site, "price") == before
    page.fill("main input[name=price]", "7")
    page.click("main [data-save]")
    page.wait_for_url("**/-/bulk/1")
    work(site)
    expect(page.locator("#state")).to_have_text("已完成")
    assert set(map(str, values(site, "price"))) == {"7.00"}


def test_71_it_is_cancelled_and_what_is_done_stays(chief: Reader, site: Site) -> None:
    chief.open("machine")
    page = chief.page
    change_all(page)
    page.click("button[value=stop]")
    expect(page.locator("#state")).to_have_text("停止中")
    work(site)
    expect(page.locator("#state")).to_have_text("已停止")
    assert set(values(site, "use_rate")) == {None}


def test_72_two_presses_make_one_change(chief: Reader, site: Site) -> None:
    chief.open("machine")
    page = chief.page
    choose_all(page)
    page.click("button[name='bulk.act'][value=delete]")
    page.locator("dialog[open] [data-save]").dblclick()
    page.wait_for_url("**/-/bulk/1")
    page.go_back()
    before = made(site, JOB)
    body = page.evaluate(
        """async () => {
            const token = document.querySelector('meta[name="csrf-token"]').content;
            const body = new FormData();
            for (const [name, value] of Object.entries({
                csrf_token: token, "bulk.all": "1", "bulk.act": "delete", "bulk.token": "same",
            })) body.append(name, value);
            const path = location.pathname + "/bulk/change";
            const sent = [1, 2].map(() => fetch(path, { method: "POST", body }));
            return (await Promise.all(sent)).map((one) => one.url);
        }"""
    )
    assert body[0] == body[1]
    assert (made(site, BULK), made(site, JOB)) == (2, before + 1)


def test_a_telephone_chooses_too(phone: Reader) -> None:
    phone.open("machine")
    page = phone.page
    page.locator("tbody tr:first-child .pick").click()
    expect(page.locator("[data-bulk-said]")).to_have_text("已选 1 条")
    assert phone.sideways() <= 0
    page.click("button[name='bulk.act'][value=update]")
    expect(page.locator("dialog[open]")).to_be_visible()
    assert phone.sideways() <= 0
    page.click("dialog[open] [data-bulk-cancel]")
    expect(page.locator("dialog[open]")).to_have_count(0)
