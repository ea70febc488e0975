"""The books of an import: its row, the fate of each row of the file, and the counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from ...metadata.model import Entity
from ..access import Caller
from ..records import journal
from ..system_tables import IMPORT, IMPORT_ROW
from ..transaction import Transaction
from . import rights
from .batch import Reading
from .options import Options
from .report import MOST_BAD_ROWS, BadRow, Report, reasons
from .source import Row

CHUNK = 1000


def chunks_of(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """The rows of a file in runs of CHUNK."""
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def insert(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    file_name: str,
    options: Options,
    state: str = "running",
    **more: Any,
) -> int:
    """Enter a new import; returns its number."""
    found: int = tx.connection.execute(
        sa.insert(IMPORT)
        .values(
            entity=entity_id,
            state=state,
            member_id=caller.member_id,
            file_name=file_name,
            options=options.to_json() | {"caller": rights.caller_json(caller)},
            report=Report(entity_id).to_json(),
            created_at=tx.now,
            **more,
        )
        .returning(IMPORT.c.id)
    ).scalar_one()
    return found


def count(report: Report, readings: Sequence[Reading], entity: Entity, *, keep_bad: int) -> None:
    """Add a batch to the counts, and its bad rows while there are fewer than `keep_bad`."""
    for reading in readings:
        report.rows += 1
        report.line = reading.row.line
        report.made.extend(reading.made)
        for unknown in reading.unknown:
            report.add_unknown(*unknown)
        match reading.state:
            case "failed":
                report.failed += 1
                if len(report.bad) < keep_bad:
                    why = reasons(reading.all_problems(), entity)
                    report.bad.append(BadRow(reading.row.line, reading.row.cells, why))
                continue
            case "skipped":
                report.skipped += 1
            case "created":
                report.created += 1
            case _:
                report.updated += 1
        report.warnings += bool(reading.outcome and reading.outcome.warnings)


def keep_rows(
    tx: Transaction, caller: Caller, import_id: int, readings: Sequence[Reading], entity: Entity
) -> None:
    """Enter what became of each row of a batch, with the change set that it was written under."""
    change_id = journal.opened_set(tx, caller)
    rows: list[dict[str, Any]] = []
    for reading in readings:
        failed, outcome = reading.state == "failed", reading.outcome
        rows.append(
            {
                "import_id": import_id,
                "row": reading.row.line,
                "state": reading.state,
                "record_id": outcome.record_id if outcome else None,
                "content": list(reading.row.cells) if failed else (reading.later or None),
                "problems": reasons(reading.all_problems(), entity) if failed else None,
                "version": outcome.version if outcome and not failed else None,
                "change_id": None if failed else change_id,
            }
        )
    tx.connection.execute(sa.insert(IMPORT_ROW), rows)


def keep_report(tx: Transaction, report: Report, **values: Any) -> None:
    """Enter the counts as they are now, and other columns of the import."""
    tx.connection.execute(
        sa.update(IMPORT)
        .where(IMPORT.c.id == report.import_id)
        .values(report=report.to_json(), **values)
    )


def bad_rows(tx: Transaction, import_id: int, limit: int = MOST_BAD_ROWS) -> list[BadRow]:
    """The rows that were not written, in the order of the file."""
    rows = tx.connection.execute(
        sa.select(IMPORT_ROW.c.row, IMPORT_ROW.c.content, IMPORT_ROW.c.problems)
        .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.state == "failed")
        .order_by(IMPORT_ROW.c.row)
        .limit(limit)
    )
    return [BadRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A record that an undo left as it is, and why, each reason by locale."""

    record_id: int
    reasons: Sequence[Mapping[str, str]]


def left_rows(tx: Transaction, import_id: int, limit: int = 50) -> list[LeftRow]:
    """The records that an undo left: they were edited since, or others need them."""
    rows = tx.connection.execute(
        sa.select(IMPORT_ROW.c.record_id, IMPORT_ROW.c.problems)
        .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.state == "left")
        .order_by(IMPORT_ROW.c.row)
        .limit(limit)
    )
    return [LeftRow(record_id, problems or ()) for record_id, problems in rows]
