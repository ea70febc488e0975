"""Publishing a draft by a worker: asked for where many records are concerned, done, stopped.

The worker does what `drafts.publish` does. If it dies, another goes on with what was prepared; the
draft stays as it is until the revision is in force.
"""

from __future__ import annotations

from collections.abc import Collection

from ..metadata.problems import Problem
from . import access, drafts, publish
from .access import Caller
from .errors import Conflict, Refused, Unavailable
from .publishing import alone, asked, preparing
from .transaction import Transaction
from .work import jobs
from .work.jobs import Job
from .workspaces import Workspace

_BETWEEN_TRIES = jobs.LEASE / 3


def takes_long(tx: Transaction, caller: Caller) -> bool:
    """Whether the caller's draft concerns so many records that a worker had better publish it."""
    draft = drafts.read(tx, caller)
    if draft.app is None or draft.conflicts:
        return False
    if preparing.changes_many(tx, draft.app):
        return True
    # Without a large table there is nothing that the plan, which takes its time, could tell.
    return preparing.any_large(tx) and preparing.large(tx, drafts.plan(tx, caller))


def ask(
    tx: Transaction,
    caller: Caller,
    reason: str | None = None,
    accept_loss: Collection[str] = (),
    *,
    seen: str | None = None,
) -> None:
    """Let a worker publish the caller's draft; nothing happens while one is to do so already.

    Conflict while somebody else publishes, and as for `drafts.publish`.
    """
    draft = drafts.read(tx, caller)
    assert caller.member_id is not None
    now = asked.going(tx)
    if now is not None and now.asked is not None and now.asked.open:
        if now.asked.member_id == caller.member_id:
            return
        raise Conflict(Problem("publish.busy"))
    alone.require_nobody_at_work(tx)
    drafts.require_ready(tx, draft, seen)
    asked.enter(
        tx,
        caller.member_id,
        {
            "seen": draft.digest,
            "changes": draft.changes,
            "reason": reason,
            "accepted": sorted(accept_loss),
            "locale": caller.locale,
            "origin": caller.origin,
        },
    )


def stop(tx: Transaction, caller: Caller) -> None:
    """Stop the publish that goes on: what was begun is taken back, the draft stays.

    Forbidden without the right to change metadata.
    """
    publish.require_right(tx, caller)
    asked.stop(tx)


def do(workspace: Workspace, job: Job) -> None:
    """Do a job of `asked.KIND`, in the name of whoever asked, as their rights are now."""
    given = job.payload
    try:
        with workspace.reading() as tx:
            caller = access.for_member(tx, given["member"], given["locale"], given["origin"])
        with jobs.held(workspace, job):
            drafts.publish(
                workspace,
                caller,
                given["reason"],
                given["accepted"],
                seen=given["seen"],
                asked=job,
            )
    except Unavailable:
        raise  # The database is busy: whoever holds the job next goes on.
    except Refused as error:
        with workspace.writing() as tx:
            if [one.id for one in error.problems] == ["publish.busy"]:
                jobs.put_off(tx, job, tx.now + _BETWEEN_TRIES)
            else:
                asked.refuse(tx, job, error.problems)
