"""Delimited text: which encoding and delimiter a file has, and its rows."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO

from ..cells import plain
from ..errors import Invalid

LONGEST_CELL = 100_002
"""The longest text that a field holds, with the two marks that an export may give it."""

DELIMITERS = (",", "\t", ";", "|")
_WRITTEN = {"\\t": "\t", "tab": "\t"}
_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 20
_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030")
_CONTROLS = tuple(chr(one) for one in range(32) if chr(one) not in "\t\n\r\f")
_FEW, _MOST_CONTROLS = 8, 50
"""A few control characters may be there, and one of so many; what has more is no text."""

_WIDER = {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}

# For the whole process; whoever else reads CSV here is bounded by it too.
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Text:
    """Delimited text as it was found."""

    path: Path
    encoding: str
    delimiter: str
    header: Sequence[str]

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """(line, cells) of every row below the header; the line is where the row begins."""
        with _opened(self.path, self.encoding) as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            line = 0
            try:
                next(reader, None)
                line = reader.line_num
                for cells in reader:
                    yield line + 1, [plain(cell) for cell in cells]
                    line = reader.line_num
            except csv.Error as error:
                raise _unreadable(line + 1) from error


def open_text(path: Path, encoding: str | None, delimiter: str | None, name: str) -> Text:
    """Find out how a file is written; Invalid where no encoding fits, or where it is no text.

    `name` is what people call it.
    """
    encoding = _known(encoding) if encoding else _encoding(path, name)
    with _opened(path, encoding) as file:
        sample = file.read(_SAMPLE)
    controls = sum(map(sample.count, _CONTROLS))
    if controls > _FEW and controls * _MOST_CONTROLS > len(sample):
        raise Invalid.because("import.no_text", file=name)
    delimiter = _delimiter(sample.removeprefix(_MARK), delimiter)
    try:
        header = next(csv.reader(StringIO(sample, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise _unreadable(1) from error
    if header:
        header[0] = header[0].removeprefix(_MARK)
    return Text(path, encoding, delimiter, [plain(cell) for cell in header])


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text; Invalid as soon as something in it is not written in that encoding."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield file
    except UnicodeError as error:
        raise Invalid.because("import.encoding_given", encoding=encoding) from error


def _unreadable(line: int) -> Invalid:
    """The one thing that a reader minds which is not strict."""
    return Invalid.because("import.cell_too_long", line=line, most=LONGEST_CELL)


def _known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding).name
        "".encode(found)  # codecs such as hex are found too, and are none of text
    except LookupError as error:
        raise Invalid.because("import.encoding_unknown", encoding=encoding) from error
    return _WIDER.get(found, found)


def _encoding(path: Path, name: str) -> str:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, marked in _MARKS:
        if start.startswith(mark):
            return marked
    for guess in (*_without_mark(start), *_GUESSES):
        if _fits(path, guess):
            return guess
    # Text of any other encoding has no zeros; pictures and programs are full of them.
    raise Invalid.because("import.no_text" if b"\0" in start else "import.encoding", file=name)


def _without_mark(start: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark: every second byte of plain letters, digits and commas is zero."""
    odd, even = start[1::2].count(0), start[::2].count(0)
    if odd + even <= len(start) // 50:
        return ()
    if odd > even * 3:
        return ("utf-16-le",)
    return ("utf-16-be",) if even > odd * 3 else ()


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(sample: str, given: str | None) -> str:
    """The delimiter that was given, or the one that splits the first rows into most columns."""
    if given is not None:
        found = _WRITTEN.get(given, given)
        if len(found) != 1 or found in '\r\n" ':
            raise Invalid.because("import.delimiter", delimiter=given)
        return found
    best, most = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        usual = sum(1 for width in widths if width == widths[0])
        if widths and widths[0] > most and usual * 2 > len(widths):
            best, most = delimiter, widths[0]
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    """The number of columns of the first rows."""
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    try:
        return [len(row) for row in islice(reader, _SAMPLE_ROWS) if row]
    except csv.Error:
        return []
