"""The template: what the workspace changed of it, and later versions that may come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts, upgrades
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.upgrades import Choice
from fieldstone.metadata.documents import Document
from fieldstone.metadata.problems import Problem

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.studio.following import changed_of, coming_of, template_of
from ...show.studio.frame import studio_of
from ...studio_paths import StudioPaths
from ...words import say
from .refusals import line

_SIDES: Mapping[str, Choice] = {"ours": "ours", "theirs": "theirs", "both": "both"}
_FIELD = "choice:"


def room(visit: Visit) -> str:
    """The template with its later version, and what was changed of it."""
    with visit.reading() as desk:
        return _room(desk)


def _room(desk: Desk, refused: Iterable[str] = (), checked: Iterable[str] = ()) -> str:
    studio = studio_of(desk, "template")
    follows = template_of(desk)
    return render(
        desk,
        "studio/template.html",
        studio.paths.start,
        studio=studio,
        follows=follows,
        changed=changed_of(desk) if follows else None,
        refused=list(refused),
        checked=frozenset(checked),
    )


def go_back(visit: Visit) -> Response | tuple[str, int]:
    """Put what the template has at the places that are checked into the draft."""
    places = request.form.getlist("place")
    if not places:
        with visit.reading() as desk:
            return _room(desk, [say("template.none_checked", desk.locale)]), 422
    try:
        visit.write(lambda desk: drafts.reset(desk.tx, desk.caller, places))
    except (Conflict, Invalid) as error:
        with visit.reading() as desk:
            lines = [line(one, desk.locale) for one in error.problems]
            return _room(desk, lines, places), error.status
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


def upgrade(visit: Visit) -> str:
    """Everything that an upgrade would do, under the choices that were made on the page."""
    with visit.reading() as desk:
        return _upgrade(desk, ())


def _upgrade(desk: Desk, refused: Iterable[Problem]) -> str:
    studio = studio_of(desk, "template")
    coming = coming_of(desk, _wanted(desk), _choices())
    lines = [line(one, desk.locale) for one in refused if one.id != "upgrade.undecided"]
    return render(
        desk,
        "studio/upgrade.html",
        studio.paths.start,
        studio=studio,
        coming=coming,
        undecided=any(one.id == "upgrade.undecided" for one in refused),
        refused=lines,
        problems=[line(one, desk.locale) for one in coming.problems],
    )


def bring(visit: Visit) -> Response | tuple[str, int]:
    """Put the upgrade into the draft, to be reviewed and published like any."""

    def work(desk: Desk) -> None:
        studio_of(desk)
        found = upgrades.prepare(desk.tx, desk.caller, _wanted(desk), _choices())
        drafts.bring(desk.tx, desk.caller, found)

    try:
        visit.write(work)
    except (Conflict, Invalid) as error:
        with visit.reading() as desk:
            return _upgrade(desk, error.problems), error.status
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


def _wanted(desk: Desk) -> tuple[Document, ...]:
    """The documents of the version in the address, else of the newest; NotFound for none."""
    base = upgrades.base(desk.tx)
    version = request.args.get("to", "")
    reference = f"{base.name}@{version}" if version else base.name
    return desk.visit.installation.templates.get(reference).documents


def _choices() -> dict[str, Choice]:
    """What holds at a place, as the page says it; of a box and what stands for it unchecked, the
    last.
    """
    said = {
        name.removeprefix(_FIELD): request.form.getlist(name)[-1]
        for name in request.form
        if name.startswith(_FIELD)
    }
    return {place: _SIDES[side] for place, side in said.items() if side in _SIDES}
