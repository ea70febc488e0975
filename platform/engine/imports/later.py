"""References into the file itself: written once all of its rows are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .. import records
from ..access import Caller
from ..reading import names as keys
from ..records import journal
from ..system_tables import IMPORT, IMPORT_ROW
from ..transaction import Transaction
from .mapping import Mapped
from .report import Report

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record, and a field of it that names another record of its entity."""

    record_id: int
    field_id: str
    text: str


def point_kept(tx: Transaction, caller: Caller, mapped: Mapped, report: Report) -> None:
    """Let the records of an import point at the ones they name, chunk by chunk.

    A name that nothing is found for stays empty: a warning in the report, and an unknown value.
    """
    last = 0
    while True:
        rows = tx.connection.execute(
            sa.select(IMPORT_ROW.c.row, IMPORT_ROW.c.record_id, IMPORT_ROW.c.content)
            .where(
                IMPORT_ROW.c.import_id == report.import_id,
                IMPORT_ROW.c.state != "failed",
                IMPORT_ROW.c.content.is_not(None),
                IMPORT_ROW.c.row > last,
            )
            .order_by(IMPORT_ROW.c.row)
            .limit(_CHUNK)
        ).all()
        if not rows:
            return
        last = rows[-1].row
        waiting = [
            Waiting(row.record_id, field_id, text)
            for row in rows
            for field_id, text in row.content.items()
        ]
        _point(tx, caller, mapped, waiting, report)


def _point(
    tx: Transaction, caller: Caller, mapped: Mapped, waiting: Sequence[Waiting], report: Report
) -> None:
    changes: dict[int, dict[str, str]] = {}
    for target in mapped.all_targets:
        some = [one for one in waiting if one.field_id == target.field.id]
        texts = [one.text for one in some]
        found = keys.find(tx, caller, mapped.entity.id, target.key, texts)
        for one in some:
            record_id = found.get(one.text)
            if record_id is None or record_id == keys.AMBIGUOUS:
                report.warnings += 1
                report.add_unknown(target.column, one.text, None)
            else:
                changes.setdefault(one.record_id, {})[one.field_id] = str(record_id)
    if not changes:
        return
    versions = keys.versions(tx, mapped.entity.id, changes)
    updates = [
        records.Update(record_id, versions.get(record_id), values)
        for record_id, values in changes.items()
    ]
    done = records.update_many(tx, caller, mapped.entity.id, updates)
    report.warnings += sum(1 for one in done if one.problems)
    _keep_versions(tx, caller, report, done)


def _keep_versions(
    tx: Transaction, caller: Caller, report: Report, done: Sequence[records.Outcome]
) -> None:
    """The versions are the import's own: it is not somebody's change that undoing would meet."""
    rows = [
        {"at_record": one.record_id, "at_version": one.version} for one in done if not one.problems
    ]
    if not rows:
        return
    tx.connection.execute(
        sa.update(IMPORT_ROW)
        .where(
            IMPORT_ROW.c.import_id == report.import_id,
            IMPORT_ROW.c.record_id == sa.bindparam("at_record"),
        )
        .values(version=sa.bindparam("at_version")),
        rows,
    )
    tx.connection.execute(
        sa.update(IMPORT)
        .where(IMPORT.c.id == report.import_id)
        .values(change_id=journal.change_set(tx, caller))
    )
