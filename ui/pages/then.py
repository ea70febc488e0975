"""The page of a record as it was at an earlier moment, and going back to that."""

from __future__ import annotations

from datetime import timedelta

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import as_of, records
from fieldstone.engine.errors import Refused

from ..desk import Desk, Visit
from ..rendering import notice
from ..rendering import page as render
from ..show.then import then_of
from ..words import say
from . import stages


def page(visit: Visit, entity: str, record_id: int) -> str:
    """The record of then, and what going back would change."""
    with visit.reading() as desk:
        return _render(desk, entity, record_id, request.args.get("at", ""))


def revert(visit: Visit, entity: str, record_id: int) -> Response:
    """Go back, say what stayed, and offer to undo it."""
    form = request.form

    def reverted(desk: Desk) -> str:
        found = desk.entity(entity)
        at = as_of.moment_of(desk.tx, form.get("at", ""), "/at")
        done = records.revert(
            desk.tx, desk.caller, found.id, record_id, stages.version(), at,
            reason=form.get("reason") or None,
        )  # fmt: skip
        comma = say("list.comma", desk.locale)
        stayed = comma.join(one.field.text(desk.locale) for one in done.left)
        key = "then.done_but" if stayed else "then.done"
        notice(
            desk,
            say(key, desk.locale, n=len(done.fields), fields=stayed),
            undo=desk.paths.act(found.name, record_id, "revert") if done.fields else None,
            undo_text=say("record.undo", desk.locale),
            fields={
                "version": str(done.record.version),
                "at": (desk.tx.now - timedelta(microseconds=1)).isoformat(),
            },
        )
        return desk.paths.record(found.name, record_id)

    try:
        target = visit.write(reverted)
    except Refused as error:
        if error.status in (400, 401, 403, 404):
            raise
        return _refused(visit, entity, record_id, error)
    return redirect(target, 303)


def _refused(visit: Visit, entity: str, record_id: int, error: Refused) -> Response:
    with visit.reading() as desk:
        problems = tuple(one.text(desk.locale) for one in error.problems)
        if error.status == 412:
            problems = (say("record.moved_on_hint", desk.locale),)
        shown = _render(desk, entity, record_id, request.form.get("at", ""), problems)
        return make_response(shown, error.status)


def _render(
    desk: Desk, entity: str, record_id: int, at: str, problems: tuple[str, ...] = ()
) -> str:
    found = desk.entity(entity)
    moment = as_of.moment_of(desk.tx, at, "/at")
    model = then_of(desk, found, record_id, moment, problems)
    return render(desk, "then.html", desk.paths.list(found.name), then=model)
