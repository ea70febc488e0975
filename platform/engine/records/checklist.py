"""The checklist of stages: ticking key actions, and what is missing before a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import Stage
from ...metadata.problems import Problem
from .. import access, schemas
from ..access import Caller
from ..errors import Forbidden, Invalid, NotFound
from ..system_tables import CHECKLIST_TICK
from ..transaction import Transaction
from .draft import Draft, refusal
from .record import shape_of
from .rows import whole_rows
from .source import Pool
from .stage import guard_problems
from .update import changeable, standing


@dataclass(frozen=True, slots=True)
class Tick:
    """A key action that was ticked: by whom (a member's id) and when."""

    stage: str
    item: str
    member_id: int | None
    at: datetime


def ticks(tx: Transaction, caller: Caller, entity_id: str, record_id: int) -> tuple[Tick, ...]:
    """The key actions of a record that are ticked; NotFound if the caller may not see it."""
    access.entity_for(tx.app, caller, entity_id)
    _row(tx, caller, entity_id, record_id)
    statement = sa.select(
        CHECKLIST_TICK.c.stage,
        CHECKLIST_TICK.c.item,
        CHECKLIST_TICK.c.member_id,
        CHECKLIST_TICK.c.at,
    ).where(CHECKLIST_TICK.c.entity == entity_id, CHECKLIST_TICK.c.record_id == record_id)
    return tuple(Tick(*row) for row in tx.connection.execute(statement))


def tick(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    stage: str,
    item: str,
    *,
    done: bool = True,
) -> None:
    """Tick a key action of a stage (both by name or id), or take the tick back.

    NotFound for a record, stage or item that is not there; Forbidden for one that the caller may
    only read.
    """
    entity = access.entity_for(tx.app, caller, entity_id, "update")
    rows = {record_id: _row(tx, caller, entity_id, record_id)}
    if record_id not in changeable(tx, caller, entity_id, rows, "update"):
        raise Forbidden(Problem("access.forbidden_record", {"id": record_id}))
    at = stage_named(entity.pipeline.stages if entity.pipeline else (), stage)
    found = next((one for one in at.checklist if item in (one.id, one.name)), None) if at else None
    if at is None or found is None:
        raise NotFound(Problem("stage.item_unknown", {"item": item}))
    mark = CHECKLIST_TICK.c
    tx.connection.execute(
        sa.delete(CHECKLIST_TICK).where(
            mark.entity == entity_id,
            mark.record_id == record_id,
            mark.stage == at.id,
            mark.item == found.id,
        )
    )
    if done:
        tx.connection.execute(
            sa.insert(CHECKLIST_TICK).values(
                entity=entity_id,
                record_id=record_id,
                stage=at.id,
                item=found.id,
                member_id=caller.member_id,
                at=tx.now,
            )
        )


def missing_for_stage(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    stage: str,
    values: Mapping[str, Any] | None = None,
) -> tuple[Problem, ...]:
    """What is missing before a record may enter a stage, with `values` (by name) filled in.

    Empty when it may move now. NotFound for a record that the caller may not see.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    row = _row(tx, caller, entity_id, record_id)
    if entity.pipeline is None:
        raise Invalid(Problem("stage.without_pipeline", {"entity": entity}))
    stage_field = entity.field(entity.pipeline.field).name
    given, problems = schemas.load(
        tx, caller, entity_id, "update", [{**(values or {}), stage_field: stage}], typed=False
    )[0]
    if problems:
        raise refusal(problems)
    draft = Draft(0, row, given, {**row, **given}, record_id, reason="-")
    pool = Pool(tx)
    source = pool.add(entity_id, draft.after)
    return tuple(guard_problems(tx, shape_of(tx.tables, entity_id), draft, source, pool))


def stage_named(stages: tuple[Stage, ...], name: str) -> Stage | None:
    """The stage of that name, or id, or former name."""
    for one in stages:
        if name in (one.name, one.id):
            return one
    return next((one for one in stages if name in one.aliases), None)


def _row(tx: Transaction, caller: Caller, entity_id: str, record_id: int) -> Mapping[str, Any]:
    rows = whole_rows(tx, caller, entity_id, [record_id])
    found = standing(
        caller,
        record_id,
        rows.get(record_id, {}).get("version"),
        rows.get(record_id, {}),
        frozenset(rows),
    )
    if found:
        raise refusal(found)
    return rows[record_id]
