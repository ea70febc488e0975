"""Made: a generated record that is not written yet, and how a declaration reaches its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """The record's field took this value (a name) at that time."""

    field: str
    value: str
    at: datetime


@dataclass(eq=False, slots=True)
class Made:
    """A generated record: `values` by field name, `let` for values that only others are made of.

    Values are Python values: text, int, Decimal, bool, date, aware UTC datetime, a list of names
    for tags, another `Made` for references. `index` counts from 0 among its `siblings`. `moves`
    are the earlier steps of fields that keep their history, in order. `id` is set when written.
    """

    entity: str
    block: str
    parent: Made | None = None
    index: int = 0
    siblings: int = 1
    let: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    children: dict[str, list[Made]] = field(default_factory=dict)
    id: int | None = None

    def look(self, path: str) -> Any:
        """The value at a path: `amount`, `parent.owner.team`, `self`, `index`, `is_last`.

        None where a step leads nowhere; KeyError for a name that nothing declares.
        """
        head, _, rest = path.partition(".")
        found = self._one(head)
        if not rest:
            return found
        if isinstance(found, Made):
            return found.look(rest)
        if isinstance(found, Mapping):
            return found.get(rest)
        return None

    def _one(self, name: str) -> Any:
        if name in self.let:
            return self.let[name]
        if name in self.values:
            return self.values[name]
        match name:
            case "parent":
                return self.parent
            case "self":
                return self
            case "index":
                return self.index
            case "siblings":
                return self.siblings
            case "is_last":
                return self.index == self.siblings - 1
        raise KeyError(name)
