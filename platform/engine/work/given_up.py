"""Dead letters: jobs that were given up; told to administrators, listed, tried again or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...metadata.problems import Problem
from .. import members
from ..errors import Invalid, NotFound
from ..notifications import Message, send, sentence
from ..system_tables import JOB, OUTBOX
from ..transaction import Transaction

STATES = ("queued", "running", "done", "dead", "dropped")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its operator sees it; `delivery` is the id of what it was to send, if it was."""

    id: int
    kind: str
    key: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    error: str | None
    delivery: str | None


def tell(tx: Transaction, kind: str, why: str) -> None:
    """Tell each administrator that work was given up: one notification a day, whatever the number.

    Names the first; the others are found where that one is looked up.
    """
    day = tx.now.astimezone(tx.zone).date().isoformat()
    title = sentence("notification.work_given_up")
    body = sentence("notification.work_given_up_why", kind=kind, why=why[:300])
    people = members.administrators(tx)
    send(tx, [Message(one.id, "work", title, body, key=f"work:{day}:{one.id}") for one in people])


def listed(
    tx: Transaction, state: str | None = None, *, after: int = 0, limit: int = 100
) -> list[JobView]:
    """The jobs in a state (or in any), by id from above `after`; Invalid for an unknown state."""
    found = (
        sa.select(JOB, OUTBOX.c.delivery)
        .outerjoin(OUTBOX, OUTBOX.c.job_id == JOB.c.id)
        .where(JOB.c.id > after)
        .order_by(JOB.c.id)
        .limit(min(limit, _MOST))
    )
    if state is not None:
        if state not in STATES:
            raise Invalid.because("job.state", state=state, states=", ".join(STATES))
        found = found.where(JOB.c.state == state)
    return [
        JobView(
            row.id,
            row.kind,
            row.key,
            row.state,
            row.attempts,
            row.created_at,
            row.due_at,
            row.error,
            row.delivery,
        )
        for row in tx.connection.execute(found)
    ]


def count_dead(tx: Transaction) -> int:
    """How many jobs were given up and wait for somebody."""
    dead = sa.select(sa.func.count()).select_from(JOB).where(JOB.c.state == "dead")
    return tx.connection.scalar(dead) or 0


def doctor(tx: Transaction) -> tuple[Problem, ...]:
    """What the doctor says of work that was given up; () if there is none."""
    count = count_dead(tx)
    return (Problem("doctor.jobs_dead", {"count": count}),) if count else ()


def retry(tx: Transaction, ids: Sequence[int] | None = None) -> int:
    """Queue dead jobs again with all their attempts, those of `ids` or all; returns how many.

    NotFound, with nothing done, if one of them is not there or not dead.
    """
    tried = _change(tx, ids, state="queued", attempts=0, due_at=tx.now, error=None)
    if tried:
        tx.workspace.control.lower_next_due(tx.workspace.id, tx.now)
    return tried


def drop(tx: Transaction, ids: Sequence[int] | None = None) -> int:
    """Give dead jobs up for good, those of `ids` or all; returns how many. NotFound as `retry`.

    The row stays, so that its key is not used again.
    """
    return _change(tx, ids, state="dropped", finished_at=tx.now)


def _change(tx: Transaction, ids: Sequence[int] | None, **values: object) -> int:
    chosen = JOB.c.state == "dead"
    if ids is not None:
        chosen = sa.and_(chosen, JOB.c.id.in_(ids))
        there = set(tx.connection.scalars(sa.select(JOB.c.id).where(chosen)))
        missing = [one for one in ids if one not in there]
        if missing:
            raise NotFound.because("job.not_dead", id=missing[0])
    return tx.connection.execute(sa.update(JOB).where(chosen).values(**values)).rowcount
