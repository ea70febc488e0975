"""Tag counts: how many records carry each tag of a dimension now, over all entities that use it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from .transaction import Transaction


def tag_counts(tx: Transaction, dimension_id: str) -> Mapping[str, int]:
    """Records that are not deleted by the id of the tag, by one statement.

    All of them count, whatever anybody's roles show, as in the plan of a publish.
    """
    parts = []
    for entity in tx.app.entities.values():
        fields = [
            one.id
            for one in entity.live_fields
            if one.family == "tags" and one.dimension == dimension_id
        ]
        if entity.archived or entity.system or not fields:
            continue
        link, row = tx.tables.tags(entity.id), tx.tables.table(entity.id)
        parts.append(
            sa.select(link.c.tag_id, sa.func.count().label("number"))
            .join_from(link, row, row.c.id == link.c.record_id)
            .where(
                link.c.field_id.in_(fields), link.c.valid_to.is_(None), row.c.deleted_at.is_(None)
            )
            .group_by(link.c.tag_id)
        )
    if not parts:
        return {}
    found = sa.union_all(*parts).subquery("counted")
    query = sa.select(found.c.tag_id, sa.func.sum(found.c.number)).group_by(found.c.tag_id)
    return {tag: int(number) for tag, number in tx.connection.execute(query)}
