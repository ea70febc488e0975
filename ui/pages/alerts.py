"""The alert inbox: what rules found, why, and what people do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import alerts
from fieldstone.engine.alerts import AlertRequest, AlertView
from fieldstone.engine.alerts.explain import explain as explain_alert
from fieldstone.engine.alerts.inbox import count_open
from fieldstone.engine.alerts.inbox import one as one_alert
from fieldstone.engine.errors import Forbidden, NotFound

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..rendering import page as render
from ..show.alerts import Inbox, items_of
from ..show.lists import Choice, Tab
from ..show.reasons import Reason, missing, reason_of
from ..words import joined, say

_PAGE = 30
_TABS = ("open", "mine", "snoozed", "dismissed", "resolved")
_SEVERITIES = ("low", "medium", "high")
_WAKES = time(9, 0)


def inbox(visit: Visit) -> str:
    """The alerts, most urgent first."""
    with visit.reading() as desk:
        path = desk.paths.alerts
        return render(desk, "alerts.html", path, inbox=_inbox(desk, path))


def _inbox(desk: Desk, path: str) -> Inbox:
    state = request.args.get("state", "open")
    state = state if state in _TABS else "open"
    severity = request.args.get("severity", "")
    severity = severity if severity in _SEVERITIES else ""
    rules = [one for one in desk.app.rules.values() if not one.archived and _may(desk, one.entity)]
    rule = next((one for one in rules if one.name == request.args.get("rule")), None)
    asked = {"state": state, "severity": severity, "rule": rule.name if rule else ""}
    found = alerts.inbox(
        desk.tx,
        desk.caller,
        AlertRequest(
            state="open" if state == "mine" else state,
            mine=state == "mine",
            rule=rule.id if rule else None,
            severity=severity or None,
            limit=_PAGE,
            cursor=request.args.get("at") or None,
        ),
    )
    number = count_open(desk.tx, desk.caller) if state == "open" else None
    return Inbox(
        path=path,
        state=state,
        tabs=tuple(
            Tab(say(f"alerts.{one}", desk.locale), with_query(path, {"state": one}), one == state)
            for one in _TABS
        ),
        severity=severity,
        rule=asked["rule"],
        rules=tuple(Choice(one.name, one.text(desk.locale)) for one in rules),
        alerts=items_of(desk, found.alerts),
        count_text="" if number is None else say("alerts.count", desk.locale, n=number),
        first=with_query(path, asked) if request.args.get("at") else None,
        next=with_query(path, {**asked, "at": found.next_cursor}) if found.next_cursor else None,
    )


def _may(desk: Desk, entity_id: str) -> bool:
    entity = desk.app.entities.get(entity_id)
    return entity is not None and desk.may("read", entity)


def why(visit: Visit, alert_id: int) -> str:
    """Why the rule holds for the record: each condition with its value."""
    with visit.reading() as desk:
        alert = one_alert(desk.tx, desk.caller, alert_id)
        reason, note = _reason(desk, alert)
        if request.headers.get("HX-Request"):
            return fragment("why.html", why=reason, note=note)
        title = alert.message
        return render(
            desk, "why_page.html", desk.paths.alerts, why=reason, note=note, title=title,
            back=desk.paths.alerts,
        )  # fmt: skip


def _reason(desk: Desk, alert: AlertView) -> tuple[Reason | None, str]:
    """Why the rule holds, or a sentence where that cannot be told or holds no longer."""
    try:
        found = explain_alert(desk.tx, desk.caller, alert.rule, alert.record_id)
    except (Forbidden, NotFound) as error:
        return None, " ".join(problem.text(desk.locale) for problem in error.problems)
    reason = reason_of(desk, found.explanation)
    if found.matches:
        return reason, ""
    wanted = say("why.missing", desk.locale, what=missing(desk, found.explanation))
    return reason, joined([wanted, say("why.now_false", desk.locale)])


def acknowledge(visit: Visit, alert_id: int) -> Response | str:
    """Say that somebody has seen to it."""
    if request.headers.get("HX-Request"):

        def shown(desk: Desk) -> str:
            changed = alerts.acknowledge(desk.tx, desk.caller, alert_id)
            (item,) = items_of(desk, [changed])
            return fragment("alert_item.html", alert=item, on_record=False)

        return visit.write(shown)
    return _act(visit, lambda desk: alerts.acknowledge(desk.tx, desk.caller, alert_id))


def snooze(visit: Visit, alert_id: int) -> Response:
    """Take it out of the inbox until the morning some days from now."""
    text = request.form.get("days", "1")
    days = int(text) if text.isdigit() and 1 <= int(text) <= 90 else 1

    def act(desk: Desk) -> Any:
        day = desk.formats.today + timedelta(days=days)
        until = datetime.combine(day, _WAKES, desk.tx.zone)
        return alerts.snooze(desk.tx, desk.caller, alert_id, until)

    return _act(visit, act)


def resolve(visit: Visit, alert_id: int) -> Response:
    """Close it by hand."""
    return _act(visit, lambda desk: alerts.resolve(desk.tx, desk.caller, alert_id))


def _act(visit: Visit, act: Callable[[Desk], Any]) -> Response:
    visit.write(act)
    return redirect(security.safe_target(request.form.get("next"), visit.paths.alerts), 303)
