"""The recycle bin: deleting records with what hangs on them, and bringing them back."""

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
from . import journal, unique, written
from .attempt import Attempt
from .draft import Draft, Outcome, outcome, refusal
from .read import get, not_found
from .record import Record, shape_of
from .rows import CHUNK, chunks, whole_rows
from .update import changeable, refused, standing

_Rows = dict[str, dict[int, dict[str, Any]]]
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
    drafts = []
    for at, (record_id, version) in enumerate(wanted):
        row = rows.get(record_id, {})
        draft = Draft(start + at, row, {}, dict(row), record_id)
        draft.problems.extend(standing(caller, record_id, version, row, allowed))
        drafts.append(draft)
    return drafts


def _pointing_at(app: App, entity_id: str) -> list[tuple[Entity, Field]]:
    return [
        (entity, one)
        for entity in app.entities.values()
        if not entity.archived and not entity.system
        for one in entity.live_fields
        if one.type == "reference" and one.to == entity_id
    ]


def _with_cascades(tx: Transaction, entity_id: str, rows: dict[int, dict[str, Any]]) -> _Rows:
    """The rows and everything that goes with them, level by level."""
    going: _Rows = {entity_id: rows}
    waiting = [(entity_id, set(rows))]
    while waiting:
        parent, ids = waiting.pop()
        for child, one in _pointing_at(tx.app, parent):
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
    tx: Transaction, entity_id: str, drafts: Sequence[Draft], going: _Rows
) -> None:
    """Blame drafts that live records still need, unless those go along."""
    for parent in list(going):
        for child, one in _pointing_at(tx.app, parent):
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


def _write_deleted(tx: Transaction, caller: Caller, going: _Rows) -> None:
    for entity_id, rows in going.items():
        if rows:
            _mark(tx, caller, entity_id, rows, deleted=True)
            _resolve_alerts(tx, entity_id, rows)
    for entity_id, rows in going.items():
        if rows:
            _finish(tx, caller, entity_id, rows, "deleted")


def _mark(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Mapping[int, Mapping[str, Any]],
    *,
    deleted: bool,
) -> None:
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


def _finish(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Mapping[int, Mapping[str, Any]],
    kind: written.Kind,
) -> None:
    ids = tuple(sorted(rows))
    stored.refresh(tx, entity_id, ids, None, befores=tuple(rows.values()))
    written.tell(tx, caller, written.Written(entity_id, kind, ids))


def restore(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int, version: int | None
) -> Record:
    """Bring a record back from the recycle bin, with those that went along with it.

    Conflict naming the field if another record holds a unique value now, and while a record that
    it needs is itself in the bin.
    """
    access.entity_for(tx.app, caller, entity_id, "delete")
    rows = whole_rows(tx, caller, entity_id, [record_id], deleted=True)
    row = rows.get(record_id)
    if row is None:
        raise refusal([not_found(record_id)])
    allowed = changeable(tx, caller, entity_id, rows, "delete")
    problems = standing(caller, record_id, version, row, allowed)
    if problems:
        raise refusal(problems, current=_binned(entity_id, row))
    coming = _that_went_along(tx, entity_id, rows)
    problems = _judge_return(tx, coming)
    if problems:
        raise refusal(problems)
    for child_id, children in coming.items():
        _mark(tx, caller, child_id, children, deleted=False)
    for child_id, children in coming.items():
        _finish(tx, caller, child_id, children, "restored")
    return get(tx, caller, entity_id, record_id, any_row=True)


def _binned(entity_id: str, row: Mapping[str, Any]) -> Record:
    return Record(entity_id, row["id"], row["version"], {})


def _that_went_along(tx: Transaction, entity_id: str, rows: dict[int, dict[str, Any]]) -> _Rows:
    """The rows and those that were deleted with them, which the same instant tells."""
    coming: _Rows = {entity_id: rows}
    waiting = [(entity_id, rows)]
    while waiting:
        parent, parents = waiting.pop()
        for child, one in _pointing_at(tx.app, parent):
            if one.on_delete != "cascade":
                continue
            row = tx.tables.table(child.id).alias("r")
            at = tx.tables.column(row, child.id, "id")
            to = tx.tables.column(row, child.id, one.id)
            gone = tx.tables.column(row, child.id, "deleted_at")
            moments = {values["deleted_at"] for values in parents.values()}
            found: set[int] = set()
            for some in chunks(sorted(parents)):
                statement = sa.select(at).where(to.in_(some), gone.in_(sorted(moments)))
                found.update(tx.connection.execute(statement).scalars())
            held = coming.setdefault(child.id, {})
            new = whole_rows(tx, SYSTEM, child.id, found - held.keys(), deleted=True)
            held.update(new)
            if new:
                waiting.append((child.id, new))
    return {one: values for one, values in coming.items() if values}


def _judge_return(tx: Transaction, coming: _Rows) -> list[Problem]:
    """What stands against coming back: a value that is taken, a parent that is still in the bin."""
    drafts = []
    for entity_id, rows in coming.items():
        shape = shape_of(tx.tables, entity_id)
        found = [Draft(0, {}, {}, row, at) for at, row in rows.items()]
        unique.judge(tx, shape, found)
        for one in shape.entity.live_fields:
            if one.type == "reference" and one.to and one.on_delete != "detach":
                _judge_parents(tx, one, one.to, found, coming)
        drafts.extend(found)
    return [problem for draft in drafts for problem in draft.problems]


def _judge_parents(
    tx: Transaction, one: Field, target: str, drafts: Sequence[Draft], coming: _Rows
) -> None:
    wanted = {draft.after[one.id] for draft in drafts} - {None} - coming.get(target, {}).keys()
    binned = whole_rows(tx, SYSTEM, target, wanted, deleted=True, lock=False)
    for draft in drafts:
        if draft.after[one.id] in binned:
            draft.blame("record.needs_binned", one.name, field=one)
