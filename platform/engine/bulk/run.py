"""Running a bulk change: chunk by chunk through the same door as every single write.

A chunk's records, what became of each and how far the change has come are committed together, so
whoever goes on after a crash begins behind the last commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.model import Entity
from ...metadata.problems import Problem
from .. import access, failpoints, records
from ..access import Caller
from ..errors import Refused, Unavailable
from ..imports.report import reasons
from ..records import journal
from ..records.reversal import Mark, revert_many
from ..system_tables import BULK, BULK_ROW
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import telling

CHANGE, UNDO = "bulk", "bulk_undo"
KINDS: Final = (CHANGE, UNDO)
CHUNK: Final = 500

DEALT: Final = ("changed", "same", "refused")
BACK: Final = ("restored", "left")


def do(workspace: Workspace, job: Job) -> None:
    """Do a job of one of KINDS."""
    bulk_id = int(job.payload["bulk"])
    try:
        over = False
        while not over:
            with workspace.writing() as tx:
                jobs.hold(tx, job)
                over = _step(tx, job, bulk_id)
                if over:
                    jobs.finish(tx, job)
                    telling.tell(tx, bulk_id)
            failpoints.hit("bulk.chunk")
    except Unavailable:
        raise  # The database is busy: whoever holds the job next goes on.
    except Refused as error:
        # The field or the right is gone: trying again would find the same.
        with workspace.writing() as tx:
            jobs.finish(tx, job)
            _keep(tx, bulk_id, state="failed", why=reasons(error.problems), finished_at=tx.now)
            telling.tell(tx, bulk_id)


def _step(tx: Transaction, job: Job, bulk_id: int) -> bool:
    if job.kind == UNDO:
        # The product's own write, in that person's name: it brings back what was there.
        caller = Caller(job.payload["member"], origin="bulk", system=True)
        return go_back(tx, bulk_id, caller)
    row = _row(tx, bulk_id)
    noted = row.what
    if noted["system"]:
        return go_on(tx, bulk_id, Caller(None, locale=noted["locale"], origin="bulk", system=True))
    # As their rights are now: they may have lost some since.
    caller = access.for_member(tx, row.member_id, noted["locale"], "bulk")
    return go_on(tx, bulk_id, caller)


def go_on(tx: Transaction, bulk_id: int, caller: Caller) -> bool:
    """Change the next chunk; returns whether there is nothing more to do."""
    one = _row(tx, bulk_id)
    if one.state != "running":
        if one.state == "stopping":
            _keep(tx, bulk_id, state="stopped", finished_at=tx.now)
        return True
    found = _next(tx, bulk_id, "waiting")
    if not found:
        _keep(tx, bulk_id, state="done", finished_at=tx.now)
        return True
    ids = [row.record_id for row in found]
    versions = _versions(tx, one.entity, ids)
    write = _change if one.act == "update" else _delete
    outcomes = write(tx, caller, one, [(record_id, versions.get(record_id)) for record_id in ids])
    change_id = journal.opened_set(tx, caller)
    entity = tx.app.entity(one.entity)
    fates = [
        _fate(outcome, versions.get(record_id), record_id, change_id, one.act, entity)
        for record_id, outcome in zip(ids, outcomes, strict=True)
    ]
    _settle(tx, bulk_id, fates)
    _count(tx, one, DEALT, (fate["now"] for fate in fates))
    return False


_Wanted = Sequence[tuple[int, int | None]]


def _change(tx: Transaction, caller: Caller, one: Any, wanted: _Wanted) -> Sequence[Any]:
    values: Mapping[str, Any] = one.what["values"]
    changes = [records.Update(record_id, version, values) for record_id, version in wanted]
    return records.update_many(tx, caller, one.entity, changes)


def _delete(tx: Transaction, caller: Caller, one: Any, wanted: _Wanted) -> Sequence[Any]:
    return records.delete_many(tx, caller, one.entity, wanted)


def _fate(
    outcome: Any,
    before: int | None,
    record_id: int,
    change_id: int | None,
    act: str,
    entity: Entity,
) -> dict[str, Any]:
    version = outcome.version if act == "update" else (before or 0) + 1
    state = "refused" if outcome.problems else "same" if version == before else "changed"
    written = state == "changed"
    return {
        "at_record": record_id,
        "now": state,
        "at_version": version if written else None,
        "at_change": change_id if written else None,
        "why": reasons(outcome.problems, entity) if outcome.problems else None,
    }


def go_back(tx: Transaction, bulk_id: int, caller: Caller) -> bool:
    """Take the next chunk back; returns whether there is nothing more to do."""
    one = _row(tx, bulk_id)
    if one.state != "undoing":
        return True
    found = _next(tx, bulk_id, "changed")
    if not found:
        _keep(tx, bulk_id, state="undone", finished_at=tx.now)
        return True
    caller = Caller(caller.member_id, locale=caller.locale, origin="bulk", system=True)
    back = _revert if one.act == "update" else _restore
    wrong, entity = back(tx, caller, one, found), tx.app.entity(one.entity)
    fates = []
    for row in found:
        problems = wrong.get(row.record_id, ())
        fates.append(
            {
                "at_record": row.record_id,
                "now": "left" if problems else "undone",
                "at_version": row.version,
                "at_change": row.change_id,
                "why": reasons(problems, entity) if problems else None,
            }
        )
    _settle(tx, bulk_id, fates)
    _count(tx, one, BACK, ("left" if fate["why"] else "restored" for fate in fates))
    return False


_Wrong = Mapping[int, Sequence[Problem]]


def _revert(tx: Transaction, caller: Caller, one: Any, found: Sequence[Any]) -> _Wrong:
    marks = [Mark(row.record_id, row.version, (row.change_id,)) for row in found]
    return revert_many(tx, caller, one.entity, marks)


def _restore(tx: Transaction, caller: Caller, one: Any, found: Sequence[Any]) -> _Wrong:
    wanted = [(row.record_id, row.version) for row in found]
    done = records.restore_many(tx, caller, one.entity, wanted)
    return {row.record_id: outcome.problems for row, outcome in zip(found, done, strict=True)}


def _row(tx: Transaction, bulk_id: int) -> Any:
    return tx.connection.execute(sa.select(BULK).where(BULK.c.id == bulk_id)).one()


def _next(tx: Transaction, bulk_id: int, state: str) -> Sequence[Any]:
    return tx.connection.execute(
        sa.select(BULK_ROW)
        .where(BULK_ROW.c.bulk_id == bulk_id, BULK_ROW.c.state == state)
        .order_by(BULK_ROW.c.record_id)
        .limit(CHUNK)
    ).all()


def _versions(tx: Transaction, entity_id: str, ids: Sequence[int]) -> dict[int, int]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    version = tx.tables.column(row, entity_id, "version")
    found = tx.connection.execute(sa.select(at, version).where(at.in_(ids)))
    return {record_id: number for record_id, number in found}


def _settle(tx: Transaction, bulk_id: int, fates: Sequence[Mapping[str, Any]]) -> None:
    """Enter what became of the records of a chunk."""
    at = sa.and_(BULK_ROW.c.bulk_id == bulk_id, BULK_ROW.c.record_id == sa.bindparam("at_record"))
    values = {
        "state": sa.bindparam("now"),
        "version": sa.bindparam("at_version"),
        "change_id": sa.bindparam("at_change"),
        "problems": sa.bindparam("why", type_=BULK_ROW.c.problems.type),
    }
    tx.connection.execute(sa.update(BULK_ROW).where(at).values(values), list(fates))


def _count(tx: Transaction, one: Any, names: Iterable[str], states: Iterable[str]) -> None:
    counts = {**dict.fromkeys(names, 0), **one.counts}
    for state in states:
        counts[state] += 1
    _keep(tx, one.id, counts=counts)


def _keep(tx: Transaction, bulk_id: int, **values: Any) -> None:
    tx.connection.execute(sa.update(BULK).where(BULK.c.id == bulk_id).values(**values))
