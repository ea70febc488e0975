"""Matching: which records a rule is about and whom it tells of them; runs and trials ask here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ...metadata.model import AlertRule
from ...rules import Context, compile_expression, over_table, to_sql
from ..system_tables import ALERT
from ..transaction import Transaction
from .recipients import Recipients, fields_told


def holds(
    tx: Transaction,
    rule: AlertRule,
    row: sa.FromClause,
    context: Context,
    *,
    visible: Callable[[str, sa.FromClause], Any] | None = None,
) -> tuple[sa.ColumnElement[bool], ...]:
    """That a record is live and in the rule; related records count where they are `visible`."""
    condition = compile_expression(tx.app, rule.entity, rule.when)
    matched = to_sql(condition, tx.tables, row, context, mode="filter", visible=visible)
    return row.c.deleted_at.is_(None), matched


def everybody(
    tx: Transaction, rules: Sequence[AlertRule], row: sa.FromClause, context: Context
) -> sa.FromClause:
    """All records that are in rules of one entity (`holds`): `rule` and `id`, by one look at all.

    `row` is what it looks at.
    """
    conditions = [compile_expression(tx.app, one.entity, one.when) for one in rules]
    over = over_table(conditions, tx.tables, row, context)
    live = (row.c.deleted_at.is_(None), *over.where)
    if over.which is None:
        name = sa.literal(rules[0].id, sa.Text()).label("rule")
        alone = sa.select(name, row.c.id).select_from(over.source).where(*live, *over.found)
        return alone.subquery("found")
    # Neither is merged into what reads it, so that no condition is computed twice, and few are held
    # against each bit. What was seen of all need not be kept for that.
    looked = sa.select(row.c.id, over.which.label("which")).select_from(over.source).where(*live)
    seen = looked.offset(0).subquery("seen")
    some = sa.select(seen).where(seen.c.which != 0).cte("some").prefix_with("MATERIALIZED")
    bits = sa.union_all(
        *(
            sa.select(
                sa.literal(one.id, sa.Text()).label("rule"),
                sa.literal(1 << number, sa.BigInteger()).label("bit"),
            )
            for number, one in enumerate(rules)
        )
    ).subquery("bits")
    fulfilled = some.c.which.bitwise_and(bits.c.bit) != 0
    return sa.select(bits.c.rule, some.c.id).join_from(some, bits, fulfilled).subquery("found")


def present(rule: AlertRule | sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """That an alert is one of the rule whose record has not left."""
    name = rule.id if isinstance(rule, AlertRule) else rule
    return sa.and_(ALERT.c.rule == name, ALERT.c.left_at.is_(None))


def may_enter(
    rule: AlertRule, row: sa.FromClause, context: Context
) -> Iterator[sa.ColumnElement[bool]]:
    """Not here already, and not so shortly after leaving that the rule wants its rest."""
    yield sa.not_(sa.exists().where(present(rule), ALERT.c.record_id == row.c.id))
    if rule.cooldown_days:
        lately = context.now - timedelta(days=rule.cooldown_days)
        yield sa.not_(
            sa.exists().where(
                ALERT.c.rule == rule.id, ALERT.c.record_id == row.c.id, ALERT.c.left_at > lately
            )
        )


def people(tx: Transaction, rule: AlertRule, row: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    """What to select of each record for `note`: its owner, and the members in its fields."""
    fields = tx.app.entity(rule.entity).live_fields
    owner = next((one.id for one in fields if one.family == "owner"), None)
    found = tx.tables.column(row, rule.entity, owner) if owner else sa.null()
    return [
        found.label("owner"),
        *(
            tx.tables.column(row, rule.entity, field_id).label(f"told_{field_id}")
            for field_id in told_fields(rule)
        ),
    ]


def note(rule: AlertRule, recipients: Recipients, row: Mapping[str, Any], item: Any) -> None:
    """Tell of `item` everybody whom the rule tells of a record with these people."""
    fields = {one: row[f"told_{one}"] for one in told_fields(rule)}
    recipients.note(_told(rule), row["owner"], fields, item)


def _told(rule: AlertRule) -> list[str]:
    notified = [one for action in rule.actions if action.kind == "notify" for one in action.tell]
    return [*rule.tell, *notified]


def told_fields(rule: AlertRule) -> list[str]:
    """The ids of the fields whose members a rule tells, or its actions."""
    return sorted(set(fields_told(_told(rule))))
