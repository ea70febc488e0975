"""Facets: how many records of a list have each tag or option, for all fields in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.model import Field
from .. import access
from ..access import Caller
from ..transaction import Transaction
from .conditions import Conditions
from .request import ListRequest

FACETED: Final = frozenset({"tags", "choice", "stage", "tier"})
"""Types of fields whose values are few and declared."""


def facets(
    tx: Transaction, caller: Caller, request: ListRequest, fields: Sequence[Field]
) -> Mapping[str, Mapping[str, int]]:
    """Field id -> option or tag id -> records of the list that have it; none of zero.

    Malformed as for a list. `fields` are such as the caller may read.
    """
    access.entity_for(tx.app, caller, request.entity_id)
    conditions = Conditions(
        tx, caller, request.entity_id, filter=request.filter, where=request.where, q=request.q
    )
    found: dict[str, dict[str, int]] = {one.id: {} for one in fields}
    parts = [_counts(tx, caller, conditions, one) for one in fields]
    if parts:
        for field_id, value, number in tx.connection.execute(sa.union_all(*parts)):
            found[field_id][value] = int(number)
    return found


def _counts(
    tx: Transaction, caller: Caller, conditions: Conditions, field: Field
) -> sa.Select[tuple[Any, ...]]:
    entity_id = conditions.entity_id
    row = tx.tables.table(entity_id).alias("r")
    source: sa.FromClause = row
    if field.family == "tags":
        link = tx.tables.tags(entity_id).alias("l")
        source = row.join(
            link,
            sa.and_(
                link.c.record_id == tx.tables.column(row, entity_id, "id"),
                link.c.field_id == field.id,
                link.c.valid_to.is_(None),
            ),
        )
        value: sa.ColumnElement[Any] = link.c.tag_id
    else:
        value = tx.tables.column(row, entity_id, field.id)
    return (
        sa.select(sa.literal(field.id, sa.String()), value, sa.func.count())
        .select_from(source)
        .where(*conditions.sql(tx, caller, row), value.is_not(None))
        .group_by(value)
    )
