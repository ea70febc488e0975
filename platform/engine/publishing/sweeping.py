"""Sweeping: what nothing reads any more once a large publish is in force, taken out in batches.

A job holds the statements, so that whoever comes after a process that died goes on with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from .rows import divisible
from .running import Running, run_once
from .steps import Step
from .taking_back import in_batches

SWEEP: Final = "sweep"
"""The kind of the job; its payload is what to run on which table."""

AFTER = frozenset({"unsearch", "purge_column"})
"""Steps that take out what no app in force reads, and so can be done after the flip."""


def leave(running: Running, steps: Iterable[Step]) -> Job | None:
    """Do of these steps what concerns tables, and leave the rows to a job that the caller holds."""
    before, work = running.before, []
    for step in steps:
        run_once(running, step)
        table = before.layout.table(step.entity)
        work += [[table, one] for one in step.statements if divisible(one)]
    if not work:
        return None
    return jobs.start(before, SWEEP, f"{SWEEP}:{before.revision}", {"work": work})


def sweep(workspace: Workspace, job: Job) -> None:
    """Run what is left over, in batches, and finish the job."""
    for table, statement in job.payload["work"]:
        in_batches(workspace, job, table, statement)

    def end(tx: Transaction) -> None:
        jobs.finish(tx, job)

    workspace.altering(end, beside=True)
