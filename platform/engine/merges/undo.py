"""Undoing a merge: the merged record comes back with what it had, save what was edited since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from .. import access, records, stored
from ..access import SYSTEM, Caller
from ..canonical import from_text
from ..errors import Conflict
from ..records import journal
from ..records.draft import refusal
from ..records.record import shape_of
from ..records.rows import whole_rows
from ..records.update import Update, update_many
from ..system_tables import FIELD_CHANGE, MERGE, MERGE_ROW
from ..transaction import Transaction
from . import moving, told
from .desk import Merge, get
from .moving import Move


def undo(tx: Transaction, caller: Caller, one: Merge) -> Merge:
    """Take a merge back, field by field; what holds another value by now is left, and noted.

    It is the product's own write in the caller's name: it brings back what was there. Conflict
    for one that is taken back already, while the surviving record is in the recycle bin, and where
    the merged one cannot come back.
    """
    _claim(tx, one)
    kept = whole_rows(tx, SYSTEM, one.entity, [one.into_id]).get(one.into_id)
    if kept is None:
        raise Conflict.because("merge.into_gone", number=one.id)
    doer = Caller(caller.member_id, locale=caller.locale, origin="merge", system=True)
    change_id = journal.new_set(tx, doer)
    before, left = _before(tx, one, kept)
    references = shape_of(tx.tables, one.entity).references
    # Unique values have to be free before the other one comes back, which these may point at.
    later = {key: at for key, at in before.items() if references.get(key) == one.entity}
    first = {key: at for key, at in before.items() if key not in later}
    left.update(_give_back(tx, doer, one, first))
    _bring_back(tx, doer, one)
    left.update(_give_back(tx, doer, one, later))
    _note_fields(tx, one, left)
    moves = _moves(tx, one)
    for move in moves:
        _move_back(tx, doer, move)
    for move in moves:
        _settle(tx, doer, move)
    told.move_back(tx, one.id, one.record_id, one.into_id)
    tx.connection.execute(
        sa.update(MERGE)
        .where(MERGE.c.id == one.id)
        .values(undone_change_id=change_id, undone_at=tx.now)
    )
    return get(tx, caller, one.id)


def _claim(tx: Transaction, one: Merge) -> None:
    done = sa.and_(MERGE.c.id == one.id, MERGE.c.state == "done")
    taken = tx.connection.execute(sa.update(MERGE).where(done).values(state="undone"))
    if taken.rowcount != 1:
        raise Conflict.because("merge.not_undoable", number=one.id)


def _before(
    tx: Transaction, one: Merge, kept: Mapping[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    """What the merge's fields of the surviving record held, and which were edited since."""
    noted = sa.select(MERGE_ROW.c.field).where(
        MERGE_ROW.c.merge_id == one.id, MERGE_ROW.c.state == "set"
    )
    changes = sa.select(FIELD_CHANGE.c.field, FIELD_CHANGE.c.before, FIELD_CHANGE.c.after).where(
        FIELD_CHANGE.c.entity == one.entity,
        FIELD_CHANGE.c.record_id == one.into_id,
        FIELD_CHANGE.c.change_id == one.change_id,
        FIELD_CHANGE.c.field.in_(noted),
    )
    settable = access.writable(tx.app, SYSTEM, one.entity)
    before: dict[str, Any] = {}
    left: set[str] = set()
    for field_id, was, became in tx.connection.execute(changes):
        place = tx.layout.find(one.entity, field_id)
        storage = place.storage if place else None
        if field_id in settable and kept.get(field_id) == from_text(became, storage):
            before[field_id] = from_text(was, storage)
        else:
            left.add(field_id)
    return before, left


def _give_back(
    tx: Transaction, doer: Caller, one: Merge, values: Mapping[str, Any]
) -> Collection[str]:
    """Write what fields of the surviving record held; those that cannot be written are told."""
    if not values:
        return ()
    change = Update(one.into_id, None, values)
    (done,) = update_many(tx, doer, one.entity, [change], typed=True, history=True)
    if done.problems:
        return values
    _give_times_back(tx, one, values)
    return ()


def _give_times_back(tx: Transaction, one: Merge, fields: Iterable[str]) -> None:
    """Write since when the surviving record had its stage or owner, which no history holds."""
    shape = shape_of(tx.tables, one.entity)
    kept = tx.connection.scalar(sa.select(MERGE.c.kept).where(MERGE.c.id == one.id)) or {}
    times = {
        companion: from_text(kept[companion], place.storage)
        for field_id in fields
        for companion in shape.companions.get(field_id, ())
        if companion in kept and (place := tx.layout.find(one.entity, companion))
    }
    if times:
        table = tx.tables.table(one.entity)
        at = tx.tables.column(table, one.entity, "id")
        values = {tx.layout.stored(one.entity, key).column: value for key, value in times.items()}
        tx.connection.execute(sa.update(table).where(at == one.into_id).values(values))
        stored.refresh(tx, one.entity, (one.into_id,), times, befores=())


def _bring_back(tx: Transaction, doer: Caller, one: Merge) -> None:
    if whole_rows(tx, SYSTEM, one.entity, [one.record_id], lock=False):
        return  # Somebody has restored it already.
    (done,) = records.restore_many(tx, doer, one.entity, [(one.record_id, None)])
    if done.problems:
        raise refusal(done.problems)


def _note_fields(tx: Transaction, one: Merge, left: Collection[str]) -> None:
    still = sa.and_(MERGE_ROW.c.merge_id == one.id, MERGE_ROW.c.state == "set")
    state = sa.case((MERGE_ROW.c.field.in_(sorted(left)), "left"), else_="back")
    tx.connection.execute(sa.update(MERGE_ROW).where(still).values(state=state))


def _moves(tx: Transaction, one: Merge) -> list[Move]:
    """The moves of a merge the other way, as far as their fields are still there."""
    names = MERGE_ROW.c.entity, MERGE_ROW.c.field
    noted = sa.select(*names).where(MERGE_ROW.c.merge_id == one.id, MERGE_ROW.c.state == "moved")
    found = []
    for entity_id, field_id in tx.connection.execute(noted.distinct().order_by(*names)).all():
        entity = tx.app.entities.get(entity_id)
        field = entity.by_id.get(field_id) if entity and not entity.archived else None
        if entity and field and not field.archived:
            found.append(Move(one.id, entity, field, one.into_id, one.record_id))
    return found


def _move_back(tx: Transaction, doer: Caller, move: Move) -> None:
    """Move records to where they were, save those that point elsewhere by now."""
    table = tx.tables.table(move.entity.id)
    at = tx.tables.column(table, move.entity.id, "id")
    to = tx.tables.column(table, move.entity.id, move.field.id)
    still = sa.select(at).where(at.in_(move.ids("moved")), to == move.start)
    _leave(tx, move, MERGE_ROW.c.record_id.not_in(still))
    _leave(tx, move, MERGE_ROW.c.record_id.in_([one.record_id for one in moving.twice(tx, move)]))
    moving.write(tx, doer, move)


def _settle(tx: Transaction, doer: Caller, move: Move) -> None:
    """Keep the moves, save those of records that break a rule there by now."""
    wrong = [one.record_id for one in moving.wrong(tx, move)]
    if wrong:
        table = tx.tables.table(move.entity.id)
        at = tx.tables.column(table, move.entity.id, "id")
        # Under the version that others know: nothing has happened to them.
        version = tx.tables.column(table, move.entity.id, "version")
        columns = {one: tx.layout.stored(move.entity.id, one).column
                   for one in (move.field.id, "version")}  # fmt: skip
        again = {columns[move.field.id]: move.start, columns["version"]: version - 1}
        tx.connection.execute(sa.update(table).where(at.in_(wrong)).values(again))
        _leave(tx, move, MERGE_ROW.c.record_id.in_(wrong))
    moving.finish(tx, doer, move)
    tx.connection.execute(sa.update(MERGE_ROW).where(move.noted("moved")).values(state="back"))


def _leave(tx: Transaction, move: Move, which: sa.ColumnElement[bool]) -> None:
    tx.connection.execute(
        sa.update(MERGE_ROW).where(move.noted("moved"), which).values(state="left")
    )
