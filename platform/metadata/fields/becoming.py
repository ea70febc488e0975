"""Becoming: which type of field may turn into which, and by which way its values go along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from ..model.families import LIKE, family_of
from .base import FieldType

Way = Literal["keep", "digits", "written", "cut", "options", "linked"]
"""How values go from one type to another.

`keep`: every value is one of the new type already. `digits`: the point is shifted and what is
behind it rounded. `written`: the old value is written as text and read as the new type reads
text. `cut`: a time loses its hours. `options`: an option becomes the one of the same name.
`linked`: a text names the record that it becomes.
"""

_TEXTS = frozenset({"text", "long_text", "email", "phone", "url"})
_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_TIMES = frozenset({"date", "datetime"})
_OPTIONS = frozenset({"choice", "stage"})
_RECORDS = frozenset({"reference", "owner", "member"})
_COMPUTED = frozenset({"formula"})
_READ = _TEXTS | _NUMBERS | _TIMES | _OPTIONS | {"boolean"}

_WAYS: tuple[tuple[frozenset[str], frozenset[str], Way], ...] = (
    (_COMPUTED, _COMPUTED, "keep"),
    (_NUMBERS, _NUMBERS, "digits"),
    (frozenset({"datetime"}), frozenset({"date"}), "cut"),
    (_OPTIONS, _OPTIONS, "options"),
    (_TEXTS, _RECORDS, "linked"),
    (_TEXTS | {"auto_number"}, _READ, "written"),
    (_NUMBERS, _TEXTS | _OPTIONS | {"boolean"}, "written"),
    (frozenset({"boolean"}), _TEXTS | _OPTIONS | _NUMBERS, "written"),
    (_TIMES, _TEXTS | _TIMES | _OPTIONS, "written"),
    (_OPTIONS, _TEXTS | _NUMBERS | {"boolean"}, "written"),
)
"""From any of these types to any of those, and how; the first line that fits holds."""


class Becoming:
    """The table of ways, over the types that know what they widen to."""

    def __init__(self, types: Mapping[str, FieldType]) -> None:
        self._types = types
        self.way = lru_cache(maxsize=None)(self._way)

    def widens(self, before: str, after: str) -> bool:
        """Whether every value of a type is one of another, also through types between."""
        if before == after:
            return True
        return any(self.widens(one, after) for one in self._types[before].widens_to)

    def _way(self, before: str, after: str) -> Way | None:
        if self.widens(before, after):
            return "keep"
        source, target = family_of(before), family_of(after)
        found = next((way for a, b, way in _WAYS if source in a and target in b), None)
        if after in LIKE and (found or source == target):
            # Only the type itself knows which values it takes.
            return "written"
        return found

    def reachable(self, before: str, offered: Iterable[str]) -> tuple[str, ...]:
        """The other types that a field of a type may turn into, in the order given."""
        return tuple(one for one in offered if one != before and self.way(before, one))
