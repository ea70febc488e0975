"""The room of what is archived: brought back or deleted for good, in the draft."""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.metadata.problems import Problem
from fieldstone.metadata.tombstones import place_of

from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.studio.archived import archived_of, named, place_in, purgeable
from ...show.studio.frame import Studio, studio_of
from ...show.studio.things import text_of
from ...studio_paths import StudioPaths
from ...words import say
from .refusals import line


def room(visit: Visit) -> str:
    """Everything that is archived."""
    with visit.reading() as desk:
        return _room(desk, ())


def _room(desk: Desk, refused: Iterable[Problem]) -> str:
    studio = studio_of(desk, "put_away")
    return render(
        desk,
        "studio/archived.html",
        studio.paths.start,
        studio=studio,
        archived=archived_of(studio),
        purgeable=purgeable(studio),
        refused=[_line(studio, one) for one in refused],
    )


def _line(studio: Studio, problem: Problem) -> str:
    """A problem in a sentence; what still refers to something by what both are called."""
    if problem.id != "purge.used":
        return line(problem, studio.desk.locale)
    place = place_of(str(problem.params["name"]))
    where = place_in(studio, problem.document or "", problem.pointer)
    return say("archived.used", studio.desk.locale, place=where, name=named(studio, place))


def purge(visit: Visit) -> Response | tuple[str, int]:
    """Delete what is archived for good, once the draft is reviewed and published."""
    thing = request.form.get("thing", "")
    try:
        visit.write(lambda desk: drafts.purge(desk.tx, desk.caller, [thing]))
    except (Conflict, Invalid) as error:
        with visit.reading() as desk:
            return _room(desk, error.problems), error.status
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


def restore(visit: Visit) -> Response:
    """Bring a whole document back, with everything that it had."""
    key = request.form.get("thing", "")

    def work(desk: Desk) -> str:
        studio = studio_of(desk)
        kind, _, identity = key.partition("/")
        document = drafts.find(studio.draft, kind, identity)
        data = {name: value for name, value in document.data.items() if name != "archived"}
        drafts.put_sound(desk.tx, desk.caller, [document.with_data(data)])
        name = text_of(document.data, desk.locale)
        notice(desk, say("studio.brought_back", desk.locale, name=name))
        return studio.paths.archived

    return redirect(visit.write(work), 303)
