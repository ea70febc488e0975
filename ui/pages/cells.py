"""Cells of a list that are edited in place, and the widths of its columns.

A cell is a form of one field: read, judged and written by the same functions as the record's form.
"""

from __future__ import annotations

import json
from dataclasses import replace

from flask import abort, make_response, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query, records, saved
from fieldstone.engine.errors import NotFound, Refused, Stale, Unavailable
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.request import Pointing
from fieldstone.engine.records.update import changeable
from fieldstone.metadata.model import Field
from fieldstone.metadata.problems import Problem

from ..desk import Desk, Visit
from ..rendering import fragment
from ..show.cells import CellModel, why_not, with_reasons
from ..show.conflicts import conflict_of, said
from ..show.forms import Slot, read_before, sorted_problems
from ..show.lists import MOST_COLUMNS, Spot, headings, rows_of, spot_at
from ..show.typed import Typed, typed
from ..words import say
from .asked import view_named, widths_key
from .forms import Filling, changed_since, demanding, kept_of, missing_in, of_record, slots_of

NARROWEST, WIDEST = 56, 960
"""Pixels of a column."""
_VERSION, _BEFORE, _COLUMNS = "cell.version", "cell.before", "cell.columns"
"""What is sent beside the field's own inputs; no field can be called so."""


def edit(visit: Visit, entity: str, record_id: int, field: str) -> str:
    """The editor of a cell, or why there is none."""
    with visit.reading() as desk:
        filling = of_record(desk, entity, record_id)
        one = _field(filling, field)
        model = CellModel(label=one.text(desk.locale))
        slot = _slot(filling, one)
        why = _why(filling, one, slot)
        if why or slot is None or filling.record is None:
            return fragment("cell.html", cell=replace(model, why=why))
        model = replace(
            model,
            action=desk.paths.act(filling.entity.name, record_id, f"cell/{one.name}"),
            slot=slot,
            version=filling.record.version,
            before=_dumped(slot.values),
            along=_along(filling, slot),
        )
        return fragment("cell.html", cell=model)


def save(visit: Visit, entity: str, record_id: int, field: str) -> Response:
    """Write a cell and answer with the row as it is then; a refusal says why, and writes nothing.

    What another wrote meanwhile into other fields stays; of the same field both values are told.
    """
    sent = request.form.get(_VERSION, "")
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None
    try:
        why = _write(visit, entity, record_id, field, version)
    except Stale:
        return _merged(visit, entity, record_id, field)
    except Refused as error:
        return _refused(visit, entity, record_id, field, error)
    return _answer(visit, entity, record_id, field, 403 if why else 200, why=why)


def set_width(visit: Visit, entity: str) -> Response:
    """Keep how wide the member wants a column of a view; without a width it is as declared."""

    def put(desk: Desk) -> None:
        found = desk.entity(entity)
        spot = spot_at(desk, found, request.form.get("column", "").split("."))
        if spot is None:
            abort(404)
        key = widths_key(found, view_named(desk, found, request.form.get("view"))[1])
        widths = saved.get(desk.tx, desk.caller, key) or {}
        widths.pop(spot.ids, None)
        text = request.form.get("width", "")
        if text.isascii() and text.isdigit():
            widths[spot.ids] = min(max(int(text[:6]), NARROWEST), WIDEST)
        # Those that were set last are the ones that are still shown.
        kept = dict(list(widths.items())[-4 * MOST_COLUMNS :])
        saved.put(desk.tx, desk.caller, key, kept or None)

    visit.write(put)
    return make_response("", 204)


def _field(filling: Filling, name: str) -> Field:
    desk, entity = filling.desk, filling.entity
    one = access.field_for(desk.app, desk.caller, entity.id, name)
    if one is None:
        raise NotFound(access.unknown_field(desk.app, desk.caller, entity.id, name))
    return one


def _slot(filling: Filling, one: Field) -> Slot | None:
    """The field as the record's form has it; None where the form shows nothing to type."""
    found = slots_of(filling.maker({}), filling)
    return next((slot for slot in found if slot.name == one.name), None)


def _along(filling: Filling, slot: Slot) -> tuple[tuple[str, str], ...]:
    """The present values of the fields that the slot's picker follows."""
    record = filling.record
    found = []
    for name in slot.follows.split():
        one = filling.entity.field_named(name)
        value = record.values.get(one.id) if record and one else None
        if one:
            found.append((name, (typed(one, value, filling.desk.tx.zone) or ("",))[-1]))
    return tuple(found)


def _why(filling: Filling, one: Field, slot: Slot | None) -> str:
    """Why this cell of this record cannot be edited; nothing where it can."""
    desk, entity, record = filling.desk, filling.entity, filling.record
    general = why_not(desk, entity, Spot((one,), entity))
    if general:
        return general
    if record and not changeable(desk.tx, desk.caller, entity.id, {record.id: record}, "update"):
        problem = Problem("access.forbidden_record", {"id": record.id})
        return problem.text(desk.locale)
    return say("cell.not_now", desk.locale, what=one.text(desk.locale)) if slot is None else ""


def _write(visit: Visit, entity: str, record_id: int, field: str, version: int | None) -> str:
    """Write what was typed, as the form with this one change would; why not, if it is not open."""

    def change(desk: Desk) -> str:
        filling = of_record(desk, entity, record_id)
        one = _field(filling, field)
        why = _why(filling, one, _slot(filling, one))
        if why:
            return why
        before = slots_of(filling.maker({}), filling)
        now = {slot.name: slot.values for slot in before}
        # What the form lacked already is not asked of somebody who mends another field.
        lacking = {problem.pointer for problem in missing_in(before, filling, now)}
        posted = {**now, one.name: _typed(one)}
        slots = [
            slot
            for slot in slots_of(filling.maker(posted), filling)
            if slot.name == one.name or f"/{slot.name}" not in lacking
        ]
        began = {**now, **_began(one)}
        values = changed_since(filling, kept_of(slots, posted), began)
        with demanding(slots, filling, posted):
            records.update(desk.tx, desk.caller, filling.entity.id, record_id, version, values)
        return ""

    return visit.write(change)


def _merged(visit: Visit, entity: str, record_id: int, field: str) -> Response:
    """Write over another's change of other fields; of this field both values are told."""
    with visit.reading() as desk:
        filling = of_record(desk, entity, record_id)
        one = _field(filling, field)
        assert filling.record is not None
        found = conflict_of(
            desk, filling.entity, filling.record, {one.name: _typed(one)}, _began(one)
        )
        version = filling.record.version
    if found.differs:
        return _answer(visit, entity, record_id, field, 412, taken=True)
    try:
        why = _write(visit, entity, record_id, field, version)
    except Refused as error:
        return _refused(visit, entity, record_id, field, error)
    return _answer(visit, entity, record_id, field, 403 if why else 200, why=why)


def _refused(visit: Visit, entity: str, record_id: int, field: str, error: Refused) -> Response:
    if isinstance(error, Unavailable) or error.status in (401, 404):
        raise error
    _, whole = sorted_problems(error.problems, (), visit.locale)
    return _answer(visit, entity, record_id, field, error.status, problems=whole)


def _answer(
    visit: Visit,
    entity: str,
    record_id: int,
    field: str,
    status: int,
    *,
    why: str = "",
    problems: tuple[str, ...] = (),
    taken: bool = False,
) -> Response:
    """The row as it is now, and what was not written, why, and what had been typed."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        one = access.field_for(desk.app, desk.caller, found.id, field)
        model = CellModel(label=one.text(desk.locale) if one else "", why=why, problems=problems)
        model = _with_row(desk, model, entity, record_id)
        if one and status >= 400:
            model = replace(model, mine=said(desk, one, _typed(one)), taken=taken)
        if one and taken:
            filling = of_record(desk, entity, record_id)
            slot = _slot(filling, one)
            model = replace(
                model,
                version=filling.record.version if filling.record else None,
                before=_dumped(slot.values if slot else ()),
            )
        return make_response(fragment("cell.html", cell=model), status)


def _with_row(desk: Desk, model: CellModel, entity: str, record_id: int) -> CellModel:
    """The record's cells for the columns that the page shows; or that it is out of sight."""
    found = desk.entity(entity)
    names = request.form.get(_COLUMNS, "").split(",")[:MOST_COLUMNS]
    all_spots = [spot_at(desk, found, name.split(".")) for name in names]
    spots = [spot for spot in all_spots if spot]
    if not spots:
        return model
    asked = ListRequest(
        entity_id=found.id,
        where=(Pointing("id", record_id),),
        fields=tuple(spot.names for spot in spots),
        limit=1,
    )
    page = query.page(desk.tx, desk.caller, asked)
    if not page.records:
        return replace(model, gone=True)
    return replace(
        model,
        row=rows_of(desk, found, spots, page.records, page.titles)[0],
        columns=with_reasons(desk, spots, headings(desk, spots, ())),
    )


def _typed(one: Field) -> Typed:
    return tuple(request.form.getlist(one.name))


def _began(one: Field) -> dict[str, Typed]:
    """What the editor held when it was opened."""
    found = read_before(request.form.get(_BEFORE, ""))
    return {one.name: found["value"]} if "value" in found else {}


def _dumped(values: Typed) -> str:
    return json.dumps({"value": values}, ensure_ascii=False, separators=(",", ":"))
