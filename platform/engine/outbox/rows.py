"""Rows of the outbox: written in the transaction of what they tell of, one an event."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from ..system_tables import OUTBOX
from ..transaction import Transaction
from ..work.queue import enqueue_new

JOB_KIND = "deliver"
_CHUNK = 500

Channel = Literal["mail", "webhook"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to send: mail to a member, or a call of an endpoint; one a `key`, for ever."""

    key: str
    channel: Channel
    kind: str
    content: Mapping[str, Any]
    member_id: int | None = None
    endpoint: str | None = None


def queue(tx: Transaction, deliveries: Sequence[Delivery]) -> int:
    """Record what is to be sent, each with its job; returns how many were new.

    They are sent if this transaction commits, and only then.
    """
    new = {one.key: one for one in deliveries}
    for key in _used(tx, list(new)):
        del new[key]
    jobs = enqueue_new(tx, JOB_KIND, {f"{JOB_KIND}:{key}": {} for key in new})
    rows = [
        {
            "key": one.key,
            "delivery": delivery_id(tx.workspace.id, one.key),
            "channel": one.channel,
            "kind": one.kind,
            "member_id": one.member_id,
            "endpoint": one.endpoint,
            "content": dict(one.content),
            "job_id": job_id,
            "created_at": tx.now,
        }
        for one, job_id in zip(new.values(), jobs, strict=True)
    ]
    if rows:
        tx.connection.execute(sa.insert(OUTBOX), rows)
    return len(rows)


def delivery_id(workspace_id: str, key: str) -> str:
    """The id by which receivers know a delivery: the same however often it is made or sent."""
    return hashlib.sha256(f"{workspace_id}:{key}".encode()).hexdigest()[:32]


def _used(tx: Transaction, keys: Sequence[str]) -> set[str]:
    used: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        used.update(tx.connection.scalars(sa.select(OUTBOX.c.key).where(OUTBOX.c.key.in_(chunk))))
    return used
