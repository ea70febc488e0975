"""Taking an import back: what it made goes into the recycle bin, what it changed is as before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ...metadata.problems import Problem
from .. import failpoints, records
from ..access import Caller
from ..records.reversal import Mark, revert_many
from ..system_tables import IMPORT, IMPORT_ROW
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import telling, unnamed
from .books import CHUNK
from .report import Report, reasons

_WRITTEN = ("created", "updated")


def undo(workspace: Workspace, job: Job) -> None:
    """Take an import back, chunk by chunk from its last row; records edited since are left."""
    import_id = int(job.payload["import"])
    noted = job.payload["caller"]
    # The product's own write, in that person's name: it brings back what was there.
    caller = Caller(noted["member"], locale=noted["locale"], origin="import", system=True)
    while not _go_on(workspace, job, import_id, caller):
        failpoints.hit("import.undone_chunk")


def _go_on(workspace: Workspace, job: Job, import_id: int, caller: Caller) -> bool:
    """Take the next chunk back; returns whether there is nothing more to do."""
    with workspace.writing() as tx:
        jobs.hold(tx, job)
        one = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        rows = tx.connection.execute(
            sa.select(IMPORT_ROW)
            .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.state.in_(_WRITTEN))
            .order_by(IMPORT_ROW.c.row.desc())
            .limit(CHUNK)
        ).all()
        if one.state != "undoing":
            jobs.finish(tx, job)
            return True
        progress = _progress(one, job)
        if rows:
            _take_back(tx, caller, one, rows, progress)
        else:
            progress["removed"] += unnamed.remove(tx, caller, one)
            jobs.finish(tx, job)
            report = Report.from_json(one.entity, import_id, one.report)
            telling.tell_importer(tx, caller.member_id, report, "undone")
        state = "undoing" if rows else "undone"
        tx.connection.execute(
            sa.update(IMPORT).where(IMPORT.c.id == import_id).values(state=state, progress=progress)
        )
    return not rows


def _progress(one: Any, job: Job) -> dict[str, Any]:
    total = one.report["created"] + one.report["updated"]
    counts = {"done": 0, "total": total, "removed": 0, "restored": 0, "left": 0}
    return {**counts, **(one.progress or {}), "job": job.key}


def _take_back(
    tx: Transaction, caller: Caller, one: Any, rows: Sequence[Any], progress: dict[str, Any]
) -> None:
    made = [row for row in rows if row.state == "created"]
    changed = [row for row in rows if row.state == "updated"]
    gone = records.delete_many(
        tx, caller, one.entity, [(row.record_id, row.version) for row in made]
    )
    marks = [
        Mark(row.record_id, row.version, _sets(row.change_id, one.change_id)) for row in changed
    ]
    wrong = {row.record_id: outcome.problems for row, outcome in zip(made, gone, strict=True)}
    wrong |= revert_many(tx, caller, one.entity, marks)
    _keep(tx, one, rows, wrong)
    left = sum(1 for problems in wrong.values() if problems)
    removed = sum(1 for outcome in gone if outcome.done)
    progress["removed"] += removed
    progress["left"] += left
    progress["restored"] += len(rows) - removed - left
    progress["done"] += len(rows)


def _sets(*change_ids: int | None) -> tuple[int, ...]:
    return tuple(one for one in change_ids if one is not None)


def _keep(
    tx: Transaction,
    one: Any,
    rows: Sequence[Any],
    wrong: dict[int, tuple[Problem, ...]],
) -> None:
    values, entity = [], tx.app.entity(one.entity)
    for row in rows:
        problems = wrong.get(row.record_id, ())
        values.append(
            {
                "at_row": row.row,
                "now": "left" if problems else "undone",
                "why": reasons(problems, entity) if problems else None,
            }
        )
    tx.connection.execute(
        sa.update(IMPORT_ROW)
        .where(IMPORT_ROW.c.import_id == one.id, IMPORT_ROW.c.row == sa.bindparam("at_row"))
        .values(
            state=sa.bindparam("now"),
            problems=sa.bindparam("why", type_=IMPORT_ROW.c.problems.type),
        ),
        values,
    )
