"""Notifications: what a member is told of, and where; each chooses for themselves."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import notifications
from fieldstone.engine.notifications import KINDS, Ways

from ..desk import Desk, Visit
from ..rendering import notice
from ..rendering import page as render
from ..words import say


def choices(visit: Visit) -> str:
    """What the reader chose, kind by kind."""
    with visit.reading() as desk:
        return render(
            desk,
            "notifications.html",
            desk.paths.notifications,
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
    return redirect(visit.paths.notifications, 303)
