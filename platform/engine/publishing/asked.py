"""Asked: the publish of a draft that a worker does, as the job that stands for it.

There is one at a time. Its row says who asked for what, and stays to tell what became of it: the
newest of a member, by its key, is what they see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from ...metadata.messages import LOCALES
from ...metadata.problems import Problem
from .. import notifications
from ..insert import insert_new
from ..notifications import Message, sentence
from ..system_tables import JOB
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from .physical import PREPARE
from .progress import far

KIND: Final = "draft"
"""The kind of the job; its payload is who asked for what, its progress what came of it."""

PAGE: Final = "_draft"
"""What a notification names as its entity that leads to the review of the draft."""

State = Literal["waits", "works", "done", "refused", "stopped", "stuck"]

_OPEN = ("queued", "running")
_STATES: Mapping[str, State] = {
    "queued": "waits",
    "running": "works",
    "dropped": "stopped",
    "dead": "stuck",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A publish that somebody asked for.

    `changes` is how many the draft had, `accepted` what may be lost. `why` are the reasons of a
    refusal, each by locale; `revision` is what came into force.
    """

    id: int
    member_id: int
    asked_at: datetime
    changes: int
    reason: str | None
    accepted: tuple[str, ...]
    state: State
    why: Sequence[Mapping[str, str]]
    revision: int | None

    @property
    def open(self) -> bool:
        """Whether it waits or goes on."""
        return self.state in ("waits", "works")


@dataclass(frozen=True, slots=True)
class Going:
    """A publish that goes on: `done` of `total` rows are prepared; (0, 0) while nobody knows.

    `asked` is None for one that somebody does by command or API. `ending` says that it was stopped,
    and what was begun is being taken back.
    """

    asked: Asked | None
    done: int
    total: int
    ending: bool = False


def enter(tx: Transaction, member_id: int, asked: Mapping[str, Any]) -> bool:
    """Enter what a member asks for, as the next of theirs; whether nobody was faster."""
    row = _newest(tx, member_id)
    number = int(row.key.rpartition(":")[2]) + 1 if row else 1
    job = {
        "kind": KIND,
        "key": f"{_prefix(member_id)}{number:09}",
        "payload": {"member": member_id, **asked},
        "state": "queued",
        "created_at": tx.now,
        "due_at": tx.now,
    }
    entered = insert_new(tx.connection, JOB, job)
    if entered:
        tx.workspace.control.lower_next_due(tx.workspace.id, tx.now)
    return entered


def last(tx: Transaction, member_id: int) -> Asked | None:
    """The last that a member asked for, whatever became of it."""
    row = _newest(tx, member_id)
    return _asked(row) if row else None


def going(tx: Transaction) -> Going | None:
    """The publish that goes on now, or that waits for a worker."""
    row = _row(tx, _going())
    begun = _row(tx, JOB.c.key == PREPARE)
    done = far(begun.progress if begun else None)
    if row is not None:
        return Going(_asked(row), *done)
    if begun is None:
        return None
    stopped = _row(tx, sa.and_(JOB.c.kind == KIND, JOB.c.state == "dropped"))
    ending = stopped is not None and stopped.finished_at >= begun.created_at
    return Going(_asked(stopped) if ending else None, *done, ending)


def waits_for(tx: Transaction) -> bool:
    """Whether somebody asked for a publish that is not over."""
    return _row(tx, _going()) is not None


def stop(tx: Transaction) -> bool:
    """Stop what somebody asked for; whoever does it takes back what was begun."""
    row = _row(tx, _going())
    if row is None or not jobs.cancel(tx, row.id):
        return False
    _tell(tx, row.id, row.payload, "stopped")
    return True


def bring_about(tx: Transaction, job: Job, revision: int) -> None:
    """Say that what was asked for is in force; LostJob if it was stopped."""
    _end(tx, job, {"revision": revision}, "done")


def refuse(tx: Transaction, job: Job, problems: Sequence[Problem]) -> None:
    """Say that it came to nothing, and why; LostJob if it was stopped."""
    why = [{one: each.text(one) for one in LOCALES} | {"id": each.id} for each in problems]
    _end(tx, job, {"why": why}, "refused")


def _end(tx: Transaction, job: Job, outcome: Mapping[str, Any], how: str) -> None:
    jobs.finish(tx, job)
    told = sa.update(JOB).where(JOB.c.id == job.id).values(progress=dict(outcome))
    tx.connection.execute(told)
    _tell(tx, job.id, job.payload, how)


def _tell(tx: Transaction, job_id: int, asked: Mapping[str, Any], how: str) -> None:
    """Tell whoever asked what became of it, with the way to the review."""
    title = sentence(f"notification.draft_{how}")
    body = sentence("notification.draft_changes", count=asked["changes"])
    key = f"draft:{job_id}:{how}"
    message = Message(asked["member"], "work", title, body, key, PAGE, job_id)
    notifications.send(tx, [message])


def _prefix(member_id: int) -> str:
    return f"{KIND}:{member_id}:"


def _newest(tx: Transaction, member_id: int) -> Any:
    # By a range of keys, which has an index: there may be very many jobs.
    prefix = _prefix(member_id)
    mine = sa.and_(JOB.c.key > prefix, JOB.c.key < f"{prefix}~")
    return tx.connection.execute(
        sa.select(JOB).where(mine).order_by(JOB.c.key.desc()).limit(1)
    ).first()


def _going() -> sa.ColumnElement[bool]:
    return sa.and_(JOB.c.kind == KIND, JOB.c.state.in_(_OPEN))


def _row(tx: Transaction, wanted: sa.ColumnElement[bool]) -> Any:
    found = sa.select(JOB).where(wanted).order_by(JOB.c.id.desc()).limit(1)
    return tx.connection.execute(found).first()


def _asked(row: Any) -> Asked:
    outcome = row.progress or {}
    state = _STATES.get(row.state) or ("refused" if "why" in outcome else "done")
    return Asked(
        id=row.id,
        member_id=row.payload["member"],
        asked_at=row.created_at,
        changes=row.payload["changes"],
        reason=row.payload["reason"],
        accepted=tuple(row.payload["accepted"]),
        state=state,
        why=outcome.get("why", ()),
        revision=outcome.get("revision"),
    )
