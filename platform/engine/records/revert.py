"""Going back: a record gets the values of an earlier moment again, as by an ordinary update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Entity, Field
from ...metadata.problems import Problem
from ...rules import compile_expression
from .. import access, as_of
from ..access import Caller
from ..errors import NotFound
from ..system_tables import CHANGE, FIELD_CHANGE, TRANSITION
from ..transaction import Transaction
from .draft import refusal
from .read import get
from .record import Record
from .then import get_as_of
from .update import Update, changeable, refused, standing, update_many


@dataclass(frozen=True, slots=True)
class Left:
    """A field that stays as it is, and why."""

    field: Field
    problem: Problem


@dataclass(frozen=True, slots=True)
class Reverted:
    """What going back did, or would do: `before` and `then` hold the values of what goes back."""

    record: Record
    fields: tuple[Field, ...]
    left: tuple[Left, ...]
    before: Mapping[str, Any]
    then: Mapping[str, Any]


def moment_after(tx: Transaction, entity_id: str, record_id: int, change_id: int) -> datetime:
    """When a change set of a record was written; NotFound where it did not touch the record."""
    touched = (
        sa.select(sa.literal_column("1"))
        .select_from(table)
        .where(
            table.c.entity == entity_id,
            table.c.record_id == record_id,
            table.c.change_id == CHANGE.c.id,
        )
        .exists()
        for table in (FIELD_CHANGE, TRANSITION)
    )
    query = sa.select(CHANGE.c.at).where(CHANGE.c.id == change_id, sa.or_(*touched))
    found: datetime | None = tx.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(Problem("as_of.change", {"id": change_id}, pointer="/change"))
    return found


def revert(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    version: int | None,
    at: datetime,
    *,
    reason: str | None = None,
) -> Reverted:
    """Write the values that a record had at a moment; what may not go back stays, and is told.

    Of what the caller may not read nothing is written or told. Refused as an update is where the
    record itself may not be changed, and where what stands against it is of no single field.
    """
    access.entity_for(tx.app, caller, entity_id, "update")
    wish = wished(tx, caller, entity_id, record_id, at)
    _require_standing(tx, caller, entity_id, wish.record, version)
    going = {one.id: wish.then[one.id] for one in wish.fields}
    left = list(wish.left)
    while going:
        change = Update(record_id, version, going, reason)
        (done,) = update_many(tx, caller, entity_id, [change], typed=True)
        if done.done:
            break
        staying = _blamed(tx.app, tx.app.entity(entity_id), done.problems, going)
        if not staying:
            raise refused(tx, caller, entity_id, done)
        left += staying
        for one in staying:
            going.pop(one.field.id, None)
    record = get(tx, caller, entity_id, record_id, titles=False, any_row=True)
    fields = tuple(one for one in wish.fields if one.id in going)
    return Reverted(record, fields, tuple(left), wish.before, wish.then)


def wished(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int, at: datetime
) -> Reverted:
    """What going back would change, before any rule has judged it."""
    now = get(tx, caller, entity_id, record_id)
    then = get_as_of(tx, caller, entity_id, record_id, at)
    writable = access.writable(tx.app, caller, entity_id, "update")
    settable = access.writable(tx.app, access.SYSTEM, entity_id, "update")
    looked = as_of.looking_back(tx, entity_id, at)
    fields: list[Field] = []
    left: list[Left] = []
    for one in tx.app.entity(entity_id).live_fields:
        if one.id not in settable or one.id not in now.values:
            continue
        if one.id not in then.values:
            unknown = as_of.unknown(looked, entity_id, one.id)
            left += [Left(one, unknown)] if unknown else []
        elif then.values[one.id] == now.values[one.id]:
            continue
        elif one.id in writable:
            fields.append(one)
        else:
            left.append(Left(one, Problem("field.read_only", {"field": one})))
    return Reverted(now, tuple(fields), tuple(left), now.values, then.values)


def _require_standing(
    tx: Transaction, caller: Caller, entity_id: str, record: Record, version: int | None
) -> None:
    """Refused where nothing of the record may be written, also if nothing has to be."""
    row = {"version": record.version}
    allowed = changeable(tx, caller, entity_id, {record.id: row}, "update")
    problems = standing(caller, record.id, version, row, allowed)
    if problems:
        stale = any(one.id == "record.stale" for one in problems)
        raise refusal(problems, record if stale else None)


def _blamed(
    app: App, entity: Entity, problems: Iterable[Problem], going: Mapping[str, Any]
) -> list[Left]:
    """The fields among `going` that problems speak of."""
    found: dict[str, Left] = {}
    for one in problems:
        for field_id in _about(app, entity, one, going):
            found.setdefault(field_id, Left(entity.field(field_id), one))
    return list(found.values())


def _about(app: App, entity: Entity, problem: Problem, going: Mapping[str, Any]) -> Iterable[str]:
    """The field that a problem is of; a guard is about the stage, a check about all it reads."""
    if problem.id.startswith("stage.") and entity.pipeline is not None:
        return {entity.pipeline.field} & going.keys()
    named = entity.field_named(problem.pointer.strip("/").split("/")[0])
    if named is not None and named.id in going:
        return (named.id,)
    return [
        field_id
        for check in entity.checks
        if problem.id == "check.failed" and check.name == problem.params["check"]
        for other, field_id in sorted(compile_expression(app, entity.id, check.that).uses)
        if other == entity.id and field_id in going
    ]
