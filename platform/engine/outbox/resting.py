"""Rest: an endpoint that fails again and again is left alone for a while, and its calls wait.

After three failures in a row nobody calls it for a minute; each failure more doubles that, up to
an hour. Calls that wait use up none of their attempts. One answer ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import members
from ..access import Caller
from ..insert import insert_new
from ..system_tables import ENDPOINT_REST, JOB, OUTBOX
from ..transaction import Transaction
from . import endpoints

PATIENT = 3
"""Failures in a row after which an endpoint rests."""

LONGEST_WAIT = timedelta(days=3)
"""How long a call waits for an endpoint that rests before it is given up."""

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint is: failures in a row, why the last, until when it rests, calls that wait."""

    name: str
    url: str
    failures: int
    why: str | None
    failed_at: datetime | None
    rests_until: datetime | None
    waiting: int


def until(tx: Transaction, name: str) -> datetime | None:
    """Until when an endpoint rests, or None."""
    found: datetime | None = tx.connection.scalar(
        sa.select(ENDPOINT_REST.c.until).where(
            ENDPOINT_REST.c.name == name, ENDPOINT_REST.c.until > tx.now
        )
    )
    return found


def failed(tx: Transaction, name: str, why: str) -> None:
    """Note that a call failed; the endpoint rests if that was not the first time."""
    insert_new(tx.connection, ENDPOINT_REST, {"name": name, "failures": 0})
    mine = ENDPOINT_REST.c.name == name
    failures: int = tx.connection.execute(
        sa.update(ENDPOINT_REST)
        .where(mine)
        .values(failures=ENDPOINT_REST.c.failures + 1, why=why[:2000], failed_at=tx.now)
        .returning(ENDPOINT_REST.c.failures)
    ).scalar_one()
    if failures >= PATIENT:
        # Doubled no more than it takes to reach the longest.
        pause = min(_FIRST * 2 ** min(failures - PATIENT, 10), _LONGEST)
        tx.connection.execute(sa.update(ENDPOINT_REST).where(mine).values(until=tx.now + pause))


def answered(tx: Transaction, name: str) -> None:
    """Note that a call was answered: what failed before is forgotten."""
    tx.connection.execute(sa.delete(ENDPOINT_REST).where(ENDPOINT_REST.c.name == name))


def listed(tx: Transaction, caller: Caller) -> tuple[Health, ...]:
    """How each endpoint is, by name; Forbidden for who has no right over members."""
    members.require_right(tx.app, caller)
    rests = {row.name: row for row in tx.connection.execute(sa.select(ENDPOINT_REST))}
    waiting = _waiting(tx)
    found = []
    for one in endpoints.listed(tx):
        row = rests.get(one.name)
        resting = row.until if row is not None and row.until and row.until > tx.now else None
        found.append(
            Health(
                one.name,
                one.url,
                row.failures if row is not None else 0,
                row.why if row is not None else None,
                row.failed_at if row is not None else None,
                resting,
                waiting.get(one.name, 0),
            )
        )
    return tuple(found)


def try_now(tx: Transaction, caller: Caller, name: str) -> int:
    """Let what waits for an endpoint be sent at once; how many calls that are.

    Forbidden for who has no right over members, NotFound if there is no endpoint of that name.
    """
    members.require_right(tx.app, caller)
    endpoints.require(tx, name)
    tx.connection.execute(
        sa.update(ENDPOINT_REST).where(ENDPOINT_REST.c.name == name).values(until=None)
    )
    calls = sa.select(OUTBOX.c.job_id).where(_unsent(), OUTBOX.c.endpoint == name)
    woken = tx.connection.execute(
        sa.update(JOB).where(JOB.c.state == "queued", JOB.c.id.in_(calls)).values(due_at=tx.now)
    ).rowcount
    if woken:
        tx.workspace.control.lower_next_due(tx.workspace.id, tx.now)
    return woken


def _waiting(tx: Transaction) -> Mapping[str, int]:
    counted = (
        sa.select(OUTBOX.c.endpoint, sa.func.count())
        .join(JOB, JOB.c.id == OUTBOX.c.job_id)
        .where(_unsent(), JOB.c.state.in_(("queued", "running")))
        .group_by(OUTBOX.c.endpoint)
    )
    return {row[0]: row[1] for row in tx.connection.execute(counted)}


def _unsent() -> sa.ColumnElement[bool]:
    return sa.and_(OUTBOX.c.channel == "webhook", OUTBOX.c.sent_at.is_(None))
