"""Values: what a text that somebody wrote means for the field that it goes into."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from ...metadata.json_text import number_text
from ...metadata.model import Field, Option
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from ..cells import is_exact, meant

_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_OPTIONS = frozenset({"choice", "stage", "tier", "tags"})
_TEXTS = frozenset({"text", "long_text", "reference", "owner", "member"})
_TRUE = frozenset({"true", "yes", "y", "1", "是", "有", "对", "√", "x"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "无", "没有", "×"})
BETWEEN_TAGS = re.compile(r"[,;|，；、\n]")
_CURRENCY = re.compile(r"CNY|RMB|USD|EUR|HKD|[¥$€£元]")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:([, '])\d{3})(?:\1\d{3})*(?:\.\d+)?[%万亿]?")
_NUMBER = re.compile(r"([-+]?)(\d+(?:\.\d*)?|\.\d+)(?:E([-+]?\d{1,3}))?([%万亿]?)")
_TIMES = {"万": 4, "亿": 8}
_PER_CENT = "%"
_TWO_READINGS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(\s.*)?")
_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Target(Protocol):
    """Where a text goes.

    `format` says how times are written (strptime) or that numbers are per cent (%), `values`
    replaces whole texts, None leaving the field empty, and `options` are the names of options by
    every word that may stand for them (`words_of`).
    """

    @property
    def field(self) -> Field: ...
    @property
    def format(self) -> str | None: ...
    @property
    def values(self) -> Mapping[str, str | None]: ...
    @property
    def options(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """A field by itself as the target of a text."""

    field: Field
    format: str | None = None
    values: Mapping[str, str | None] = dataclass_field(default_factory=dict)
    options: Mapping[str, str] = dataclass_field(default_factory=dict)


class Unknown(Exception):
    """A value that names no option and no record; `nearest` is what may be meant."""

    def __init__(self, value: str, near: str | None = None) -> None:
        super().__init__(value)
        self.value = value
        self.nearest = near


class Nothing:
    """An empty cell: a new record takes the field's default, one that is there loses its value."""


NOTHING = Nothing()


def wire(target: Target, text: str) -> tuple[Any, Problem | None]:
    """The wire value of a cell, or what is wrong with it.

    Empty cells are NOTHING, values that the mapping empties None. References and members come
    back as the text that names them. Unknown is raised for an option that there is not.
    """
    cell = text.strip()
    if target.field.family in _TEXTS and cell not in target.values and is_exact(text):
        return meant(text), None
    if cell in target.values:
        replaced = target.values[cell]
        if replaced is None:
            return None, None
        cell = replaced
    if not cell:
        return NOTHING, None
    kind = target.field.family
    if kind in _OPTIONS:
        return _options(target, cell), None
    if kind in ("date", "datetime"):
        return _time(target, cell)
    if kind in _NUMBERS:
        return _number(target, cell)
    if kind == "boolean":
        return _boolean(cell)
    return cell, None


def words_of(options: Sequence[Option]) -> Mapping[str, str]:
    """The names of options by every word that may stand for them, folded; names come first."""
    found: dict[str, str] = {}
    for one in options:
        found.setdefault(folded(one.name), one.name)
    for one in options:
        for word in (one.id, *one.aliases, *one.label.values()):
            found.setdefault(folded(word), one.name)
    return found


def _options(target: Target, cell: str) -> Any:
    if target.field.family != "tags":
        return _option(target, cell)
    return [_option(target, part.strip()) for part in BETWEEN_TAGS.split(cell) if part.strip()]


def _option(target: Target, word: str) -> str:
    found = target.options.get(folded(word))
    if found is None:
        live = [one for one in target.field.options if not one.archived]
        words = [word for one in live for word in (one.name, *one.label.values())]
        raise Unknown(word, nearest(word, words))
    return found


def folded(word: str) -> str:
    """A word without what does not tell options apart: case, width of letters, space around it."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _number(target: Target, cell: str) -> tuple[Any, Problem | None]:
    """A number without what people write around it: currency, groups of digits, 万 and 亿."""
    text = unicodedata.normalize("NFKC", cell).replace("−", "-").strip().upper()
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    text = _CURRENCY.sub("", text).strip()
    grouped = _GROUPED.fullmatch(text)
    if grouped is not None:
        text = text.replace(grouped[1], "")
    found = _NUMBER.fullmatch(text.replace(" ", ""))
    if found is None:
        return cell, None  # the field says what is wrong with it
    sign, digits, exponent, unit = found.groups()
    exact = Decimal(sign + digits)
    shift = int(exponent or 0) + _TIMES.get(unit, 0)
    if unit == _PER_CENT or target.format == _PER_CENT:
        shift -= 2
    if shift:
        exact = exact.scaleb(shift)
    if _PER_CENT in (unit, target.format):
        return number_text(exact), None
    if target.field.family == "percent" and abs(exact) > 1:
        return None, Problem("import.percent_two_readings", {"value": cell})
    return number_text(exact), None


def _boolean(cell: str) -> tuple[Any, Problem | None]:
    word = folded(cell)
    if word in _TRUE:
        return True, None
    if word in _FALSE:
        return False, None
    return None, Problem("import.not_boolean", {"value": cell})


def _time(target: Target, cell: str) -> tuple[Any, Problem | None]:
    wants_time = target.field.family == "datetime"
    if target.format is not None:
        try:
            found = datetime.strptime(cell, target.format)
        except ValueError:
            params = {"value": cell, "format": target.format}
            return None, Problem("import.time_format", params)
        return (found.isoformat() if wants_time else found.date().isoformat()), None
    if _TWO_READINGS.fullmatch(cell):
        return None, Problem("import.date_two_readings", {"value": cell})
    day, time = _parts(unicodedata.normalize("NFKC", cell))
    written = _day(day)
    if written is None:
        return cell, None
    if not wants_time:
        # Spreadsheets write a time of zero behind days.
        return (written if re.fullmatch(r"[0:]*(\.0+)?", time) else cell), None
    hour, _, rest = time.partition(":")
    return (f"{written}T{hour:>02}:{rest}" if time else f"{written}T00:00:00"), None


def _parts(text: str) -> tuple[str, str]:
    day, _, time = text.partition(" ")
    if "T" in day and not time:
        day, _, time = day.partition("T")
    return day, time.strip()


def _day(text: str) -> str | None:
    """A day of the calendar as 2026-03-05, or None."""
    plain = _PLAIN_DAY.fullmatch(text)
    found = _DAY.fullmatch(text)
    if plain is not None:
        year, month, day = plain.groups()
    elif found is not None:
        year, _, month, day = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
