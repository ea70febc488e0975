"""Numbers that the product gives: `KH202600042`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ..model import Field
from .base import EMPTY, EQUAL, TEXT
from .text import TextType

_PART = re.compile(r"\{(yyyy|yy|mm|dd|0{1,10})\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in parts: `parts` is literal text and placeholders in turn."""

    parts: tuple[str, ...]

    def series(self, day: date) -> str:
        """What the counter runs in: a new year (or month, day) of the pattern starts anew."""
        return "".join(_dated(part, day) for part in self.parts if not _is_counter(part))

    def write(self, day: date, counter: int) -> str:
        """The number of a record made on `day`, the `counter`-th of its series."""
        return "".join(
            str(counter).zfill(len(part) - 2) if _is_counter(part) else _dated(part, day)
            for part in self.parts
        )


def pattern(text: str) -> Pattern | None:
    """A pattern from its text, or None where it has not exactly one counter or other braces."""
    parts: list[str] = []
    at = 0
    for found in _PART.finditer(text):
        parts.extend((text[at : found.start()], found.group()))
        at = found.end()
    parts.append(text[at:])
    literals = parts[::2]
    if sum(map(_is_counter, parts)) != 1 or any(mark in one for one in literals for mark in "{}"):
        return None
    return Pattern(tuple(part for part in parts if part))


def _is_counter(part: str) -> bool:
    return part.startswith("{0")


def _dated(part: str, day: date) -> str:
    written = {
        "{yyyy}": f"{day.year:04}",
        "{yy}": f"{day.year % 100:02}",
        "{mm}": f"{day.month:02}",
        "{dd}": f"{day.day:02}",
    }
    return written.get(part, part)


class AutoNumberType(TextType):
    """A text that follows a pattern with a counter; given when the record is made."""

    name = "auto_number"
    widget = "auto_number"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *TEXT, *EMPTY)
    widens_to = frozenset({"text"})
    computed = True

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": 100, "readOnly": True}
