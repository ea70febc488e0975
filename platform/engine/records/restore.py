"""Restoring: records come back from the recycle bin, with those that went along with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Field
from ...metadata.problems import Problem
from .. import access
from ..access import SYSTEM, Caller
from ..transaction import Transaction
from . import unique
from .delete import Rows, finish, mark, pointing_at
from .draft import Draft, Outcome, outcome, refusal
from .read import get, not_found
from .record import Record, shape_of
from .rows import CHUNK, chunks, whole_rows
from .update import changeable, standing


def restore(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int, version: int | None
) -> Record:
    """Bring a record back from the recycle bin, with those that went along with it.

    Conflict naming the field if another record holds a unique value now, and while a record that
    it needs is itself in the bin.
    """
    (draft,) = _restore(tx, caller, entity_id, [(record_id, version)])
    if draft.problems:
        row = draft.before
        current = Record(entity_id, row["id"], row["version"], {}) if row else None
        raise refusal(draft.problems, current=current)
    return get(tx, caller, entity_id, record_id, any_row=True)


def restore_many(
    tx: Transaction, caller: Caller, entity_id: str, wanted: Sequence[tuple[int, int | None]]
) -> tuple[Outcome, ...]:
    """Bring records (id, version) back and tell what became of each, in order.

    One that cannot come back stays in the bin, with what went along with it.
    """
    return tuple(outcome(one) for one in _restore(tx, caller, entity_id, wanted))


def _restore(
    tx: Transaction, caller: Caller, entity_id: str, wanted: Sequence[tuple[int, int | None]]
) -> list[Draft]:
    access.entity_for(tx.app, caller, entity_id, "delete")
    found: list[Draft] = []
    for at, some in enumerate(chunks(wanted, CHUNK)):
        drafts = _drafts(tx, caller, entity_id, some, at * CHUNK)
        found.extend(drafts)
        coming = _with_them(tx, entity_id, drafts)
        # What stays may be what another one needs: so again, until nobody lacks anything.
        while wrong := _judge_return(tx, coming):
            _blame(tx.app, entity_id, drafts, coming, wrong)
            coming = _with_them(tx, entity_id, drafts)
        for child_id, children in coming.items():
            mark(tx, caller, child_id, children, deleted=False)
        for child_id, children in coming.items():
            finish(tx, caller, child_id, children, "restored")
    return found


def _drafts(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    wanted: Sequence[tuple[int, int | None]],
    start: int,
) -> list[Draft]:
    rows = whole_rows(tx, caller, entity_id, [one for one, _ in wanted], deleted=True)
    allowed = changeable(tx, caller, entity_id, rows, "delete")
    drafts = []
    for at, (record_id, version) in enumerate(wanted):
        row = rows.get(record_id, {})
        draft = Draft(start + at, row, {}, dict(row), record_id)
        missing = [not_found(record_id)]
        draft.problems.extend(
            standing(caller, record_id, version, row, allowed) if row else missing
        )
        drafts.append(draft)
    return drafts


def _with_them(tx: Transaction, entity_id: str, drafts: Sequence[Draft]) -> Rows:
    own = {one.record_id or 0: dict(one.before) for one in drafts if not one.problems}
    return _that_went_along(tx, entity_id, own) if own else {}


def _that_went_along(tx: Transaction, entity_id: str, rows: dict[int, dict[str, Any]]) -> Rows:
    """The rows and those that were deleted with them, which the same instant tells."""
    coming: Rows = {entity_id: rows}
    waiting = [(entity_id, rows)]
    while waiting:
        parent, parents = waiting.pop()
        for child, one in pointing_at(tx.app, parent):
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


def _judge_return(tx: Transaction, coming: Rows) -> dict[tuple[str, int], list[Problem]]:
    """What stands against coming back: a value that is taken, a parent that is still in the bin."""
    wrong = {}
    for entity_id, rows in coming.items():
        shape = shape_of(tx.tables, entity_id)
        found = [Draft(0, {}, {}, row, at) for at, row in rows.items()]
        unique.judge(tx, shape, found)
        for one in shape.entity.live_fields:
            if one.family == "reference" and one.to and one.on_delete != "detach":
                _judge_parents(tx, one, one.to, found, coming)
        wrong.update({(entity_id, one.record_id or 0): one.problems for one in found})
    return {key: problems for key, problems in wrong.items() if problems}


def _blame(
    app: App,
    entity_id: str,
    drafts: Sequence[Draft],
    coming: Rows,
    wrong: Mapping[tuple[str, int], list[Problem]],
) -> None:
    """Blame the drafts that are wrong themselves, or that one is which would come along."""
    blamed = {key: list(problems) for key, problems in wrong.items()}
    waiting = list(blamed)
    while waiting:
        child_id, record_id = waiting.pop()
        row = coming[child_id][record_id]
        for parent_id in coming:
            for child, one in pointing_at(app, parent_id):
                parent = (parent_id, row.get(one.id) or 0) if child.id == child_id else None
                held = parent is not None and parent[1] in coming[parent_id]
                if parent and held and one.on_delete == "cascade" and parent not in blamed:
                    blamed[parent] = blamed[child_id, record_id]
                    waiting.append(parent)
    for draft in drafts:
        draft.problems.extend(blamed.get((entity_id, draft.record_id or 0), ()))


def _judge_parents(
    tx: Transaction, one: Field, target: str, drafts: Sequence[Draft], coming: Rows
) -> None:
    wanted = {draft.after[one.id] for draft in drafts} - {None} - coming.get(target, {}).keys()
    binned = whole_rows(tx, SYSTEM, target, wanted, deleted=True, lock=False)
    for draft in drafts:
        if draft.after[one.id] in binned:
            draft.blame("record.needs_binned", one.name, field=one)
