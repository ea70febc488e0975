"""Alert rules at work: one statement finds who matches; who entered, stays or left follows from it.

An alert is open from the run that first finds its record until the run that no longer does. One
that a person closed while its condition still held is dismissed: it stays closed until the record
has left and enters again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ...metadata.model import AlertRule
from ...metadata.problems import Problem
from ...rules import Context, compile_expression, to_sql
from .. import failpoints
from ..column_types import RECORD_ID
from ..errors import NotFound
from ..scratch import scratch
from ..system_tables import ALERT
from ..transaction import Transaction
from ..work import schedules
from ..work.jobs import Job
from ..workspaces import Workspace
from .actions import Acting
from .recipients import Recipients, fields_told
from .telling import Entered, tell
from .wording import Wording

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What a run of a rule found: records that entered, are still there, left; `matches` in all.

    `quiet` marks the first run of a rule (or of a changed one): what held already was opened
    without actions and told as one summary. `refused` counts what the rule's actions wanted to
    write and the checks of the records refused.
    """

    rule: str
    matches: int
    entered: int
    still: int
    left: int
    quiet: bool
    refused: int = 0


def run(
    workspace: Workspace, rules: Iterable[str] | None = None, *, now: datetime | None = None
) -> list[AlertReport]:
    """Evaluate the rules of those names or ids (all active ones by default), a transaction each.

    `now` stands for the present instant where a person asks "what if". NotFound names every rule
    that there is not.
    """
    with workspace.reading() as tx:
        chosen = _chosen(tx, rules)
    reports = []
    for rule_id in chosen:
        with workspace.writing() as tx:
            reports.append(run_rule(tx, tx.app.rules[rule_id], now=now))
        failpoints.hit("alerts.after_rule")
    return reports


def do_job(tx: Transaction, job: Job) -> None:
    """Evaluate the rule that a scheduled job names; nothing if it is gone by now."""
    rule = tx.app.rules.get(job.payload["rule"])
    if rule is not None and rule.active and not rule.archived:
        run_rule(tx, rule)


def run_rule(tx: Transaction, rule: AlertRule, *, now: datetime | None = None) -> AlertReport:
    """Evaluate a rule inside this transaction: close what left, open what entered, act on it."""
    context = Context(now or tx.now, tx.zone)
    quiet = schedules.last_evaluated(tx, "alert", rule.id) is None
    id_column = sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False)
    with scratch(tx, "_matches", id_column) as matches:
        tx.connection.execute(matches.insert().from_select(["id"], _matching(tx, rule, context)))
        total = tx.connection.scalar(sa.select(sa.func.count()).select_from(matches)) or 0
        left = _close(tx, rule, matches, context.now)
        entered, refused = _open(tx, rule, matches, context, quiet=quiet)
    report = AlertReport(rule.id, total, entered, _still(tx, rule) - entered, left, quiet, refused)
    schedules.evaluated(tx, "alert", rule.id, asdict(report))
    return report


def preview(tx: Transaction, rule: AlertRule, *, now: datetime | None = None) -> int:
    """How many records the rule matches now; changes nothing."""
    found = _matching(tx, rule, Context(now or tx.now, tx.zone)).subquery()
    return tx.connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def _chosen(tx: Transaction, rules: Iterable[str] | None) -> list[str]:
    if rules is None:
        return [one.id for one in tx.app.rules.values() if one.active and not one.archived]
    by_name = {one.name: one.id for one in tx.app.rules.values() if not one.archived}
    names = list(rules)
    missing = [name for name in names if name not in by_name and name not in tx.app.rules]
    if missing:
        raise NotFound([Problem("alert_rule.unknown", {"name": name}) for name in missing])
    return [by_name.get(name, name) for name in names]


def _matching(tx: Transaction, rule: AlertRule, context: Context) -> sa.Select[tuple[int]]:
    row = tx.tables.table(rule.entity).alias("watched")
    condition = compile_expression(tx.app, rule.entity, rule.when)
    return sa.select(row.c.id).where(
        row.c.deleted_at.is_(None), to_sql(condition, tx.tables, row, context, mode="filter")
    )


def _present(rule: AlertRule) -> sa.ColumnElement[bool]:
    return sa.and_(ALERT.c.rule == rule.id, ALERT.c.left_at.is_(None))


def _close(tx: Transaction, rule: AlertRule, matches: sa.Table, now: datetime) -> int:
    still = sa.exists().where(matches.c.id == ALERT.c.record_id)
    done = tx.connection.execute(
        sa.update(ALERT)
        .where(_present(rule), sa.not_(still))
        .values(
            left_at=now, state=sa.case((ALERT.c.state == "open", "resolved"), else_=ALERT.c.state)
        )
    )
    return done.rowcount


def _still(tx: Transaction, rule: AlertRule) -> int:
    present = sa.select(sa.func.count()).select_from(ALERT).where(_present(rule))
    return tx.connection.scalar(present) or 0


def _open(
    tx: Transaction, rule: AlertRule, matches: sa.Table, context: Context, *, quiet: bool
) -> tuple[int, int]:
    """Open an alert for each record that enters; returns how many, and refusals of actions."""
    wording = Wording(tx.app, rule.entity, rule.message)
    acting = Acting(tx, rule)
    recipients = Recipients(tx)
    count = 0
    for rows in _entering(tx, rule, matches, context, wording, acting):
        alerts = [_alert_row(tx, rule, row, wording, context, quiet=quiet) for row in rows]
        ids = tx.connection.scalars(
            sa.insert(ALERT).returning(ALERT.c.id, sort_by_parameter_order=True), alerts
        ).all()
        for row, alert, alert_id in zip(rows, alerts, ids, strict=True):
            _note(rule, recipients, row, Entered(row["id"], alert_id, alert["message"]))
        if not quiet:
            acting.act(rows)
        count += len(rows)
    tell(tx, rule, recipients, context.now, quiet=quiet)
    return count, acting.refused


def _entering(
    tx: Transaction,
    rule: AlertRule,
    matches: sa.Table,
    context: Context,
    wording: Wording,
    acting: Acting,
) -> Iterator[list[dict[str, Any]]]:
    """Who enters, in chunks, with what their messages, actions and recipients need."""
    row = tx.tables.table(rule.entity).alias("entering")
    owner = _owner_field(tx, rule)
    people = [
        tx.tables.column(row, rule.entity, field_id).label(f"told_{field_id}")
        for field_id in _told_fields(rule)
    ]
    found = (
        sa.select(
            row.c.id,
            (tx.tables.column(row, rule.entity, owner) if owner else sa.null()).label("owner"),
            *people,
            *wording.columns(tx, row, context),
            *acting.columns(row, context),
        )
        .where(row.c.id.in_(sa.select(matches.c.id)), *_may_enter(rule, row, context))
        .order_by(row.c.id)
        .limit(_CHUNK)
    )
    last = 0
    while True:
        rows = [dict(one) for one in tx.connection.execute(found.where(row.c.id > last)).mappings()]
        if not rows:
            return
        last = rows[-1]["id"]
        yield rows


def _may_enter(
    rule: AlertRule, row: sa.FromClause, context: Context
) -> Iterator[sa.ColumnElement[bool]]:
    """Not here already, and not so shortly after leaving that the rule wants its rest."""
    yield sa.not_(sa.exists().where(_present(rule), ALERT.c.record_id == row.c.id))
    if rule.cooldown_days:
        lately = context.now - timedelta(days=rule.cooldown_days)
        yield sa.not_(
            sa.exists().where(
                ALERT.c.rule == rule.id, ALERT.c.record_id == row.c.id, ALERT.c.left_at > lately
            )
        )


def _owner_field(tx: Transaction, rule: AlertRule) -> str | None:
    fields = tx.app.entity(rule.entity).live_fields
    return next((one.id for one in fields if one.type == "owner"), None)


def _told_fields(rule: AlertRule) -> list[str]:
    told = [*rule.tell, *(one for action in rule.actions for one in action.tell)]
    return sorted(set(fields_told(told)))


def _note(rule: AlertRule, recipients: Recipients, row: dict[str, Any], entered: Entered) -> None:
    fields = {one: row[f"told_{one}"] for one in _told_fields(rule)}
    notified = [one for action in rule.actions if action.kind == "notify" for one in action.tell]
    recipients.note([*rule.tell, *notified], row["owner"], fields, entered)


def _alert_row(
    tx: Transaction,
    rule: AlertRule,
    row: dict[str, Any],
    wording: Wording,
    context: Context,
    *,
    quiet: bool,
) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "entity": rule.entity,
        "record_id": row["id"],
        "state": "open",
        "severity": rule.severity,
        "owner": row["owner"],
        "entered_at": context.now,
        "message": wording.texts(row, tx.zone),
        "quiet": quiet,
    }
