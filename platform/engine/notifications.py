"""Notifications: short messages to members, grouped so that nobody gets fifty at once.

They stand in the product and go out by e-mail; each member chooses for each kind.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..metadata.messages import LOCALES, render
from . import saved
from .access import Caller
from .errors import Malformed
from .outbox.rows import Delivery, queue
from .system_tables import MEMBER, NOTIFICATION, SAVED
from .transaction import Transaction

KINDS = ("alert", "import", "work")
"""What people are told of: alerts, imports, and work that was given up."""

MOST_UNREAD = 100
"""So many are as many as any more, to who looks at every page at their number."""

_CHOICES = "notifications"


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a member is told of a kind of thing: in the product, and by e-mail."""

    app: bool = True
    mail: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """What a member is told: texts by locale, and what it leads to, if to anything.

    That is one record with its alert, or the alerts of a `rule`.
    """

    member_id: int
    kind: str
    title: Mapping[str, str]
    body: Mapping[str, str]
    key: str | None = None
    entity: str | None = None
    record_id: int | None = None
    alert_id: int | None = None
    rule: str | None = None


def send(tx: Transaction, messages: Sequence[Message]) -> None:
    """Tell members, each in the ways they chose; a message whose key was used is left out.

    What goes by e-mail is recorded in the outbox, where the installation has a mail server.
    """
    chosen = _choices(tx, {one.member_id for one in messages})
    used = _used(tx, [one.key for one in messages if one.key is not None])
    rows = [
        _row(tx, one)
        for one in messages
        if one.key not in used and _ways(chosen, one.member_id, one.kind).app
    ]
    if rows:
        tx.connection.execute(sa.insert(NOTIFICATION), rows)
    if tx.workspace.mails:
        wanted = [one for one in messages if _ways(chosen, one.member_id, one.kind).mail]
        reached = _with_address(tx, {one.member_id for one in wanted})
        queue(tx, [_letter(one) for one in wanted if one.member_id in reached])


def choices(tx: Transaction, caller: Caller) -> dict[str, Ways]:
    """Where the caller is told of each kind."""
    kept = saved.get(tx, caller, _CHOICES) or {}
    return {kind: Ways(**kept.get(kind, {})) for kind in KINDS}


def choose(tx: Transaction, caller: Caller, wanted: Mapping[str, Ways]) -> None:
    """Say where the caller is told of some kinds; Malformed for a kind that there is not."""
    for kind in wanted:
        if kind not in KINDS:
            raise Malformed.because("notification.kind", kind=kind, kinds=", ".join(KINDS))
    kept = {**choices(tx, caller), **wanted}
    value = {kind: {"app": ways.app, "mail": ways.mail} for kind, ways in kept.items()}
    saved.put(tx, caller, _CHOICES, value)


def _choices(tx: Transaction, members: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    rows = tx.connection.execute(
        sa.select(SAVED.c.member_id, SAVED.c.value).where(
            SAVED.c.member_id.in_(sorted(members)), SAVED.c.key == _CHOICES
        )
    )
    return {row.member_id: row.value for row in rows}


def _ways(chosen: Mapping[int, Mapping[str, Any]], member_id: int, kind: str) -> Ways:
    return Ways(**chosen.get(member_id, {}).get(kind, {}))


def _used(tx: Transaction, keys: Sequence[str]) -> set[str | None]:
    if not keys:
        return set()
    used = sa.select(NOTIFICATION.c.key).where(NOTIFICATION.c.key.in_(keys))
    return set(tx.connection.scalars(used))


def _with_address(tx: Transaction, members: Iterable[int]) -> set[int]:
    found = sa.select(MEMBER.c.id).where(
        MEMBER.c.id.in_(sorted(members)), MEMBER.c.active, MEMBER.c.email.is_not(None)
    )
    return set(tx.connection.scalars(found))


def _row(tx: Transaction, message: Message) -> dict[str, object]:
    return {
        "member_id": message.member_id,
        "kind": message.kind,
        "key": message.key,
        "alert_id": message.alert_id,
        "entity": message.entity,
        "record_id": message.record_id,
        "rule": message.rule,
        "title": dict(message.title),
        "body": dict(message.body),
        "at": tx.now,
    }


def _letter(message: Message) -> Delivery:
    content = {
        "title": dict(message.title),
        "body": dict(message.body),
        "entity": message.entity,
        "record_id": message.record_id,
        "alert_id": message.alert_id,
        "alerts": message.kind == "alert",
    }
    key = f"mail:{message.key or uuid.uuid4().hex}"
    return Delivery(key, "mail", message.kind, content, member_id=message.member_id)


def sentence(key: str, **params: object) -> dict[str, str]:
    """A sentence of the catalogues in every language of the product."""
    return {locale: render(key, locale, params) for locale in LOCALES}


def unread(tx: Transaction, caller: Caller) -> int:
    """How many notifications the caller has not read; from `MOST_UNREAD` on it is not counted."""
    mine = (NOTIFICATION.c.member_id == caller.member_id, NOTIFICATION.c.read_at.is_(None))
    some = sa.select(NOTIFICATION.c.id).where(*mine).limit(MOST_UNREAD).subquery()
    return tx.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def mark_read(tx: Transaction, caller: Caller, *, up_to: int | None = None) -> int:
    """Mark the caller's notifications as read, those up to an id or all; returns how many."""
    mine = sa.and_(NOTIFICATION.c.member_id == caller.member_id, NOTIFICATION.c.read_at.is_(None))
    if up_to is not None:
        mine = sa.and_(mine, NOTIFICATION.c.id <= up_to)
    return tx.connection.execute(
        sa.update(NOTIFICATION).where(mine).values(read_at=tx.now)
    ).rowcount
