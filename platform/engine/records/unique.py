"""Unique values: which drafts would repeat a value that another live record holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ...metadata.model import Entity
from ...metadata.problems import Problem
from ..errors import Conflict
from ..statements import STATEMENTS
from ..transaction import Transaction
from .draft import Draft
from .record import Shape
from .rows import chunks

_ROWS_A_STATEMENT = 300


def groups_of(entity: Entity) -> tuple[tuple[str, ...], ...]:
    """The fields (ids) that are unique, alone or together."""
    alone = tuple((one.id,) for one in entity.live_fields if one.unique)
    return alone + tuple(one.fields for one in entity.unique if not one.archived)


def judge(tx: Transaction, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Blame drafts whose unique values are taken, in the table or earlier in the batch.

    Records that come back from the recycle bin have no `before`: all their values count. One
    statement a group of fields, whatever the number of drafts. A group with an empty value is
    never taken.
    """
    for group in groups_of(shape.entity):
        wanted = _wanted(group, drafts)
        if not wanted:
            continue
        taken = _holders(tx, shape, group, [values for values, _ in wanted])
        claimed: dict[tuple[Any, ...], Draft] = {}
        for values, draft in wanted:
            holder = taken.get(values, draft.record_id)
            if holder != draft.record_id or claimed.setdefault(values, draft) is not draft:
                _blame(shape, group, draft)


def _wanted(group: tuple[str, ...], drafts: Sequence[Draft]) -> list[tuple[tuple[Any, ...], Draft]]:
    found = []
    for draft in drafts:
        values = tuple(draft.after.get(one) for one in group)
        if None not in values and draft.changed(group):
            found.append((values, draft))
    return found


def _holders(
    tx: Transaction, shape: Shape, group: tuple[str, ...], wanted: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], int]:
    found: dict[tuple[Any, ...], int] = {}
    for some in chunks(list(dict.fromkeys(wanted)), _ROWS_A_STATEMENT):
        key = (*tx.tables.key, "unique", shape.entity.id, group, len(some))
        statement = STATEMENTS.get(key, partial(_statement, tx, shape, group, len(some)))
        parameters = {
            f"v{row}_{place}": value
            for row, values in enumerate(some)
            for place, value in enumerate(values)
        }
        for held in tx.connection.execute(statement, parameters):
            found[tuple(held[1:])] = held[0]
    return found


def _statement(
    tx: Transaction, shape: Shape, group: tuple[str, ...], count: int
) -> sa.Select[tuple[Any, ...]]:
    entity_id = shape.entity.id
    row = tx.tables.table(entity_id).alias("r")
    columns = [tx.tables.column(row, entity_id, one) for one in group]
    asked = sa.or_(
        *(
            sa.and_(
                *(
                    column == sa.bindparam(f"v{at}_{place}", type_=column.type)
                    for place, column in enumerate(columns)
                )
            )
            for at in range(count)
        )
    )
    return sa.select(tx.tables.column(row, entity_id, "id"), *columns).where(
        tx.tables.column(row, entity_id, "deleted_at").is_(None), asked
    )


def _blame(shape: Shape, group: tuple[str, ...], draft: Draft) -> None:
    for field_id in group:
        one = shape.field(field_id)
        draft.blame("unique.taken", one.name, field=one, value=str(draft.after[field_id]))


def collision(shape: Shape, drafts: Sequence[Draft], error: IntegrityError) -> Conflict:
    """The refusal for a collision that only the database saw: another writer was faster.

    Of many drafts nobody knows which one it was.
    """
    text = str(error.orig)
    for group in groups_of(shape.entity):
        if len(drafts) == 1 and all(one in text for one in group):
            _blame(shape, group, drafts[0])
            return Conflict(drafts[0].problems)
    return Conflict(Problem("unique.taken_somewhere"))
