"""Alert rules at work: one look finds who matches; who entered, stays or left follows from it.

An alert is open from the run that first finds its record until the run that no longer does. One
that a person closed while its condition still held is dismissed: it stays closed until the record
has left and enters again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

import sqlalchemy as sa

from ...metadata.model import AlertRule
from ...rules import Context
from .. import failpoints
from ..column_types import CODE, RECORD_ID
from ..system_tables import ALERT
from ..transaction import Transaction
from ..work import jobs, schedules
from ..work.jobs import Job
from ..workspaces import Workspace
from .actions import Acting
from .matching import everybody, holds, may_enter, note, people, present
from .recipients import Recipients
from .telling import Entered, tell
from .together import rounds
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
    sa.Column("rule", CODE, primary_key=True),
    sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
    sa.Column("before", sa.Boolean(), nullable=False),
    sa.Column("now", sa.Boolean(), nullable=False),
    prefixes=["TEMPORARY"],
)
"""Records that match a rule now, or whose alert says that they did: what a run finds before it
writes."""


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
    """Evaluate the rules of those names or ids (all active ones by default), in that order.

    Those of one entity share a look at its records; each is written by itself and fails alone.
    `now` stands for the present instant where a person asks "what if". NotFound names every rule
    that there is not.
    """
    with workspace.reading() as tx:
        chosen = schedules.chosen(tx.app.rules, rules, "alert_rule.unknown")
        groups = list(rounds(tx.app, [tx.app.rules[one] for one in dict.fromkeys(chosen)]))

    def write(tx: Transaction, rule: str, found: _Found) -> AlertReport:
        tx.after_commit(_rule_is_done)
        return _write(tx, found)

    done: dict[str, AlertReport | Exception] = {}
    for group in groups:
        names = [one.id for one in group]
        done |= workspace.surveying(MATCHES, names, partial(_scan, now=now), write)
    for one in done.values():
        if isinstance(one, Exception):
            raise one
    return [cast("AlertReport", done[one]) for one in chosen]


def do_job(workspace: Workspace, job: Job) -> None:
    """Evaluate the rule that a scheduled job names; nothing if it is gone by now."""
    for error in _do_jobs(workspace, [job]).values():
        raise error


def _do_jobs(workspace: Workspace, found: Sequence[Job]) -> Mapping[int, Exception]:
    """Evaluate the rules of jobs by one look at the records; which failed, and why."""
    by_rule: dict[str, Job] = {one.payload["rule"]: one for one in found}

    def scan(tx: Transaction, names: Sequence[str]) -> Mapping[str, _Found | None]:
        rules = (tx.app.rules.get(one) for one in names)
        active = [one.id for one in rules if one and one.active and not one.archived]
        return {**dict.fromkeys(names), **_scan(tx, active)}

    def write(tx: Transaction, rule: str, found: _Found | None) -> None:
        tx.after_commit(_rule_is_done)
        jobs.finish(tx, by_rule[rule])
        if found is not None:
            _write(tx, found)

    with jobs.held(workspace, *found):
        done = workspace.surveying(MATCHES, list(by_rule), scan, write)
    return {by_rule[one].id: why for one, why in done.items() if isinstance(why, Exception)}


def _beside(tx: Transaction, job: Job, others: Sequence[Job]) -> Sequence[Job]:
    """The jobs whose rules are looked at along with a job's."""
    by_rule: dict[str, Job] = {}
    for one in (job, *others):
        rule = tx.app.rules.get(one.payload["rule"])
        if rule is not None:
            by_rule.setdefault(rule.id, one)
    first = tx.app.rules.get(job.payload["rule"])
    if first is None:
        return []
    rules = [tx.app.rules[one] for one in by_rule]
    group = next(rounds(tx.app, [one for one in rules if one.entity == first.entity]))
    return [by_rule[one.id] for one in group if one is not first]


def _rule_is_done() -> None:
    failpoints.hit("alerts.after_rule")


SHARED = jobs.Shared(_beside, _do_jobs)
"""Scheduled jobs of rules, several at once."""


def _scan(
    tx: Transaction, names: Sequence[str], now: datetime | None = None
) -> Mapping[str, _Found]:
    by_entity: dict[str, list[AlertRule]] = {}
    for rule in (tx.app.rules[one] for one in names):
        by_entity.setdefault(rule.entity, []).append(rule)
    found: dict[str, _Found] = {}
    for rules in by_entity.values():
        found |= _look(tx, rules, now or tx.now)
    return found


def _look(tx: Transaction, rules: Sequence[AlertRule], now: datetime) -> Mapping[str, _Found]:
    """Find who matches rules of an entity, by one statement, and who did not before or no more."""
    context = Context(now, tx.zone)
    found = everybody(tx, rules, tx.tables.table(rules[0].entity).alias("watched"), context)
    here = sa.exists().where(present(found.c.rule), ALERT.c.record_id == found.c.id)
    columns = [one.name for one in MATCHES.c]
    matching = sa.select(found.c.rule, found.c.id, here, sa.true())
    tx.connection.execute(MATCHES.insert().from_select(columns, matching))
    matches = sa.exists().where(MATCHES.c.rule == ALERT.c.rule, MATCHES.c.id == ALERT.c.record_id)
    left = sa.select(ALERT.c.rule, ALERT.c.record_id, sa.true(), sa.false()).where(
        ALERT.c.rule.in_([one.id for one in rules]), ALERT.c.left_at.is_(None), sa.not_(matches)
    )
    tx.connection.execute(MATCHES.insert().from_select(columns, left))
    kinds = (MATCHES.c.rule, MATCHES.c.before, MATCHES.c.now)
    counted = sa.select(*kinds, sa.func.count()).group_by(*kinds)
    counts = {tuple(one[:3]): one[3] for one in tx.connection.execute(counted)}

    def of(rule: str) -> tuple[int, int, int]:
        entering, leaving = counts.get((rule, False, True), 0), counts.get((rule, True, False), 0)
        return entering + counts.get((rule, True, True), 0), entering, leaving

    return {one.id: _Found(one, context, *of(one.id)) for one in rules}


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


def _turning(tx: Transaction, rule: AlertRule, *, now: bool) -> Iterator[list[int]]:
    """The ids of who enters (matches `now`) or leaves, in chunks.

    They are given as numbers to the statements that look at them again, so that the condition is
    tried on these records alone, whatever the database thinks of the temporary table.
    """
    turning = sa.select(MATCHES.c.id).where(
        MATCHES.c.rule == rule.id, MATCHES.c.now == now, MATCHES.c.before != now
    )
    chunk = turning.order_by(MATCHES.c.id).limit(_CHUNK)
    last = 0
    while ids := list(tx.connection.scalars(chunk.where(MATCHES.c.id > last))):
        last = ids[-1]
        yield ids


def _close(tx: Transaction, rule: AlertRule, context: Context) -> int:
    row = tx.tables.table(rule.entity).alias("leaving")
    holding = sa.select(row.c.id).where(*holds(tx, rule, row, context))
    left = 0
    for ids in _turning(tx, rule, now=False):
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
    for ids in _turning(tx, rule, now=True):
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
