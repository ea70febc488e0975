"""What a member was told: their notifications, with the rights that they have now.

The words of an alert and the way to its record are there only while its reader may see both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..metadata.messages import render
from ..metadata.model import label_text
from . import access
from .access import Caller
from .alerts.inbox import words_of
from .bulk.telling import PAGE as BULK_PAGE
from .errors import NotFound
from .imports import rights
from .imports.telling import PAGE as IMPORT_PAGE
from .publishing.asked import PAGE as DRAFT_PAGE
from .samples.removal import PAGE as SAMPLE_PAGE
from .system_tables import IMPORT, NOTIFICATION
from .transaction import Transaction

MOST = 500


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification as its reader sees it, in their language.

    It leads to a record (`entity`, `record_id`), to the alerts of a `rule`, to an import
    (`import_id`; of an `entity` whose imports its reader may not open: to its records), or nowhere.
    """

    id: int
    kind: str
    title: str
    body: str
    at: datetime
    read_at: datetime | None
    alert_id: int | None = None
    entity: str | None = None
    record_id: int | None = None
    rule: str | None = None
    import_id: int | None = None
    imports: bool = False
    """Whether the reader may open the page of the import."""

    bulk_id: int | None = None
    """The bulk change that it leads to."""

    sample: bool = False
    """Whether it leads to the page of the sample data."""
    draft: bool = False
    """Whether it leads to the review of its reader's draft."""


def listed(
    tx: Transaction,
    caller: Caller,
    *,
    before: int | None = None,
    limit: int = 50,
    unread: bool = False,
) -> list[Notification]:
    """The caller's notifications, newest first, from below the id `before`; perhaps only unread.

    Three statements at most, whatever their number.
    """
    found = (
        sa.select(NOTIFICATION)
        .where(NOTIFICATION.c.member_id == caller.member_id)
        .order_by(NOTIFICATION.c.id.desc())
        .limit(max(1, min(limit, MOST)))
    )
    if before is not None:
        found = found.where(NOTIFICATION.c.id < before)
    if unread:
        found = found.where(NOTIFICATION.c.read_at.is_(None))
    rows = tx.connection.execute(found).all()
    return _told(tx, caller, rows)


def opened(tx: Transaction, caller: Caller, notification_id: int) -> Notification:
    """One of the caller's notifications, which is read from now on; NotFound for any other."""
    mine = sa.and_(
        NOTIFICATION.c.id == notification_id, NOTIFICATION.c.member_id == caller.member_id
    )
    row = tx.connection.execute(sa.select(NOTIFICATION).where(mine)).first()
    if row is None:
        raise NotFound.because("notification.unknown", number=notification_id)
    if row.read_at is None:
        tx.connection.execute(sa.update(NOTIFICATION).where(mine).values(read_at=tx.now))
    return _told(tx, caller, [row])[0]


def _told(tx: Transaction, caller: Caller, rows: Iterable[sa.Row[Any]]) -> list[Notification]:
    rows = list(rows)
    words = words_of(tx, caller, {one.alert_id for one in rows if one.alert_id is not None})
    into = _imported(tx, {one.record_id for one in rows if one.entity == IMPORT_PAGE})
    return [_one(tx, caller, row, words, into) for row in rows]


def _imported(tx: Transaction, ids: set[int]) -> dict[int, str]:
    """Into which entity imports went, by their number."""
    if not ids:
        return {}
    found = sa.select(IMPORT.c.id, IMPORT.c.entity).where(IMPORT.c.id.in_(sorted(ids)))
    return {row.id: row.entity for row in tx.connection.execute(found)}


def _one(
    tx: Transaction,
    caller: Caller,
    row: sa.Row[Any],
    words: dict[int, str],
    into: dict[int, str],
) -> Notification:
    known: dict[str, Any] = {}
    body = label_text(row.body or {}, caller.locale, "")
    if row.entity == IMPORT_PAGE:
        known = _import(tx, caller, into.get(row.record_id), row.record_id)
    elif row.entity == BULK_PAGE:
        known = {"bulk_id": row.record_id}
    elif row.entity == SAMPLE_PAGE:
        known = {"sample": True}
    elif row.entity == DRAFT_PAGE:
        known = {"draft": True}
    elif row.alert_id is not None:
        # What a rule said of a record is only for who may read it now.
        body = words.get(row.alert_id) or render("notification.hidden", caller.locale, {})
        if row.alert_id in words:
            known = {"entity": row.entity, "record_id": row.record_id, "alert_id": row.alert_id}
    elif row.rule is not None and _may(tx, caller, row.entity):
        known = {"entity": row.entity, "rule": row.rule}
    return Notification(
        row.id,
        row.kind,
        label_text(row.title, caller.locale, row.kind),
        body,
        row.at,
        row.read_at,
        **known,
    )


def _import(
    tx: Transaction, caller: Caller, entity_id: str | None, import_id: int
) -> dict[str, Any]:
    if not _may(tx, caller, entity_id):
        return {}
    opens = rights.may_import(tx, caller, entity_id or "")
    return {"entity": entity_id, "import_id": import_id, "imports": opens}


def _may(tx: Transaction, caller: Caller, entity_id: str | None) -> bool:
    entity = tx.app.entities.get(entity_id or "")
    return entity is not None and access.may(tx.app, caller, entity.id, "read")
