"""Jobs: rows that are the truth about work to do; a broker only wakes whoever does it.

A job is done exactly once by its key: its effects and the mark that it is done are written in one
transaction. A worker that dies leaves the row with a lease that runs out, and the tick wakes
another.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
import structlog

from .. import failpoints
from ..errors import Refused, Undelivered
from ..system_tables import JOB
from ..transaction import Transaction
from ..workspaces import Workspace
from . import given_up
from .queue import Job, enqueue

__all__ = [
    "ATTEMPTS",
    "LEASE",
    "Handler",
    "Job",
    "LongHandler",
    "LostJob",
    "Shared",
    "cancel",
    "enqueue",
    "finish",
    "give_up",
    "held",
    "hold",
    "next_wake",
    "put_off",
    "run",
    "start",
    "take_over",
    "waiting",
]

LEASE = timedelta(seconds=45)
ATTEMPTS = 5
_BETWEEN_HOLDS = LEASE / 3
_FIRST_PAUSE = timedelta(seconds=15)
_MOST_BESIDE = 200
_JOB = (JOB.c.id, JOB.c.kind, JOB.c.key, JOB.c.payload, JOB.c.attempts)
_WORKER_DIED = "its worker died each time"
_log = structlog.get_logger()


Handler = Callable[[Transaction, Job], None]
"""Does a job inside a writing transaction; what it raises is noted and tried again."""

LongHandler = Callable[[Workspace, Job], None]
"""Does a job in transactions of its own, holding it with each and finishing it with the last."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A kind of work of which several pieces cost little more than one.

    `beside` chooses, of others that wait, those to do along with a job, in order. `do` does them,
    holding and finishing each as a `LongHandler` does, and tells which failed and why.
    """

    beside: Callable[[Transaction, Job, Sequence[Job]], Sequence[Job]]
    do: Callable[[Workspace, Sequence[Job]], Mapping[int, Exception]]


class LostJob(Exception):
    """The job is no longer ours, or left for later: stop, and undo the transaction that is open."""


def start(tx: Transaction, kind: str, key: str, payload: Mapping[str, Any]) -> Job:
    """Add a job that the caller does itself: it is held from the first moment on.

    Long work holds it with each commit (`hold`) and says when it is done (`finish`); if the
    caller dies, a worker takes over once the lease has run out.
    """
    job_id = tx.connection.execute(
        sa.insert(JOB)
        .values(
            kind=kind,
            key=key,
            payload=dict(payload),
            state="running",
            created_at=tx.now,
            due_at=tx.now,
            lease_until=tx.now + LEASE,
            attempts=1,
        )
        .returning(JOB.c.id)
    ).scalar_one()
    tx.workspace.control.lower_next_due(tx.workspace.id, tx.now + LEASE)
    return Job(job_id, kind, key, payload, 1)


def take_over(tx: Transaction, job_id: int) -> Job:
    """Hold a job that nobody holds, whatever became of it; the caller does it itself."""
    taken = (
        sa.update(JOB)
        .where(JOB.c.id == job_id)
        .values(state="running", lease_until=tx.now + LEASE, attempts=JOB.c.attempts + 1)
        .returning(*_JOB)
    )
    return Job(*tx.connection.execute(taken).one())


def hold(tx: Transaction, job: Job) -> None:
    """Hold a job for another lease, with what this transaction writes; LostJob if it was taken."""
    done = tx.connection.execute(
        sa.update(JOB).where(_mine(job)).values(lease_until=tx.now + LEASE)
    )
    if done.rowcount != 1:
        raise LostJob(job.key)


@contextmanager
def held(
    workspace: Workspace, *jobs: Job, every: timedelta = _BETWEEN_HOLDS
) -> Iterator[threading.Thread]:
    """Hold jobs again and again meanwhile, for work that is long before its first commit.

    From a thread of its own, which ends by itself when the last is lost, done or put back.
    """
    over = threading.Event()

    def keep() -> None:
        mine = list(jobs)
        while mine and not over.wait(every.total_seconds()):
            for job in tuple(mine):
                try:
                    with workspace.writing() as tx:
                        hold(tx, job)
                except LostJob:
                    mine.remove(job)
                except Refused:
                    # Busy or away just now: the lease lasts for some more tries.
                    continue

    thread = threading.Thread(target=keep, name=f"hold {jobs[0].key}", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        over.set()
        thread.join()


def finish(tx: Transaction, job: Job) -> None:
    """Say that a job is done, together with its last effects; LostJob if another took it."""
    if not _finish(tx, job):
        raise LostJob(job.key)


def put_off(tx: Transaction, job: Job, until: datetime) -> None:
    """Leave a job for later without counting this attempt; LostJob if another took it."""
    _leave(tx, job, state="queued", due_at=until, attempts=job.attempts - 1)
    tx.workspace.control.lower_next_due(tx.workspace.id, until)


def give_up(tx: Transaction, job: Job, why: str) -> None:
    """Give a job up, whatever attempts it has left; LostJob if another took it."""
    _leave(tx, job, state="dead", error=why)
    given_up.tell(tx, job.kind, why)


def cancel(tx: Transaction, job_id: int) -> bool:
    """Drop a job that is not over; returns whether there was one.

    Whoever does it just now keeps what is committed and loses it with the next hold.
    """
    going = sa.and_(JOB.c.id == job_id, JOB.c.state.in_(("queued", "running")))
    dropped = sa.update(JOB).where(going)
    dropped = dropped.values(state="dropped", lease_until=None, finished_at=tx.now)
    return tx.connection.execute(dropped).rowcount == 1


def _leave(tx: Transaction, job: Job, **values: Any) -> None:
    left = sa.update(JOB).where(_mine(job)).values(lease_until=None, **values)
    if tx.connection.execute(left).rowcount != 1:
        raise LostJob(job.key)


def waiting(tx: Transaction) -> list[int]:
    """Ids of jobs that somebody should do now: due, or held by a lease that ran out.

    One that took its worker down with it each time is given up like one that fails.
    """
    worn_out = sa.and_(_ready(tx.now), JOB.c.state == "running", JOB.c.attempts >= ATTEMPTS)
    if tx.writable:
        dead = tx.connection.execute(
            sa.update(JOB)
            .where(worn_out)
            .values(state="dead", lease_until=None, error=_WORKER_DIED)
            .returning(JOB.c.kind)
        ).first()
        if dead:
            given_up.tell(tx, dead.kind, _WORKER_DIED)
    return list(
        tx.connection.scalars(sa.select(JOB.c.id).where(_ready(tx.now)).order_by(JOB.c.due_at))
    )


def next_wake(tx: Transaction) -> datetime | None:
    """When to look again: the earliest due time or end of a lease of all that is not done."""
    when = sa.case((JOB.c.state == "running", JOB.c.lease_until), else_=JOB.c.due_at)
    found: datetime | None = tx.connection.scalar(
        sa.select(sa.func.min(sa.type_coerce(when, JOB.c.due_at.type))).where(
            JOB.c.state.in_(("queued", "running"))
        )
    )
    return found


def run(
    workspace: Workspace,
    job_id: int,
    handlers: Mapping[str, Handler],
    long: Mapping[str, LongHandler] = MappingProxyType({}),
    shared: Mapping[str, Shared] = MappingProxyType({}),
) -> bool:
    """Do a job if it is there to be done; returns whether it was done by this call.

    Delivered twice or at once, one call does it and the others return False. What is `shared` is
    done along with others of its kind that wait.
    """
    with workspace.writing() as tx:
        claimed = _claim(tx, [job_id])
        if claimed and claimed[0].kind in shared:
            claimed += _beside(tx, claimed[0], shared[claimed[0].kind])
    if not claimed:
        return False
    failpoints.hit("job.claimed")
    job = claimed[0]
    try:
        if job.kind in shared:
            failed = shared[job.kind].do(workspace, claimed)
        else:
            failed = {}
            _do_alone(workspace, job, handlers, long)
    except Exception as error:
        failed = {one.id: error for one in claimed}
    for one in claimed:
        if one.id in failed:
            _failed(workspace, one, failed[one.id])
    if job.id in failed:
        return False
    failpoints.hit("job.done")
    return True


def _do_alone(
    workspace: Workspace,
    job: Job,
    handlers: Mapping[str, Handler],
    long: Mapping[str, LongHandler],
) -> None:
    if job.kind in long:
        long[job.kind](workspace, job)
        return
    with workspace.writing() as tx:
        finish(tx, job)
        handlers[job.kind](tx, job)


def _failed(workspace: Workspace, job: Job, error: Exception) -> None:
    if isinstance(error, LostJob):
        return
    about = {"workspace": workspace.id, "job": job.id, "kind": job.kind}
    if isinstance(error, Undelivered):
        _log.warning("job.undelivered", **about, why=str(error))
    else:
        _log.error("job.failed", **about, trace="".join(traceback.format_exception(error)))
    with workspace.writing() as tx:
        _put_back(tx, job, error)
    failpoints.hit("job.put_back")


def _beside(tx: Transaction, job: Job, how: Shared) -> list[Job]:
    """Take along what waits beside a job: nothing that was tried before, nor beside such a job.

    One that takes its worker down with it does so alone from the second time on.
    """
    if job.attempts > 1:
        return []
    waits = sa.and_(JOB.c.kind == job.kind, JOB.c.state == "queued", JOB.c.due_at <= tx.now)
    others = sa.select(*_JOB).where(waits, JOB.c.attempts == 0).order_by(JOB.c.due_at, JOB.c.id)
    found = [Job(*one) for one in tx.connection.execute(others.limit(_MOST_BESIDE))]
    return _claim(tx, [one.id for one in how.beside(tx, job, found)]) if found else []


def _claim(tx: Transaction, ids: Sequence[int]) -> list[Job]:
    """Take jobs that are there to be done, in the order of `ids`; those that are."""
    if not ids:
        return []
    claimed = tx.connection.execute(
        sa.update(JOB)
        .where(JOB.c.id.in_(ids), _ready(tx.now))
        .values(state="running", lease_until=tx.now + LEASE, attempts=JOB.c.attempts + 1)
        .returning(*_JOB)
    )
    return sorted((Job(*one) for one in claimed), key=lambda one: ids.index(one.id))


def _ready(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(JOB.c.state == "queued", JOB.c.due_at <= now),
        sa.and_(JOB.c.state == "running", JOB.c.lease_until <= now),
    )


def _mine(job: Job) -> sa.ColumnElement[bool]:
    # Another claim counts one attempt more, so the attempt is the token of this lease.
    return sa.and_(JOB.c.id == job.id, JOB.c.state == "running", JOB.c.attempts == job.attempts)


def _finish(tx: Transaction, job: Job) -> bool:
    done = tx.connection.execute(
        sa.update(JOB).where(_mine(job)).values(state="done", finished_at=tx.now, error=None)
    )
    return done.rowcount == 1


def _put_back(tx: Transaction, job: Job, error: Exception) -> None:
    dead = job.attempts >= ATTEMPTS
    why = f"{type(error).__name__}: {error}"[:2000]
    done = tx.connection.execute(
        sa.update(JOB)
        .where(_mine(job))
        .values(
            state="dead" if dead else "queued",
            due_at=tx.now + _FIRST_PAUSE * 2 ** (job.attempts - 1),
            lease_until=None,
            error=why,
        )
    )
    if dead and done.rowcount:
        given_up.tell(tx, job.kind, why)
