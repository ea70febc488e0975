"""Webhooks by page: how each endpoint is, and trying one that rests."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine.outbox import resting

from ..desk import Desk, Visit
from ..rendering import notice
from ..rendering import page as render
from ..show.webhooks import row_of
from ..words import say


def page(visit: Visit) -> str:
    """The endpoints, those that fail with why."""
    with visit.reading() as desk:
        rows = [row_of(desk, one) for one in resting.listed(desk.tx, desk.caller)]
        return render(desk, "webhooks.html", "", rows=rows)


def try_now(visit: Visit) -> Response:
    """Let what waits for an endpoint be sent at once."""
    name = request.form.get("endpoint", "")

    def work(desk: Desk) -> None:
        count = resting.try_now(desk.tx, desk.caller, name)
        notice(desk, say("webhooks.tried", desk.locale, n=count, name=name))

    visit.write(work)
    return redirect(visit.paths.people("webhooks"), 303)
