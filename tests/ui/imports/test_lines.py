"""Importing in the browser, numbered after the lines that users check."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.imports.conftest import Importer, count_of, counts, jobs_of, told, work

GBK = "superstore_cn/derived_订单_gbk.csv"
SALES = "crm_sales_opportunities/sales_pipeline.csv"


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return path


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
    page = importer.reader.page
    expect(page.locator("#rows")).to_have_text("共 10,000 行")
    expect(page.locator("#encoding option:checked")).to_have_text(shown)
    expect(page.locator("#delimiter option:checked")).to_have_text("逗号")
    expect(page.locator(".import-table tbody tr").first).to_contain_text("曾惠")
    with page.expect_navigation():
        page.select_option("#delimiter", ";")
    expect(page.locator("#delimiter option:checked")).to_have_text("分号")
    assert page.locator(".import-table thead th").count() == 1


def test_line_51_columns_are_guessed_and_counted_over_all_rows(
    importer: Importer, tmp_path: Path
) -> None:
    rows = [f"S{n},Li,{n}" for n in range(2000)]
    path = written(tmp_path / "sales.csv", "opportunity_id,销售人员,Value", *rows,
                   "S2001,Li,many", "S2002,Li,few", "S2003,Li,some")  # fmt: skip
    importer.bring("sale", path)
    importer.map()
    chosen = [
        importer.line(column).locator(".to select").first.input_value()
        for column in ("opportunity_id", "销售人员", "Value")
    ]
    assert chosen == ["opportunity_id", "sales_agent", "close_value"]
    assert importer.line("opportunity_id").locator(".sample").all_inner_texts() == [
        "S0", "S1", "S2",
    ]  # fmt: skip
    expect(importer.line("Value").locator(".bad")).to_have_text("3 行无法转换")
    expect(importer.line("销售人员").locator(".fate")).to_have_text("2,003 行可以转换")


def test_line_52_a_date_of_two_readings_asks_for_its_format(
    importer: Importer, tmp_path: Path
) -> None:
    path = written(tmp_path / "sales.csv", "opportunity_id,engage_date", "S1,01-02-2018")
    importer.bring("sale", path)
    importer.map()
    select = importer.line("engage_date").locator(".format select")
    readings = select.locator("option").all_inner_texts()[1:]
    assert [one.rpartition("= ")[2] for one in readings] == ["2018年2月1日", "2018年1月2日"]
    importer.choose(select, "%d-%m-%Y")
    expect(select).to_have_value("%d-%m-%Y")
    expect(importer.line("engage_date").locator(".fate")).to_have_text("1 行可以转换")
    assert importer.check() == counts(created=1)
    importer.start()
    importer.bring("sale", path)
    importer.map()
    expect(select).to_have_value("%d-%m-%Y")


def test_lines_53_54_56_57_the_sales_of_a_reseller(importer: Importer, data: Path) -> None:
    """One unknown value is mapped once; twice the same file with a key updates; undo restores."""
    page = importer.reader.page
    importer.bring("sale", data / SALES)
    importer.map()
    product = importer.line("product")
    expect(product.locator(".bad")).to_have_text("1,480 行无法转换")
    expect(product.locator(".strange-value")).to_have_count(1)
    expect(product.locator(".strange-value")).to_contain_text("GTXPro")
    acts = product.locator(".strange-value option").all_inner_texts()
    assert acts == ["未知的值", "换成其他值", "新建记录", "留空", "跳过这些行"]
    expect(product.locator(".strange-value input.input")).to_have_value("GTX Pro")
    importer.choose(product.locator(".strange-value select"), "skip")
    assert importer.check() == counts(created=7320, skipped=1480)
    page.click("a:has-text('字段匹配')")
    expect(product.locator(".strange-value select")).to_have_value("skip")
    expect(page.locator("#key")).to_have_value("opportunity_id")
    product.locator(".strange-value select").select_option("take")
    product.locator(".strange-value input.input").fill("GTX Pro")
    checked = importer.check()
    assert checked == counts(created=8800) == importer.start()
    importer.bring("sale", data / SALES)
    importer.map()
    expect(page.locator(".notice.info")).to_contain_text("上次")
    assert importer.check() == counts(updated=8800) == importer.start()
    assert count_of(importer.reader.site, "sale") == 8800


def test_line_54_back_keeps_every_choice_of_every_step(importer: Importer, tmp_path: Path) -> None:
    """The file's encoding and delimiter, fields, values, the key, the box at the end."""
    page = importer.reader.page
    path = tmp_path / "sales.csv"
    path.write_bytes("销售人员;备注;产品;Owner\n李雷;甲;GTXPro;Li\n".encode("gbk"))
    importer.bring("sale", path)
    with page.expect_navigation():
        page.select_option("#encoding", "gb18030")
    with page.expect_navigation():
        page.select_option("#delimiter", ";")
    importer.map()
    importer.choose(importer.line("备注").locator(".to select").first, "account")
    importer.line("备注").locator("summary").click()
    importer.choose(importer.line("备注").locator("[name^=also]"), "deal_stage")
    page.fill("[name='same.opportunity_id']", "S1")
    page.fill(".strange-value input.input", "GTX Basic")
    page.click("a:has-text('文件'):visible >> nth=-1")
    expect(page.locator("#encoding")).to_have_value("gb18030")
    expect(page.locator("#delimiter")).to_have_value(";")
    importer.map()
    expect(page.locator("[name='same.opportunity_id']")).to_have_value("S1")
    expect(importer.line("备注").locator("[name^=also]")).to_have_value("deal_stage")
    expect(page.locator(".strange-value select")).to_have_value("take")
    assert importer.check() == counts(created=1)
    page.check("[name=tell]")
    page.click(".import-steps a:has-text('字段匹配')")
    expect(page.locator(".strange-value input.input")).to_have_value("GTX Basic")
    importer.check()
    expect(page.locator("[name=tell]")).to_be_checked()
    assert importer.start() == counts(created=1)
    importer.reader.open("sale/1")
    for text in ("S1", "李雷", "甲", "GTX Basic"):
        expect(page.locator("main")).to_contain_text(text)


def test_line_55_bad_rows_come_back_to_be_mended(importer: Importer, tmp_path: Path) -> None:
    page = importer.reader.page
    path = written(
        tmp_path / "sales.csv", "opportunity_id,account,close_value", "S1,A,1", "broken",
        "S2,B,many", "S3,C,3",
    )  # fmt: skip
    importer.bring("sale", path)
    importer.map()
    expect(page.locator(".notice.warning")).to_contain_text("1 行")
    assert importer.check() == counts(created=2, failed=2)
    expect(page.locator(".import-table.bad tbody tr")).to_have_count(2)
    assert importer.start() == counts(created=2, failed=2)
    with page.expect_download() as download:
        page.click("a[download]")
    bad = tmp_path / "bad.csv"
    download.value.save_as(bad)
    rows = table(bad)
    assert [row[:1] + row[2:] for row in rows] == [
        ["行号", "opportunity_id", "account", "close_value"],
        ["3", "broken"],
        ["4", "S2", "B", "many"],
    ]
    assert all(row[1] for row in rows)
    mended = written(tmp_path / "mended.csv", ",".join(rows[0]), "3,,S9,Z,9", "4,,S2,B,2")
    importer.bring("sale", mended)
    importer.map()
    assert importer.check() == counts(created=2) == importer.start()
    assert count_of(importer.reader.site, "sale") == 4


def table(path: Path) -> Sequence[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


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


def test_line_57_undo_leaves_what_was_edited_since(importer: Importer, tmp_path: Path) -> None:
    page, site = importer.reader.page, importer.reader.site
    lines = ["opportunity_id,account", *(f"S{n},A" for n in range(3))]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    importer.start()
    page.click("a:has-text('查看导入的记录')")
    expect(page.locator(".grid tbody tr")).to_have_count(3)
    page.go_back()
    importer.reader.open("sale/2/edit")
    page.fill("[name=account]", "mine")
    page.click("button.primary:visible")
    expect(page.locator("h1")).to_be_visible()
    importer.reader.open("-/imports")
    expect(page.locator(".import-history li")).to_contain_text("王工")
    expect(page.locator(".import-history li")).to_contain_text("新建 3，更新 0")
    page.click(".import-history a")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button[value=undo]")
    work(site)
    expect(page.locator("#state")).to_have_text("已撤销")
    expect(page.locator("#work")).to_contain_text("移除 2 条，恢复 0 条，保留 1 条")
    expect(page.locator(".import-left a")).to_have_text("S1")
    assert count_of(site, "sale") == 1


@pytest.mark.parametrize("tick_it", [False, True])
def test_line_58_rules_run_and_owners_hear_only_if_wanted(
    importer: Importer, tmp_path: Path, tick_it: bool
) -> None:
    site, page = importer.reader.site, importer.reader.page
    lines = ["opportunity_id,owner,close_value", "S1,Li,99999", "S2,Li,5"]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    expect(page.locator("[name=tell]")).not_to_be_checked()
    if tick_it:
        page.check("[name=tell]")
    importer.start()
    heard = told(site, "li")
    assert len(heard) == (2 if tick_it else 0)
    assert ("An import brought 2 records that are yours" in heard) is tick_it
    assert told(site, "chief") == ["Sale: the import is done"]


def test_lines_71_72_work_is_done_once_and_can_be_stopped(
    importer: Importer, tmp_path: Path
) -> None:
    page, site = importer.reader.page, importer.reader.site
    lines = ["opportunity_id", *(f"S{n}" for n in range(1200))]
    importer.bring("sale", written(tmp_path / "sales.csv", *lines))
    importer.map()
    importer.check()
    before = jobs_of(site)
    page.locator("button[value=start]").dblclick()
    page.wait_for_url("**/result")
    expect(page.locator(".import-work")).to_contain_text("等待后台处理")
    expect(page.locator(".import-work")).to_contain_text("0 / 1,200")
    page.reload()
    expect(page.locator(".import-work")).to_contain_text("0 / 1,200")
    assert jobs_of(site) == before + 1
    page.click("button[value=stop]")
    work(site)
    expect(page.locator("#state")).to_have_text("已停止")
    assert count_of(site, "sale") == 0
    assert told(site, "chief") == ["Sale: the import was stopped"]
    result = page.url
    importer.reader.open("-/notifications")
    page.locator("main").get_by_role("link", name="销售机会").first.click()
    page.wait_for_url(result)


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


@pytest.mark.parametrize(("locale", "begin"), [("zh-CN", "导入文件"), ("en", "Import a file")])
def test_line_74_no_imports_yet_leads_to_the_first_one(
    importer: Importer, locale: str, begin: str
) -> None:
    page = importer.reader.page
    if locale == "en":
        importer.reader.open("-/imports")
        page.click(".top form.only-wide button[name=locale]")
    expect(page.locator("html")).to_have_attribute("lang", locale)
    importer.reader.open("-/imports")
    primary = page.locator("main .primary")
    expect(primary).to_have_text(begin)
    expect(page.locator("main .empty h2")).to_be_visible()
    primary.press("Enter")
    page.locator("main .empty .item").first.click()
    page.wait_for_url("**/-/imports/new/**")
