"""Sealing: committed rows of the history become entries of the chain, in an order that is safe.

Whoever writes history only inserts rows; a job seals them later, so that writers wait for nobody.
The order is that of the ids of change sets, which on PostgreSQL are given before they are
committed. So the sealer goes only as far as the sequence had come at an instant after which every
transaction that had the table locked for inserting was waited for: whoever got an id by then had
that lock, and holds it until it is over. What is there of these change sets then is all there will
ever be, and a row that turns up among them later was not written by the product.
"""

from __future__ import annotations

import heapq
import os
import time
import traceback
from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
import structlog

from .. import failpoints
from ..audit_tables import AUDIT_ENTRY
from ..installation import Installation
from ..publishing.turns import in_turns
from ..system_tables import CHANGE
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from .chain import FIRST, SORTS, START, Key, Sort, digest, key_of, last, link

KIND: Final = "seal"
"""The kind of the job."""

BATCH = 2000
"""Entries of one transaction."""

_SALT_BYTES = 16
_PATIENCE = 30.0
_POLL = 0.05
_LATER = timedelta(minutes=1)
_log = structlog.get_logger()


def plan(installation: Installation) -> int:
    """Leave a job in every workspace with history that is not sealed; how many of them are new.

    One that cannot be opened does not keep the others waiting.
    """
    planned = 0
    for entry in installation.workspaces():
        try:
            planned += _plan_one(installation.workspace_by_id(entry.id))
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            _log.error("seal.failed", workspace=entry.id, trace=trace)
    return planned


def _plan_one(workspace: Workspace) -> bool:
    with workspace.reading() as tx:
        newest = tx.connection.scalar(_NEWEST) or 0
        end = last(tx.connection)
    if newest <= (key_of(end).change_id if end else 0):
        return False
    with workspace.writing() as tx:
        return jobs.enqueue(tx, KIND, f"{KIND}:{newest}", {})


def do(workspace: Workspace, job: Job) -> None:
    """Seal what is committed, in batches that each hold the job; the last one finishes it."""
    upto = _settled(workspace)
    if upto is None:
        with workspace.writing() as tx:
            jobs.put_off(tx, job, tx.now + _LATER)
        return

    def turn(_: int | None) -> int | None:
        with workspace.writing() as tx:
            jobs.hold(tx, job)
            sealed = _seal(tx, upto)
            if sealed is None:
                jobs.finish(tx, job)
        failpoints.hit("audit.sealed")
        return sealed

    in_turns(workspace.dialect, turn)
    with workspace.reading() as tx:
        end = last(tx.connection)
    if end is not None:
        # Whoever keeps the log elsewhere can tell by it a chain that was made anew.
        _log.info("seal.done", workspace=workspace.id, entries=end.number, link=end.link.hex())


def _settled(workspace: Workspace) -> int | None:
    """The change set up to which none can come any more; None if writers take too long."""
    with workspace.reading() as tx:
        if tx.tables.dialect == "sqlite":
            # Who writes is alone, so ids are committed in their order.
            return tx.connection.scalar(_NEWEST) or 0
        upto = tx.connection.scalar(_GIVEN) or 0
    with workspace.reading() as tx:
        writing = _writing(tx)
    deadline = time.monotonic() + _PATIENCE
    while writing:
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL)
        with workspace.reading() as tx:
            writing &= _writing(tx)
    return upto


def _writing(tx: Transaction) -> set[str]:
    """The transactions that may have been given an id of a change set."""
    return set(tx.connection.scalars(_INSERTING))


_NEWEST = sa.select(sa.func.max(CHANGE.c.id))
_GIVEN = sa.text("SELECT pg_sequence_last_value(pg_get_serial_sequence('_change', 'id')::regclass)")
_INSERTING = sa.text(
    "SELECT virtualtransaction FROM pg_locks"
    " WHERE relation = '_change'::regclass AND mode = 'RowExclusiveLock' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _seal(tx: Transaction, upto: int) -> int | None:
    """Add a batch of entries; the number of the last, None if that is all there was."""
    if tx.tables.dialect == "postgresql":
        # Two that seal, and one that erases what the other is reading, do so one after the other.
        tx.connection.exec_driver_sql(f"LOCK TABLE {AUDIT_ENTRY.name} IN EXCLUSIVE MODE")
    end = last(tx.connection)
    number, before = (end.number, end.link) if end else (0, START)
    entries: list[dict[str, Any]] = []
    for sort, row in islice(_unsealed(tx, key_of(end) if end else FIRST, upto), BATCH):
        number += 1
        entries.append(_entry(number, before, sort, row))
        before = entries[-1]["link"]
    if entries:
        tx.connection.execute(sa.insert(AUDIT_ENTRY), entries)
    return number if len(entries) == BATCH else None


def _unsealed(tx: Transaction, after: Key, upto: int) -> Iterator[tuple[Sort, sa.Row[Any]]]:
    """The rows of a batch and more, in the order of the chain."""
    found = (list(_of_sort(tx, sort, after, upto)) for sort in SORTS)
    for _, sort, row in heapq.merge(*found, key=lambda one: one[0]):
        yield sort, row


def _of_sort(
    tx: Transaction, sort: Sort, after: Key, upto: int
) -> Collection[tuple[Key, Sort, sa.Row[Any]]]:
    query = sort.rows().where(sort.after(after), sort.change_id <= upto)
    order = dict.fromkeys((sort.change_id, sort.table.c.id))
    rows = tx.connection.execute(query.order_by(*order).limit(BATCH))
    return [(Key(one.set_id, sort.rank, one.row_id), sort, one) for one in rows]


def _entry(number: int, before: bytes, sort: Sort, row: sa.Row[Any]) -> dict[str, Any]:
    salt, said = os.urandom(_SALT_BYTES), row._mapping
    entry = {
        "number": number,
        "sort": sort.name,
        "row_id": row.row_id,
        "change_id": row.set_id,
        "entity": said.get("entity"),
        "field": said.get("field"),
        "salt": salt,
        "digest": digest(sort, salt, row),
    }
    return {**entry, "link": link(before, entry)}
