"""Alerts as values for the templates: what is wrong, since when, why, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstone.engine.alerts import AlertView

from ..desk import Desk
from ..words import say
from .lists import Choice, Tab
from .naming import named
from .reasons import Reason


@dataclass(frozen=True)
class AlertItem:
    """One alert in the inbox or on the page of its record."""

    id: int
    severity: str
    message: str
    rule: str
    entity: str
    record: str
    href: str
    owner: str
    at: datetime
    when: str
    exact: str
    unread: bool
    acts: bool
    acknowledge: str | None
    snooze: str
    resolve: str
    why_href: str
    state_text: str = ""
    state_hue: str = "gray"
    why: Reason | None = None


@dataclass(frozen=True)
class Inbox:
    """The page of alerts: its tabs and filters, and the alerts of this page."""

    path: str
    state: str
    tabs: tuple[Tab, ...]
    severity: str
    rule: str
    rules: tuple[Choice, ...]
    alerts: tuple[AlertItem, ...]
    count_text: str
    first: str | None = None
    next: str | None = None


def items_of(desk: Desk, alerts: Sequence[AlertView]) -> tuple[AlertItem, ...]:
    """Alerts as their reader sees them."""
    return tuple(_item(desk, one) for one in alerts)


def _item(desk: Desk, one: AlertView) -> AlertItem:
    entity = desk.app.entities.get(one.entity)
    open_ = one.state == "open"
    text, tint = _state(desk, one)
    return AlertItem(
        id=one.id,
        severity=one.severity,
        message=one.message,
        rule=one.label,
        entity=entity.text(desk.locale) if entity else "",
        record=named(desk, one.entity, one.title),
        href=desk.paths.record(entity.name, one.record_id) if entity else "",
        owner=one.owner_name or "",
        at=one.entered_at,
        when=desk.formats.ago(one.entered_at),
        exact=desk.formats.exact(one.entered_at),
        unread=open_ and one.acknowledged_at is None,
        acts=open_,
        acknowledge=desk.paths.alert(one.id, "acknowledge")
        if open_ and one.acknowledged_at is None
        else None,
        snooze=desk.paths.alert(one.id, "snooze"),
        resolve=desk.paths.alert(one.id, "resolve"),
        why_href=desk.paths.alert(one.id, "why"),
        state_text=text,
        state_hue=tint,
    )


def _state(desk: Desk, one: AlertView) -> tuple[str, str]:
    """What became of the alert, where that is more than being new."""
    locale = desk.locale
    if one.state == "dismissed":
        return say("alert.dismissed", locale), "gray"
    if one.state == "resolved":
        return say("alert.resolved", locale), "success"
    if one.snoozed_until is not None and one.snoozed_until > desk.tx.now:
        return say(
            "alert.snoozed", locale, until=desk.formats.long_moment(one.snoozed_until)
        ), "info"
    if one.acknowledged_at is not None:
        return say("alert.acknowledged", locale), "info"
    return "", "gray"
