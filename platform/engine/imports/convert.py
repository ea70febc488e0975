"""Cells to values: what a text of a file means for the field that it goes into."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ...metadata.model import Field, Option
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from .mapping import Target

_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_OPTIONS = frozenset({"choice", "stage", "tier", "tags"})
_TRUE = frozenset({"true", "yes", "y", "1", "是", "有", "对", "√", "x"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "无", "没有", "×"})
_BETWEEN_TAGS = re.compile(r"[,;|，；、\n]")
_CURRENCY = re.compile(r"^(?:CNY|RMB|USD|EUR|[¥￥$€])\s*|\s*元$")
_TWO_READINGS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(\s.*)?")


class Unknown(Exception):
    """A value that names no option and no record; `nearest` is what may be meant."""

    def __init__(self, value: str, near: str | None = None) -> None:
        super().__init__(value)
        self.value = value
        self.nearest = near


def wire(target: Target, text: str) -> tuple[Any, Problem | None]:
    """The wire value of a cell, or what is wrong with it; empty cells are None.

    References and members come back as the text that names them. Unknown is raised for an option
    that there is not.
    """
    cell = text.strip()
    if cell in target.values:
        replaced = target.values[cell]
        if replaced is None:
            return None, None
        cell = replaced
    if not cell:
        return None, None
    kind = target.field.type
    if kind in _OPTIONS:
        return _options(target.field, cell), None
    if kind in ("date", "datetime"):
        return _time(target, cell)
    if kind in _NUMBERS:
        return _number(cell), None
    if kind == "boolean":
        return _boolean(cell)
    return cell, None


def _options(field: Field, cell: str) -> Any:
    if field.type != "tags":
        return _option(field, cell)
    return [_option(field, part.strip()) for part in _BETWEEN_TAGS.split(cell) if part.strip()]


def _option(field: Field, word: str) -> str:
    words = _words_of(field.options)
    found = words.get(_folded(word))
    if found is None:
        names = [one.name for one in field.options if not one.archived]
        labels = [
            label for one in field.options if not one.archived for label in one.label.values()
        ]
        raise Unknown(word, nearest(word, [*names, *labels]))
    return found


@lru_cache(maxsize=512)
def _words(options: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, words in options:
        for word in words:
            found.setdefault(_folded(word), name)
    return found


def _words_of(options: tuple[Option, ...]) -> Mapping[str, str]:
    return _words(
        tuple((one.name, (one.name, *one.label.values(), *one.aliases, one.id)) for one in options)
    )


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _number(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).strip()
    text = _CURRENCY.sub("", text).strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?%?", text):
        text = text.replace(",", "")
    return text


def _boolean(cell: str) -> tuple[Any, Problem | None]:
    word = _folded(cell)
    if word in _TRUE:
        return True, None
    if word in _FALSE:
        return False, None
    return None, Problem("import.not_boolean", {"value": cell})


def _time(target: Target, cell: str) -> tuple[Any, Problem | None]:
    wants_time = target.field.type == "datetime"
    if target.format is not None:
        try:
            found = datetime.strptime(cell, target.format)
        except ValueError:
            params = {"value": cell, "format": target.format}
            return None, Problem("import.time_format", params)
        return (found.isoformat() if wants_time else found.date().isoformat()), None
    if _TWO_READINGS.fullmatch(cell):
        return None, Problem("import.date_two_readings", {"value": cell})
    date, _, time = unicodedata.normalize("NFKC", cell).partition(" ")
    if "T" in date and not time:
        date, _, time = date.partition("T")
    if wants_time and not time:
        time = "00:00:00"
    if not wants_time and re.fullmatch(r"[0:]*(\.0+)?", time):
        time = ""
    numbers = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", date)
    if numbers is None:
        return cell, None
    year, month, day = (int(part) for part in numbers.groups())
    written = f"{year:04d}-{month:02d}-{day:02d}"
    if not time:
        return written, None
    hour, _, rest = time.partition(":")
    return f"{written}T{hour:>02}:{rest}" if wants_time else cell, None
