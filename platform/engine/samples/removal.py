"""A removal of the sample as a job: asked for, looked at, stopped, done by a worker, told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from .. import notifications
from ..access import Caller
from ..insert import insert_new
from ..notifications import Message, sentence
from ..system_tables import JOB
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from .removing import count, require_right, take_away

KIND: Final = "sample"
PAGE: Final = "_sample"
"""What a notification names as its entity that leads to the page of the sample."""


@dataclass(frozen=True, slots=True)
class Removal:
    """How far the last removal is: `done` of `total` records; `stuck` once it was given up."""

    done: int
    total: int
    working: bool
    waits: bool
    stuck: bool


def ask(tx: Transaction, caller: Caller) -> None:
    """Let a worker remove the sample; nothing happens while it does so already.

    Forbidden for who is no administrator.
    """
    require_right(tx, caller)
    last = _last(tx)
    if last is not None and last.state in ("queued", "running"):
        return
    # Of two who ask at once the second finds the number taken.
    number = tx.connection.scalar(sa.select(sa.func.count()).where(JOB.c.kind == KIND)) or 0
    job = {
        "kind": KIND,
        "key": f"{KIND}:{number + 1}",
        "payload": {"member": caller.member_id, "total": count(tx)},
        "state": "queued",
        "created_at": tx.now,
        "due_at": tx.now,
    }
    if insert_new(tx.connection, JOB, job):
        tx.workspace.control.lower_next_due(tx.workspace.id, tx.now)


def last(tx: Transaction, left: int) -> Removal | None:
    """The last removal that somebody asked for; None if nobody has, or it is over.

    `left` is what `count` tells: it reads every table, and a page needs it besides.
    """
    row = _last(tx)
    if row is None or row.state in ("done", "dropped"):
        return None
    total = int(row.payload["total"])
    done = max(0, total - left)
    return Removal(done, total, row.state != "dead", row.state == "queued", row.state == "dead")


def stop(tx: Transaction, caller: Caller) -> None:
    """Stop the removal that goes on: what is removed stays so. Forbidden as for `ask`."""
    require_right(tx, caller)
    row = _last(tx)
    if row is not None and jobs.cancel(tx, row.id):
        _tell(tx, row.id, row.payload, "stopped")


def do(workspace: Workspace, job: Job) -> None:
    """Do a job of KIND, in the name of whoever asked; a worker that takes over goes on."""
    acting = Caller(job.payload["member"], origin="ui", system=True)
    with jobs.held(workspace, job):
        take_away(workspace, acting, lambda tx: jobs.hold(tx, job))
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        _tell(tx, job.id, job.payload, "done")


def _last(tx: Transaction) -> Any:
    return tx.connection.execute(
        sa.select(JOB.c.id, JOB.c.state, JOB.c.payload)
        .where(JOB.c.kind == KIND)
        .order_by(JOB.c.id.desc())
        .limit(1)
    ).first()


def _tell(tx: Transaction, job_id: int, asked: Mapping[str, Any], how: str) -> None:
    """Tell whoever asked what became of it, with the way to the page."""
    if asked["member"] is None:
        return
    left = count(tx)
    title = sentence(f"notification.sample_{how}")
    body = sentence("notification.sample_counts", removed=max(0, asked["total"] - left), left=left)
    key = f"sample:{job_id}:{how}"
    message = Message(asked["member"], "work", title, body, key, PAGE, job_id)
    notifications.send(tx, [message])
