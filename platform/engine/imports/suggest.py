"""Suggestions: which record may be meant by a value that names none."""

from __future__ import annotations

import sqlalchemy as sa

from ...metadata.naming import nearest
from .. import access
from ..access import MEMBER_ENTITY, Caller
from ..records.rows import column_or_value
from ..transaction import Transaction
from .mapping import Mapped, Target
from .report import Report

MOST_NAMES = 5_000
MOST_SUGGESTIONS = 50


def suggest(tx: Transaction, caller: Caller, mapped: Mapped, report: Report) -> None:
    """Give the unknown values of references the nearest name that the caller may see.

    Entities with more than MOST_NAMES records are left out, and so are all but the most frequent
    values: comparing takes its time.
    """
    targets = {one.column: one for one in mapped.all_targets if not one.field.options}
    names: dict[str, list[str]] = {}
    frequent = sorted(report.unknown.values(), key=lambda one: -one.rows)[:MOST_SUGGESTIONS]
    for unknown in frequent:
        target = targets.get(unknown.column)
        if unknown.nearest is not None or target is None:
            continue
        if unknown.column not in names:
            names[unknown.column] = _names(tx, caller, target)
        unknown.nearest = nearest(unknown.value, names[unknown.column])


def _names(tx: Transaction, caller: Caller, target: Target) -> list[str]:
    field = target.field
    entity_id = MEMBER_ENTITY if field.family in ("owner", "member") else field.to
    if entity_id is None:
        return []
    name = target.key or tx.app.entity(entity_id).title
    if name not in access.readable(tx.app, caller, entity_id):
        return []
    row = tx.tables.table(entity_id).alias("named")
    column = column_or_value(tx, caller, entity_id, row, name)
    query = sa.select(column).where(column.is_not(None)).limit(MOST_NAMES + 1)
    if entity_id != MEMBER_ENTITY:
        query = query.where(tx.tables.column(row, entity_id, "deleted_at").is_(None))
    allowed = access.row_predicate(tx, caller, entity_id, row)
    found = tx.connection.scalars(query if allowed is None else query.where(allowed)).all()
    return [] if len(found) > MOST_NAMES else [str(one) for one in found]
