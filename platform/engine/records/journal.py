"""The journal: what every write leaves behind in the history, set-based.

All writes of one actor in one transaction stand under one change set. Changes of single fields
are kept on update only; moves of a stage, owner, tier or status also when the record is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningInsert

from ...metadata.model import Field
from ..access import Caller
from ..canonical import to_text
from ..system_tables import CHANGE, FIELD_CHANGE, TRANSITION
from ..transaction import Transaction


def _change_with_field() -> ReturningInsert[int]:
    kept = ("actor", "origin", "at", "revision")
    change = sa.insert(CHANGE).values({one: sa.bindparam(one) for one in kept})
    made = change.returning(CHANGE.c.id).cte("made")
    names = ("entity", "record_id", "field", "before", "after")
    values = [sa.bindparam(one, type_=FIELD_CHANGE.c[one].type) for one in names]
    field = sa.insert(FIELD_CHANGE).from_select(
        ["change_id", *names], sa.select(made.c.id, *values)
    )
    return field.returning(FIELD_CHANGE.c.change_id).execution_options(prepared="system")


_open: WeakKeyDictionary[Transaction, dict[tuple[int | None, str], int]] = WeakKeyDictionary()
_NEW_CHANGE = sa.insert(CHANGE).returning(CHANGE.c.id).execution_options(prepared="system")
_NEW_CHANGE_WITH_FIELD = _change_with_field()
"""A change set and the first field that it changes: PostgreSQL writes both by one statement."""
_NEW_FIELD_CHANGES = sa.insert(FIELD_CHANGE).execution_options(prepared="system")
_NEW_TRANSITIONS = sa.insert(TRANSITION).execution_options(prepared="system")


@dataclass(frozen=True, slots=True)
class Moved:
    """A record's move from one stage, owner, tier or status to another, and when it moved."""

    record_id: int
    field: str
    before: Any
    after: Any
    at: datetime
    reason: str | None = None


def change_set(tx: Transaction, caller: Caller) -> int:
    """The id of the change set of this actor in this transaction, opened at the first use."""
    opened = _open.setdefault(tx, {})
    key = (caller.member_id, caller.origin)
    if key not in opened:
        opened[key] = tx.connection.execute(_NEW_CHANGE, _change_row(tx, caller)).scalar_one()
    return opened[key]


def new_set(tx: Transaction, caller: Caller) -> int:
    """A change set of its own for what this actor does from here on."""
    _open.get(tx, {}).pop((caller.member_id, caller.origin), None)
    return change_set(tx, caller)


def opened_set(tx: Transaction, caller: Caller) -> int | None:
    """The change set of this actor in this transaction, or None while nothing was changed."""
    return _open.get(tx, {}).get((caller.member_id, caller.origin))


def _change_row(tx: Transaction, caller: Caller) -> dict[str, Any]:
    return {
        "actor": caller.member_id,
        "origin": caller.origin,
        "at": tx.now,
        "revision": tx.revision,
    }


def forget(tx: Transaction) -> None:
    """The change sets of this transaction were rolled back: the next write opens a new one."""
    _open.pop(tx, None)


def is_tracked(one: Field) -> bool:
    """Whether moves of this field are kept as transitions."""
    if one.system:
        return False
    return one.family in ("stage", "owner", "tier") or (
        one.family == "choice" and one.transitions is not None
    )


def field_changes(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    changes: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Keep (record id, values before, values after), a row a field of `after`."""
    rows = [
        {
            "entity": entity_id,
            "record_id": record_id,
            "field": field_id,
            "before": to_text(before.get(field_id)),
            "after": to_text(value),
        }
        for record_id, before, after in changes
        for field_id, value in after.items()
    ]
    opened = _open.setdefault(tx, {})
    key = (caller.member_id, caller.origin)
    if rows and key not in opened and tx.tables.dialect == "postgresql":
        first = {**_change_row(tx, caller), **rows.pop(0)}
        opened[key] = tx.connection.execute(_NEW_CHANGE_WITH_FIELD, first).scalar_one()
    if rows:
        change_id = change_set(tx, caller)
        for row in rows:
            row["change_id"] = change_id
        tx.connection.execute(_NEW_FIELD_CHANGES, rows)


def same_change(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    field_id: str,
    ids: sa.Select[int],
    before: Any,
    after: Any,
) -> None:
    """Keep one change of a field that many records went through, those that a query names."""
    names = ("change_id", "entity", "record_id", "field", "before", "after")
    (at,) = ids.subquery().c
    values = (
        sa.literal(change_set(tx, caller)),
        sa.literal(entity_id),
        at,
        sa.literal(field_id),
        sa.literal(to_text(before), FIELD_CHANGE.c.before.type),
        sa.literal(to_text(after), FIELD_CHANGE.c.after.type),
    )
    tx.connection.execute(sa.insert(FIELD_CHANGE).from_select(names, sa.select(*values)))


def transitions(tx: Transaction, caller: Caller, entity_id: str, moves: Iterable[Moved]) -> None:
    """Keep moves of stages, owners, tiers and statuses."""
    change_id = change_set(tx, caller)
    rows = [
        {
            "change_id": change_id,
            "entity": entity_id,
            "record_id": one.record_id,
            "field": one.field,
            "before": to_text(one.before),
            "after": to_text(one.after),
            "at": one.at,
            "origin": caller.origin,
            "reason": one.reason,
        }
        for one in moves
    ]
    if rows:
        tx.connection.execute(_NEW_TRANSITIONS, rows)
