"""The room of modules: which parts of the application are on."""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid
from fieldstone.metadata.problems import Problem

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.studio.frame import Studio, studio_of
from ...show.studio.modules import parts_of
from ...show.studio.uses import place_of
from ...studio_paths import StudioPaths
from ...words import say
from .refusals import line


def room(visit: Visit) -> str:
    """The modules, those that are on checked."""
    with visit.reading() as desk:
        return _room(desk)


def switch(visit: Visit) -> Response | tuple[str, int]:
    """Put what is checked into the draft, to be reviewed and published like any change."""
    shown, wanted = set(request.form.getlist("shown")), set(request.form.getlist("on"))
    try:
        visit.write(lambda desk: drafts.switch(desk.tx, desk.caller, shown - wanted, wanted))
    except Invalid as error:
        with visit.reading() as desk:
            return _room(desk, error.problems, wanted), error.status
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


def _room(desk: Desk, refused: Iterable[Problem] = (), wanted: set[str] | None = None) -> str:
    studio = studio_of(desk, "modules")
    parts = parts_of(studio)
    on = {one.id for one in parts if one.on} if wanted is None else wanted
    return render(
        desk,
        "studio/modules.html",
        studio.paths.start,
        studio=studio,
        parts=parts,
        on=on,
        refused=[_told(studio, one) for one in refused],
    )


def _told(studio: Studio, problem: Problem) -> str:
    """A problem with its place in words."""
    locale = studio.desk.locale
    text = line(problem, locale)
    found = next((one for one in studio.draft.documents if one.path == problem.document), None)
    if found is None or found.kind == "app":
        return text
    return say(
        "modules.at", locale, place=place_of(studio.app, found, problem.pointer, locale), text=text
    )
