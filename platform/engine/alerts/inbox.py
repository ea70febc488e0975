"""The alert inbox: open alerts as their reader may see them, and what people do with one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...metadata.model import AlertRule, label_text
from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..errors import Invalid, Malformed, NotFound
from ..records.rows import titles_of
from ..system_tables import ALERT, MEMBER
from ..transaction import Transaction
from .wording import readable_message

LARGEST_PAGE = 500
STATES = ("open", "snoozed", "dismissed", "resolved")
_URGENCY = {"high": 0, "medium": 1, "low": 2}
_LEAST_URGENT = 3
_MOST_ID = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class AlertRequest:
    """Which alerts: `state` is one of STATES; rule and entity by id or name; `mine` by owner.

    `record_id` or several `record_ids` go with `entity`. `limit` is at most 500.
    """

    state: str = "open"
    mine: bool = False
    rule: str | None = None
    entity: str | None = None
    record_id: int | None = None
    record_ids: tuple[int, ...] | None = None
    severity: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert for its reader; texts are in their language, without what they may not read."""

    id: int
    rule: str
    rule_name: str
    label: str
    entity: str
    record_id: int
    title: str
    message: str
    severity: str
    state: str
    owner: int | None
    owner_name: str | None
    entered_at: datetime
    left_at: datetime | None
    acknowledged_at: datetime | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A page of alerts, the most urgent first, then the newest, and where the next begins."""

    alerts: tuple[AlertView, ...]
    next_cursor: str | None


def inbox(tx: Transaction, caller: Caller, request: AlertRequest) -> AlertPage:
    """The alerts that the caller asks for, on records that they may see.

    Malformed for a wrong state, severity or cursor. A fixed number of statements, plus one for
    each entity that the page's alerts are about.
    """
    if not 1 <= request.limit <= LARGEST_PAGE:
        raise Malformed.because("query.limit", pointer="/limit", most=LARGEST_PAGE)
    urgency = sa.case(_URGENCY, value=ALERT.c.severity, else_=_LEAST_URGENT)
    found = (
        sa.select(ALERT, MEMBER.c.name.label("owner_name"), urgency.label("urgency"))
        .select_from(ALERT.outerjoin(MEMBER, MEMBER.c.id == ALERT.c.owner))
        .where(_wanted(tx, caller, request), _seen(tx, caller))
        .order_by(urgency, ALERT.c.id.desc())
        .limit(request.limit + 1)
    )
    if request.cursor is not None:
        level, last = _read_cursor(request.cursor)
        found = found.where(sa.or_(urgency > level, sa.and_(urgency == level, ALERT.c.id < last)))
    rows = list(tx.connection.execute(found))
    shown = rows[: request.limit]
    wanted: dict[str, set[int]] = {}
    for row in shown:
        wanted.setdefault(row.entity, set()).add(row.record_id)
    titles = titles_of(tx, caller, wanted)
    following = _cursor(shown[-1]) if len(rows) > request.limit else None
    return AlertPage(tuple(_view(tx, caller, row, titles) for row in shown), following)


def count_open(tx: Transaction, caller: Caller, *, mine: bool = False) -> int:
    """How many open alerts the caller may see."""
    request = AlertRequest(mine=mine)
    return (
        tx.connection.scalar(
            sa.select(sa.func.count())
            .select_from(ALERT)
            .where(_wanted(tx, caller, request), _seen(tx, caller))
        )
        or 0
    )


def one(tx: Transaction, caller: Caller, alert_id: int) -> AlertView:
    """An alert by its id, open or not; NotFound where the caller may not see its record."""
    row = tx.connection.execute(
        sa.select(ALERT, MEMBER.c.name.label("owner_name"))
        .select_from(ALERT.outerjoin(MEMBER, MEMBER.c.id == ALERT.c.owner))
        .where(ALERT.c.id == alert_id, _seen(tx, caller))
    ).first()
    if row is None:
        raise NotFound.because("alert.unknown", id=alert_id)
    return _view(tx, caller, row, titles_of(tx, caller, {row.entity: {row.record_id}}))


def words_of(tx: Transaction, caller: Caller, ids: Collection[int]) -> dict[int, str]:
    """What alerts say, by their ids; those on records that the caller may not see are left out."""
    if not ids:
        return {}
    found = sa.select(ALERT.c.id, ALERT.c.rule, ALERT.c.message).where(
        ALERT.c.id.in_(sorted(ids)), _seen(tx, caller)
    )
    words = {}
    for row in tx.connection.execute(found):
        rule = tx.app.rules.get(row.rule)
        label = rule.text(caller.locale) if rule else row.rule
        words[row.id] = _message(tx, caller, rule, row.message, label)
    return words


def acknowledge(tx: Transaction, caller: Caller, alert_id: int) -> AlertView:
    """Say that somebody has seen to an alert; it stays open until its condition ends."""
    one(tx, caller, alert_id)
    _set(tx, alert_id, acknowledged_at=tx.now, acknowledged_by=caller.member_id)
    return one(tx, caller, alert_id)


def snooze(tx: Transaction, caller: Caller, alert_id: int, until: datetime) -> AlertView:
    """Take an alert out of the inbox until an instant; Invalid for one that has passed."""
    one(tx, caller, alert_id)
    if until <= tx.now:
        raise Invalid.because("alert.snooze_past", pointer="/until")
    _set(tx, alert_id, snoozed_until=until)
    return one(tx, caller, alert_id)


def resolve(tx: Transaction, caller: Caller, alert_id: int) -> AlertView:
    """Close an alert by hand: dismissed until its record leaves the rule and enters it again."""
    one(tx, caller, alert_id)
    _set(tx, alert_id, state="dismissed", closed_by=caller.member_id)
    return one(tx, caller, alert_id)


def _set(tx: Transaction, alert_id: int, **values: object) -> None:
    tx.connection.execute(
        sa.update(ALERT).where(ALERT.c.id == alert_id, ALERT.c.left_at.is_(None)).values(**values)
    )


def _wanted(tx: Transaction, caller: Caller, request: AlertRequest) -> sa.ColumnElement[bool]:
    conditions = [_in_state(request.state, tx.now)]
    if request.mine:
        conditions.append(ALERT.c.owner == caller.member_id)
    if request.rule is not None:
        conditions.append(ALERT.c.rule == _id_of(tx.app.rules, request.rule))
    if request.entity is not None:
        conditions.append(ALERT.c.entity == _id_of(tx.app.entities, request.entity))
    if request.record_id is not None:
        conditions.append(ALERT.c.record_id == request.record_id)
    if request.record_ids is not None:
        conditions.append(ALERT.c.record_id.in_(request.record_ids))
    if request.severity is not None:
        if request.severity not in _URGENCY:
            raise Malformed.because("alert.severity", severity=request.severity)
        conditions.append(ALERT.c.severity == request.severity)
    return sa.and_(*conditions)


def _in_state(state: str, now: datetime) -> sa.ColumnElement[bool]:
    asleep = sa.and_(ALERT.c.snoozed_until.is_not(None), ALERT.c.snoozed_until > now)
    if state == "open":
        return sa.and_(ALERT.c.state == "open", sa.not_(asleep))
    if state == "snoozed":
        return sa.and_(ALERT.c.state == "open", asleep)
    if state not in STATES:
        raise Malformed.because("alert.state", state=state, states=", ".join(STATES))
    return ALERT.c.state == state


def _seen(tx: Transaction, caller: Caller) -> sa.ColumnElement[bool]:
    """Alerts on live records that the caller may read: one condition an entity that is watched."""
    arms = []
    for entity_id in sorted({rule.entity for rule in tx.app.rules.values()}):
        if not access.may(tx.app, caller, entity_id, "read"):
            continue
        row = tx.tables.table(entity_id).alias(f"seen_{entity_id}")
        conditions = [row.c.id == ALERT.c.record_id, row.c.deleted_at.is_(None)]
        allowed = access.row_predicate(tx, caller, entity_id, row)
        if allowed is not None:
            conditions.append(allowed)
        arms.append(sa.and_(ALERT.c.entity == entity_id, sa.exists().where(*conditions)))
    return sa.or_(sa.false(), *arms)


def _view(
    tx: Transaction,
    caller: Caller,
    row: sa.Row[tuple[object, ...]],
    titles: Mapping[tuple[str, int], str],
) -> AlertView:
    rule = tx.app.rules.get(row.rule)
    label = rule.text(caller.locale) if rule else row.rule
    return AlertView(
        id=row.id,
        rule=row.rule,
        rule_name=rule.name if rule else row.rule,
        label=label,
        entity=row.entity,
        record_id=row.record_id,
        title=titles.get((row.entity, row.record_id), ""),
        message=_message(tx, caller, rule, row.message, label),
        severity=row.severity,
        state=row.state,
        owner=row.owner,
        owner_name=row.owner_name,
        entered_at=row.entered_at,
        left_at=row.left_at,
        acknowledged_at=row.acknowledged_at,
        snoozed_until=row.snoozed_until,
    )


def _message(
    tx: Transaction,
    caller: Caller,
    rule: AlertRule | None,
    texts: Mapping[str, str],
    label: str,
) -> str:
    if rule is None or not readable_message(tx.app, caller, rule.entity, rule.message):
        return label
    return label_text(texts, caller.locale, label)


def _id_of(things: Mapping[str, object], name: str) -> str:
    for key, thing in things.items():
        if getattr(thing, "name", None) == name:
            return key
    return name


def _cursor(row: sa.Row[tuple[object, ...]]) -> str:
    return base64.urlsafe_b64encode(f"{row.urgency}.{row.id}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[int, int]:
    try:
        read = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        level, last = (int(part) for part in read.decode().split("."))
        if not (0 <= level <= _LEAST_URGENT and 0 < last <= _MOST_ID):
            raise ValueError
    except (ValueError, binascii.Error) as error:
        raise Malformed(Problem("query.cursor", {}, pointer="/cursor")) from error
    return level, last
