"""References into the file itself: written once all of its rows are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .. import records
from ..access import Caller
from ..system_tables import IMPORT_ROW
from ..transaction import Transaction
from . import keys
from .batch import Reading
from .mapping import Mapped

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record, and a field of it that names another record of its entity."""

    record_id: int
    field_id: str
    text: str


def of(readings: Sequence[Reading]) -> list[Waiting]:
    """What the rows that were written wait for."""
    return [
        Waiting(reading.outcome.record_id, field_id, text)
        for reading in readings
        if reading.outcome is not None and reading.outcome.record_id is not None
        for field_id, text in reading.later.items()
    ]


def point_kept(tx: Transaction, caller: Caller, mapped: Mapped, import_id: int) -> int:
    """`point` for all rows of an import that wait, chunk by chunk."""
    missing = last = 0
    while True:
        rows = tx.connection.execute(
            sa.select(IMPORT_ROW.c.row, IMPORT_ROW.c.record_id, IMPORT_ROW.c.content)
            .where(
                IMPORT_ROW.c.import_id == import_id,
                IMPORT_ROW.c.state != "failed",
                IMPORT_ROW.c.content.is_not(None),
                IMPORT_ROW.c.row > last,
            )
            .order_by(IMPORT_ROW.c.row)
            .limit(_CHUNK)
        ).all()
        if not rows:
            return missing
        last = rows[-1].row
        waiting = [
            Waiting(row.record_id, field_id, text)
            for row in rows
            for field_id, text in row.content.items()
        ]
        missing += point(tx, caller, mapped, waiting)


def point(tx: Transaction, caller: Caller, mapped: Mapped, waiting: Sequence[Waiting]) -> int:
    """Let records point at the ones they name; returns how many names nothing was found for."""
    if not waiting:
        return 0
    by_field = {target.field.id: target for target in mapped.targets.values()}
    changes: dict[int, dict[str, str]] = {}
    missing = 0
    for field_id in {one.field_id for one in waiting}:
        target = by_field.get(field_id)
        some = [one for one in waiting if one.field_id == field_id]
        texts = [one.text for one in some]
        found = (
            keys.find(tx, caller, mapped.entity.id, target.key, texts) if target is not None else {}
        )
        for one in some:
            record_id = found.get(one.text)
            if record_id is None or record_id == keys.AMBIGUOUS:
                missing += 1
            else:
                changes.setdefault(one.record_id, {})[field_id] = str(record_id)
    updates = [records.Update(record_id, None, values) for record_id, values in changes.items()]
    for start in range(0, len(updates), _CHUNK):
        some_updates = updates[start : start + _CHUNK]
        done = records.update_many(tx, caller, mapped.entity.id, some_updates)
        missing += sum(1 for one in done if one.problems)
    return missing
