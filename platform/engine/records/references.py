"""References: that what a record points at is there, may be seen, and is one of those allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Field
from ...rules import compile_expression, evaluate
from .. import access
from ..access import MEMBER_ENTITY, Caller
from ..statements import STATEMENTS
from ..transaction import Transaction
from .draft import Draft
from .record import Shape
from .rows import of_ids
from .source import Pool, Source


def judge(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    drafts: Sequence[tuple[Draft, Source]],
    pool: Pool,
) -> None:
    """Blame drafts for references that lead nowhere: one statement an entity, whatever the rows."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    new: list[tuple[Draft, str, int]] = []
    for draft, _ in drafts:
        for field_id, pointed in draft.changed(shape.references).items():
            if pointed is not None:
                wanted[shape.references[field_id]].add(pointed)
                new.append((draft, field_id, pointed))
    seen = {target: _seen(tx, caller, target, ids) for target, ids in wanted.items()}
    for draft, field_id, pointed in new:
        if pointed not in seen[shape.references[field_id]]:
            one = shape.field(field_id)
            draft.blame("reference.not_found", one.name, field=one, id=pointed)
    for draft, source in drafts:
        if not draft.problems:
            _judge_where(tx, shape, draft, source, pool)


def _seen(tx: Transaction, caller: Caller, entity_id: str, ids: set[int]) -> set[int]:
    if not access.may(tx.app, caller, entity_id, "read") and entity_id != MEMBER_ENTITY:
        return set()
    if entity_id == MEMBER_ENTITY and tx.asker is not None and ids == {tx.asker.member_id}:
        # Most records are given to whoever makes them, and that they are active was just read.
        return ids
    sight = access.statement_key(tx, caller)
    key = sight and (*sight, "seen", entity_id)
    statement = STATEMENTS.get(key, lambda: _seen_statement(tx, caller, entity_id))
    return {row[0] for row in of_ids(tx, statement, ids)}


def _seen_statement(tx: Transaction, caller: Caller, entity_id: str) -> sa.Select[tuple[Any]]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    statement = sa.select(at).where(at.in_(sa.bindparam("ids", expanding=True)))
    if tx.layout.find(entity_id, "deleted_at"):
        statement = statement.where(tx.tables.column(row, entity_id, "deleted_at").is_(None))
    if entity_id == MEMBER_ENTITY and not caller.system:
        statement = statement.where(tx.tables.column(row, entity_id, "active"))
    predicate = access.row_predicate(tx, caller, entity_id, row)
    return statement if predicate is None else statement.where(predicate)


def _judge_where(tx: Transaction, shape: Shape, draft: Draft, source: Source, pool: Pool) -> None:
    """Blame references to records that their `where` does not allow."""
    for field_id, target in shape.references.items():
        one = shape.field(field_id)
        pointed = draft.after.get(field_id)
        if one.where is None or pointed is None:
            continue
        if not draft.changed(read_by_where(tx.app, shape, one)):
            continue
        expression = compile_expression(tx.app, target, one.where, parent=shape.entity.id)
        record = pool.source(target, pointed, (shape.entity.id, field_id))
        if record is None or not evaluate(expression, record, pool.context, parent=source):
            draft.blame("reference.not_allowed", one.name, field=one, id=pointed)


def read_by_where(app: App, shape: Shape, one: Field) -> frozenset[str]:
    """A reference, and what its `where` reads of the record that has it."""
    target = shape.references[one.id]
    expression = compile_expression(app, target, one.where or "", parent=shape.entity.id)
    own = {field_id for entity_id, field_id in expression.uses if entity_id == shape.entity.id}
    return frozenset({one.id} | own)
