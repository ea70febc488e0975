"""Delimited text: which encoding and delimiter a file has, and its rows."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import Invalid

LONGEST_CELL = 100_000
DELIMITERS = (",", "\t", ";", "|")
_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030")

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Text:
    """Delimited text as it was found."""

    path: Path
    encoding: str
    delimiter: str
    header: Sequence[str]

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """(line, cells) of every row below the header; the line is where the row ends."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            next(reader, None)
            try:
                for cells in reader:
                    yield reader.line_num, cells
            except csv.Error as error:
                line = reader.line_num
                raise Invalid.because("import.line", line=line, reason=str(error)) from error


def open_text(path: Path, encoding: str | None, delimiter: str | None) -> Text:
    """Find out how a file is written; Invalid where no encoding fits the whole of it."""
    encoding = _known(encoding) if encoding else _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            sample = file.read(_SAMPLE)
    except UnicodeError as error:
        raise Invalid.because("import.encoding_given", encoding=encoding) from error
    delimiter = delimiter or _delimiter(sample)
    header = next(csv.reader(sample.splitlines(), delimiter=delimiter), [])
    return Text(path, encoding, delimiter, header)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise Invalid.because("import.encoding_unknown", encoding=encoding) from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    zeros_odd, zeros_even = start[1::2].count(0), start[::2].count(0)
    if zeros_odd + zeros_even > len(start) // 8:
        return "utf-16-le" if zeros_odd > zeros_even else "utf-16-be"
    for name in _GUESSES:
        if _fits(path, name):
            return name
    raise Invalid.because("import.encoding", file=path.name)


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


def _delimiter(sample: str) -> str:
    """The delimiter under which the first rows have the most columns, all of them as many."""
    lines = sample.splitlines()[:21]
    best, most = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(lines[:-1] or lines, delimiter=delimiter) if row]
        widths = [len(row) for row in rows]
        if not widths:
            continue
        usual = sum(1 for width in widths if width == widths[0])
        if widths[0] > most and usual * 2 > len(widths):
            best, most = delimiter, widths[0]
    return best
