"""Moves between stages, as the page of a record and the board ask for them."""

from __future__ import annotations

from flask import request

from fieldstone.engine import access, records
from fieldstone.engine.errors import Refused
from fieldstone.engine.records import preview
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity

from ..desk import Desk
from ..show.forms import FormMaker, sorted_problems
from ..show.related import titles_for
from ..show.stages import REASON, TICK, Asking, asking_of
from ..show.typed import Typed, wire

_OWN = frozenset({"csrf_token", "version", "to", "next", "item", "stage", "on"})


def posted() -> dict[str, Typed]:
    """What was typed, by name, without what the page itself sends along."""
    return {name: tuple(request.form.getlist(name)) for name in request.form if name not in _OWN}


def version() -> int | None:
    """The version of the record that was seen, if the form named one."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


def move(desk: Desk, entity: str, record_id: int, to: str, typed: dict[str, Typed]) -> None:
    """Move a record to a stage, filling in what was typed; Conflict with what is missing."""
    found = desk.entity(entity)
    values = values_of(desk, found, typed)
    for key in typed.get(TICK, ()):
        stage, _, item = key.partition("/")
        records.tick(desk.tx, desk.caller, found.id, record_id, stage, item)
    reason = (typed.get(REASON) or ("",))[-1] or None
    records.move(
        desk.tx, desk.caller, found.id, record_id, version(), to, reason=reason, values=values
    )


def asking(
    desk: Desk,
    entity: Entity,
    record: Record,
    to: str,
    typed: dict[str, Typed],
    error: Refused,
) -> Asking | None:
    """What to ask for after a refused move; None for no such stage."""
    values = values_of(desk, entity, typed)
    seen = preview.of_change(desk.tx, desk.caller, entity.id, record.values, values)
    by_field, _ = sorted_problems(error.problems, typed, desk.locale)
    titles = {**record.titles, **titles_for(desk, entity, seen.values)}
    maker = FormMaker(desk, entity, seen, "update", titles, typed, by_field)
    return asking_of(desk, entity, record, to, error.problems, maker, typed)


def values_of(desk: Desk, entity: Entity, typed: dict[str, Typed]) -> dict[str, object]:
    """What was typed, as the API speaks it, for the fields that the caller may write."""
    may_write = access.writable(desk.app, desk.caller, entity.id)
    return {
        one.name: wire(one, typed[one.name], desk.tx.zone)
        for one in entity.live_fields
        if one.name in typed and one.id in may_write
    }
