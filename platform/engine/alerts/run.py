"""Alert rules at work: one statement finds who matches; who entered, stays or left follows from it.

An alert is open from the run that first finds its record until the run that no longer does. One
that a person closed while its condition still held is dismissed: it stays closed until the record
has left and enters again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import AlertRule
from ...rules import Context
from .. import failpoints
from ..column_types import RECORD_ID
from ..system_tables import ALERT
from ..transaction import Transaction
from ..work import jobs, schedules
from ..work.jobs import Job
from ..workspaces import Workspace
from .actions import Acting
from .matching import everybody, holds, may_enter, note, people, present
from .recipients import Recipients
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


MATCHES = sa.Table(
    "_matches",
    sa.MetaData(),
    sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
    sa.Column("before", sa.Boolean(), nullable=False),
    sa.Column("now", sa.Boolean(), nullable=False),
    prefixes=["TEMPORARY"],
)
"""Records that match now, or whose alert says that they did: what a run finds before it writes."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run found: records that match, and of them and the others who enters and leaves."""

    rule: AlertRule
    context: Context
    matches: int
    entering: int
    leaving: int


def run(
    workspace: Workspace, rules: Iterable[str] | None = None, *, now: datetime | None = None
) -> list[AlertReport]:
    """Evaluate the rules of those names or ids (all active ones by default), one after the other.

    `now` stands for the present instant where a person asks "what if". NotFound names every rule
    that there is not.
    """
    with workspace.reading() as tx:
        chosen = schedules.chosen(tx.app.rules, rules, "alert_rule.unknown")
    reports = []
    for rule_id in chosen:
        reports.append(_run(workspace, rule_id, now))
        failpoints.hit("alerts.after_rule")
    return reports


def do_job(workspace: Workspace, job: Job) -> None:
    """Evaluate the rule that a scheduled job names; nothing if it is gone by now."""

    def scan(tx: Transaction) -> _Found | None:
        rule = tx.app.rules.get(job.payload["rule"])
        return _look(tx, rule, tx.now) if rule and rule.active and not rule.archived else None

    def write(tx: Transaction, found: _Found | None) -> None:
        jobs.finish(tx, job)
        if found is not None:
            _write(tx, found)

    with jobs.held(workspace, job):
        workspace.scanning(MATCHES, scan, write)


def _run(workspace: Workspace, rule_id: str, now: datetime | None) -> AlertReport:
    def scan(tx: Transaction) -> _Found:
        return _look(tx, tx.app.rules[rule_id], now or tx.now)

    return workspace.scanning(MATCHES, scan, _write)


def _look(tx: Transaction, rule: AlertRule, now: datetime) -> _Found:
    """Find who matches, by one statement over all records, and who did not before or no longer."""
    context = Context(now, tx.zone)
    row = tx.tables.table(rule.entity).alias("watched")
    here = sa.exists().where(present(rule), ALERT.c.record_id == row.c.id)
    found = everybody(tx, rule, row, context)
    matching = sa.select(row.c.id, here, sa.true()).select_from(found.source).where(*found.where)
    tx.connection.execute(MATCHES.insert().from_select(["id", "before", "now"], matching))
    matches = sa.exists().where(MATCHES.c.id == ALERT.c.record_id)
    left = sa.select(ALERT.c.record_id, sa.true(), sa.false())
    left = left.where(present(rule), sa.not_(matches))
    tx.connection.execute(MATCHES.insert().from_select(["id", "before", "now"], left))
    counted = sa.select(MATCHES.c.before, MATCHES.c.now, sa.func.count())
    counts = {
        (one[0], one[1]): one[2]
        for one in tx.connection.execute(counted.group_by(MATCHES.c.before, MATCHES.c.now))
    }
    entering, leaving = counts.get((False, True), 0), counts.get((True, False), 0)
    return _Found(rule, context, entering + counts.get((True, True), 0), entering, leaving)


def _write(tx: Transaction, found: _Found) -> AlertReport:
    """Close what left, open what entered and act on it, where that is still so."""
    rule, context = found.rule, found.context
    quiet = schedules.last_evaluated(tx, "alert", rule.id) is None
    left = _close(tx, rule, context) if found.leaving else 0
    entered, refused = _open(tx, rule, context, quiet=quiet) if found.entering else (0, 0)
    still = _still(tx, rule) - entered
    report = AlertReport(rule.id, found.matches, entered, still, left, quiet, refused)
    schedules.evaluated(tx, "alert", rule.id, asdict(report))
    return report


def _turning(tx: Transaction, *, now: bool) -> Iterator[list[int]]:
    """The ids of who enters (matches `now`) or leaves, in chunks.

    They are given as numbers to the statements that look at them again, so that the condition is
    tried on these records alone, whatever the database thinks of the temporary table.
    """
    turning = sa.select(MATCHES.c.id).where(MATCHES.c.now == now, MATCHES.c.before != now)
    chunk = turning.order_by(MATCHES.c.id).limit(_CHUNK)
    last = 0
    while ids := list(tx.connection.scalars(chunk.where(MATCHES.c.id > last))):
        last = ids[-1]
        yield ids


def _close(tx: Transaction, rule: AlertRule, context: Context) -> int:
    row = tx.tables.table(rule.entity).alias("leaving")
    holding = sa.select(row.c.id).where(*holds(tx, rule, row, context))
    left = 0
    for ids in _turning(tx, now=False):
        back = set(tx.connection.scalars(holding.where(row.c.id.in_(ids))))
        gone = [one for one in ids if one not in back]
        done = tx.connection.execute(
            sa.update(ALERT)
            .where(present(rule), ALERT.c.record_id.in_(gone))
            .values(
                left_at=context.now,
                state=sa.case((ALERT.c.state == "open", "resolved"), else_=ALERT.c.state),
            )
        )
        left += done.rowcount
    return left


def _still(tx: Transaction, rule: AlertRule) -> int:
    found = sa.select(sa.func.count()).select_from(ALERT).where(present(rule))
    return tx.connection.scalar(found) or 0


def _open(tx: Transaction, rule: AlertRule, context: Context, *, quiet: bool) -> tuple[int, int]:
    """Open an alert for each record that enters; returns how many, and refusals of actions."""
    wording = Wording(tx.app, rule.entity, rule.message)
    acting = Acting(tx, rule)
    recipients = Recipients(tx)
    count = 0
    for rows in _entering(tx, rule, context, wording, acting):
        alerts = [_alert_row(tx, rule, row, wording, context, quiet=quiet) for row in rows]
        ids = tx.connection.scalars(
            sa.insert(ALERT).returning(ALERT.c.id, sort_by_parameter_order=True), alerts
        ).all()
        entered = [
            Entered(row["id"], alert_id, alert["message"])
            for row, alert, alert_id in zip(rows, alerts, ids, strict=True)
        ]
        for row, one in zip(rows, entered, strict=True):
            note(rule, recipients, row, one)
        if not quiet:
            acting.act(rows, entered)
        count += len(rows)
    acting.finish(context.now)
    tell(tx, rule, recipients, context.now, quiet=quiet)
    return count, acting.refused


def _entering(
    tx: Transaction,
    rule: AlertRule,
    context: Context,
    wording: Wording,
    acting: Acting,
) -> Iterator[list[dict[str, Any]]]:
    """Who enters, in chunks, with what their messages, actions and recipients need."""
    row = tx.tables.table(rule.entity).alias("entering")
    found = (
        sa.select(
            row.c.id,
            *people(tx, rule, row),
            *wording.columns(tx, row, context),
            *acting.columns(row, context),
        )
        .where(*holds(tx, rule, row, context), *may_enter(rule, row, context))
        .order_by(row.c.id)
    )
    for ids in _turning(tx, now=True):
        rows = tx.connection.execute(found.where(row.c.id.in_(ids))).mappings().all()
        if rows:
            yield [dict(one) for one in rows]


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
