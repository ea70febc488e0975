"""The board: lines 36 to 40 of what users check, and who may do what on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import CDPSession, Locator, Page, expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.board.yard import ASKED
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def job(site: Site) -> Iterator[int]:
    """Return a new job of 700 in its first stage, which comes first in its column."""
    with site.workspace.writing() as tx:
        values = {"name": "0 新工程", "price": "700", "builder": "1"}
        made = records.create(tx, SYSTEM, "job", values).id
    yield made
    with site.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "job", made, None)


def lane(page: Page, stage: str) -> Locator:
    return page.locator(f"[data-stage={stage}]")


def card(page: Page, job: int) -> Locator:
    return page.locator(f"[data-card='{job}']")


def count(page: Page, stage: str) -> int:
    return int(page.locator(f"header[data-head={stage}] [data-count]").inner_text())


def choose(page: Page, job: int, stage: str) -> None:
    card(page, job).locator("summary").click()
    card(page, job).locator(f"button[value={stage}]").click()


def drag(page: Page, what: Locator, target: Locator) -> None:
    what.scroll_into_view_if_needed()
    box, to = what.bounding_box(), target.bounding_box()
    assert box and to
    page.mouse.move(box["x"] + 40, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 30, steps=4)
    page.mouse.move(to["x"] + to["width"] / 2, to["y"] + 50, steps=12)
    page.mouse.up()


def test_the_list_turns_into_a_board_with_the_same_filter(chief: Reader) -> None:
    chief.open("job?where=price+%3E%3D+2000&q=工程")
    page = chief.page
    page.click(".switch a:has-text('看板')")
    expect(lane(page, "asked").locator("[data-card]")).to_have_count(5)
    expect(page.locator(".chip")).to_contain_text("报价")
    page.click(".switch a:has-text('列表')")
    expect(page.locator("table.grid tbody tr")).to_have_count(5)


def test_a_kanban_view_opens_as_a_board(chief: Reader) -> None:
    chief.open("job?view=job_wall")
    expect(lane(chief.page, "asked").locator("[data-card]")).to_have_count(1)
    chief.page.click(".switch a:has-text('列表')")
    expect(chief.page.locator("table.grid tbody tr")).to_have_count(1)


def test_36_columns_have_counts_and_sums_that_follow_a_move(chief: Reader, job: int) -> None:
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    head = page.locator("header[data-head=agreed]")
    asked, agreed = count(page, "asked"), count(page, "agreed")
    choose(page, job, "agreed")
    expect(lane(page, "agreed").locator(f"[data-card='{job}']")).to_be_visible()
    assert (count(page, "asked"), count(page, "agreed")) == (asked - 1, agreed + 1)
    expect(head).to_contain_text("¥700.00")
    expect(head).to_contain_text("加权 ¥350.00")
    expect(page.locator("p[data-said]")).to_have_text("“0 新工程”已移到“已定”")
    page.reload()
    assert (count(page, "asked"), count(page, "agreed")) == (asked - 1, agreed + 1)
    expect(head).to_contain_text("加权 ¥350.00")


def test_37_a_refused_move_puts_the_card_back_with_the_reason(chief: Reader, job: int) -> None:
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    drag(page, card(page, job), lane(page, "tested"))
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("[role=alert]")).to_contain_text("日志")
    expect(lane(page, "asked").locator(f"[data-card='{job}']")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(card(page, job).locator("a.what")).to_be_focused()


def test_37_a_card_that_somebody_else_moved_stays_and_says_so(
    chief: Reader, site: Site, job: int
) -> None:
    chief.open("job?show=board&q=0+新工程")
    with site.workspace.writing() as tx:
        records.update(tx, SYSTEM, "job", job, 1, {"plan": "试水"})
    choose(chief.page, job, "agreed")
    expect(chief.page.locator("dialog[open]")).to_contain_text("刚被他人修改")
    expect(lane(chief.page, "asked").locator(f"[data-card='{job}']")).to_have_count(1)


def test_38_a_lost_card_is_asked_why_and_cancel_returns_it(chief: Reader, job: int) -> None:
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    drag(page, card(page, job), lane(page, "dropped"))
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("[name=why_not]")).to_be_visible()
    dialog.locator("[data-cancel]").click()
    expect(dialog).to_have_count(0)
    expect(lane(page, "asked").locator(f"[data-card='{job}']")).to_have_count(1)
    drag(page, card(page, job), lane(page, "dropped"))
    dialog.locator("[name=why_not]").select_option("time")
    dialog.locator("[data-save]").click()
    expect(lane(page, "dropped").locator(f"[data-card='{job}']")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_39_the_menu_moves_a_card_by_keyboard(chief: Reader, job: int) -> None:
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    card(page, job).locator("a.what").focus()
    page.keyboard.press("Tab")
    expect(card(page, job).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    moved = lane(page, "agreed").locator(f"[data-card='{job}']")
    expect(moved.locator("a.what")).to_be_focused()


def test_39_dragging_does_the_same_as_the_menu(chief: Reader, job: int) -> None:
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    drag(page, card(page, job), lane(page, "agreed"))
    expect(page.locator("p[data-said]")).to_have_text("“0 新工程”已移到“已定”")
    page.reload()
    expect(lane(page, "agreed").locator(f"[data-card='{job}']")).to_be_visible()


def test_40_a_finger_scrolls_a_column_and_moves_no_card(phone: Reader, job: int) -> None:
    phone.open("job?show=board")
    page = phone.page
    assert phone.sideways() == 0
    box = lane(page, "asked").bounding_box()
    assert box
    before = count(page, "asked")
    expect(card(page, job)).to_be_in_viewport()
    cdp = page.context.new_cdp_session(page)
    x, y = box["x"] + 60, box["y"] + 350
    touch(cdp, "touchStart", x, y)
    for step in range(1, 11):
        touch(cdp, "touchMove", x, y - step * 25)
    touch(cdp, "touchEnd")
    expect(card(page, job)).not_to_be_in_viewport()
    expect(page.locator(".dragged, .ghost")).to_have_count(0)
    assert count(page, "asked") == before >= ASKED


def test_40_a_finger_that_rests_on_a_card_moves_it(phone: Reader, job: int) -> None:
    phone.open("job?show=board&q=0+新工程")
    page = phone.page
    box, to = (
        card(page, job).bounding_box(),
        page.locator("header[data-head=agreed]").bounding_box(),
    )
    assert box and to
    cdp = page.context.new_cdp_session(page)
    touch(cdp, "touchStart", box["x"] + 60, box["y"] + 14)
    expect(page.locator(".chosen")).to_have_count(1)
    for step in range(1, 11):
        x = box["x"] + 60 + step * (374 - box["x"] - 60) / 10
        touch(cdp, "touchMove", x, box["y"] + 14)
    expect(lane(page, "agreed").locator(f"[data-card='{job}']")).to_have_count(1)
    touch(cdp, "touchEnd")
    expect(page.locator("p[data-said]")).to_have_text("“0 新工程”已移到“已定”")


def touch(cdp: CDPSession, kind: str, x: float = 0, y: float = 0) -> None:
    points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_40_a_finger_moves_a_card_by_its_menu(phone: Reader, job: int) -> None:
    phone.open("job?show=board&q=0+新工程")
    choose(phone.page, job, "agreed")
    expect(phone.page.locator("header[data-head=agreed]")).to_contain_text("¥700.00")
    expect(lane(phone.page, "agreed").locator(f"[data-card='{job}']")).to_have_count(1)


def test_cards_come_in_pages(chief: Reader) -> None:
    chief.open("job?show=board")
    page = chief.page
    cards = lane(page, "asked").locator("[data-card]")
    expect(cards).to_have_count(20)
    lane(page, "asked").locator(".more-cards a").click()
    expect(lane(page, "asked").locator(".more-cards")).to_have_count(0)
    expect(cards).to_have_count(count(page, "asked"))


def test_a_card_shows_its_alert_and_that_it_stayed_too_long(chief: Reader, site: Site) -> None:
    with site.workspace.writing() as tx:
        old = {"name": "旧工程", "builder": "1"}
        made = records.create(tx, SYSTEM, "job", old)
        column = tx.tables.table("job").c
        entered = tx.tables.column(tx.tables.table("job"), "job", "stage_entered_at")
        tx.connection.execute(
            tx.tables.table("job")
            .update()
            .where(column.id == made.id)
            .values({entered.name: tx.now - timedelta(days=9)})
        )
    chief.open("job?show=board&q=旧工程")
    expect(card(chief.page, made.id)).to_contain_text("已停留 9 天")
    chief.open("job?show=board&q=大船")
    expect(chief.page.locator("[data-card] .sign.high")).to_have_attribute(
        "title", "【大额工程】大船 金额较大。"
    )


def test_who_may_not_move_or_see_money_gets_neither(vera: Reader) -> None:
    vera.open("job?show=board")
    page = vera.page
    expect(lane(page, "asked").locator("[data-card]").first).to_be_visible()
    expect(page.locator(".mover")).to_have_count(0)
    expect(page.locator(".sums")).to_have_count(0)
    assert "¥" not in page.locator(".board").inner_text()
    assert "CNY" not in page.locator(".board").inner_text()


def test_a_filter_that_cannot_be_read_is_said(chief: Reader) -> None:
    chief.open("job?show=board&where=prise+%3E+3")
    expect(chief.page.locator("[role=alert]")).to_contain_text("prise")


def test_without_a_script_a_move_goes_by_a_page_of_its_own(chief: Reader, job: int) -> None:
    nothing = {"body": "", "content_type": "text/javascript"}
    chief.page.route("**/dist/board.js*", lambda route: route.fulfill(**nothing))
    chief.open("job?show=board&q=0+新工程")
    page = chief.page
    choose(page, job, "dropped")
    expect(page.locator("main [name=why_not]")).to_be_visible()
    page.locator("main [name=why_not]").select_option("price")
    page.click("main [data-save]")
    expect(lane(page, "dropped").locator(f"[data-card='{job}']")).to_be_visible()


def test_a_board_takes_as_many_statements_for_many_cards_as_for_one(chief: Reader) -> None:
    asked = []
    for path in ("job?show=board&q=大船", "job?show=board"):
        chief.page.request.get(chief.site.path(path))  # plans are made once
        told: list[str] = []

        def note(*args: Any, told: list[str] = told) -> None:
            told.append(str(args[2]))

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            assert chief.page.request.get(chief.site.path(path)).ok
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        asked.append(len(told))
    assert asked[0] == asked[1] > 0
