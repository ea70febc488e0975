"""The chain: in which order rows of the history are sealed, and what is hashed of each.

A digest covers what a row says, with a salt; a link covers the entry with its digest, and the link
before. So a row can be erased and its digest stays, and no entry can be left out or moved. What is
hashed is written as canonical JSON, the same from either kind of database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from ...rules.sql_types import instant_text
from ..audit_tables import AUDIT_ENTRY, ERASURE
from ..system_tables import CHANGE, FIELD_CHANGE, TRANSITION

# Made once: the two that are written for each entry are most of what verifying does.
_written: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

START: Final = bytes(32)
"""The link before the first entry."""


class Key(NamedTuple):
    """The place of a row in the order: its change set, the rank of its sort, its id."""

    change_id: int
    rank: int
    row_id: int


FIRST: Final = Key(0, 0, 0)
"""The place before all rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Sort:
    """The rows of one table of the history, and which of their columns a digest covers."""

    table: sa.Table
    rank: int
    says: tuple[str, ...]

    @property
    def name(self) -> str:
        """What entries call it."""
        return self.table.name.removeprefix("_")

    @property
    def change_id(self) -> sa.Column[int]:
        """The column with the change set; a change set is its own."""
        return self.table.c.id if self.table is CHANGE else self.table.c.change_id

    def rows(self) -> sa.Select[Any]:
        """Rows as `row_id`, `set_id` and what they say."""
        row_id, set_id = self.table.c.id.label("row_id"), self.change_id.label("set_id")
        return sa.select(row_id, set_id, *(_as_it_is(self.table.c[one]) for one in self.says))

    def after(self, key: Key) -> sa.ColumnElement[bool]:
        """The condition on rows that come after a place in the order."""
        if self.rank < key.rank:
            return self.change_id > key.change_id
        if self.rank > key.rank:
            return self.change_id >= key.change_id
        if self.table is CHANGE:
            return self.table.c.id > key.row_id
        place = sa.tuple_(self.change_id, self.table.c.id)
        return place > sa.tuple_(key.change_id, key.row_id)


_FIELD = ("entity", "record_id", "field", "before", "after")
SORTS: Final = (
    Sort(FIELD_CHANGE, 1, _FIELD),
    Sort(TRANSITION, 2, (*_FIELD, "at", "origin", "reason")),
    Sort(ERASURE, 3, ("entity", "fields")),
    Sort(CHANGE, 4, ("actor", "origin", "at", "revision")),
)
"""All sorts by rank. The change set itself comes last: with it the set is closed."""

BY_NAME: Final[Mapping[str, Sort]] = {one.name: one for one in SORTS}


def entries() -> sa.Select[Any]:
    """Entries as they stand there."""
    return sa.select(*(_as_it_is(one) for one in AUDIT_ENTRY.c))


def key_of(entry: sa.Row[Any]) -> Key:
    """The place of the row that an entry seals; the sort is one that there is."""
    return Key(entry.change_id, BY_NAME[entry.sort].rank, entry.row_id)


def digest(sort: Sort, salt: bytes, row: sa.Row[Any]) -> bytes:
    """The hash of what a row says."""
    said = [_plain(one) for one in row[2 : 2 + len(sort.says)]]
    return hashlib.sha256(salt + _written(said).encode()).digest()


def link(before: bytes, entry: Mapping[str, Any]) -> bytes:
    """The hash of an entry after the link before it."""
    said = _written([_plain(entry[one]) for one in _LINKED])
    return hashlib.sha256(before + said.encode()).digest()


_LINKED = ("number", "sort", "row_id", "change_id", "entity", "field", "digest")


def last(connection: sa.Connection) -> sa.Row[Any] | None:
    """The entry that ends the chain."""
    return connection.execute(entries().order_by(AUDIT_ENTRY.c.number.desc()).limit(1)).first()


def _as_it_is(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column without reading it as a value of its type: somebody may have written anything."""
    return sa.type_coerce(column, sa.types.NULLTYPE).label(column.name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return value.hex() if isinstance(value, bytes) else value
