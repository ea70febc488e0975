"""Erasing: what the product keeps of a thing beside its tables, which goes when it is purged.

That is its history, its place in the search index, its numbering, what was ticked, told, imported
and changed in bulk, and what members set for themselves. The change sets stay: who changed
something, when, and that it was purged. Of an option, stage, tag or band the history stays too, for
it tells of the records that had it; an id says what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from ...metadata.system import companions
from ...metadata.tombstones import Place
from .. import saved, views
from ..audit import erasures
from ..search_tables import SEARCH
from ..system_tables import (
    ALERT,
    BULK,
    BULK_ROW,
    CHECKLIST_TICK,
    COUNTER,
    FIELD_CHANGE,
    IMPORT,
    IMPORT_ROW,
    MERGE,
    MERGE_ROW,
    NOTIFICATION,
    TIER_RANK,
    TRANSITION,
)
from ..system_versions import erasable
from ..transaction import Transaction
from . import ddl
from .literals import statement
from .rows import BESIDE, Rows, run_within

_HISTORY = (FIELD_CHANGE, TRANSITION)
_LONG = (*_HISTORY, SEARCH)
"""Tables with rows for each record and field, of which nobody reads what no app knows."""
Part = tuple[sa.TableClause, sa.ColumnElement[bool]]


def rows(tx: Transaction, place: Place) -> int | None:
    """How many rows there are of a thing beside its tables; None for a sort that has none."""
    parts = list(_parts(tx, place))
    if not parts:
        return None
    return sum(
        int(tx.connection.scalar(sa.select(sa.func.count()).select_from(table).where(where)) or 0)
        for table, where in parts
    )


@dataclass(frozen=True, slots=True)
class Long:
    """Rows of an entity in one of the long tables: a statement that can be about some records.

    `erasure` is what seals of the history say then; of other tables there is none.
    """

    table: str
    entity: str
    statement: str
    erasure: int | None = None

    def delete(self, connection: sa.Connection, rows: Rows) -> None:
        """Delete those of some records."""
        history = next((one for one in _HISTORY if one.name == self.table), None)
        if history is None:
            run_within(connection, rows, self.statement)
            return
        assert self.erasure is not None
        where = rows.within(self.statement).partition(" WHERE ")[2]
        with erasable(connection, history):
            run_within(connection, rows, erasures.marking(history, where, self.erasure))
            run_within(connection, rows, self.statement)


def long(tx: Transaction, place: Place, change: int) -> Iterator[Long]:
    """What there may be a great deal of, and can be deleted once the thing is gone.

    The history gets an erasure, as part of the change set.
    """
    parts = [part for part in _parts(tx, place) if part[0] in _LONG]
    erasure = None
    if any(table in _HISTORY for table, _ in parts):
        fields = _history_of(tx, place.owner, place.id) if place.sort == "field" else None
        erasure = erasures.note(tx.connection, change, place.owner, fields)
    for table, where in parts:
        condition = statement(where, tx.tables.dialect)
        text = f"DELETE FROM {ddl.quoted(table.name)} WHERE {condition} AND {BESIDE}"
        yield Long(table.name, place.owner, text, erasure if table in _HISTORY else None)


def erase(before: Transaction, after: Transaction, place: Place) -> None:
    """Delete all else; `before` is the transaction with the thing, `after` the one without."""
    for table, where in _parts(before, place):
        if table not in _LONG:
            before.connection.execute(sa.delete(table).where(where))
    if place.sort == "entity":
        saved.forget_about(before, place.owner)
    views.forget_broken(before, after)


def _parts(tx: Transaction, place: Place) -> Iterator[Part]:
    """The tables that hold something of it, with the condition on their rows.

    Rows that are found by those of another table come before them.
    """
    match place.sort:
        case "field":
            yield from _of_field(tx, place.owner, place.id)
        case "entity":
            yield from _of_entity(place.owner)
        case "stage":
            ticked = CHECKLIST_TICK.c.stage == place.id
            yield CHECKLIST_TICK, sa.and_(CHECKLIST_TICK.c.entity == place.owner, ticked)
        case "tier_scheme":
            yield TIER_RANK, TIER_RANK.c.scheme == place.owner


def _of_field(tx: Transaction, entity_id: str, field_id: str) -> Iterator[Part]:
    ids = _history_of(tx, entity_id, field_id)
    for table in (*_HISTORY, MERGE_ROW):
        yield table, sa.and_(table.c.entity == entity_id, table.c.field.in_(ids))
    columns = tx.layout.entity(entity_id).columns_of(ids) if entity_id in tx.layout else ()
    yield SEARCH, sa.and_(SEARCH.c.entity == entity_id, SEARCH.c.field.in_(columns))
    yield COUNTER, COUNTER.c.key.startswith(f"{entity_id}.{field_id}.", autoescape=True)


def _history_of(tx: Transaction, entity_id: str, field_id: str) -> tuple[str, ...]:
    """What the history may call the values of a field."""
    field = tx.app.entity(entity_id).field(field_id)
    return (field_id, *(one.id for one in companions(field)))


def _of_entity(entity_id: str) -> Iterator[Part]:
    for whole, part, key in ((IMPORT, IMPORT_ROW, "import_id"), (BULK, BULK_ROW, "bulk_id")):
        yield part, part.c[key].in_(sa.select(whole.c.id).where(whole.c.entity == entity_id))
    merges = sa.select(MERGE.c.id).where(MERGE.c.entity == entity_id)
    yield MERGE_ROW, sa.or_(MERGE_ROW.c.merge_id.in_(merges), MERGE_ROW.c.entity == entity_id)
    for table in (*_HISTORY, SEARCH, ALERT, NOTIFICATION, CHECKLIST_TICK, IMPORT, BULK, MERGE):
        yield table, table.c.entity == entity_id
    yield COUNTER, COUNTER.c.key.startswith(f"{entity_id}.", autoescape=True)
