"""What an import has come to, in the browser, numbered after the lines that users check."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.imports.conftest import (
    BOTH,
    Importer,
    count_of,
    counts,
    die_at,
    jobs_of,
    told,
    work,
    written,
)
from tests.ui.imports.tongues import CHINESE, ENGLISH

pytestmark = pytest.mark.browser


def table(path: Path) -> Sequence[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@BOTH
def test_line_55_bad_rows_come_back_to_be_mended(importer: Importer, tmp_path: Path) -> None:
    page, words = importer.reader.page, importer.tongue
    path = written(
        tmp_path / "sales.csv", "opportunity_id,account,close_value", "S1,A,1", "broken",
        "S2,B,many", "S3,C,3",
    )  # fmt: skip
    importer.bring("sale", path)
    importer.map()
    expect(page.locator(".notice.warning")).to_have_text(words.broken)
    assert importer.check() == counts(created=2, failed=2)
    expect(page.locator(".import-table.bad tbody tr")).to_have_count(2)
    assert importer.start() == counts(created=2, failed=2)
    with page.expect_download() as download:
        page.click("a[download]")
    bad = tmp_path / "bad.csv"
    download.value.save_as(bad)
    rows = table(bad)
    assert [row[:1] + row[2:] for row in rows] == [
        [words.line, "opportunity_id", "account", "close_value"],
        ["3", "broken"],
        ["4", "S2", "B", "many"],
    ]
    shown = page.locator(".import-table.bad td.why").all_inner_texts()
    assert [row[1] for row in rows[1:]] == shown
    assert shown[1].startswith(words.value)
    mended = written(tmp_path / "mended.csv", ",".join(rows[0]), "3,,S9,Z,9", "4,,S2,B,2")
    importer.bring("sale", mended)
    importer.map()
    assert importer.check() == counts(created=2) == importer.start()
    assert count_of(importer.reader.site, "sale") == 4


@BOTH
def test_line_56_the_same_file_without_a_key_warns(importer: Importer, tmp_path: Path) -> None:
    path = written(tmp_path / "sales.csv", "account,opportunity_id", "A,S1")
    page = importer.reader.page
    for again in (False, True):
        importer.bring("sale", path)
        importer.map()
        importer.choose(page.locator("#key"), "")
        importer.check()
        expect(page.locator(".notice.warning")).to_have_count(int(again))
        if not again:
            importer.start()
    expect(page.locator(".notice.warning")).to_contain_text(importer.tongue.same)


@BOTH
def test_line_57_undo_leaves_what_was_edited_since(importer: Importer, tmp_path: Path) -> None:
    page, site, words = importer.reader.page, importer.reader.site, importer.tongue
    lines = ["opportunity_id,account", *(f"S{n},A" for n in range(3))]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    importer.start()
    page.get_by_role("link", name=words.records).click()
    expect(page.locator(".grid tbody tr")).to_have_count(3)
    importer.reader.open("sale/2/edit")
    page.fill("[name=account]", "mine")
    page.click("button.primary:visible")
    expect(page.locator("h1")).to_be_visible()
    importer.reader.open("-/imports")
    expect(page.locator(".import-history li")).to_contain_text(words.who)
    expect(page.locator(".import-history li")).to_contain_text(words.history)
    page.click(".import-history a")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button[value=undo]")
    work(site)
    expect(page.locator("#state")).to_have_text(words.undone)
    expect(page.locator("#work")).to_contain_text(words.undone_counts)
    expect(page.locator(".import-left a")).to_have_text("S1")
    expect(page.locator(".import-left .hint")).to_have_text(
        re.compile("^(Edited since.|导入后有改动。)$")
    )
    assert count_of(site, "sale") == 1


@BOTH
@pytest.mark.parametrize("tick_it", [False, True])
def test_line_58_rules_run_and_owners_hear_only_if_wanted(
    importer: Importer, tmp_path: Path, tick_it: bool
) -> None:
    site, page, words = importer.reader.site, importer.reader.page, importer.tongue
    lines = ["opportunity_id,owner,close_value", "S1,Li,99999", "S2,Li,5"]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    expect(page.locator("[name=tell]")).not_to_be_checked()
    if tick_it:
        page.check("[name=tell]")
    importer.start()
    done, _, owned = words.told
    heard = told(site, "li@example.com", words.locale)
    assert len(heard) == (2 if tick_it else 0)
    assert (owned in heard) is tick_it
    assert told(site, words.email, words.locale) == [done]


@BOTH
def test_lines_71_72_work_is_done_once_and_can_be_stopped(
    importer: Importer, tmp_path: Path
) -> None:
    page, site, words = importer.reader.page, importer.reader.site, importer.tongue
    lines = ["opportunity_id", *(f"S{n}" for n in range(1200))]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    before = jobs_of(site)
    page.locator("button[value=start]").dblclick()
    page.wait_for_url("**/result")
    expect(page.locator(".import-work")).to_contain_text(words.waits)
    expect(page.locator(".import-work")).to_contain_text("0 / 1,200")
    page.reload()
    expect(page.locator(".import-work")).to_contain_text("0 / 1,200")
    assert jobs_of(site) == before + 1
    page.click("button[value=stop]")
    work(site)
    expect(page.locator("#state")).to_have_text(words.stopped)
    assert count_of(site, "sale") == 0
    assert told(site, words.email, words.locale) == [words.told[1]]
    to_the_result(importer, page.url)


def to_the_result(importer: Importer, address: str) -> None:
    """Open the newest notification, which leads to the page of the import."""
    page = importer.reader.page
    importer.reader.open("-/notifications")
    page.locator("main").get_by_role("link", name=importer.tongue.sales).first.click()
    page.wait_for_url(address)


def test_line_71_progress_survives_a_reload_and_the_worker_and_ends_in_a_notice(
    importer: Importer, tmp_path: Path
) -> None:
    """The worker dies after the first thousand rows; the next one does what is left.

    One death serves both languages: the page is looked at in one and the other.
    """
    page, site = importer.reader.page, importer.reader.site
    lines = ["opportunity_id", *(f"S{n}" for n in range(1200))]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    page.click("button[value=start]")
    page.wait_for_url("**/result")
    die_at(site, "import.after_chunk")
    for one in (CHINESE, ENGLISH):
        if one is not importer.tongue:
            importer.speak(one)
        expect(page.locator(".import-work")).to_contain_text(one.running)
        expect(page.locator(".import-work")).to_contain_text("1,000 / 1,200")
        expect(page.locator(".import-work progress")).to_have_attribute("value", "1000")
        page.reload()
    work(site, late=True)
    expect(page.locator("#state")).to_have_text(ENGLISH.done)
    assert importer.counts() == counts(created=1200)
    assert count_of(site, "sale") == 1200
    for one in (CHINESE, ENGLISH):
        assert told(site, CHINESE.email, one.locale) == [one.told[0]]
    to_the_result(importer, page.url)


@BOTH
def test_line_72_a_double_click_makes_one_trial_run_and_one_undo(
    importer: Importer, tmp_path: Path
) -> None:
    page, site = importer.reader.page, importer.reader.site
    importer.bring("sale", written(tmp_path / "sales.csv", "opportunity_id", "S1"))
    importer.map()
    page.on("dialog", lambda dialog: dialog.accept())
    for button, wait in (("check", "**/check"), ("start", "**/result"), ("undo", "**/result")):
        before = jobs_of(site)
        page.locator(f"button[value={button}]").dblclick()
        page.wait_for_url(wait)
        expect(page.locator(".import-work")).to_be_visible()
        work(site)
        expect(page.locator(".import-work")).to_have_count(0)
        assert jobs_of(site) == before + 1
    assert count_of(site, "sale") == 0


@BOTH
def test_line_74_no_imports_yet_leads_to_the_first_one(importer: Importer) -> None:
    page = importer.reader.page
    importer.reader.open("-/imports")
    primary = page.locator("main .primary")
    expect(primary).to_have_text(importer.tongue.begin)
    expect(page.locator("main .empty h2")).to_be_visible()
    primary.press("Enter")
    page.locator("main .empty .item").first.click()
    page.wait_for_url("**/-/imports/new/**")
