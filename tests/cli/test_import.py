"""`fieldstone import`: what an operator sees, in both languages, and how the command ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import Run, printed

LINES = [
    "客户名称,编码,规模,区域",
    "石田,S1,大型,华东",
    "华光,S2,大型号,华北",
    "长河,S3,大型号,",
    ",S4,小型,",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file in GBK whose columns are called like labels of fields; one is strange."""
    path = tmp_path / "客户.csv"
    path.write_bytes("\n".join(LINES).encode("gbk"))
    return path


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_the_report_in_english(shop: Run, file: Path) -> None:
    found = shop("import", "shop", "customer", file, code=1)
    assert found.stdout == "4 rows read: 1 created, 0 updated, 3 failed.\n"
    assert found.stderr.splitlines() == [
        "Columns left out: 区域",
        "规模: “大型号” is unknown, in 2 rows; if “大型” is meant, map it with --values.",
        'Line 3: "大型号" is unknown for Size; did you mean "大型"?',
        'Line 4: "大型号" is unknown for Size; did you mean "大型"?',
        "Line 5: Fill in Name.",
    ]


def test_the_report_in_chinese(shop: Run, file: Path) -> None:
    found = shop("import", "shop", "customer", file, "--dry-run", code=1, locale="zh-CN")
    assert found.stdout.startswith("预检完成，未写入数据。共读取 4 行：将新建 1 条")
    assert "规模：“大型号”无法识别，共 2 行；如果是指“大型”，请用 --values 指定。" in found.stderr
    assert "第 3 行：规模没有“大型号”这个值" in found.stderr


def test_values_are_mapped_once(shop: Run, file: Path, tmp_path: Path) -> None:
    mapping = written(
        tmp_path / "mapping.json",
        {
            "columns": {"客户名称": "name", "编码": "code", "规模": "size"},
            "values": {"客户名称": {"": "无名"}, "规模": {"大型号": "small", "大型": "large"}},
        },
    )
    values = written(tmp_path / "values.json", {"规模": {"大型号": "large"}})
    found = shop(
        "import", "shop", "customer", file, "--mapping", mapping, "--values", values, "--json"
    )
    assert printed(found) == {
        "format_version": 1,
        "dry_run": False,
        "written": True,
        "rows": 4,
        "created": 4,
        "updated": 0,
        "failed": 0,
        "warnings": 0,
        "unknown_values": [],
        "bad_rows": [],
    }


def test_a_second_run_by_a_key_updates(shop: Run, file: Path) -> None:
    shop("import", "shop", "customer", file, "--key", "code", code=1)
    again = shop("import", "shop", "customer", file, "--key", "code", "--map", "规模=", code=1)
    assert again.stdout == "4 rows read: 2 created, 1 updated, 1 failed.\n"


def test_all_or_nothing_and_the_file_of_errors(shop: Run, file: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    found = shop("import", "shop", "customer", file, "--all-or-nothing", "--errors", errors, code=1)
    assert found.stdout == "Nothing written, because 3 of 4 rows would fail.\n"
    assert f"The rows that failed are in {errors}" in found.stderr
    head, first, *_ = errors.read_text("utf-8-sig").splitlines()
    assert head == "line,reason,客户名称,编码,规模,区域"
    assert first.startswith("3,") and first.endswith("华光,S2,大型号,华北")


def test_a_workbook_and_its_sheet(shop: Run, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_row(0, 0, ["nothing here"])
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, ["Name", "Credit", "VIP"])
        sheet.write_row(1, 0, ["石田", 1200.5, True])
    shop("import", "shop", "customer", path, "--sheet", "客户")
    shop("import", "shop", "customer", path, "--sheet", "合同", code=1)


REFUSED = {
    "an entity that there is not": (("customr",), "customr"),
    "a pair without an equals sign": (("customer", "--map", "name"), "COLUMN=FIELD"),
    "a field that there is not": (("customer", "--map", "编码=cod"), "cod"),
    "an encoding": (("customer", "--encoding", "utf-8"), "utf-8"),
    "a delimiter": (("customer", "--delimiter", "ab"), "ab"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why(shop: Run, file: Path, name: str) -> None:
    (entity, *more), word = REFUSED[name]
    code = 2 if name == "a pair without an equals sign" else 1
    found = shop("import", "shop", entity, file, *more, code=code)
    assert word in found.stderr
    assert "Traceback" not in found.output
