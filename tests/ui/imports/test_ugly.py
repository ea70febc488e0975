"""Ugly files in the browser: each is told in a sentence, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from fieldstone.engine import query
from fieldstone.engine.access import SYSTEM
from tests.ui.imports import ugly
from tests.ui.imports.conftest import Importer, counts
from tests.ui.imports.tongues import CHINESE, ENGLISH
from tests.ui.readers import Site

pytestmark = pytest.mark.browser

NO_TABLE = {"zh-CN": "不是表格，看起来是图片", "en": "is not a table: it looks like a picture"}
NO_HEADER = {"zh-CN": "文件没有表头", "en": "The file has no header"}
NO_BOOK = {"zh-CN": "不是可读取的工作簿", "en": "cannot be read as a workbook"}
TOO_WIDE = {"zh-CN": "文件有 501 列，最多可导入 500 列", "en": "The file has 501 columns"}
NO_ROWS = {"zh-CN": "文件只有表头", "en": "a header and no rows below it"}


def test_a_file_that_is_none_is_told_in_both_languages(importer: Importer, tmp_path: Path) -> None:
    """Such a file leads nowhere but to another one."""
    page = importer.reader.page
    for path, sentences in (
        (ugly.image(tmp_path / "picture.csv"), NO_TABLE),
        (ugly.blank(tmp_path / "white.csv"), NO_TABLE),
        (ugly.plain(tmp_path / "zero.csv", ""), NO_HEADER),
        (ugly.plain(tmp_path / "lines.csv", "\n\n\n"), NO_HEADER),
        (ugly.plain(tmp_path / "broken.xlsx", "PK\x03\x04"), NO_BOOK),
        (ugly.wide(tmp_path / "wide.csv", 501), TOO_WIDE),
        (ugly.plain(tmp_path / "headers.csv", "opportunity_id,account\n"), NO_ROWS),
    ):
        importer.bring("sale", path)
        expect(page.locator(".notice")).to_contain_text(sentences[importer.tongue.locale])
        importer.speak(ENGLISH if importer.tongue is CHINESE else CHINESE)
        expect(page.locator(".notice")).to_contain_text(sentences[importer.tongue.locale])
        if sentences in (NO_TABLE, NO_BOOK):
            expect(page.locator(".notice")).to_contain_text(path.name)
        expect(page.locator("h2")).to_contain_text(path.name)
        expect(page.locator("button[value=mapping]")).to_have_count(0)
        page.locator(".import-foot a").click()
        page.wait_for_url("**/-/imports/new/sale")


def test_two_hundred_long_columns_are_mapped(importer: Importer, tmp_path: Path) -> None:
    reader, page = importer.reader, importer.reader.page
    importer.bring("sale", ugly.wide(tmp_path / "wide.csv", 200))
    expect(page.locator(".import-table th")).to_have_count(200)
    expect(page.locator(".import-table th").nth(150)).to_have_attribute("title", ugly.header(150))
    importer.map()
    expect(page.locator(".import-line")).to_have_count(200)
    page.set_viewport_size({"width": 390, "height": 844})
    assert reader.sideways() == 0
    importer.choose(importer.line(ugly.header(199)).locator(".to select").first, "account")
    assert importer.check() == counts(created=3) == importer.start()
    assert reader.sideways() == 0
    assert values(reader.site, "account") == ["0.199", "1.199", "2.199"]


def test_foreign_writing_and_html_come_in_as_they_were_typed(
    importer: Importer, tmp_path: Path
) -> None:
    reader, page = importer.reader, importer.reader.page
    importer.bring("sale", ugly.foreign(tmp_path / "شركة.csv"))
    cells = page.locator(".import-table tbody tr").first.locator("td")
    expect(cells).to_have_text(["S1", ugly.HEBREW, ugly.HTML, ugly.ARABIC])
    expect(page.locator("main img, main b")).to_have_count(0)
    importer.map()
    importer.choose(page.locator("#to-1"), "sales_agent")
    importer.choose(page.locator("#to-2"), "deal_stage")
    page.set_viewport_size({"width": 390, "height": 844})
    assert reader.sideways() == 0
    expect(page.locator(".import-line .bad")).to_have_text("1 行无法转换")
    assert importer.check() == counts(created=2, failed=1) == importer.start()
    expect(page.locator(".import-table.bad .why")).to_have_count(1)
    assert values(reader.site, "account") == [ugly.ARABIC, ugly.HTML]
    assert values(reader.site, "sales_agent")[0] == ugly.HEBREW
    assert values(reader.site, "deal_stage") == [ugly.HTML, "two\nlines"]
    assert reader.sideways() == 0
    reader.open("-/imports")
    expect(page.locator(".import-history a")).to_have_text("شركة.csv")
    assert reader.sideways() == 0


def test_a_workbook_is_read_as_a_person_sees_it(importer: Importer, tmp_path: Path) -> None:
    """Merged cells stand in each row that they cover, a formula is its result."""
    page = importer.reader.page
    importer.bring("sale", ugly.workbook(tmp_path / "book.xlsx"))
    expect(page.locator(".import-table tbody tr").nth(1)).to_contain_text("Acme")
    importer.map()
    assert importer.check() == counts(created=3) == importer.start()
    assert values(importer.reader.site, "account") == ["Acme", "Acme", None]
    assert values(importer.reader.site, "close_value") == [14, 18, None]
    importer.bring("sale", tmp_path / "book.xlsx")
    with page.expect_navigation():
        page.select_option("#sheet", "Nothing")
    expect(page.locator(".notice.danger")).to_contain_text(NO_HEADER["zh-CN"])
    expect(page.locator("button[name=reset]")).to_be_visible()


def values(site: Site, field: str) -> list[object]:
    """A field's values, in the order of the records."""
    with site.workspace.reading() as tx:
        asked = query.ListRequest(entity_id="sale", sort="id", fields=(field,))
        return [one.values[field] for one in query.page(tx, SYSTEM, asked).records]
