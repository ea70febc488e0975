"""Reading one record: its readable fields, and the names of the records it points at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..errors import NotFound
from ..transaction import Transaction
from .draft import Draft
from .record import Record, Shape, shape_of
from .rows import readable_row, references_in, titles_of


def get(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    fields: Iterable[str] | None = None,
    *,
    titles: bool = True,
    any_row: bool = False,
) -> Record:
    """A live record by its id, with all readable fields or those of `fields` (ids).

    NotFound if it is not there, in the recycle bin, or not among the caller's rows; also for a
    field that is unknown or may not be read. `titles` reads the names of referenced records along,
    one statement an entity. `any_row` sets the row rule aside: who has just written a record sees
    what became of it, even if it is now in other hands.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    shape = shape_of(tx.tables, entity_id)
    known = access.readable(tx.app, caller, entity_id)
    wanted = known if fields is None else frozenset(fields)
    refused = sorted(wanted - known)
    if refused:
        raise NotFound(access.unknown_field(tx.app, caller, entity_id, one) for one in refused)
    values = readable_row(
        tx, caller, entity_id, record_id, columns_for(shape, wanted), any_row=any_row
    )
    if values is None:
        raise NotFound(not_found(record_id))
    return record_of(tx, caller, shape, values, known, wanted, titles=titles, title=entity.title)


def record_of(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    values: dict[str, Any],
    known: frozenset[str],
    wanted: frozenset[str],
    *,
    titles: bool,
    title: str,
) -> Record:
    """The record of a row: only what was asked and may be read."""
    shown = {key: value for key, value in values.items() if key in wanted and key in known}
    named = titles_of(tx, caller, references_in(shape, [shown])) if titles else {}
    name = values.get(title) if title in known else None
    return Record(
        entity_id=shape.entity.id,
        id=values["id"],
        version=values.get("version") or 0,
        values=shown,
        title=None if name is None else str(name),
        titles=named,
    )


def as_written(tx: Transaction, caller: Caller, shape: Shape, draft: Draft) -> Record:
    """The record that a draft was just written as, read again only where it holds formulas.

    Who has written it sees what became of it, even if it is now in other hands.
    """
    entity = shape.entity
    if any(one.family == "formula" for one in entity.live_fields):
        return get(tx, caller, entity.id, draft.record_id or 0, titles=False, any_row=True)
    known = access.readable(tx.app, caller, entity.id)
    return record_of(tx, caller, shape, draft.after, known, known, titles=False, title=entity.title)


def columns_for(shape: Shape, wanted: frozenset[str]) -> tuple[str, ...]:
    """The fields to read for those wanted: what every record tells of itself is among them."""
    needed = wanted | {"id", "version", shape.entity.title}
    return tuple(one for one in (*shape.stored, *shape.computed, *shape.tags) if one in needed)


def not_found(record_id: int) -> Problem:
    """The problem of a record that is not there for this caller."""
    return Problem("record.not_found", {"id": record_id})
