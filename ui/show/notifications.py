"""Notifications as their reader sees them: what happened, when, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstone.engine.notified import Notification

from ..bulk_paths import BulkPaths
from ..desk import Desk
from ..import_paths import ImportPaths
from ..paths import with_query
from ..studio_paths import StudioPaths

_ICONS = {"alert": "bell", "import": "table", "work": "history"}


@dataclass(frozen=True)
class Told:
    """One notification in the list or below the bell."""

    title: str
    body: str
    icon: str
    kind: str
    href: str | None
    unread: bool
    at: datetime
    when: str
    exact: str


def told(desk: Desk, found: Sequence[Notification]) -> tuple[Told, ...]:
    """Notifications for a page; their links mark them as read on the way."""
    return tuple(_told(desk, one) for one in found)


def _told(desk: Desk, one: Notification) -> Told:
    return Told(
        title=one.title,
        body=one.body,
        icon=_ICONS.get(one.kind, "bell"),
        kind=one.kind,
        href=desk.paths.told(str(one.id)) if place_of(desk, one) else None,
        unread=one.read_at is None,
        at=one.at,
        when=desk.formats.ago(one.at),
        exact=desk.formats.exact(one.at),
    )


def place_of(desk: Desk, one: Notification) -> str | None:
    """The page that a notification leads to, if there is one that its reader may open."""
    if one.bulk_id is not None:
        return BulkPaths(desk.paths.slug).one(one.bulk_id)
    if one.sample:
        return desk.paths.people("sample")
    if one.draft:
        return StudioPaths(desk.paths.slug).review
    entity = desk.app.entities.get(one.entity or "")
    if entity is None:
        return None
    if one.import_id is not None:
        if one.imports:
            return f"{ImportPaths(desk.paths.slug).history}/{one.import_id}/"
        return desk.paths.list(entity.name, brought=str(one.import_id))
    if one.record_id is not None:
        return desk.paths.record(entity.name, one.record_id)
    rule = desk.app.rules.get(one.rule or "")
    return with_query(desk.paths.alerts, {"rule": rule.name}) if rule else None
