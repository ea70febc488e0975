"""Notifications: what a member was told, and what they wish to be told of, and where."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import notifications, notified
from fieldstone.engine.notifications import KINDS, Ways

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment, notice
from ..rendering import page as render
from ..show.lists import Tab
from ..show.notifications import place_of, told
from ..show.typed import record_id
from ..words import say

_PAGE = 30
_LATEST = 8


def listed(visit: Visit) -> str:
    """What the reader was told, the newest first; all of it, or what is not read yet."""
    unread = request.args.get("show") == "unread"
    with visit.reading() as desk:
        path = desk.paths.notifications
        before = record_id(request.args.get("at", ""))
        rows = notified.listed(desk.tx, desk.caller, before=before, limit=_PAGE + 1, unread=unread)
        show = "unread" if unread else None
        at = str(rows[_PAGE - 1].id) if len(rows) > _PAGE else None
        return render(
            desk,
            "told.html",
            path,
            told=told(desk, rows[:_PAGE]),
            tabs=(
                Tab(say("told.all", desk.locale), path, not unread),
                Tab(say("told.unread", desk.locale), with_query(path, {"show": "unread"}), unread),
            ),
            first=with_query(path, {"show": show}) if before else None,
            older=with_query(path, {"show": show, "at": at}) if at else None,
        )


def latest(visit: Visit) -> str:
    """The newest of it, for the bell on every page."""
    with visit.reading() as desk:
        rows = notified.listed(desk.tx, desk.caller, limit=_LATEST)
        return fragment("told_latest.html", told=told(desk, rows), desk=desk)


def open_one(visit: Visit, notification_id: int) -> Response:
    """Lead to what a notification is about; it is read now."""

    def target(desk: Desk) -> str:
        one = notified.opened(desk.tx, desk.caller, notification_id)
        return place_of(desk, one) or desk.paths.notifications

    return redirect(visit.write(target), 303)


def mark_read(visit: Visit) -> Response:
    """Say that all of them are read."""
    visit.write(lambda desk: notifications.mark_read(desk.tx, desk.caller))
    target = security.safe_target(request.form.get("next"), visit.paths.notifications)
    return redirect(target, 303)


def choices(visit: Visit) -> str:
    """What the reader chose, kind by kind."""
    with visit.reading() as desk:
        return render(
            desk,
            "notifications.html",
            desk.paths.told("choices"),
            choices=notifications.choices(desk.tx, desk.caller),
            mails=desk.visit.workspace.mails,
            address=desk.visit.account.email,
        )


def choose(visit: Visit) -> Response:
    """Keep what the reader chose: a box that is not sent is not ticked."""

    def kept(desk: Desk) -> None:
        before = notifications.choices(desk.tx, desk.caller)
        mails = desk.visit.workspace.mails
        wanted = {
            kind: Ways(
                app=f"{kind}.app" in request.form,
                mail=f"{kind}.mail" in request.form if mails else before[kind].mail,
            )
            for kind in KINDS
        }
        notifications.choose(desk.tx, desk.caller, wanted)
        notice(desk, say("notifications.kept", desk.locale))

    visit.write(kept)
    return redirect(visit.paths.told("choices"), 303)
