"""Trials: what a rule would find and whom it would tell, before it runs; and running it soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import AlertRule
from ...metadata.problems import Problem
from ...rules import Context, compile_expression
from ...rules.schedule import next_due
from .. import access
from ..access import Caller
from ..errors import Conflict, Invalid
from ..publish import require_right
from ..records.rows import titles_of
from ..transaction import Transaction
from ..work import schedules
from .explain import rule_for
from .matching import holds, may_enter, note, people, told_fields
from .recipients import Recipients


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule matches now: how many records, and the first of them by id and title.

    `whole` says that the caller sees every record: `matches` is what a run would report then.
    """

    matches: int
    examples: tuple[tuple[int, str], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the next run of a rule would do: how many records enter, which members are told."""

    entering: int
    told: tuple[int, ...]


def preview(tx: Transaction, rule: AlertRule, *, now: datetime | None = None) -> int:
    """How many records the rule matches now; changes nothing."""
    row = tx.tables.table(rule.entity).alias("watched")
    return _count(tx, row, holds(tx, rule, row, Context(now or tx.now, tx.zone)))


def trial(tx: Transaction, caller: Caller, rule: AlertRule, *, most: int = 5) -> Trial:
    """What of the records that the caller may see a rule (in ids, published or not) matches now.

    Raises ProblemsError where it asks about what the caller may not read, or what there is not
    yet. The condition is the one that a run asks; three statements, whatever the number.
    """
    row = tx.tables.table(rule.entity).alias("watched")
    seen = _seen(tx, caller, rule, row)
    ids = tx.connection.scalars(
        sa.select(row.c.id).where(*seen).order_by(row.c.id).limit(most)
    ).all()
    titles = titles_of(tx, caller, {rule.entity: set(ids)})
    examples = tuple((one, titles.get((rule.entity, one)) or str(one)) for one in ids)
    matches = _count(tx, row, seen) if len(ids) == most else len(ids)
    return Trial(matches, examples, _sees_all(tx, caller))


def outlook(tx: Transaction, caller: Caller, rule: AlertRule) -> Outlook:
    """What the next run of a rule would do about the records that the caller may see.

    Recipients are found as a run finds them, from the owners and people that records have: the
    database tells each combination once, so the work does not grow with the number of records.
    """
    row = tx.tables.table(rule.entity).alias("watched")
    context = Context(tx.now, tx.zone)
    columns = people(tx, rule, row)
    found = (
        sa.select(*columns, sa.func.count().label("records"))
        .where(*_seen(tx, caller, rule, row), *may_enter(rule, row, context))
        .group_by(*(one.element for one in columns if not isinstance(one.element, sa.Null)))
    )
    recipients = Recipients(tx)
    entering = 0
    for one in tx.connection.execute(found).mappings():
        if one["records"]:
            entering += one["records"]
            note(rule, recipients, dict(one), one["records"])
    return Outlook(entering, tuple(sorted(recipients.items)))


def next_run(tx: Transaction, rule: AlertRule) -> datetime | None:
    """When a rule that is published now would run next, or None for one that does not run."""
    if not (rule.schedule and rule.active) or rule.archived:
        return None
    return next_due(rule.schedule, tx.zone, tx.now)


def run_soon(tx: Transaction, caller: Caller, name: str) -> AlertRule:
    """Let a rule run as soon as somebody can: it is due now. Its next regular time stays.

    Forbidden without the right to change metadata, NotFound for no such rule, Conflict for one
    that is switched off.
    """
    require_right(tx, caller)
    rule = rule_for(tx, name)
    if not schedules.hasten(tx, "alert", rule.id):
        raise Conflict(Problem("alert_rule.off", {"name": rule.name}))
    return rule


def _seen(
    tx: Transaction, caller: Caller, rule: AlertRule, row: sa.FromClause
) -> Sequence[sa.ColumnElement[bool]]:
    """That a record is one that a run would find, and that the caller may see why."""
    entity = access.entity_for(tx.app, caller, rule.entity)
    for field_id in told_fields(rule):
        if field_id not in entity.by_id:
            raise Invalid(access.unknown_field(tx.app, caller, rule.entity, field_id))
    compile_expression(access.visible_app(tx.app, caller), rule.entity, rule.when)
    seen = access.visible(tx, caller)
    found = holds(tx, rule, row, Context(tx.now, tx.zone), visible=seen)
    own = access.row_predicate(tx, caller, rule.entity, row)
    return found if own is None else [*found, own]


def _sees_all(tx: Transaction, caller: Caller) -> bool:
    live = (one for one in tx.app.entities.values() if not one.archived and not one.system)
    return all(access.row_rule(tx.app, caller, one.id) is None for one in live)


def _count(tx: Transaction, row: sa.FromClause, conditions: Sequence[Any]) -> int:
    found = sa.select(sa.func.count()).select_from(row).where(*conditions)
    return tx.connection.scalar(found) or 0
