"""Workbooks: the rows of a sheet of an XLSX or XLS file, as the texts that a person sees."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from ...metadata.json_text import number_text
from ...metadata.naming import nearest
from ..errors import Invalid, TooLarge

LARGEST_UNPACKED = 1 << 29
MOST_CELLS = 10_000_000
"""Cells between the first and the last of a sheet; the reader keeps the empty ones too."""

_BLOCK = 1 << 20
_SHEETS = "xl/worksheets/"
_PLACE = re.compile(rb'<(?:\w+:)?(?:c|row)\s[^>]*?\br="([A-Z]{0,3})(\d{1,7})"')
_LONGEST_TAG = 200
_FINEST, _NOISE, _LARGEST = Decimal("1e-6"), Decimal("1e-11"), Decimal("1e15")


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook with the sheet that was chosen."""

    sheet: str
    sheets: tuple[str, ...]
    header: Sequence[str]
    _sheet: Any

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """(line, cells) of every row below the header, filled up to the header's width.

        A merged cell below the header stands in each of the cells that it covers.
        """
        width = len(self.header)
        merged = _Merged(self._sheet, width)
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            if number == 1:
                continue
            texts = [_text(cell) for cell in cells]
            while len(texts) > width and not texts[-1]:
                texts.pop()
            texts += [""] * (width - len(texts))
            merged.fill(number, texts)
            yield number, texts


class _Merged:
    """The merged cells of a sheet as its rows go by, of the columns that have a header."""

    def __init__(self, sheet: Any, width: int) -> None:
        self._begin: dict[int, list[tuple[int, int, int]]] = {}
        self._open: list[tuple[int, int, int, str]] = []
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            if top and left < width:
                one = (bottom + 1, left, min(right + 1, width))
                self._begin.setdefault(top + 1, []).append(one)

    def fill(self, number: int, texts: list[str]) -> None:
        """Give the cells of a row that merged ones cover their text."""
        begun = self._begin.pop(number, ())
        self._open = [one for one in self._open if one[0] >= number]
        self._open += [(last, left, right, texts[left]) for last, left, right in begun]
        for _, left, right, text in self._open:
            for at in range(left, right):
                texts[at] = texts[at] or text


def open_book(path: Path, sheet: str | None, name: str) -> Book:
    """Open a workbook at a sheet (by default the first); Invalid where either is not there.

    `name` is what people call it.
    """
    _refuse_bombs(path, name)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            names = tuple(book.sheet_names)
            chosen = sheet if sheet is not None else (names[0] if names else "")
            if chosen not in names:
                near = nearest(chosen, names) or ", ".join(names)
                raise Invalid.because("import.sheet", sheet=chosen, nearest=near)
            found = book.get_sheet_by_name(chosen)
            first = next(iter(found.iter_rows()), [])
    except CalamineError as error:
        raise Invalid.because("import.workbook", file=name) from error
    header = [_text(cell) for cell in first]
    while header and not header[-1]:
        header.pop()
    return Book(chosen, names, header, found)


def _refuse_bombs(path: Path, name: str) -> None:
    """Refuse what would not fit into memory, by unpacking it once and keeping nothing.

    The sizes that the file states may be false, and a sheet of two cells may span millions.
    """
    if not zipfile.is_zipfile(path):
        return
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(path) as packed, path.open("rb") as file:
            for part in packed.infolist():
                extent = _Extent() if part.filename.startswith(_SHEETS) else None
                for block in _unpacked(file, part):
                    left -= len(block)
                    if left < 0:
                        most = LARGEST_UNPACKED >> 20
                        raise TooLarge.because("import.unpacked", most=most)
                    if extent is not None:
                        extent.look(block)
    except (zipfile.BadZipFile, zlib.error, OSError) as error:
        raise Invalid.because("import.workbook", file=name) from error


def _unpacked(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in blocks, as far as it really goes."""
    file.seek(part.header_offset + 26)
    lengths = file.read(4)
    file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("compression")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not unpack.eof and (block := file.read(min(_BLOCK, left))):
        left -= len(block)
        yield unpack.decompress(block, _BLOCK)
        while unpack.unconsumed_tail:
            yield unpack.decompress(unpack.unconsumed_tail, _BLOCK)


class _Extent:
    """How far the cells of a sheet reach, found in its XML as it goes by."""

    def __init__(self) -> None:
        self._columns = self._rows = 1
        self._tail = b""

    def look(self, block: bytes) -> None:
        """Look at the next block; TooLarge once the sheet reaches too far."""
        text = self._tail + block
        for letters, digits in set(_PLACE.findall(text)):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            self._columns = max(self._columns, column)
            self._rows = max(self._rows, int(digits))
        self._tail = text[-_LONGEST_TAG:]
        if self._columns * self._rows > MOST_CELLS:
            raise TooLarge.because(
                "import.too_many_cells", rows=self._rows, columns=self._columns, most=MOST_CELLS
            )


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        plain = cell.time() == time(0)
        return cell.date().isoformat() if plain else cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)


def _number(cell: float) -> str:
    """A number as it was typed or as its formula means it, without what binary counting adds."""
    exact = Decimal(format(cell, ".15g"))
    near = exact.quantize(_FINEST) if abs(exact) < _LARGEST else exact
    if abs(exact - near) <= _NOISE * max(Decimal(1), abs(exact)):
        exact = near
    return number_text(exact)
