"""The sample data of a workspace: how much there is, and the button that removes it."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import members, samples

from ..desk import Desk, Visit
from ..rendering import page as render
from ..words import say
from .imports.running import begin


def page(visit: Visit) -> str:
    """How many sample records there are, or how far their removal is."""
    with visit.reading() as desk:
        members.require_right(desk.app, desk.caller)
        count = samples.count(desk.tx)
        removal = samples.last(desk.tx, count)
        number = desk.formats.number
        progress = ""
        if removal is not None:
            done, total = number(removal.done, 0), number(removal.total, 0)
            progress = say("imports.progress", desk.locale, done=done, total=total)
        return render(
            desk,
            "sample.html",
            "",
            count=count,
            removal=removal,
            progress=progress,
            path=desk.paths.people("sample"),
        )


def act(visit: Visit) -> Response:
    """Have them moved to the recycle bin, or stop that; pressed twice it is done once."""

    def put(desk: Desk) -> None:
        if request.form.get("act") == "stop":
            samples.stop(desk.tx, desk.caller)
        else:
            begin(desk, lambda: samples.ask(desk.tx, desk.caller))

    visit.write(put)
    return redirect(visit.paths.people("sample"), 303)
