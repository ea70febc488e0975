"""Importing in the browser up to the trial run, numbered after the lines that users check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.imports.conftest import (
    BOTH,
    Importer,
    count_of,
    counts,
    written,
)
from tests.ui.imports.tongues import CHINESE, ENGLISH, TONGUES

pytestmark = pytest.mark.browser

GBK = "superstore_cn/derived_订单_gbk.csv"
SALES = "crm_sales_opportunities/sales_pipeline.csv"


@BOTH
@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("gbk", "GBK"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("utf-16", "UTF-16")],
)
def test_line_50_every_encoding_reads_right(
    importer: Importer, data: Path, tmp_path: Path, encoding: str, shown: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes((data / GBK).read_bytes().decode("gbk").encode(encoding))
    importer.bring("order_line", path)
    page, (comma, semicolon) = importer.reader.page, importer.tongue.delimiters
    expect(page.locator("#rows")).to_have_text(importer.tongue.rows)
    expect(page.locator("#encoding option:checked")).to_have_text(shown)
    expect(page.locator("#delimiter option:checked")).to_have_text(comma)
    expect(page.locator(".import-table tbody tr").first).to_contain_text("曾惠")
    with page.expect_navigation():
        page.select_option("#delimiter", ";")
    expect(page.locator("#delimiter option:checked")).to_have_text(semicolon)
    assert page.locator(".import-table thead th").count() == 1


@BOTH
def test_a_file_is_chosen_in_the_words_of_the_reader(importer: Importer) -> None:
    # The browser's own control speaks the browser's language; nobody sees it.
    importer.reader.open("-/imports/new/order_line")
    page = importer.reader.page
    said = {"zh-CN": "选择文件", "en": "Choose a file"}[importer.tongue.locale]
    expect(page.locator("label[for=file]")).to_have_text(said)
    expect(page.locator("#file")).to_have_css("opacity", "0")
    with page.expect_file_chooser():
        page.click("label[for=file]")


@BOTH
def test_line_51_columns_are_guessed_and_counted_over_all_rows(
    importer: Importer, tmp_path: Path
) -> None:
    """Whatever the reader's language, a file may head its columns in either, or by names."""
    told = importer.tongue
    for headers in (
        *(one.columns for one in TONGUES.values()),
        ("opportunity_id", "销售人员", "Value"),
    ):
        rows = (f'S{n},"{told.person}",{n}' for n in range(2000))
        bad = (f"S{2001 + n},Li,{word}" for n, word in enumerate(("many", "多", "few")))
        path = written(tmp_path / "sales.csv", ",".join(headers), *rows, *bad)
        importer.bring("sale", path)
        importer.map()
        chosen = [importer.line(one).locator(".to select").first.input_value() for one in headers]
        assert chosen == ["opportunity_id", "sales_agent", "close_value"]
        number, agent, value = map(importer.line, headers)
        assert number.locator(".sample").all_inner_texts() == ["S0", "S1", "S2"]
        assert agent.locator(".sample").all_inner_texts() == [told.person, "Li"]
        expect(value.locator(".bad")).to_have_text(told.bad_rows)
        expect(agent.locator(".fate")).to_have_text(told.converts)


@BOTH
def test_line_52_a_date_of_two_readings_asks_for_its_format(
    importer: Importer, tmp_path: Path
) -> None:
    path = written(tmp_path / "sales.csv", "opportunity_id,engage_date", "S1,01-02-2018")
    importer.bring("sale", path)
    importer.map()
    select = importer.line("engage_date").locator(".format select")
    readings = select.locator("option").all_inner_texts()[1:]
    assert tuple(one.rpartition("= ")[2] for one in readings) == importer.tongue.readings
    importer.choose(select, "%d-%m-%Y")
    expect(select).to_have_value("%d-%m-%Y")
    expect(importer.line("engage_date").locator(".bad")).to_have_count(0)
    assert importer.check() == counts(created=1)
    importer.start()
    importer.bring("sale", path)
    importer.map()
    expect(select).to_have_value("%d-%m-%Y")


def test_lines_53_54_56_57_the_sales_of_a_reseller(importer: Importer, data: Path) -> None:
    """One unknown value is mapped once; twice the same file with a key updates.

    The 8,800 rows come in once for both languages: each step is looked at in one and the other.
    """
    page = importer.reader.page
    importer.bring("sale", data / SALES)
    importer.map()
    product = importer.line("product")
    for tongue in (CHINESE, ENGLISH):
        if tongue is not importer.tongue:
            importer.speak(tongue)
        expect(product.locator(".bad")).to_have_text(tongue.failing)
        expect(product.locator(".strange-value")).to_have_count(1)
        expect(product.locator(".strange-value")).to_contain_text("GTXPro")
        acts = product.locator(".strange-value option").all_inner_texts()
        assert tuple(acts) == tongue.acts
        expect(product.locator(".strange-value input.input")).to_have_value("GTX Pro")
    importer.choose(product.locator(".strange-value select"), "skip")
    assert importer.check() == counts(created=7320, skipped=1480)
    importer.speak(CHINESE)
    assert importer.counts() == counts(created=7320, skipped=1480)
    page.click(".import-steps a[data-step=mapping]")
    expect(product.locator(".strange-value select")).to_have_value("skip")
    expect(page.locator("#key")).to_have_value("opportunity_id")
    product.locator(".strange-value select").select_option("take")
    product.locator(".strange-value input.input").fill("GTX Pro")
    checked = importer.check()
    assert checked == counts(created=8800) == importer.start()
    importer.speak(ENGLISH)
    assert importer.counts() == checked
    importer.bring("sale", data / SALES)
    importer.map()
    for tongue in (ENGLISH, CHINESE):
        if tongue is not importer.tongue:
            importer.speak(tongue)
        expect(page.locator(".notice.info")).to_contain_text(tongue.offered)
    assert importer.check() == counts(updated=8800) == importer.start()
    importer.speak(ENGLISH)
    assert importer.counts() == counts(updated=8800)
    assert count_of(importer.reader.site, "sale") == 8800


@BOTH
def test_line_54_back_keeps_every_choice_of_every_step(importer: Importer, tmp_path: Path) -> None:
    """The file's encoding and delimiter, fields, values, the key, the box at the end."""
    page, told = importer.reader.page, importer.tongue
    agent, note = told.columns[1], "备注" if told is CHINESE else "Remarks"
    path = tmp_path / "sales.csv"
    path.write_bytes(
        f"{agent};{note};product;Owner\n{told.person};ABC;GTXPro;Li\n".encode("utf-16")
    )
    importer.bring("sale", path)
    with page.expect_navigation():
        page.select_option("#encoding", "utf-16")
    with page.expect_navigation():
        page.select_option("#delimiter", ";")
    importer.map()
    expect(page.locator(".import-steps li")).to_have_text([re.compile(one) for one in told.steps])
    importer.choose(importer.line(note).locator(".to select").first, "account")
    importer.line(note).locator("summary").click()
    importer.choose(importer.line(note).locator("[name^=also]"), "deal_stage")
    page.fill("[name='same.opportunity_id']", "S1")
    page.fill(".strange-value input.input", "GTX Basic")
    page.click(".import-foot a[data-step=file]")
    expect(page.locator("#encoding")).to_have_value("utf-16")
    expect(page.locator("#delimiter")).to_have_value(";")
    importer.map()
    expect(page.locator("[name='same.opportunity_id']")).to_have_value("S1")
    expect(importer.line(note).locator("[name^=also]")).to_have_value("deal_stage")
    expect(page.locator(".strange-value select")).to_have_value("take")
    assert importer.check() == counts(created=1)
    page.check("[name=tell]")
    page.click(".import-steps a[data-step=mapping]")
    expect(page.locator(".strange-value input.input")).to_have_value("GTX Basic")
    importer.check()
    expect(page.locator("[name=tell]")).to_be_checked()
    assert importer.start() == counts(created=1)
    importer.reader.open("sale/1")
    for text in ("S1", told.person, "ABC", "GTX Basic"):
        expect(page.locator("main")).to_contain_text(text)


def test_a_telephone_scrolls_nothing_sideways(importer: Importer, data: Path) -> None:
    reader = importer.reader
    reader.page.set_viewport_size({"width": 390, "height": 844})
    importer.bring("order_line", data / GBK)
    assert reader.sideways() == 0
    importer.map()
    assert reader.sideways() == 0
    reader.open("-/imports?of=order_line")
    assert reader.sideways() == 0
    expect(reader.page.locator(".import-history li")).to_have_text(re.compile("gbk"))
