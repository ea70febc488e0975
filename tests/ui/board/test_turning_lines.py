"""Turning from record to record of the list that one came from: line 44 of what users check."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from tests.ui.board.yard import ASKED
from tests.ui.readers import Reader

pytestmark = pytest.mark.browser


def turns(reader: Reader) -> Locator:
    return reader.page.locator(".turns")


def test_44_previous_and_next_follow_the_list(chief: Reader) -> None:
    page = chief.page
    chief.open("job?sort=-name&q=工程")
    names = [one.text_content() or "" for one in page.locator("tbody td:first-child").all()]
    page.locator("tbody a").nth(1).click()
    expect(page.locator("h1")).to_have_text(names[1].strip())
    expect(turns(chief)).to_contain_text(f"2 / {ASKED + 1}")
    turns(chief).get_by_role("link", name="下一条").click()
    expect(page.locator("h1")).to_have_text(names[2].strip())
    expect(turns(chief)).to_contain_text(f"3 / {ASKED + 1}")
    for _ in range(2):
        turns(chief).get_by_role("link", name="上一条").click()
    expect(page.locator("h1")).to_have_text(names[0].strip())
    expect(turns(chief)).to_contain_text(f"1 / {ASKED + 1}")
    expect(turns(chief).get_by_role("link")).to_have_count(1)


def test_44_the_place_is_kept_over_tabs_and_moves(ann: Reader) -> None:
    page = ann.page
    ann.open("job?view=job_all")
    page.get_by_role("link", name="工程 07").click()
    expect(turns(ann)).to_contain_text("/ 26")
    page.locator(".tabs.under a").nth(1).click()
    expect(page.locator(".tabs.under a").nth(1)).to_have_attribute("aria-current", "true")
    page.locator(".stages button", has_text="Agreed").click()
    expect(page.locator(".stages .now")).to_contain_text("Agreed")
    expect(turns(ann)).to_contain_text("/ 26")
    page.get_by_role("link", name="Edit").click()
    page.locator(".finish a").click()
    expect(turns(ann)).to_contain_text("/ 26")
    page.locator(".record-head .hint a").click()
    expect(page.locator("h1")).to_have_text("Jobs")


def test_44_one_that_has_left_the_list_still_leads_on(chief: Reader) -> None:
    question = quote("where=" + quote('stage == "dropped"') + "&sort=name", safe="")
    chief.open(f"job/3?list={question}")
    expect(turns(chief)).to_contain_text("– / 0")
    expect(turns(chief).get_by_role("link")).to_have_count(0)


def test_44_a_list_that_makes_no_sense_is_let_be(chief: Reader) -> None:
    for bad in ("%FF", "where%3D((", "sort%3Dzz", "view%3Dzz%26of%3Dzz.9", "x" * 5000, "%26%26"):
        for path in (f"job/1?list={bad}", f"job/1/beside?list={bad}"):
            answer = chief.page.request.get(chief.site.path(path))
            assert answer.status == 200, path
    answer = chief.page.request.get(chief.site.path("job/99999/beside?list=-"))
    assert answer.status == 200
    assert "/ 26" not in answer.text()


def test_44_without_a_list_there_is_nothing_to_turn(chief: Reader) -> None:
    chief.open("job/1")
    expect(chief.page.locator("h1")).to_have_text("工程 01")
    expect(chief.page.locator(".turns-place")).to_have_count(0)
