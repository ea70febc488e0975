"""Schedules of a workspace: a row for each rule and tier scheme that says when it is due next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

import sqlalchemy as sa

from ...metadata.model import AlertRule, App, TierScheme
from ...metadata.model.named import find_named
from ...metadata.problems import Problem
from ...rules.schedule import latest_due, next_due
from ..errors import NotFound
from ..insert import insert_new
from ..system_tables import ALERT, JOB, RULE_STATE
from ..transaction import Transaction

_Ruled = TypeVar("_Ruled", AlertRule, TierScheme)
Kind = Literal["alert", "tier"]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A rule or tier scheme that runs by schedule: its cron line, and a hash of its content."""

    kind: Kind
    rule: str
    cron: str
    definition: str


def scheduled(app: App) -> Iterator[Scheduled]:
    """Everything of an app that runs by schedule: active, not archived, with a cron line."""
    kinds: Sequence[tuple[Kind, Iterable[AlertRule | TierScheme]]] = (
        ("alert", app.rules.values()),
        ("tier", app.schemes.values()),
    )
    for kind, things in kinds:
        for thing in things:
            if thing.schedule and thing.active and not thing.archived:
                yield Scheduled(kind, thing.id, thing.schedule, definition(thing))


def definition(thing: AlertRule | TierScheme) -> str:
    """A hash of what a rule decides by; it changes when the rule must be evaluated anew."""
    content = {
        key: value
        for key, value in asdict(thing).items()
        if key not in ("name", "label", "description", "aliases", "message", "schedule")
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def sync(tx: Transaction) -> datetime | None:
    """Bring the rows in step with the app in force; returns the earliest due time, or None.

    A new rule is due at its next time from now. One whose definition changed forgets when it was
    evaluated, so that its next run is a quiet one. Rows of rules that are gone are deleted, and
    their open alerts resolved. The control database learns of the earliest time before the
    transaction commits.
    """
    _resolve_gone(tx)
    known = {
        (row.kind, row.rule): row for row in tx.connection.execute(sa.select(RULE_STATE)).all()
    }
    wanted = {(one.kind, one.rule): one for one in scheduled(tx.app)}
    for key in known.keys() - wanted.keys():
        tx.connection.execute(sa.delete(RULE_STATE).where(_is(*key)))
    for key, one in wanted.items():
        due = next_due(one.cron, tx.zone, tx.now)
        if key not in known:
            tx.connection.execute(
                sa.insert(RULE_STATE).values(
                    kind=one.kind, rule=one.rule, definition=one.definition, next_due_at=due
                )
            )
            continue
        changes: dict[str, object] = {}
        if known[key].definition != one.definition:
            changes |= {"definition": one.definition, "last_evaluated_at": None}
        if known[key].next_due_at is None or known[key].next_due_at > due:
            changes["next_due_at"] = due
        if changes:
            tx.connection.execute(sa.update(RULE_STATE).where(_is(*key)).values(**changes))
    following = earliest(tx)
    if following is not None:
        tx.workspace.control.lower_next_due(tx.workspace.id, following)
    return following


def _resolve_gone(tx: Transaction) -> None:
    live = [one.id for one in tx.app.rules.values() if one.active and not one.archived]
    tx.connection.execute(
        sa.update(ALERT)
        .where(ALERT.c.left_at.is_(None), ALERT.c.rule.not_in(live))
        .values(left_at=tx.now, state="resolved")
    )


def earliest(tx: Transaction) -> datetime | None:
    """The earliest due time of all schedules, or None where there is none."""
    found: datetime | None = tx.connection.scalar(sa.select(sa.func.min(RULE_STATE.c.next_due_at)))
    return found


def hasten(tx: Transaction, kind: Kind, rule: str) -> bool:
    """Make a rule due now, so that the next tick makes a job of it; False for one that is off."""
    if not any((one.kind, one.rule) == (kind, rule) for one in scheduled(tx.app)):
        return False
    insert_new(tx.connection, RULE_STATE, {"kind": kind, "rule": rule})
    tx.connection.execute(sa.update(RULE_STATE).where(_is(kind, rule)).values(next_due_at=tx.now))
    tx.workspace.control.lower_next_due(tx.workspace.id, tx.now)
    return True


@dataclass(frozen=True, slots=True)
class State:
    """How a rule stands: when it ran last and with which report, when it is due, if it waits.

    `waiting` is true from the moment it is due until a worker has evaluated it.
    """

    last_evaluated_at: datetime | None = None
    last_run: Mapping[str, Any] | None = None
    next_due_at: datetime | None = None
    waiting: bool = False


def states(tx: Transaction, kind: Kind) -> Mapping[str, State]:
    """How each rule of a kind stands, by its id; one that never was due is not in it."""
    prefix = f"{kind}:"
    working = sa.select(JOB.c.payload).where(
        JOB.c.kind == kind, JOB.c.key.startswith(prefix), JOB.c.state.in_(("queued", "running"))
    )
    busy = {one["rule"] for one in tx.connection.scalars(working)}
    rows = tx.connection.execute(sa.select(RULE_STATE).where(RULE_STATE.c.kind == kind))
    return {
        row.rule: State(
            row.last_evaluated_at,
            row.last_run,
            row.next_due_at,
            row.rule in busy or (row.next_due_at is not None and row.next_due_at <= tx.now),
        )
        for row in rows
    }


def take_due(tx: Transaction) -> list[tuple[Scheduled, datetime]]:
    """What is due now, each with the instant it was due; its next due time is written.

    After a pause only the latest missed instant is given: what is true then is what matters, and
    the rows entered in between are found by it.
    """
    wanted = {(one.kind, one.rule): one for one in scheduled(tx.app)}
    rows = tx.connection.execute(
        sa.select(RULE_STATE.c.kind, RULE_STATE.c.rule, RULE_STATE.c.next_due_at)
        .where(RULE_STATE.c.next_due_at <= tx.now)
        .order_by(RULE_STATE.c.next_due_at, RULE_STATE.c.kind.desc(), RULE_STATE.c.rule)
    ).all()
    due: list[tuple[Scheduled, datetime]] = []
    for row in rows:
        one = wanted.get((row.kind, row.rule))
        if one is None:
            tx.connection.execute(sa.delete(RULE_STATE).where(_is(row.kind, row.rule)))
            continue
        at = latest_due(one.cron, tx.zone, row.next_due_at, tx.now) or row.next_due_at
        tx.connection.execute(
            sa.update(RULE_STATE)
            .where(_is(row.kind, row.rule))
            .values(next_due_at=next_due(one.cron, tx.zone, tx.now))
        )
        due.append((one, at))
    return due


def evaluated(tx: Transaction, kind: Kind, rule: str, report: object) -> None:
    """Note that a rule was evaluated now, and what it found."""
    values = {"last_evaluated_at": tx.now, "last_run": report}
    done = tx.connection.execute(sa.update(RULE_STATE).where(_is(kind, rule)).values(**values))
    if not done.rowcount:
        tx.connection.execute(sa.insert(RULE_STATE).values(kind=kind, rule=rule, **values))


def find(declared: Mapping[str, _Ruled], name: str, unknown: str) -> _Ruled:
    """The rule or scheme, not archived, of that name, former name or id.

    NotFound with the problem `unknown`, which names those that there are.
    """
    live = [one for one in declared.values() if not one.archived]
    found = find_named(live, name) or next((one for one in live if one.id == name), None)
    if found is None:
        known = ", ".join(sorted(one.name for one in live))
        raise NotFound.because(unknown, name=name, known=known)
    return found


def chosen(declared: Mapping[str, _Ruled], names: Iterable[str] | None, unknown: str) -> list[str]:
    """The ids of the rules or schemes that `find` finds; by default of all active ones.

    NotFound tells of every name that there is not.
    """
    if names is None:
        return [one.id for one in declared.values() if one.active and not one.archived]
    ids: list[str] = []
    missing: list[Problem] = []
    for name in dict.fromkeys(names):
        try:
            ids.append(find(declared, name, unknown).id)
        except NotFound as error:
            missing += error.problems
    if missing:
        raise NotFound(missing)
    return ids


def last_evaluated(tx: Transaction, kind: Kind, rule: str) -> datetime | None:
    """When a rule was evaluated last, or None: never, or its definition changed since.

    Another run of the rule waits here until this transaction is over, the first run of all too.
    """
    insert_new(tx.connection, RULE_STATE, {"kind": kind, "rule": rule})
    found: datetime | None = tx.connection.scalar(
        sa.select(RULE_STATE.c.last_evaluated_at).where(_is(kind, rule)).with_for_update()
    )
    return found


def _is(kind: str, rule: str) -> sa.ColumnElement[bool]:
    return sa.and_(RULE_STATE.c.kind == kind, RULE_STATE.c.rule == rule)
