"""Changing records: versions, set-based writes, and a history of every field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from ...metadata.problems import Problem
from .. import access, schemas, search, stored
from ..access import Caller
from ..statements import STATEMENTS
from ..transaction import Transaction
from . import journal, stage, tags, unique, validity, written
from .attempt import Attempt
from .draft import Draft, Outcome, outcome, refusal
from .read import as_written, get, not_found
from .record import Record, Shape, shape_of
from .rows import CHUNK, chunks, whole_rows


@dataclass(frozen=True, slots=True)
class Update:
    """New values of one record; `version` is the one they were made from.

    None for the version means whatever is there: for the product's own writes only. `reason`
    says why a stage moves back.
    """

    id: int
    version: int | None
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None


def update(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    version: int | None,
    values: Mapping[str, Any],
    *,
    typed: bool = False,
    reason: str | None = None,
) -> Record:
    """Change fields (by name or id; with `typed` ids and Python values) and return the record.

    The names of the records it points at are not read. PreconditionRequired without a version;
    Stale with the record as it is now if another wrote first; NotFound, Forbidden, Conflict (a
    unique value, a guard of a stage) or Invalid.
    """
    change = Update(record_id, version, values, reason)
    draft = _update(tx, caller, entity_id, [change], typed=typed)[0]
    if draft.problems:
        raise refused(tx, caller, entity_id, outcome(draft))
    return as_written(tx, caller, shape_of(tx.tables, entity_id), draft)


def refused(tx: Transaction, caller: Caller, entity_id: str, done: Outcome) -> Exception:
    """The refusal of one record's write; a stale one brings the record as it is now."""
    stale = any(one.id == "record.stale" for one in done.problems)
    current = get(tx, caller, entity_id, done.record_id or 0) if stale else None
    return refusal(done.problems, current)


def update_many(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    changes: Sequence[Update],
    *,
    typed: bool = False,
    history: bool = False,
    atomic: bool = False,
    quiet: bool = False,
) -> tuple[Outcome, ...]:
    """Change records and tell what became of each row, in order; bad rows are not written.

    With `atomic` nothing is written if any row is bad. `quiet` is for values that follow from
    others (tiers, automatic tags): history is kept, the version stays.
    """
    drafts = _update(
        tx, caller, entity_id, changes, typed=typed, history=history, atomic=atomic, quiet=quiet
    )
    return tuple(outcome(one, one.after.get("version")) for one in drafts)


def _update(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    changes: Sequence[Update],
    *,
    typed: bool,
    history: bool = False,
    atomic: bool = False,
    quiet: bool = False,
) -> list[Draft]:
    access.entity_for(tx.app, caller, entity_id, "update")
    shape = shape_of(tx.tables, entity_id)
    found: list[Draft] = []
    attempt = Attempt(tx, atomic=atomic)
    for at, some in enumerate(chunks(changes, CHUNK)):
        drafts = _drafts(tx, caller, shape, some, at * CHUNK, typed=typed, history=history)
        validity.judge(tx, caller, shape, drafts, history=history)
        if not quiet and not history:
            stage.judge_locks(shape, drafts)
        found.extend(drafts)
        _write(tx, caller, shape, attempt.good(drafts), quiet=quiet)
    if not attempt.end():
        for draft in found:
            draft.after.pop("version", None)
    return found


def _drafts(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    changes: Sequence[Update],
    start: int,
    *,
    typed: bool,
    history: bool,
) -> list[Draft]:
    entity_id = shape.entity.id
    rows = whole_rows(tx, caller, entity_id, [one.id for one in changes])
    allowed = changeable(tx, caller, entity_id, rows, "update")
    loaded = schemas.load(
        tx,
        caller,
        entity_id,
        "update",
        [one.values for one in changes],
        typed=typed,
        history=history,
    )
    drafts: list[Draft] = []
    seen: set[int] = set()
    for at, (one, (given, problems)) in enumerate(zip(changes, loaded, strict=True)):
        before = rows.get(one.id, {})
        draft = Draft(start + at, before, given, {**before, **given}, one.id, one.reason)
        draft.problems.extend(standing(caller, one.id, one.version, before, allowed))
        if one.id in seen:
            draft.problems.append(Problem("record.twice", {"id": one.id}))
        seen.add(one.id)
        if not draft.problems:
            draft.problems.extend(problems)
        drafts.append(draft)
    return drafts


def changeable(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Mapping[int, Any],
    verb: access.Verb,
    *,
    deleted: bool = False,
) -> frozenset[int]:
    """Which of the rows that the caller may read they may also `verb`."""
    rule = access.row_rule(tx.app, caller, entity_id, verb)
    if not rows or rule == access.row_rule(tx.app, caller, entity_id, "read"):
        return frozenset(rows)
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    predicate = access.row_predicate(tx, caller, entity_id, row, verb)
    statement = sa.select(at).where(at.in_(sorted(rows)))
    if predicate is not None:
        statement = statement.where(predicate)
    return frozenset(tx.connection.execute(statement).scalars())


def standing(
    caller: Caller,
    record_id: int,
    version: int | None,
    row: Mapping[str, Any],
    allowed: frozenset[int],
) -> list[Problem]:
    """Why a record may not be written at all: not there, not allowed, or changed meanwhile."""
    if not row:
        return [not_found(record_id)]
    if record_id not in allowed:
        return [Problem("access.forbidden_record", {"id": record_id})]
    if version is None and not caller.system:
        return [Problem("record.version_needed", {"current": row["version"]})]
    if version is not None and version != row["version"]:
        return [Problem("record.stale", {"sent": version, "current": row["version"]})]
    return []


def _write(
    tx: Transaction, caller: Caller, shape: Shape, drafts: Sequence[Draft], *, quiet: bool
) -> None:
    people = [
        one.id for one in shape.entity.live_fields if one.id in shape.stored and not one.system
    ]
    people += shape.tags
    moved = [(one, found) for one in drafts if (found := one.changed(people))]
    if not moved:
        for draft in drafts:
            _keep_equal(draft, people)
        return
    entity_id = shape.entity.id
    touched = frozenset(field_id for _, found in moved for field_id in found)
    for draft, found in moved:
        _keep_equal(draft, (one for one in people if one not in found))
        _keep_companions(tx, shape, draft, found)
        if not quiet:
            draft.after["version"] = draft.before["version"] + 1
            draft.after["updated_at"] = tx.now
            draft.after["updated_by"] = caller.member_id
    written_fields = _columns_of(shape, touched, quiet=quiet)
    try:
        _execute(tx, shape, [one for one, _ in moved], written_fields)
    except IntegrityError as error:
        raise unique.collision(shape, [one for one, _ in moved], error) from error
    tags.keep(tx, shape, [one for one, _ in moved])
    _keep_history(tx, caller, shape, moved)
    search.keep(tx, entity_id, ((one.record_id or 0, found) for one, found in moved))
    ids = tuple(one.record_id for one, _ in moved if one.record_id is not None)
    stored.refresh(
        tx,
        entity_id,
        ids,
        touched | set(written_fields),
        befores=[one.before for one, _ in moved],
    )
    written.tell(tx, caller, written.Written(entity_id, "updated", ids, touched))


def _keep_equal(draft: Draft, fields: Iterable[str]) -> None:
    """Equal is not the same: a given 12.5 is the 12.50 that is stored."""
    draft.after.update({one: draft.before[one] for one in fields if one in draft.before})


def _columns_of(shape: Shape, touched: frozenset[str], *, quiet: bool) -> tuple[str, ...]:
    companions = {one for field_id in touched for one in shape.companions.get(field_id, ())}
    system = frozenset() if quiet else frozenset({"version", "updated_at", "updated_by"})
    wanted = touched | companions | system
    return tuple(one for one in shape.stored if one in wanted)


def _keep_companions(tx: Transaction, shape: Shape, draft: Draft, found: Mapping[str, Any]) -> None:
    for field_id in found:
        for companion in shape.companions.get(field_id, ()):
            if companion in draft.given:
                continue
            before = companion.endswith("_before")
            draft.after[companion] = draft.before.get(field_id) if before else tx.now


def _execute(
    tx: Transaction, shape: Shape, drafts: Sequence[Draft], fields: tuple[str, ...]
) -> None:
    """One statement for all rows: every row writes the columns that any of them changes.

    What a single one writes is given back as it is stored now.
    """
    if not fields:
        return
    alone = len(drafts) == 1
    names = {one: tx.layout.stored(shape.entity.id, one).column for one in fields}
    key = (*tx.tables.key, "update", shape.entity.id, fields, alone)
    statement = STATEMENTS.get(key, lambda: _update_statement(tx, shape, names, alone=alone))
    rows = [
        {
            "at_id": draft.record_id,
            **{f"n_{column}": draft.after.get(one) for one, column in names.items()},
        }
        for draft in drafts
    ]
    if alone:
        stored_row = tx.connection.execute(statement, rows[0]).one()
        drafts[0].after.update(zip(fields, stored_row, strict=True))
    else:
        tx.connection.execute(statement, rows)


def _update_statement(
    tx: Transaction, shape: Shape, names: Mapping[str, str], *, alone: bool
) -> sa.Update | ReturningUpdate[Any]:
    entity_id = shape.entity.id
    table = tx.tables.table(entity_id)
    values: dict[str, Any] = {column: sa.bindparam(f"n_{column}") for column in names.values()}
    at = tx.tables.column(table, entity_id, "id")
    statement = sa.update(table).where(at == sa.bindparam("at_id")).values(values)
    if not alone:
        return statement
    columns = [tx.tables.column(table, entity_id, one) for one in names]
    return statement.returning(*columns).execution_options(prepared=tx.layout.hash)


def _keep_history(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    moved: Sequence[tuple[Draft, Mapping[str, Any]]],
) -> None:
    entity_id = shape.entity.id
    journal.field_changes(
        tx, caller, entity_id, ((one.record_id or 0, one.before, found) for one, found in moved)
    )
    moves = [
        journal.Moved(
            one.record_id or 0,
            field_id,
            one.before.get(field_id),
            value,
            _at(tx, shape, one, field_id),
            one.reason,
        )
        for one, found in moved
        for field_id, value in found.items()
        if journal.is_tracked(shape.field(field_id))
    ]
    if moves:
        journal.transitions(tx, caller, entity_id, moves)


def _at(tx: Transaction, shape: Shape, draft: Draft, field_id: str) -> datetime:
    """When a record moved: now, unless an import of history says when."""
    for companion in shape.companions.get(field_id, ()):
        at = draft.given.get(companion)
        if isinstance(at, datetime):
            return at
    return tx.now


def move(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    version: int | None,
    to: str,
    *,
    reason: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Record:
    """Move a record to the stage that is called `to`, filling in `values` along the way.

    Conflict with everything that is missing; Invalid for an entity without stages.
    """
    entity = access.entity_for(tx.app, caller, entity_id, "update")
    if entity.pipeline is None:
        raise refusal([Problem("stage.without_pipeline", {"entity": entity})])
    stage_field = entity.field(entity.pipeline.field).name
    given = {**(values or {}), stage_field: to}
    return update(tx, caller, entity_id, record_id, version, given, reason=reason)
