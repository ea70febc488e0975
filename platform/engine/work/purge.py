"""Purging: jobs done long ago are forgotten with what they sent, and answers that were kept."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from .. import kept_answers
from ..installation import Installation
from ..system_tables import JOB, OUTBOX
from ..workspaces import Workspace

BATCH = 1000
"""Jobs that one transaction forgets."""

_MOST_BATCHES = 50
_OVER = ("done", "dropped")
_log = structlog.get_logger()


def purge(installation: Installation) -> int:
    """Forget in every workspace what is over for longer than the settings keep; how many jobs.

    What waits, runs or was given up stays. Kept answers go along once they lasted long enough. A
    workspace with very many has the rest forgotten by the next call. One that cannot be opened
    does not keep the others waiting.
    """
    now = installation.clock.now()
    before = now - timedelta(days=installation.settings.keep_work_days)
    gone = 0
    for entry in installation.workspaces():
        try:
            workspace = installation.workspace_by_id(entry.id)
            gone += _purge_one(workspace, before)
            kept_answers.forget(workspace, now)
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            _log.error("purge.failed", workspace=entry.id, trace=trace)
    return gone


def _purge_one(workspace: Workspace, before: datetime) -> int:
    gone = 0
    for state in _OVER:
        for _ in range(_MOST_BATCHES):
            batch = _purge_batch(workspace, state, before)
            gone += batch
            if batch < BATCH:
                break
    return gone


def _purge_batch(workspace: Workspace, state: str, before: datetime) -> int:
    """Forget the oldest jobs of a state, with what they sent; returns how many."""
    # A job is over after it was due: the index of state and due time finds the old ones.
    old = sa.and_(JOB.c.state == state, JOB.c.due_at < before, JOB.c.finished_at < before)
    query = sa.select(JOB.c.id).where(old).order_by(JOB.c.due_at).limit(BATCH)
    with workspace.reading() as tx:
        ids = tx.connection.scalars(query).all()
    if ids:
        with workspace.writing() as tx:
            tx.connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.job_id.in_(ids)))
            tx.connection.execute(sa.delete(JOB).where(JOB.c.id.in_(ids)))
    return len(ids)
