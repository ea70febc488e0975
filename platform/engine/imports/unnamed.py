"""Unnamed: records that an import made for unknown values go with it, where nothing needs them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from .. import records
from ..access import Caller
from ..records.rows import chunks
from ..transaction import Transaction
from .report import Report


def remove(tx: Transaction, caller: Caller, one: Any) -> int:
    """Move what an import made besides its rows to the recycle bin; how many went.

    What somebody edited since, or any live record points at, stays.
    """
    made: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for entity_id, record_id, version in Report.from_json(one.entity, one.id, one.report).made:
        made[entity_id].append((record_id, version))
    removed = 0
    for entity_id, wanted in made.items():
        used = _used(tx, entity_id, [record_id for record_id, _ in wanted])
        free = [each for each in wanted if each[0] not in used]
        removed += sum(each.done for each in records.delete_many(tx, caller, entity_id, free))
    return removed


def _used(tx: Transaction, entity_id: str, ids: list[int]) -> set[int]:
    """Those of the records that a live record points at, whatever deleting them would do."""
    found: set[int] = set()
    for entity in tx.app.entities.values():
        pointing = [] if entity.system else [f for f in entity.live_fields if f.to == entity_id]
        for field in pointing:
            if tx.layout.find(entity.id, field.id) is None:
                continue
            row = tx.tables.table(entity.id).alias("r")
            at = tx.tables.column(row, entity.id, field.id)
            live = tx.tables.column(row, entity.id, "deleted_at").is_(None)
            for some in chunks(sorted(set(ids) - found)):
                query = sa.select(at).distinct().where(at.in_(some), live)
                found.update(tx.connection.scalars(query))
    return found
