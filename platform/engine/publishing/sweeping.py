"""Sweeping: what nothing reads any more once a large publish is in force, taken out in batches.

A job holds the statements, so that whoever comes after a process that died goes on with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from .erasing import Long
from .rows import divisible, run_within
from .running import Running, forget, run_once
from .steps import Step
from .taking_back import in_batches

SWEEP: Final = "sweep"
"""The kind of the job; its payload is what to run on which table, and on which entity's rows."""

AFTER = frozenset({"unsearch", "purge_column", "purge_values", "purge_beside"})
"""Steps that take out what no app in force reads, and so can be done after the flip."""


def leave(running: Running, steps: Iterable[Step]) -> Job | None:
    """Do of these steps what concerns tables, and leave the rows to a job that the caller holds."""
    before = running.before
    work: list[tuple[str, str, str | None, int | None]] = []
    for step in steps:
        if step.kind == "purge_beside":
            long = forget(running, step)
            work += [(one.table, one.statement, one.entity, one.erasure) for one in long]
            continue
        run_once(running, step)
        table = before.layout.table(step.entity)
        work += [(table, one, None, None) for one in step.statements if divisible(one)]
    if not work:
        return None
    return jobs.start(before, SWEEP, f"{SWEEP}:{before.revision}", {"work": work})


def sweep(workspace: Workspace, job: Job) -> None:
    """Run what is left over, in batches, and finish the job."""
    for table, statement, entity, erasure in job.payload["work"]:
        if entity is None:
            in_batches(workspace, job, table, partial(run_within, statement=statement))
        else:
            long = Long(table, entity, statement, erasure)
            in_batches(workspace, job, table, long.delete, entity)

    def end(tx: Transaction) -> None:
        jobs.finish(tx, job)

    workspace.altering(end, beside=True)
