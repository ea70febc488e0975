"""The home of a workspace: the menu's first page, and a person's own page of what is due."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from ..desk import Desk, Visit
from ..rendering import page as render
from ..show.home import Refusal, home_of
from ..show.shell import menu_of
from ..words import say


def start(visit: Visit) -> Response:
    """The way to the first entry of the menu."""
    with visit.reading() as desk:
        entries = menu_of(desk, "")
        target = entries[0].href if entries else desk.paths.alerts
    return redirect(target, 303)


def today(visit: Visit) -> str:
    """What is due for whoever asks."""
    with visit.reading() as desk:
        return show(desk)


def show(desk: Desk, refusal: Refusal | None = None) -> str:
    """The page of what is due, perhaps with why something on it was not done."""
    path = desk.paths.today
    entry = next((one for one in menu_of(desk, path) if one.current), None)
    title = entry.text if entry else say("home.title", desk.locale)
    return render(desk, "home.html", path, home=home_of(desk), title=title, refusal=refusal)
