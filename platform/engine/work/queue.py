"""The queue: putting jobs into a workspace's table, one at a time or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..system_tables import JOB
from ..transaction import Transaction


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: its kind says which handler does it, the payload with what."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int


def enqueue(
    tx: Transaction, kind: str, key: str, payload: Mapping[str, Any], due_at: datetime | None = None
) -> bool:
    """Add a job unless one of that key was ever added; returns whether it was."""
    if tx.connection.scalar(sa.select(JOB.c.id).where(JOB.c.key == key)) is not None:
        return False
    _add(tx, kind, {key: payload}, due_at or tx.now)
    return True


def enqueue_new(
    tx: Transaction, kind: str, payloads: Mapping[str, Mapping[str, Any]]
) -> Sequence[int]:
    """Add jobs by keys that the caller knows to be new; their ids in the order given."""
    return _add(tx, kind, payloads, tx.now)


def _add(
    tx: Transaction, kind: str, payloads: Mapping[str, Mapping[str, Any]], due_at: datetime
) -> Sequence[int]:
    if not payloads:
        return ()
    rows = [
        {
            "kind": kind,
            "key": key,
            "payload": dict(payload),
            "state": "queued",
            "created_at": tx.now,
            "due_at": due_at,
        }
        for key, payload in payloads.items()
    ]
    adding = sa.insert(JOB).returning(JOB.c.id, sort_by_parameter_order=True)
    ids = tx.connection.scalars(adding, rows).all()
    tx.workspace.control.lower_next_due(tx.workspace.id, due_at)
    return ids
