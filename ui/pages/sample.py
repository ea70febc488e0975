"""The sample data of a workspace: how much there is, and the button that removes it."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from fieldstone.engine import members, samples

from ..desk import Visit
from ..rendering import notice
from ..rendering import page as render
from ..words import say


def page(visit: Visit) -> str:
    """How many sample records there are."""
    with visit.reading() as desk:
        members.require_right(desk.app, desk.caller)
        return render(desk, "sample.html", "", count=samples.count(desk.tx))


def remove(visit: Visit) -> Response:
    """Move them to the recycle bin, and nothing else."""
    with visit.reading() as desk:
        caller = desk.caller
    done = samples.remove(visit.workspace, caller)
    with visit.reading() as desk:
        text = say("sample.removed", visit.locale, n=done.removed)
        if done.kept:
            text += " " + say("sample.kept", visit.locale, n=done.kept)
        notice(desk, text)
    return redirect(visit.paths.people("sample"), 303)
