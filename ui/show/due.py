"""What can be done with a record from the line that lists it: done by a press, written about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstone.engine import access
from fieldstone.engine.records.record import Record
from fieldstone.engine.records.update import changeable
from fieldstone.metadata.model import Entity, Field, Option

from ..desk import Desk
from ..words import inside, say
from .naming import called
from .related import composed


@dataclass(frozen=True)
class Doing:
    """The buttons of a line: `finish` is where a press goes, `write` where the composer is got."""

    title: str
    version: int
    finish: str | None = None
    write: str | None = None
    write_text: str = ""
    page: str = ""
    """The record's own composer, for who has no scripts."""


def finishing(desk: Desk, entity: Entity) -> tuple[Field, Option] | None:
    """The field that the caller may set to say that a record is done, and its option; or None."""
    may_write = access.writable(desk.app, desk.caller, entity.id)
    for one in entity.live_fields:
        option = one.option(one.done) if one.done and one.id in may_write else None
        if option and not option.archived:
            return one, option
    return None


def leads(field: Field, before: str | None, after: str | None) -> bool:
    """Whether the field's transitions let one option follow another."""
    return before is None or field.transitions is None or after in field.transitions.get(before, ())


def doings_of(
    desk: Desk, entity: Entity, records: Sequence[Record], columns: int
) -> Mapping[int, Doing]:
    """What can be done with each of the records, by number; those without any are left out.

    The records hold the field of `finishing`; `columns` is how many stand in a line.
    """
    way, writing = finishing(desk, entity), composed(desk, entity)
    if way is None and writing is None:
        return {}
    own = {one.id: one for one in records} if way and desk.may("update", entity) else {}
    open_ = changeable(desk.tx, desk.caller, entity.id, own, "update")
    what = inside(writing[0].entity.text(desk.locale), desk.locale) if writing else ""
    found = {}
    for record in records:
        finish = write = None
        if way and record.id in open_:
            now = record.values.get(way[0].id)
            if now != way[1].id and leads(way[0], now, way[1].id):
                finish = desk.paths.act(entity.name, record.id, "finish")
        if writing:
            asked = {"next": desk.paths.today, "columns": str(columns)}
            write = desk.paths.act(entity.name, record.id, "compose", **asked)
        if finish or write:
            found[record.id] = Doing(
                title=called(desk, record),
                version=record.version,
                finish=finish,
                write=write,
                write_text=say("composer.write", desk.locale, what=what),
                page=f"{desk.paths.record(entity.name, record.id)}#composer",
            )
    return found
