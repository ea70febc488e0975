"""Guards: what must hold before a record may enter a stage, and moves of a status.

Moving on passes every stage in between. Losing may happen from anywhere. Moving back, and opening
again what was closed, asks for a reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...metadata.model import Entity, Field, Pipeline, Stage
from ...metadata.problems import Problem
from ...metadata.shown_names import Together
from ...metadata.wording import expression_to_names
from ...rules import compile_expression, evaluate
from ..system_tables import CHECKLIST_TICK
from ..transaction import Transaction
from .draft import Draft
from .record import Shape, Values
from .rows import chunks
from .source import Pool, Source

Ticks = dict[int, set[tuple[str, str]]]
"""Record id -> the (stage id, item id) that were ticked."""


@dataclass(frozen=True, slots=True)
class Route:
    """The stages that a move leaves and enters, and whether it must say why."""

    leaves: tuple[Stage, ...]
    enters: tuple[Stage, ...]
    needs_reason: bool


def first_stage(pipeline: Pipeline) -> Stage:
    """Where a new record begins: the first stage in use that is open."""
    live = [one for one in pipeline.stages if not one.archived]
    return next((one for one in live if one.closed is None), live[0])


def route(pipeline: Pipeline, before: str | None, after: str) -> Route:
    """The way from one stage to another; None is a record that is being made."""
    stages = [one for one in pipeline.stages if not one.archived or one.id in (before, after)]
    place = {one.id: at for at, one in enumerate(stages)}
    target = stages[place[after]]
    start = -1 if before is None else place[before]
    was_closed = before is not None and stages[start].closed is not None
    if target.closed == "lost":
        return Route((), (target,), was_closed)
    if was_closed:
        return Route((), (*_open(stages[: place[after]]), target), True)
    if place[after] < start:
        return Route((), (), True)
    begin = max(start, 0)
    return Route(
        leaves=_open(stages[begin : place[after]]),
        enters=(*_open(stages[start + 1 : place[after]]), target),
        needs_reason=False,
    )


def _open(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    return tuple(one for one in stages if one.closed is None)


def judge(
    tx: Transaction,
    shape: Shape,
    drafts: Sequence[tuple[Draft, Source]],
    pool: Pool,
    *,
    history: bool = False,
) -> None:
    """Blame drafts whose stage or status may not move so; with `history` only warn of it."""
    pipeline = shape.entity.pipeline
    moving = [
        (draft, source)
        for draft, source in drafts
        if pipeline is not None and draft.changed([pipeline.field])
    ]
    if pipeline is not None and moving:
        ticks = ticks_of(tx, shape.entity.id, [one.record_id for one, _ in moving])
        for draft, source in moving:
            found = _guard_problems(tx, shape, pipeline, draft, source, pool, ticks)
            (draft.warnings if history else draft.problems).extend(found)
    if not history:
        for draft, _ in drafts:
            _judge_statuses(shape, draft)


def locked_in(entity: Entity, values: Values) -> Stage | None:
    """The stage that a record (its values by field id) is in, if it is locked there."""
    if entity.pipeline is None:
        return None
    held = values.get(entity.pipeline.field)
    return next((one for one in entity.pipeline.stages if one.id == held and one.locked), None)


def judge_locks(shape: Shape, drafts: Iterable[Draft]) -> None:
    """Blame drafts that change what people write of a record that stays in a locked stage.

    A write that also moves the record is judged by the guards of where it goes.
    """
    pipeline = shape.entity.pipeline
    if pipeline is None or not any(one.locked for one in pipeline.stages):
        return
    people = [one for one in (*shape.stored, *shape.tags) if not shape.field(one).system]
    for draft in drafts:
        held = locked_in(shape.entity, draft.before)
        if held is None or draft.changed([pipeline.field]):
            continue
        for field_id in draft.changed(one for one in people if one in draft.given):
            one = shape.field(field_id)
            draft.blame("stage.locked", one.name, field=one, stage=held)


def guard_problems(
    tx: Transaction, shape: Shape, draft: Draft, source: Source, pool: Pool
) -> list[Problem]:
    """What is missing before the draft's record may enter the draft's stage."""
    pipeline = shape.entity.pipeline
    if pipeline is None or not draft.changed([pipeline.field]):
        return []
    ticks = ticks_of(tx, shape.entity.id, [draft.record_id])
    return _guard_problems(tx, shape, pipeline, draft, source, pool, ticks)


def _guard_problems(
    tx: Transaction,
    shape: Shape,
    pipeline: Pipeline,
    draft: Draft,
    source: Source,
    pool: Pool,
    ticks: Ticks,
) -> list[Problem]:
    pointer = f"/{shape.field(pipeline.field).name}"
    after = draft.after.get(pipeline.field)
    if after is None:
        return [Problem("stage.empty", pointer=pointer)]
    way = route(pipeline, draft.before.get(pipeline.field), after)
    problems: list[Problem] = []
    if way.needs_reason and not (draft.reason or "").strip():
        problems.append(
            Problem("stage.reason_needed", {"stage": pipeline.stage(after)}, pointer="/reason")
        )
    done = ticks.get(draft.record_id or 0, set())
    for stage in way.leaves:
        for item in stage.checklist:
            if item.required and not item.archived and (stage.id, item.id) not in done:
                params = {"stage": stage, "item": item}
                problems.append(Problem("stage.unticked", params, pointer=pointer))
    for stage in way.enters:
        problems.extend(_enter_problems(tx, shape, stage, draft, source, pool, pointer))
    return problems


def _enter_problems(
    tx: Transaction,
    shape: Shape,
    stage: Stage,
    draft: Draft,
    source: Source,
    pool: Pool,
    pointer: str,
) -> Iterable[Problem]:
    for field_id in stage.requires:
        one = shape.field(field_id)
        if is_empty(
            source.value(field_id) if one.family == "formula" else draft.after.get(field_id)
        ):
            params = {"stage": stage, "field": one}
            yield Problem("stage.field_needed", params, pointer=f"/{one.name}")
    if stage.enter_when is not None:
        expression = compile_expression(tx.app, shape.entity.id, stage.enter_when)
        if not evaluate(expression, source, pool.context):
            condition = expression_to_names(tx.app, shape.entity.id, stage.enter_when)
            yield Problem(
                "stage.condition", {"stage": stage, "condition": condition}, pointer=pointer
            )


def is_empty(value: Any) -> bool:
    """Whether a value counts as not filled in."""
    return value is None or value == "" or value == frozenset()


def ticks_of(tx: Transaction, entity_id: str, ids: Iterable[int | None]) -> Ticks:
    """The key actions that were ticked for records."""
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for some in chunks(sorted({one for one in ids if one is not None})):
        statement = sa.select(
            CHECKLIST_TICK.c.record_id, CHECKLIST_TICK.c.stage, CHECKLIST_TICK.c.item
        ).where(CHECKLIST_TICK.c.entity == entity_id, CHECKLIST_TICK.c.record_id.in_(some))
        for record_id, stage, item in tx.connection.execute(statement):
            found[record_id].add((stage, item))
    return found


def _judge_statuses(shape: Shape, draft: Draft) -> None:
    for one in shape.ruled:
        before, after = draft.before.get(one.id), draft.after.get(one.id)
        assert one.transitions is not None
        if before is None or before == after or after in one.transitions.get(before, ()):
            continue
        allowed = one.follow(before)
        draft.blame(
            "choice.transition" if allowed else "choice.transition_last",
            one.name,
            field=one,
            before=_option(one, before),
            after=_option(one, after),
            allowed=Together(allowed),
        )


def _option(one: Field, option_id: str | None) -> Any:
    return (one.option(option_id) if option_id else None) or "-"
