"""Notifications: short messages to members, grouped so that nobody gets fifty at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..metadata.messages import LOCALES, render
from ..metadata.model import label_text
from .access import Caller
from .system_tables import NOTIFICATION
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class Message:
    """What a member is told: texts by locale, and the record or alert it leads to, if one."""

    member_id: int
    kind: str
    title: Mapping[str, str]
    body: Mapping[str, str]
    key: str | None = None
    entity: str | None = None
    record_id: int | None = None
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification as its reader sees it, in their language."""

    id: int
    kind: str
    title: str
    body: str
    at: datetime
    read_at: datetime | None
    entity: str | None
    record_id: int | None
    alert_id: int | None


def send(tx: Transaction, messages: Sequence[Message]) -> None:
    """Put messages into their members' lists; one with a key that was used before is left out."""
    keys = [one.key for one in messages if one.key is not None]
    used = set(
        tx.connection.scalars(sa.select(NOTIFICATION.c.key).where(NOTIFICATION.c.key.in_(keys)))
        if keys
        else ()
    )
    rows = [
        {
            "member_id": one.member_id,
            "kind": one.kind,
            "key": one.key,
            "alert_id": one.alert_id,
            "entity": one.entity,
            "record_id": one.record_id,
            "title": dict(one.title),
            "body": dict(one.body),
            "at": tx.now,
        }
        for one in messages
        if one.key not in used
    ]
    if rows:
        tx.connection.execute(sa.insert(NOTIFICATION), rows)


def sentence(key: str, **params: object) -> dict[str, str]:
    """A sentence of the catalogues in every language of the product."""
    return {locale: render(key, locale, params) for locale in LOCALES}


def unread(tx: Transaction, caller: Caller) -> int:
    """How many notifications the caller has not read."""
    return (
        tx.connection.scalar(
            sa.select(sa.func.count())
            .select_from(NOTIFICATION)
            .where(NOTIFICATION.c.member_id == caller.member_id, NOTIFICATION.c.read_at.is_(None))
        )
        or 0
    )


def listed(
    tx: Transaction, caller: Caller, *, before: int | None = None, limit: int = 50
) -> list[Notification]:
    """The caller's notifications, newest first, from below the id `before`."""
    found = (
        sa.select(NOTIFICATION)
        .where(NOTIFICATION.c.member_id == caller.member_id)
        .order_by(NOTIFICATION.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(NOTIFICATION.c.id < before)
    return [
        Notification(
            row.id,
            row.kind,
            label_text(row.title, caller.locale, row.kind),
            label_text(row.body or {}, caller.locale, ""),
            row.at,
            row.read_at,
            row.entity,
            row.record_id,
            row.alert_id,
        )
        for row in tx.connection.execute(found)
    ]


def mark_read(tx: Transaction, caller: Caller, *, up_to: int | None = None) -> int:
    """Mark the caller's notifications as read, those up to an id or all; returns how many."""
    mine = sa.and_(NOTIFICATION.c.member_id == caller.member_id, NOTIFICATION.c.read_at.is_(None))
    if up_to is not None:
        mine = sa.and_(mine, NOTIFICATION.c.id <= up_to)
    return tx.connection.execute(
        sa.update(NOTIFICATION).where(mine).values(read_at=tx.now)
    ).rowcount
