"""What is due, done from the line that lists it: one press, its way back, the composer in place."""

from __future__ import annotations

from flask import abort, make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import records
from fieldstone.engine.errors import Refused

from .. import security
from ..desk import Desk, Visit
from ..rendering import fragment, notice
from ..show.due import finishing, leads
from ..show.forms import sorted_problems
from ..show.home import Refusal
from ..show.lists import MOST_COLUMNS
from ..show.naming import called, title_of
from ..show.related import composer_of
from ..words import say
from . import home, stages


def finish(visit: Visit, entity: str, record_id: int) -> Response:
    """Say that the record is done, and offer the way back."""

    def done(desk: Desk) -> str:
        found = desk.entity(entity)
        way = finishing(desk, found) or abort(404)
        field, option = way
        before = records.get(desk.tx, desk.caller, found.id, record_id, titles=False)
        was = before.values.get(field.id)
        values = {field.name: option.name}
        now = records.update(desk.tx, desk.caller, found.id, record_id, stages.version(), values)
        old = field.option(was) if was else None
        back = was != option.id and leads(field, option.id, was)
        notice(
            desk,
            say("home.finished", desk.locale, what=before.title, state=option.text(desk.locale)),
            undo=desk.paths.act(found.name, record_id, "reopen") if back else None,
            undo_text=say("record.undo", desk.locale),
            fields={
                "version": str(now.version),
                "to": old.name if old else "",
                "next": _next(desk),
            },
        )
        return _next(desk)

    try:
        return redirect(visit.write(done), 303)
    except Refused as error:
        return _refused(visit, entity, record_id, error)


def reopen(visit: Visit, entity: str, record_id: int) -> Response:
    """Put back what the record's state was before it was done."""

    def back(desk: Desk) -> str:
        found = desk.entity(entity)
        field, _ = finishing(desk, found) or abort(404)
        to = request.form.get("to", "")
        record = records.update(
            desk.tx, desk.caller, found.id, record_id, stages.version(), {field.name: to or None}
        )
        option = field.option_named(to)
        state = option.text(desk.locale) if option else say("value.empty", desk.locale)
        notice(desk, say("home.reopened", desk.locale, what=title_of(desk, record), state=state))
        return _next(desk)

    try:
        return redirect(visit.write(back), 303)
    except Refused as error:
        return _refused(visit, entity, record_id, error)


def compose(visit: Visit, entity: str, record_id: int) -> str:
    """The record's composer as a line below its own, ready to type."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        composer = composer_of(desk, found, record, back=_next(desk)) or abort(404)
        columns = request.args.get("columns", "")
        span = int(columns) if columns.isascii() and columns.isdigit() and len(columns) < 4 else 1
        return fragment(
            "due_composer.html",
            composer=composer,
            title=called(desk, record),
            span=min(max(span, 1), MOST_COLUMNS),
        )


def _next(desk: Desk) -> str:
    return security.safe_target(request.values.get("next"), desk.paths.today)


def _refused(visit: Visit, entity: str, record_id: int, error: Refused) -> Response:
    """The page of what is due, with why nothing was written and the form that can say more."""
    if error.status in (401, 403, 404):
        raise error
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id, titles=False)
        _, whole = sorted_problems(error.problems, (), desk.locale)
        refusal = Refusal(
            text=say("home.kept", desk.locale, what=title_of(desk, record)),
            problems=whole,
            mend=desk.paths.act(found.name, record_id, "edit", next=desk.paths.today),
        )
        return make_response(home.show(desk, refusal), error.status)
