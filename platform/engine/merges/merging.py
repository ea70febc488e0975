"""Merging: one record goes into another, and everything that points at it along with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..canonical import to_text
from ..errors import Invalid, PreconditionRequired, Refused, Stale
from ..records import journal
from ..records.delete import finish, mark
from ..records.draft import Outcome, refusal
from ..records.record import Shape, shape_of
from ..records.rows import whole_rows
from ..records.update import Update, changeable, refused, standing, update_many
from ..system_tables import MERGE, MERGE_ROW
from ..transaction import Transaction
from . import filling, moving, told
from .desk import Merge, get
from .filling import Side

_Row = Mapping[str, Any]


def merge(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    version: int | None,
    into_id: int,
    into_version: int | None,
    take: Mapping[str, Side] | None = None,
    *,
    reason: str | None = None,
) -> Merge:
    """Merge a record into another one of its entity, under one change set.

    What the other lacks is filled, unless `take` (by field name) says whose value holds; what
    points at the record moves along; the record goes into the recycle bin. `reason` says why a
    stage that is taken moves back.

    The caller may delete the one, change the other and all that moves, else Forbidden. NotFound,
    PreconditionRequired and Stale for either as for an update; Invalid for values, and Conflict
    where a guard, a unique value or a record that moves stands against it.
    """
    access.entity_for(tx.app, caller, entity_id, "delete")
    access.entity_for(tx.app, caller, entity_id, "update")
    if record_id == into_id:
        raise Invalid(Problem("merge.same", pointer="/into"))
    chosen = filling.chosen(tx.app, caller, entity_id, take or {})
    versions = {record_id: version, into_id: into_version}
    rows = _standing(tx, caller, entity_id, versions, into_id)
    gone, kept = rows[record_id], rows[into_id]
    doer = replace(caller, origin="merge", system=True)
    shape = shape_of(tx.tables, entity_id)
    merge_id = _note(tx, doer, shape, record_id, kept)
    moves = moving.note(tx, merge_id, entity_id, record_id, into_id)
    moving.require_rights(tx, caller, moves)
    for move in moves:
        moving.refuse(tx, caller, move, moving.twice(tx, move))
        moving.write(tx, doer, move)
    for move in moves:
        moving.finish(tx, doer, move)
    mark(tx, doer, entity_id, {record_id: gone}, deleted=True)
    finish(tx, doer, entity_id, {record_id: gone}, "deleted")
    values = filling.values(tx.app, shape, gone, kept, chosen)
    _fill(tx, caller, doer, shape, merge_id, Update(into_id, into_version, values, reason))
    for move in moves:
        moving.refuse(tx, caller, move, moving.wrong(tx, move))
    told.move_alerts(tx, merge_id, entity_id, record_id, into_id)
    return get(tx, caller, merge_id)


def _standing(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    versions: Mapping[int, int | None],
    into_id: int,
) -> dict[int, dict[str, Any]]:
    """Both records, held until the end; refused unless they are there, allowed, and unchanged."""
    rows = whole_rows(tx, caller, entity_id, versions)
    for one, version in versions.items():
        verb: access.Verb = "update" if one == into_id else "delete"
        row = rows.get(one, {})
        allowed = changeable(tx, caller, entity_id, {one: row} if row else {}, verb)
        problems = standing(caller, one, version, row, allowed)
        if not problems:
            continue
        error = refused(tx, caller, entity_id, Outcome(0, one, problems=tuple(problems)))
        if one == into_id and isinstance(error, Refused):
            raise _about_into(error)
        raise error
    return rows


def _about_into(error: Refused) -> Refused:
    """The refusal of the surviving record, at the keys of the request that name it."""
    at = "/version" if isinstance(error, (Stale, PreconditionRequired)) else "/into"
    error.problems = tuple(replace(one, pointer=at) for one in error.problems)
    return error


def _note(tx: Transaction, doer: Caller, shape: Shape, record_id: int, kept: _Row) -> int:
    entity_id = shape.entity.id
    times = {one for found in shape.companions.values() for one in found}
    new = sa.insert(MERGE).values(
        entity=entity_id,
        record_id=record_id,
        into_id=kept["id"],
        state="done",
        member_id=doer.member_id,
        change_id=journal.new_set(tx, doer),
        at=tx.now,
        kept={one: to_text(kept.get(one)) for one in sorted(times)},
    )
    return int(tx.connection.execute(new.returning(MERGE.c.id)).scalar_one())


def _fill(
    tx: Transaction, caller: Caller, doer: Caller, shape: Shape, merge_id: int, change: Update
) -> None:
    entity_id = shape.entity.id
    if not change.values:
        return
    (done,) = update_many(tx, doer, entity_id, [change], typed=True)
    if done.problems:
        raise refusal(_readable(tx, caller, entity_id, done.problems))
    rows = [
        {
            "merge_id": merge_id,
            "entity": entity_id,
            "field": field_id,
            "record_id": change.id,
            "state": "set",
        }
        for field_id in change.values
    ]
    tx.connection.execute(sa.insert(MERGE_ROW), rows)


def _readable(
    tx: Transaction, caller: Caller, entity_id: str, problems: tuple[Problem, ...]
) -> list[Problem]:
    """The problems as the caller may know them: of a field that they may not read, only that."""
    known = [
        one
        for one in problems
        if not one.pointer
        or access.field_for(tx.app, caller, entity_id, one.pointer.lstrip("/")) is not None
    ]
    return known or [Problem("merge.beyond_rights")]
