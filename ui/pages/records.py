"""The page of a record, and what one does there: move it, tick, write down, delete, restore."""

from __future__ import annotations

from dataclasses import replace

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import alerts, merges, query, records, samples
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.errors import Forbidden, Invalid, Malformed, NotFound, Refused
from fieldstone.engine.records import preview
from fieldstone.engine.records.record import Record
from fieldstone.engine.records.stage import locked_in
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import ProblemsError

from .. import security
from ..desk import Desk, Visit
from ..rendering import fragment, notice
from ..rendering import page as render
from ..show.alerts import items_of
from ..show.beside import along, came_from, params_of, turns_of
from ..show.forms import sorted_problems
from ..show.lists import Tab
from ..show.naming import called, title_of
from ..show.records import RecordModel
from ..show.related import (
    Inverse,
    composed,
    composer_of,
    inverses_of,
    number_of,
    related_list,
    wire_values,
)
from ..show.sections import Reader
from ..show.stages import stepper_of
from ..show.timeline import timeline_of
from ..show.typed import Typed
from ..words import inside, say
from . import stages
from .asked import asked_of, request_of

_MOST_ALERTS = 5


def page(visit: Visit, entity: str, record_id: int) -> str | Response:
    """The record; one that was merged into another leads there."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        try:
            record = records.get(desk.tx, desk.caller, found.id, record_id)
        except NotFound:
            into = merges.survivor(desk.tx, desk.caller, found.id, record_id)
            if into is None:
                raise
            return redirect(desk.paths.record(found.name, into), 302)
        return _render(desk, found, _model(desk, found, record))


def beside(visit: Visit, entity: str, record_id: int) -> str:
    """The ways to the records before and after this one in the list that one came from."""
    question = came_from() or ""
    with visit.reading() as desk:
        asked = asked_of(desk, entity, params_of(question))
        try:
            wanted = request_of(desk, asked, ())
            found = query.neighbours(desk.tx, desk.caller, wanted, record_id)
        except (Invalid, Malformed, ProblemsError):
            found = None  # a list that can no longer be asked for
        ways = found and turns_of(desk, asked.entity, found, question)
        return fragment("beside.html", ways=ways)


def timeline(visit: Visit, entity: str, record_id: int) -> str:
    """More events of the timeline, those of one kind, or the other way round."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        asked = request.args
        more = timeline_of(
            desk, found, record, asked.get("at"), asked.get("kind"), asked.get("order")
        )
        if request.headers.get("HX-Request") and asked.get("at"):
            return fragment("events.html", timeline=more)
        return _render(desk, found, replace(_model(desk, found, record), timeline=more))


def move(visit: Visit, entity: str, record_id: int) -> Response:
    """Move the record to a stage; what that stage still needs is asked for on the spot."""
    typed = stages.posted()
    to = request.form.get("to", "")
    try:
        visit.write(lambda desk: stages.move(desk, entity, record_id, to, typed))
    except Refused as error:
        return _refuse_move(visit, entity, record_id, to, typed, error)
    return redirect(visit.paths.record(entity, record_id, **along()), 303)


def _refuse_move(
    visit: Visit, entity: str, record_id: int, to: str, typed: dict[str, Typed], error: Refused
) -> Response:
    if error.status in (401, 403, 404):
        raise error
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        model = _model(desk, found, record)
        locale = desk.locale
        if error.status == 412:
            model = replace(model, refusal=say("record.moved_on", locale),
                            problems=(say("record.moved_on_hint", locale),))  # fmt: skip
        else:
            asking = stages.asking(desk, found, record, to, typed, error)
            model = replace(model, stages=stepper_of(desk, found, record, asking))
        return make_response(_render(desk, found, model), error.status)


def tick(visit: Visit, entity: str, record_id: int) -> Response:
    """Tick a key action of the stage, or take the tick back."""
    form = request.form

    def ticked(desk: Desk) -> str:
        found = desk.entity(entity)
        records.tick(
            desk.tx, desk.caller, found.id, record_id,
            form.get("stage", ""), form.get("item", ""), done=form.get("on") == "1",
        )  # fmt: skip
        return desk.paths.record(found.name, record_id, **along())

    return redirect(visit.write(ticked), 303)


def compose(visit: Visit, entity: str, record_id: int, inverse: str) -> Response:
    """Write down what happened, as a new record that points here."""
    posted = stages.posted()

    def written(desk: Desk) -> str:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        at = _composer_at(desk, found, inverse)
        values = wire_values(desk, at.entity, posted)
        values[at.field.name] = str(record.id)
        records.create(desk.tx, desk.caller, at.entity.id, values)
        what = inside(at.entity.text(desk.locale), desk.locale)
        notice(desk, say("form.created", desk.locale, what=what))
        own = desk.paths.record(found.name, record_id, **along())
        return security.safe_target(request.form.get("next"), own)

    try:
        target = visit.write(written)
    except Refused as error:
        return _refuse_composed(visit, entity, record_id, posted, error)
    return redirect(target, 303)


def _composer_at(desk: Desk, entity: Entity, inverse: str) -> Inverse:
    found = composed(desk, entity)
    if found is None or found[0].name != inverse:
        raise NotFound.because(
            "entity.unknown", name=inverse, known=found[0].name if found else "-"
        )
    return found[0]


def _refuse_composed(
    visit: Visit, entity: str, record_id: int, posted: dict[str, Typed], error: Refused
) -> Response:
    if error.status in (401, 403, 404):
        raise error
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        empty = composer_of(desk, found, record)
        names = [slot.name for slot in (*empty.slots, empty.text)] if empty else []
        by_field, whole = sorted_problems(error.problems, names, desk.locale)
        back = security.safe_target(request.form.get("next"), "") or None
        composer = composer_of(desk, found, record, posted, by_field, whole, back)
        model = replace(_model(desk, found, record), composer=composer)
        return make_response(_render(desk, found, model), error.status)


def delete(visit: Visit, entity: str, record_id: int) -> Response:
    """Move the record to the recycle bin, and offer to bring it back."""

    def deleted(desk: Desk) -> str:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id, titles=False)
        records.delete(desk.tx, desk.caller, found.id, record_id, stages.version())
        notice(
            desk,
            say("record.gone", desk.locale, what=title_of(desk, record) or found.text(desk.locale)),
            undo=desk.paths.act(found.name, record_id, "restore"),
            undo_text=say("record.undo", desk.locale),
            fields={"version": str(record.version + 1)},
        )
        return _list_of(desk, found)

    try:
        target = visit.write(deleted)
    except Forbidden:
        raise
    except Refused as error:
        return _show_refusal(visit, entity, record_id, error)
    return redirect(target, 303)


def _show_refusal(visit: Visit, entity: str, record_id: int, error: Refused) -> Response:
    if error.status in (401, 403, 404):
        raise error
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        model = replace(
            _model(desk, found, record),
            refusal=say("record.kept", desk.locale),
            problems=tuple(problem.text(desk.locale) for problem in error.problems),
        )
        return make_response(_render(desk, found, model), error.status)


def restore(visit: Visit, entity: str, record_id: int) -> Response:
    """Bring a record back from the recycle bin."""

    def restored(desk: Desk) -> str:
        found = desk.entity(entity)
        back = records.restore(desk.tx, desk.caller, found.id, record_id, stages.version())
        notice(desk, say("record.back", desk.locale, what=back.title or found.text(desk.locale)))
        return desk.paths.record(found.name, record_id)

    return redirect(security.safe_target(request.form.get("next"), visit.write(restored)), 303)


def _render(desk: Desk, entity: Entity, model: RecordModel) -> str:
    return render(desk, "record.html", desk.paths.list(entity.name), record=model)


def _model(desk: Desk, entity: Entity, record: Record) -> RecordModel:
    seen = preview.of_change(desk.tx, desk.caller, entity.id, record.values, {})
    reader = Reader(desk, entity, record, seen)
    inverses = inverses_of(desk, entity)
    chosen = next((one for one in inverses if one.name == request.args.get("tab")), None)
    open_ = alerts.inbox(
        desk.tx,
        desk.caller,
        AlertRequest(entity=entity.id, record_id=record.id, limit=_MOST_ALERTS),
    )
    paths = desk.paths
    back = {"next": paths.record(entity.name, record.id, **along())} if came_from() else {}
    locked = locked_in(entity, record.values) is not None
    return RecordModel(
        title=called(desk, record),
        subtitle=reader.subtitle(),
        entity=entity.text(desk.locale),
        icon=entity.icon or "list",
        version=record.version,
        list_href=_list_of(desk, entity),
        beside=paths.act(entity.name, record.id, "beside", **along()) if came_from() else None,
        key=f"{entity.name}.{record.id}",
        facts=reader.facts(),
        tabs=_tabs(desk, entity, record, inverses, chosen),
        sections=() if chosen else reader.sections(),
        related=related_list(desk, entity, record, chosen) if chosen else None,
        stages=stepper_of(desk, entity, record),
        composer=composer_of(desk, entity, record),
        timeline=timeline_of(desk, entity, record),
        alerts=items_of(desk, open_.alerts),
        edit=paths.act(entity.name, record.id, "edit", **back)
        if desk.may("update", entity) and not locked
        else None,
        delete=paths.act(entity.name, record.id, "delete", **along())
        if desk.may("delete", entity) and not locked
        else None,
        sample=record.values.get("origin") == samples.ORIGIN,
    )


def _list_of(desk: Desk, entity: Entity) -> str:
    """The list that one came from, or the list as it opens."""
    return desk.paths.list(entity.name, **params_of(came_from() or "-"))


def _tabs(
    desk: Desk,
    entity: Entity,
    record: Record,
    inverses: tuple[Inverse, ...],
    chosen: Inverse | None,
) -> tuple[Tab, ...]:
    path = desk.paths.record(entity.name, record.id, **along())
    first = Tab(say("record.details", desk.locale), path, chosen is None)
    return (
        first,
        *(
            Tab(
                one.text(desk.locale),
                desk.paths.record(entity.name, record.id, tab=one.name, **along()),
                one is chosen,
                number_of(desk, one, record.id),
            )
            for one in inverses
        ),
    )
