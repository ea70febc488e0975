"""Files as people have them at their worst: wide, empty, foreign, no table at all."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

LONG = "客户在上一个系统里的名称以及他们自己使用的简称 as it was typed by hand over many years "
ARABIC, HEBREW = "شركة الأمل للتجارة", "חברת התקווה"
HTML = "<img src=x onerror=\"document.title=1\"><b>bold</b> & 'quoted'"
"""What must come out as it was typed, and never as a part of the page."""


def header(number: int) -> str:
    """A header of 80 characters, other ones for other numbers."""
    return (LONG * 2)[: 80 - len(f" {number}")] + f" {number}"


def wide(path: Path, columns: int) -> Path:
    """A file of very many columns, whose names are long."""
    names = ("opportunity_id", *(header(number) for number in range(1, columns)))
    rows = ((f"S{row}", *(f"{row}.{at}" for at in range(1, columns))) for row in range(3))
    return _written(path, (names, *rows))


def foreign(path: Path) -> Path:
    """A file of right-to-left writing, HTML, line breaks and a very long value."""
    return _written(
        path,
        (
            ("opportunity_id", ARABIC, HTML, "account"),
            ("S1", HEBREW, HTML, ARABIC),
            ("S2", f"{ARABIC} (2018) {HEBREW}", "two\nlines", HTML),
            ("S3", "", "x" * 4000, LONG * 3),
        ),
    )


def _written(path: Path, rows: Iterable[Iterable[str]]) -> Path:
    lines = (",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def workbook(path: Path) -> Path:
    """A workbook with merged cells, formulas, a formula that fails, and a sheet with nothing."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sales 销售")
        sheet.write_row(0, 0, ["opportunity_id", "account", "close_value"])
        sheet.merge_range("D1:E1", "Dates")
        sheet.merge_range("B2:B3", "Acme")
        for row, (name, value) in enumerate((("S1", 7), ("S2", 9)), start=1):
            sheet.write(row, 0, name)
            sheet.write_formula(row, 2, f"={value}*2", None, value * 2)
        sheet.write(3, 0, "S3")
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
        book.add_worksheet("Nothing")
    return path


def image(path: Path) -> Path:
    """A picture that is called a table."""

    def part(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4)
        return len(data).to_bytes(4) + kind + data + check

    side = 200
    size = side.to_bytes(4) * 2 + bytes((8, 2, 0, 0, 0))
    lines = b"".join(b"\0" + bytes((x * y) % 251 for x in range(side * 3)) for y in range(side))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", size)
        + part(b"IDAT", zlib.compress(lines))
        + part(b"IEND", b"")
    )
    return path


def blank(path: Path) -> Path:
    """A white picture, nearly all of whose bytes are zero: it looks like text of two bytes."""
    path.write_bytes(b"BM" + (70_000).to_bytes(4, "little") + b"\0" * 70_000)
    return path


def plain(path: Path, text: str) -> Path:
    """A file of just this text."""
    path.write_text(text, "utf-8")
    return path
