"""The recycle bin: deleting records with what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Entity, Field
from ...metadata.problems import Problem
from .. import access, stored
from ..access import SYSTEM, Caller
from ..system_tables import ALERT
from ..transaction import Transaction
from . import journal, written
from .attempt import Attempt
from .draft import Draft, Outcome, outcome
from .rows import CHUNK, chunks, whole_rows
from .stage import locked_in
from .update import changeable, refused, standing

Rows = dict[str, dict[int, dict[str, Any]]]
"""entity id -> record id -> values before the write."""


def delete(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int, version: int | None
) -> None:
    """Move a record to the recycle bin, with the records that its references cascade to.

    Conflict while records point at it that restrict it; NotFound, Forbidden, Stale or
    PreconditionRequired as for an update.
    """
    done = delete_many(tx, caller, entity_id, [(record_id, version)])[0]
    if not done.done:
        raise refused(tx, caller, entity_id, done)


def delete_many(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    wanted: Sequence[tuple[int, int | None]],
    *,
    atomic: bool = False,
) -> tuple[Outcome, ...]:
    """Move records (id, version) to the recycle bin and tell what became of each, in order."""
    access.entity_for(tx.app, caller, entity_id, "delete")
    found: list[Draft] = []
    attempt = Attempt(tx, atomic=atomic)
    for at, some in enumerate(chunks(wanted, CHUNK)):
        drafts = _drafts(tx, caller, entity_id, some, at * CHUNK)
        own = {one.record_id or 0: dict(one.before) for one in drafts if not one.problems}
        going = _with_cascades(tx, entity_id, own)
        _judge_restricted(tx, entity_id, drafts, going)
        found.extend(drafts)
        good = {one.record_id or 0: dict(one.before) for one in attempt.good(drafts)}
        if len(good) < len(own):
            going = _with_cascades(tx, entity_id, good)
        _write_deleted(tx, caller, going)
    attempt.end()
    return tuple(outcome(one) for one in found)


def _drafts(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    wanted: Sequence[tuple[int, int | None]],
    start: int,
) -> list[Draft]:
    rows = whole_rows(tx, caller, entity_id, [one for one, _ in wanted])
    allowed = changeable(tx, caller, entity_id, rows, "delete")
    entity = tx.app.entity(entity_id)
    drafts = []
    for at, (record_id, version) in enumerate(wanted):
        row = rows.get(record_id, {})
        draft = Draft(start + at, row, {}, dict(row), record_id)
        draft.problems.extend(standing(caller, record_id, version, row, allowed))
        held = locked_in(entity, row)
        if held is not None and not draft.problems:
            draft.problems.append(Problem("stage.locked_whole", {"stage": held}))
        drafts.append(draft)
    return drafts


def pointing_at(app: App, entity_id: str) -> list[tuple[Entity, Field]]:
    """The reference fields of live entities that point at an entity."""
    return [
        (entity, one)
        for entity in app.entities.values()
        if not entity.archived and not entity.system
        for one in entity.live_fields
        if one.family == "reference" and one.to == entity_id
    ]


def _with_cascades(tx: Transaction, entity_id: str, rows: dict[int, dict[str, Any]]) -> Rows:
    """The rows and everything that goes with them, level by level."""
    going: Rows = {entity_id: rows}
    waiting = [(entity_id, set(rows))]
    while waiting:
        parent, ids = waiting.pop()
        for child, one in pointing_at(tx.app, parent):
            if one.on_delete != "cascade" or not ids:
                continue
            held = going.setdefault(child.id, {})
            new = _children(tx, child.id, one.id, ids) - held.keys()
            held.update(whole_rows(tx, SYSTEM, child.id, new))
            waiting.append((child.id, new))
    return going


def _children(tx: Transaction, entity_id: str, field_id: str, parents: set[int]) -> set[int]:
    return {child for child, _ in _links(tx, entity_id, field_id, parents)}


def _links(
    tx: Transaction, entity_id: str, field_id: str, parents: set[int]
) -> list[tuple[int, int]]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    to = tx.tables.column(row, entity_id, field_id)
    live = tx.tables.column(row, entity_id, "deleted_at").is_(None)
    found: list[tuple[int, int]] = []
    for some in chunks(sorted(parents)):
        statement = sa.select(at, to).where(to.in_(some), live)
        found.extend((child, parent) for child, parent in tx.connection.execute(statement))
    return found


def _judge_restricted(
    tx: Transaction, entity_id: str, drafts: Sequence[Draft], going: Rows
) -> None:
    """Blame drafts that live records still need, unless those go along."""
    for parent in list(going):
        for child, one in pointing_at(tx.app, parent):
            if one.on_delete != "restrict" or not going[parent]:
                continue
            held = {
                at
                for record_id, at in _links(tx, child.id, one.id, set(going[parent]))
                if record_id not in going.get(child.id, {})
            }
            for draft in drafts:
                concerned = draft.record_id in held if parent == entity_id else bool(held)
                if concerned and not draft.problems:
                    draft.blame("record.referenced", None, entity=child, field=one)


def _write_deleted(tx: Transaction, caller: Caller, going: Rows) -> None:
    for entity_id, rows in going.items():
        if rows:
            mark(tx, caller, entity_id, rows, deleted=True)
            _resolve_alerts(tx, entity_id, rows)
    for entity_id, rows in going.items():
        if rows:
            finish(tx, caller, entity_id, rows, "deleted")


def mark(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Mapping[int, Mapping[str, Any]],
    *,
    deleted: bool,
) -> None:
    """Put rows into the recycle bin or take them out of it, with their history."""
    table = tx.tables.table(entity_id)
    at = tx.tables.column(table, entity_id, "id")
    version = tx.tables.column(table, entity_id, "version")
    when = tx.now if deleted else None
    for some in chunks(sorted(rows)):
        values = {
            tx.layout.stored(entity_id, "deleted_at").column: when,
            tx.layout.stored(entity_id, "version").column: version + 1,
            tx.layout.stored(entity_id, "updated_at").column: tx.now,
            tx.layout.stored(entity_id, "updated_by").column: caller.member_id,
        }
        tx.connection.execute(sa.update(table).where(at.in_(some)).values(values))
    changes = ((record_id, row, {"deleted_at": when}) for record_id, row in rows.items())
    journal.field_changes(tx, caller, entity_id, changes)


def _resolve_alerts(tx: Transaction, entity_id: str, rows: Mapping[int, Mapping[str, Any]]) -> None:
    for some in chunks(sorted(rows)):
        tx.connection.execute(
            sa.update(ALERT)
            .where(
                ALERT.c.entity == entity_id,
                ALERT.c.record_id.in_(some),
                ALERT.c.left_at.is_(None),
            )
            .values(
                left_at=tx.now,
                state=sa.case((ALERT.c.state == "open", "resolved"), else_=ALERT.c.state),
            )
        )


def finish(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Mapping[int, Mapping[str, Any]],
    kind: written.Kind,
) -> None:
    """Bring up to date what follows from rows that were deleted or came back, and tell of it."""
    ids = tuple(sorted(rows))
    stored.refresh(tx, entity_id, ids, None, befores=tuple(rows.values()))
    written.tell(tx, caller, written.Written(entity_id, kind, ids))
