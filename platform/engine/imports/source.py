"""Sources: a file of rows, whatever wrote it: delimited text in any encoding, or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...metadata.problems import Problem
from ..errors import Invalid
from . import sheets, text

MOST_COLUMNS = 500
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: the line it begins at (the header is line 1), its cells, what is wrong."""

    line: int
    cells: tuple[str, ...]
    problem: Problem | None = None


@dataclass(frozen=True)
class Source:
    """An opened file: how it was read, its columns, and its rows as often as one asks.

    `size` is the file's in bytes; `encoding` and `delimiter` are of delimited text, `sheet` and
    `sheets` of a workbook. Column names are unique: a repeated one gets a number.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    _rows: Callable[[], Iterator[tuple[int, Sequence[str]]]]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    size: int = 0

    def rows(self, *, after: int = 1) -> Iterator[Row]:
        """The rows below the header that begin after line `after`; empty lines are left out.

        Invalid for a line that cannot be read at all.
        """
        for line, cells in self._rows():
            if line > after and any(cells):
                yield self._row(line, cells)

    def count(self) -> int:
        """How many rows there are; Invalid if one of them cannot be read at all."""
        return sum(1 for _ in self.rows())

    def _row(self, line: int, cells: Sequence[str]) -> Row:
        if any("\x00" in cell for cell in cells):
            # No database keeps the character, not even in the list of bad rows.
            shown = tuple(cell.replace("\x00", "\ufffd") for cell in cells)
            return Row(line, shown, Problem("import.nul"))
        if len(cells) != len(self.columns):
            params = {"found": len(cells), "expected": len(self.columns)}
            return Row(line, tuple(cells), Problem("import.columns", params))
        return Row(line, tuple(cells))


def open_source(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    name: str | None = None,
) -> Source:
    """Open a file for importing; what is not given is found out from its content.

    `name` is what people call it, where that is not the path's.

    CSV and other delimited text in UTF-8 (with or without a mark), UTF-16 and GBK; XLSX and XLS.
    Invalid for a file that cannot be read, has no header or more than MOST_COLUMNS columns;
    TooLarge for a workbook that does not fit into memory.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Invalid.because("import.file", file=str(path), reason=error.strerror) from error
    if start in (_ZIP, _OLE):
        kind = "xlsx" if start == _ZIP else "xls"
        book = sheets.open_book(path, sheet, name or path.name)
        return Source(
            name or path.name,
            kind,
            _header(book.header),
            book.rows,
            sheet=book.sheet,
            sheets=book.sheets,
            size=path.stat().st_size,
        )
    if sheet is not None:
        raise Invalid.because("import.no_sheets", file=name or path.name)
    found = text.open_text(path, encoding, delimiter, name or path.name)
    return Source(
        name or path.name,
        "csv",
        _header(found.header),
        found.rows,
        encoding=found.encoding,
        delimiter=found.delimiter,
        size=path.stat().st_size,
    )


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    if not any(cell.strip() for cell in cells):
        raise Invalid.because("import.no_header")
    if len(cells) > MOST_COLUMNS:
        raise Invalid.because("import.too_many_columns", found=len(cells), most=MOST_COLUMNS)
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell.replace("\x00", "").strip() or f"column {number}"
        again = 2
        unique = name
        while unique in names:
            unique = f"{name} ({again})"
            again += 1
        names.append(unique)
    return tuple(names)
