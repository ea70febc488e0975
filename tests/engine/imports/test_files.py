"""Files: whatever program wrote them, the same columns and rows are read, within bounds."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from fieldstone.engine.errors import Invalid, TooLarge
from fieldstone.engine.imports import Source, open_source
from fieldstone.engine.imports.text import LONGEST_CELL

TABLE = "客户名称,城市,备注\n石田仪表,杭州,老客户\n华光电子,成都,\n"
ROWS = [("石田仪表", "杭州", "老客户"), ("华光电子", "成都", "")]
CHINESE_ONLY = "名称\n" + "石田仪表有限责任公司\n" * 40


def rows(source: Source) -> list[tuple[str, ...]]:
    return [one.cells for one in source.rows()]


def written(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


ENCODINGS = {
    "UTF-8": ("utf-8", "utf-8"),
    "UTF-8 with a mark": ("utf-8-sig", "utf-8-sig"),
    "GBK": ("gbk", "gb18030"),
    "UTF-16 little end first, with a mark": ("utf-16", "utf-16"),
    "UTF-16 little end first, without": ("utf-16-le", "utf-16-le"),
    "UTF-16 big end first, without": ("utf-16-be", "utf-16-be"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings_are_found_out(tmp_path: Path, name: str) -> None:
    encoding, found = ENCODINGS[name]
    source = open_source(written(tmp_path, TABLE.encode(encoding)))
    assert (source.kind, source.encoding, source.delimiter) == ("csv", found, ",")
    assert source.columns == ("客户名称", "城市", "备注")
    assert rows(source) == ROWS


def test_utf_16_big_end_first_with_a_mark(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b"\xfe\xff" + TABLE.encode("utf-16-be")))
    assert rows(source) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_chinese_letters_alone(tmp_path: Path, encoding: str) -> None:
    source = open_source(written(tmp_path, CHINESE_ONLY.encode(encoding)))
    assert source.encoding == encoding
    assert source.count() == 40


@pytest.mark.parametrize("given", ["utf-8", "UTF8", "utf-8-sig"])
def test_a_mark_is_no_part_of_the_first_column(tmp_path: Path, given: str) -> None:
    path = written(tmp_path, TABLE.encode("utf-8-sig"))
    assert open_source(path, encoding=given).columns[0] == "客户名称"


def test_a_mark_of_utf_16_whose_order_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xff\xfe" + TABLE.encode("utf-16-le"))
    assert open_source(path, encoding="utf-16-le").columns[0] == "客户名称"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("klingon", "import.encoding_unknown"),
        ("hex", "import.encoding_unknown"),
        ("ascii", "import.encoding_given"),
    ],
)
def test_encodings_that_do_not_fit_are_refused(tmp_path: Path, given: str, problem: str) -> None:
    path = written(tmp_path, TABLE.encode())
    with pytest.raises(Invalid) as refused:
        open_source(path, encoding=given)
    assert [one.id for one in refused.value.problems] == [problem]


def test_a_given_encoding_that_fails_further_down_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"name\n" + b"plain\n" * 20_000 + "石".encode())
    with pytest.raises(Invalid, match="not written in ascii"):
        open_source(path, encoding="ascii").count()


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="neither UTF-8, UTF-16 nor GBK"):
        open_source(written(tmp_path, b"name\n\xff\xff\x81"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    content = TABLE.replace(",", delimiter).encode()
    source = open_source(written(tmp_path, content))
    assert source.delimiter == delimiter
    assert rows(source) == ROWS


def test_commas_inside_quotes_do_not_count(tmp_path: Path) -> None:
    content = b'name;note\n"a,b";"c,d,e"\n"f,g";"h,i,j"\n'
    assert rows(open_source(written(tmp_path, content))) == [("a,b", "c,d,e"), ("f,g", "h,i,j")]


@pytest.mark.parametrize("given", ["tab", "\\t", "\t"])
def test_a_tab_can_be_given_by_its_name(tmp_path: Path, given: str) -> None:
    source = open_source(written(tmp_path, b"a,b\tc\n1,2\t3\n"), delimiter=given)
    assert source.columns == ("a,b", "c")


@pytest.mark.parametrize("given", ["", ",,", '"', "\n"])
def test_what_cannot_stand_between_columns_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(Invalid, match="cannot stand between columns"):
        open_source(written(tmp_path, TABLE.encode()), delimiter=given)


def test_lines_are_where_rows_begin(tmp_path: Path) -> None:
    content = b'name,note\r\na,"one\ntwo"\r\n\r\n,\r\nb,last\r\n'
    source = open_source(written(tmp_path, content))
    assert [(one.line, one.cells) for one in source.rows()] == [
        (2, ("a", "one\ntwo")),
        (6, ("b", "last")),
    ]
    assert [one.line for one in source.rows(after=2)] == [6]


def test_a_header_over_several_lines(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b'"long\nname",b\n1,2\n'))
    assert source.columns == ("long\nname", "b")
    assert rows(source) == [("1", "2")]


def test_columns_that_are_called_alike_or_not_at_all(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b"name,,name,name\n1,2,3,4\n"))
    assert source.columns == ("name", "column 2", "name (2)", "name (3)")


def test_rows_with_another_number_of_columns_are_bad(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b"a,b\n1,2\n1,2,3\n1\n"))
    found = [(one.line, one.problem and one.problem.params) for one in source.rows()]
    assert found == [
        (2, None),
        (3, {"found": 3, "expected": 2}),
        (4, {"found": 1, "expected": 2}),
    ]


def test_a_nul_makes_its_row_bad_and_is_not_kept(tmp_path: Path) -> None:
    content = b"name,note\n" + b"fine,fine\n" * 60 + b"a\x00b,c\n"
    source = open_source(written(tmp_path, content))
    *_, last = source.rows()
    assert last.problem is not None and last.problem.id == "import.nul"
    assert last.cells == ("a\ufffdb", "c")


REFUSED: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "no header"),
    "a header of spaces": (b" , \n1,2\n", "no header"),
    "too many columns": (b"a," * 500 + b"a\n", "501 columns"),
    "a cell without end": (b'a,b\n1,"' + b"x\n" * LONGEST_CELL, "Line 2: a cell has more than"),
    "a header without end": (b'a,"' + b"x" * (LONGEST_CELL + 5), "Line 1: a cell has more than"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, name: str) -> None:
    content, message = REFUSED[name]
    with pytest.raises(Invalid, match=message):
        open_source(written(tmp_path, content)).count()


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\0\0\0\rIHDR\xff\xff", b"BM\x70\x11" + bytes(99)])
def test_a_picture_is_no_table_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"sales\.csv is not a table"):
        open_source(written(tmp_path, content), name="sales.csv")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Cannot read"):
        open_source(tmp_path / "none.csv")


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    """A workbook with sheets of rows."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, content in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(content):
                for column, cell in enumerate(cells):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(row, column, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    else:
                        sheet.write(row, column, cell)
    return path


def test_cells_of_a_workbook_are_what_a_person_sees(tmp_path: Path) -> None:
    cells = [
        ["石田", 13812345678, 0.1 + 0.2, -60.70400000000001, date(2026, 3, 5), True],
        ["", 1 / 3, 1e15, -39.480000000000246, datetime(2026, 3, 5, 9, 30), False],
    ]
    path = workbook(tmp_path / "a.xlsx", ("一", [["a", "b", "c", "d", "e", "f", ""], *cells]))
    source = open_source(path)
    assert (source.kind, source.sheet, source.columns) == ("xlsx", "一", tuple("abcdef"))
    assert rows(source) == [
        ("石田", "13812345678", "0.3", "-60.704", "2026-03-05", "true"),
        ("", "0.333333333333333", "1000000000000000", "-39.48", "2026-03-05 09:30:00", "false"),
    ]


def test_short_rows_of_a_workbook_are_filled_up(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("one", [["a", "b"], ["1"], [], ["3", "4"]]))
    assert [(one.line, one.cells) for one in open_source(path).rows()] == [
        (2, ("1", "")),
        (4, ("3", "4")),
    ]


def test_merged_cells_stand_in_each_cell_that_they_cover(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("one")
        sheet.write_row(0, 0, ["region", "team", "name", "note"])
        sheet.merge_range("A2:A4", "East")
        sheet.merge_range("B3:C4", "all")
        sheet.merge_range("D4:F4", "wide")
        sheet.write_column(1, 1, ["one"])
        sheet.write(4, 2, "alone")
    rows = [one.cells for one in open_source(tmp_path / "a.xlsx").rows()]
    assert rows == [
        ("East", "one", "", ""),
        ("East", "all", "all", ""),
        ("East", "all", "all", "wide"),
        ("", "", "alone", ""),
    ]


def test_sheets_are_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("订单", [["a"]]), ("退货", [["b"], ["1"]]))
    assert open_source(path).sheets == ("订单", "退货")
    assert open_source(path, sheet="退货").columns == ("b",)
    with pytest.raises(Invalid, match="no sheet"):
        open_source(path, sheet="订货")
    with pytest.raises(Invalid, match="no sheets"):
        open_source(written(tmp_path, b"a\n1\n"), sheet="one")


def test_the_name_of_a_workbook_does_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("one", [["a"], ["1"]]))
    assert open_source(path.rename(tmp_path / "a.csv")).kind == "xlsx"


@pytest.mark.parametrize("content", [b"PK\x03\x04 and nothing more", b"\xd0\xcf\x11\xe0 neither"])
def test_a_broken_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match="cannot be read as a workbook"):
        open_source(written(tmp_path, content, "a.xlsx"))


def test_two_cells_far_apart_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("one")
        sheet.write(0, 0, "name")
        sheet.write(1_048_575, 16_383, "far away")
    with pytest.raises(
        TooLarge, match="1,048,576 rows and 16,384 columns, more than 10,000,000 cells"
    ):
        open_source(tmp_path / "a.xlsx")


@pytest.mark.parametrize("honest", [True, False])
def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, honest: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldstone.engine.imports.sheets.LARGEST_UNPACKED", 10 << 20)
    path = workbook(tmp_path / "a.xlsx", ("one", [["a"], ["1"]]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.bin", bytes(11 << 20))
        part = packed.getinfo("xl/media/bomb.bin")
        if not honest:
            part.file_size = 5
    with pytest.raises(TooLarge, match="more than 10 MB"):
        open_source(path)
