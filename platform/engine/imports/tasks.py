"""Tasks: what a worker does with an import, by the kind of its job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import Refused, Unavailable
from ..system_tables import IMPORT
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import desk, kept, rights, trial, undo
from .options import Options
from .report import reasons
from .run import resume

SHOWN = 50
"""Bad rows that a trial run keeps to be shown."""

KINDS = (desk.CHECK, desk.RUN, desk.UNDO)


def do(workspace: Workspace, job: Job, keep: Path) -> None:
    """Do a job of one of KINDS."""
    if job.kind == desk.RUN:
        resume(workspace, job, keep)
    elif job.kind == desk.UNDO:
        undo.undo(workspace, job)
    else:
        _check(workspace, job, keep)


class _Stopped(Exception):
    """Somebody has stopped the trial run, or it is no longer wanted."""


def _check(workspace: Workspace, job: Job, keep: Path) -> None:
    """Make a trial run and keep what it told."""
    import_id = int(job.payload["import"])
    try:
        checked = _rehearse(workspace, job, import_id, keep)
    except (_Stopped, Unavailable) as error:
        if isinstance(error, Unavailable):
            raise
        with workspace.writing() as tx:
            jobs.finish(tx, job)
        return
    except Refused as error:
        checked = {"why": reasons(error.problems)}
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        tx.connection.execute(
            sa.update(IMPORT)
            .where(IMPORT.c.id == import_id, IMPORT.c.state == "checking")
            .values(state="draft", checked=checked, progress={})
        )


def _rehearse(workspace: Workspace, job: Job, import_id: int, keep: Path) -> dict[str, Any]:
    with workspace.reading() as tx:
        row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        caller = rights.caller_from(tx, row.options["caller"])
    options = Options.from_json(row.options)
    folder = kept.folder_named(row.kept, keep, workspace)
    source = options.open(kept.file_in(folder), row.file_name)
    total = source.count()

    def tell(done: int) -> None:
        progress = {"job": job.key, "done": done, "total": total}
        with workspace.writing() as tx:
            jobs.hold(tx, job)
            still = tx.connection.execute(
                sa.update(IMPORT)
                .where(IMPORT.c.id == import_id, IMPORT.c.state == "checking")
                .values(progress=progress)
            )
        if still.rowcount != 1:
            raise _Stopped

    tell(0)
    report = trial.rehearse(workspace, caller, row.entity, source, options, tell, keep_bad=SHOWN)
    bad = [[one.line, list(one.cells), list(one.reasons)] for one in report.bad]
    return {**report.to_json(), "made": [], "bad": bad}
