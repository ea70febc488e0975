"""Progress: how far a preparation is, kept with the job that stands for it.

`watched` says that tables are watched, `done` names the steps that are done, `now` the one that
goes on and `after` the id it came to; `left` are formulas that are left for later. `rows` says how
many each table had, `total` how many all steps go through, `passed` how many those that are done
went through, and `here` how many the one that goes on did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ..system_tables import JOB
from ..transaction import Transaction
from ..work.jobs import Job
from . import rows as batches

Progress = Mapping[str, Any]

_OF_ONE_STEP = ("now", "after", "here")


def read(tx: Transaction, job: Job) -> Progress:
    """How far a preparation is."""
    found: Progress | None = tx.connection.scalar(
        sa.select(JOB.c.progress).where(JOB.c.id == job.id)
    )
    return found or {"done": []}


def add(tx: Transaction, job: Job, **more: Any) -> None:
    """Note more of it, with what this transaction writes."""
    _note(tx, job, {**read(tx, job), **more})


def measured(tx: Transaction, tables: Iterable[str]) -> Progress:
    """How many rows there are to go through: of each step those that its table has now."""
    steps = list(tables)
    there = {one.table for one in tx.layout.entities.values()}
    rows = {one: _count(tx, one) for one in sorted(there.intersection(steps))}
    return {"rows": rows, "total": sum(rows.get(one, 0) for one in steps), "passed": 0}


def further(tx: Transaction, job: Job, name: str, table: str, upto: int) -> None:
    """Note that a step came one batch further, up to this id."""
    known = read(tx, job)
    here = known["here"] if known.get("now") == name else 0
    here = min(here + batches.AT_ONCE[tx.tables.dialect], known["rows"].get(table, 0))
    _note(tx, job, {**known, "now": name, "after": upto, "here": here})


def over(tx: Transaction, job: Job, name: str, table: str) -> None:
    """Note that a step is done."""
    known = read(tx, job)
    if name not in known["done"]:
        kept = {key: one for key, one in known.items() if key not in _OF_ONE_STEP}
        passed = known["passed"] + known["rows"].get(table, 0)
        _note(tx, job, {**kept, "done": [*known["done"], name], "passed": passed})


def far(progress: Progress | None) -> tuple[int, int]:
    """How many rows were gone through, of how many; (0, 0) where that is not known yet."""
    if not progress or "total" not in progress:
        return 0, 0
    return progress["passed"] + progress.get("here", 0), progress["total"]


def _note(tx: Transaction, job: Job, progress: Progress) -> None:
    noted = sa.update(JOB).where(JOB.c.id == job.id).values(progress=dict(progress))
    tx.connection.execute(noted)


def _count(tx: Transaction, table: str) -> int:
    return tx.connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
