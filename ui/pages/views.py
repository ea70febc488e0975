"""Members' own views: kept, renamed, deleted, and made the one that a list opens with."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import saved, views
from fieldstone.engine.views import OwnView
from fieldstone.metadata.model import Column

from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import notice
from ..words import say
from .asked import Asked, asked_of, columns_key, columns_of, default_key, widths_key


def save(visit: Visit, entity: str) -> Response:
    """Keep the list as it is asked as a new view of the member, under the name that was typed."""

    def put(desk: Desk) -> str:
        now = asked_of(desk, entity)
        given = " ".join(request.form.get("name", "").split())
        name = given or (now.view.text(desk.locale) if now.view else now.entity.text(desk.locale))
        return _kept(desk, now, OwnView(member_id=0, number=0, name=name, entity=now.entity.id))

    return redirect(visit.write(put), 303)


def overwrite(visit: Visit, entity: str) -> Response:
    """Keep the list as it is asked in the member's own view that it began with."""

    def put(desk: Desk) -> str:
        now, mine = _mine(desk, entity)
        return _kept(desk, now, mine)

    return redirect(visit.write(put), 303)


def rename(visit: Visit, entity: str) -> Response:
    """Give a view of the member another name."""

    def put(desk: Desk) -> str:
        now, mine = _mine(desk, entity)
        name = " ".join(request.form.get("name", "").split())
        views.keep(desk.tx, desk.caller, replace(mine, name=name or mine.name))
        return _here(desk, now)

    return redirect(visit.write(put), 303)


def delete(visit: Visit, entity: str) -> Response:
    """Delete a view of the member, and forget that the list opens with it."""

    def put(desk: Desk) -> str:
        now, mine = _mine(desk, entity)
        views.forget(desk.tx, desk.caller, mine)
        _forget_columns(desk, now)
        if saved.get(desk.tx, desk.caller, default_key(now.entity)) == mine.key:
            saved.put(desk.tx, desk.caller, default_key(now.entity), None)
        notice(desk, say("view.deleted", desk.locale, what=mine.name))
        return desk.paths.list(now.entity.name)

    return redirect(visit.write(put), 303)


def open_with(visit: Visit, entity: str) -> Response:
    """Let the list open with the view that is shown, for this member; or as it is declared."""

    def put(desk: Desk) -> str:
        now = asked_of(desk, entity)
        wanted = now.view.id if now.view and request.form.get("on") else None
        saved.put(desk.tx, desk.caller, default_key(now.entity), wanted)
        return _here(desk, now)

    return redirect(visit.write(put), 303)


def _mine(desk: Desk, entity: str) -> tuple[Asked, OwnView]:
    now = asked_of(desk, entity)
    if now.mine is None or now.mine.member_id != desk.caller.member_id:
        abort(404)
    return now, now.mine


def _kept(desk: Desk, now: Asked, view: OwnView) -> str:
    """Keep what is asked in a view, and tell the address of it."""
    spots = columns_of(desk, now.entity, now.view)
    condition = now.condition
    kept = views.keep(
        desk.tx,
        desk.caller,
        replace(
            view,
            filter=views.in_ids(desk.app, now.entity, condition) if condition else "",
            sort=now.sort,
            columns=tuple(
                Column(path=tuple(one.id for one in spot.fields), width=spot.width)
                for spot in spots
            ),
        ),
    )
    if kept is None:
        notice(desk, say("view.too_many", desk.locale, most=views.MOST))
        return with_query(desk.paths.list(now.entity.name), now.params())
    if view.number:
        _forget_columns(desk, now)
    notice(desk, say("view.saved", desk.locale, what=kept.name))
    return desk.paths.list(now.entity.name, view=kept.key)


def _forget_columns(desk: Desk, now: Asked) -> None:
    """Forget what the member set beside the view: it is in the view now, or gone with it."""
    for key in (columns_key(now.entity, now.view), widths_key(now.entity, now.view)):
        saved.put(desk.tx, desk.caller, key, None)


def _here(desk: Desk, now: Asked) -> str:
    view = now.view.name if now.view else None
    return with_query(desk.paths.list(now.entity.name), {**now.params(), "view": view})
