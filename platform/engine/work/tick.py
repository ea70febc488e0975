"""The tick: looks which workspaces have due work, plans it as jobs, and says what to wake."""

from __future__ import annotations

import traceback
from datetime import datetime

import structlog

from .. import failpoints
from ..installation import Installation
from . import jobs, schedules

_log = structlog.get_logger()


def tick(installation: Installation, *, everything: bool = False) -> list[tuple[str, int]]:
    """Plan what is due; returns (workspace id, job id) of each job that somebody should do now.

    Only workspaces whose hint in the control database has passed are opened, or `everything`
    (at start and once an hour: hints may be late after a crash). Two ticks at once do no harm.
    One workspace that cannot be opened does not keep the others waiting.
    """
    found: list[tuple[str, int]] = []
    for workspace_id, hint in installation.control.due_workspaces(
        installation.clock.now(), everything=everything
    ):
        try:
            found += [(workspace_id, job) for job in _tick_one(installation, workspace_id, hint)]
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            _log.error("tick.failed", workspace=workspace_id, trace=trace)
    return found


def _tick_one(installation: Installation, workspace_id: str, hint: datetime | None) -> list[int]:
    workspace = installation.workspace_by_id(workspace_id)
    with workspace.writing() as tx:
        for one, due_at in schedules.take_due(tx):
            jobs.enqueue(
                tx,
                one.kind,
                f"{one.kind}:{one.rule}:{due_at.isoformat()}",
                {"rule": one.rule, "due_at": due_at.isoformat()},
            )
        ready = jobs.waiting(tx)
        following = [at for at in (schedules.earliest(tx), jobs.next_wake(tx)) if at is not None]
    failpoints.hit("tick.planned")
    installation.control.raise_next_due(workspace_id, hint, min(following, default=None))
    failpoints.hit("tick.hint_raised")
    return ready
