"""Writing: rows of cells as CSV or XLSX, one row at a time, whatever their number."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, Protocol

import xlsxwriter

from ...metadata.json_text import number_text
from ..cells import defused
from ..errors import Invalid
from .columns import Percent, Value

Format = Literal["csv", "xlsx"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "xlsx")

MOST_IN_CELL: Final = 32_767
"""Characters that a cell of a workbook holds."""

_FINEST, _MOST_DIGITS = -6, 15
"""Numbers that a workbook keeps exactly, and that are read from it as they were written."""

_FIRST_DAY = date(1900, 3, 1)
"""Before it the days of workbooks are counted in two ways."""


class Writer(Protocol):
    """A file that grows by rows."""

    def row(self, cells: Sequence[Value]) -> None:
        """Write the next row; Invalid where a value does not fit into the file."""
        ...

    def close(self) -> None:
        """Write what is left."""
        ...


def format_of(name: str) -> Format:
    """The format that the ending of a file's name asks for; Invalid for another one."""
    for one in FORMATS:
        if name.lower().endswith(f".{one}"):
            return one
    raise Invalid.because("export.format", file=name, known=", ".join(FORMATS))


def open_writer(path: Path, kind: Format) -> Writer:
    """A new file of a format."""
    return _Csv(path) if kind == "csv" else _Xlsx(path)


class _Csv:
    """CSV in UTF-8 with a mark, by which spreadsheets know the encoding."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def row(self, cells: Sequence[Value]) -> None:
        self._writer.writerow([_text(one) for one in cells])

    def close(self) -> None:
        self._file.close()


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return defused(value)
        case Percent():
            return per_cent(value)
        case Decimal():
            return number_text(value)
        case datetime():
            return value.isoformat(" ")
        case _:
            return value.isoformat()


def per_cent(value: Percent) -> str:
    """A share of one as people write it: `12.5%`."""
    return f"{number_text(value.share.scaleb(2))}%"


class _Xlsx:
    """A workbook of one sheet; its rows leave memory as they are written."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._share = self._book.add_format({"num_format": "0.##%"})
        self._row = 0

    def row(self, cells: Sequence[Value]) -> None:
        for column, value in enumerate(cells):
            self._cell(column, value)
        self._row += 1

    def _cell(self, column: int, value: Value) -> None:
        sheet, at = self._sheet, (self._row, column)
        match value:
            case None:
                pass
            case bool():
                sheet.write_boolean(*at, value)
            case Decimal() if _exactly(value):
                sheet.write_number(*at, float(value))
            case Percent() if abs(value.share) <= 1 and _exactly(value.share):
                sheet.write_number(*at, float(value.share), self._share)
            case datetime() if value.date() >= _FIRST_DAY and not value.microsecond:
                sheet.write_datetime(*at, value, self._time)
            case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
                sheet.write_datetime(*at, datetime(value.year, value.month, value.day), self._day)
            case _:
                self._write_text(column, value if isinstance(value, str) else _text(value))

    def _write_text(self, column: int, text: str) -> None:
        if len(text) > MOST_IN_CELL:
            row = self._row + 1
            raise Invalid.because("export.cell", row=row, length=len(text), most=MOST_IN_CELL)
        self._sheet.write_string(self._row, column, text)

    def close(self) -> None:
        self._book.close()


def _exactly(number: Decimal) -> bool:
    """Whether a workbook gives a number back as it was."""
    _, digits, exponent = number.normalize().as_tuple()
    return isinstance(exponent, int) and exponent >= _FINEST and len(digits) <= _MOST_DIGITS
