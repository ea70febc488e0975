"""Workbooks: the rows of a sheet of an XLSX or XLS file, as the texts that a person sees."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from ...metadata.naming import nearest
from ..errors import Invalid, TooLarge

LARGEST_UNPACKED = 1 << 30


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook with the sheet that was chosen."""

    sheet: str
    sheets: tuple[str, ...]
    header: Sequence[str]
    _sheet: Any

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """(line, cells) of every row below the header, filled up to the header's width."""
        width = len(self.header)
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            if number == 1:
                continue
            texts = [_text(cell) for cell in cells]
            while len(texts) > width and not texts[-1]:
                texts.pop()
            yield number, texts + [""] * (width - len(texts))


def open_book(path: Path, sheet: str | None) -> Book:
    """Open a workbook at a sheet (by default the first); Invalid where either is not there."""
    _refuse_bombs(path)
    try:
        book = CalamineWorkbook.from_path(path)
        names = tuple(book.sheet_names)
        chosen = sheet if sheet is not None else (names[0] if names else "")
        if chosen not in names:
            near = nearest(chosen, names) or ", ".join(names)
            raise Invalid.because("import.sheet", sheet=chosen, nearest=near)
        found = book.get_sheet_by_name(chosen)
        first = next(iter(found.iter_rows()), [])
    except CalamineError as error:
        raise Invalid.because("import.workbook", file=path.name, reason=str(error)) from error
    header = [_text(cell) for cell in first]
    while header and not header[-1]:
        header.pop()
    return Book(chosen, names, header, found)


def _refuse_bombs(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        size = sum(one.file_size for one in packed.infolist())
    if size > LARGEST_UNPACKED:
        raise TooLarge.because("import.unpacked", size=size >> 20, most=LARGEST_UNPACKED >> 20)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # A workbook keeps 15 digits of what was typed; the rest is how the machine counts.
        exact = Decimal(format(cell, ".15g"))
        return format(
            exact.to_integral_value() if exact == exact.to_integral_value() else exact, "f"
        )
    if isinstance(cell, datetime):
        plain = cell.time() == time(0)
        return cell.date().isoformat() if plain else cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)
