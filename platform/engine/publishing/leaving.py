"""Leaving: what came since an earlier revision, when that one is brought back.

What holds nothing goes without a trace, so that the documents are again those of then. What holds
data is archived with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from ...metadata.documents import Document
from ...metadata.identity import KEPT_KINDS
from ...metadata.model.families import family_of
from ...metadata.purging import remembering
from ..system_tables import FIELD_CHANGE, TRANSITION
from ..transaction import Transaction

_LISTED = {"tag_dimension": "tags", "tier_scheme": "bands"}


def settled(tx: Transaction, documents: Iterable[Document]) -> tuple[Document, ...]:
    """The documents of an earlier revision (in ids), with what came since and holds data.

    They remember what was purged since: it does not come back under its id.
    """
    then = remembering(documents, tx.app.documents)
    now = {one.key: one for one in tx.app.documents}
    known = {one.key for one in then}
    since = (one for one in tx.app.documents if one.key not in known and _document_holds(tx, one))
    return (
        *(_with_since(tx, one, now[one.key]) if one.key in now else one for one in then),
        *(one.with_data({**one.data, "archived": True}) for one in since),
    )


def _with_since(tx: Transaction, then: Document, now: Document) -> Document:
    """A document with the things that came since and hold data, archived."""
    data = dict(then.data)
    if then.kind == "entity":
        fields = _by_id(now.data["fields"])
        data["fields"] = [
            *(_field_with_since(tx, then.id, one, fields.get(one["id"])) for one in data["fields"]),
            *_since(data["fields"], fields.values(), lambda one: _field_holds(tx, then.id, one)),
        ]
        if "pipeline" in data and "pipeline" in now.data:
            stages, used = data["pipeline"]["stages"], _used(tx, then.id, data["pipeline"]["field"])
            late = _since(stages, now.data["pipeline"]["stages"], lambda one: one["id"] in used)
            data["pipeline"] = {**data["pipeline"], "stages": [*stages, *late]}
    elif then.kind in _LISTED:
        key, used = _LISTED[then.kind], set(_used_somewhere(tx, then))
        data[key] = [*data[key], *_since(data[key], now.data[key], lambda one: one["id"] in used)]
    return then.with_data(data)


def _field_with_since(
    tx: Transaction, entity_id: str, then: Mapping[str, Any], now: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """A field with the options that came since and are in use, archived."""
    if now is None or "options" not in then or "options" not in now:
        return then
    known = _by_id(then["options"])
    if known.keys() >= _by_id(now["options"]).keys():
        return then
    used = _used(tx, entity_id, then["id"])
    late = _since(then["options"], now["options"], lambda one: one["id"] in used)
    return {**then, "options": [*then["options"], *late]}


def _since(
    then: Iterable[Mapping[str, Any]],
    now: Iterable[Mapping[str, Any]],
    holds: Callable[[Mapping[str, Any]], bool],
) -> Iterator[dict[str, Any]]:
    """What is there now, was not then, and holds data; what replaces it may be there no more."""
    known = _by_id(then)
    for one in now:
        if one["id"] not in known and holds(one):
            kept = {key: value for key, value in one.items() if key != "replaced_by"}
            yield {**kept, "archived": True}


def _by_id(things: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["id"]: one for one in things}


def _document_holds(tx: Transaction, one: Document) -> bool:
    """Whether a document that came since holds data, or is named by what does."""
    if one.kind not in KEPT_KINDS:
        return False
    if one.kind == "entity":
        return _any(tx, sa.select(sa.literal(1)).select_from(tx.tables.table(one.id)))
    return bool(set(_used_somewhere(tx, one)))


def _field_holds(tx: Transaction, entity_id: str, field: Mapping[str, Any]) -> bool:
    """Whether any record has a value of a field, or had one."""
    if field["type"] == "tags":
        return bool(_used(tx, entity_id, field["id"]))
    if tx.layout.find(entity_id, field["id"]) is None or family_of(field["type"]) == "formula":
        return False
    table = tx.tables.table(entity_id)
    column = tx.tables.column(table, entity_id, field["id"])
    filled = column.is_(True) if field["type"] == "boolean" else column.is_not(None)
    past = sa.select(sa.literal(1)).where(
        FIELD_CHANGE.c.entity == entity_id, FIELD_CHANGE.c.field == field["id"]
    )
    return _any(tx, sa.select(sa.literal(1)).select_from(table).where(filled)) or _any(tx, past)


def _used(tx: Transaction, entity_id: str, field_id: str) -> set[str]:
    """The options of a field that records have, or had."""
    field = tx.app.entity(entity_id).by_id.get(field_id)
    if field is None:
        return set()
    if field.family == "tags":
        links = tx.tables.tags(entity_id)
        there = sa.select(links.c.tag_id).where(links.c.field_id == field_id).distinct()
        return set(tx.connection.scalars(there))
    if tx.layout.find(entity_id, field_id) is None:
        return set()
    table = tx.tables.table(entity_id)
    column = tx.tables.column(table, entity_id, field_id)
    values = tx.connection.scalars(sa.select(column).select_from(table).distinct())
    moved = sa.select(TRANSITION.c.before, TRANSITION.c.after).where(
        TRANSITION.c.entity == entity_id, TRANSITION.c.field == field_id
    )
    past = (one for row in tx.connection.execute(moved.distinct()) for one in row)
    return {str(one) for one in (*values, *past) if one is not None}


def _used_somewhere(tx: Transaction, one: Document) -> Iterator[str]:
    """The tags of a dimension, or the tiers of a scheme, that records have."""
    key = {"tag_dimension": "dimension", "tier_scheme": "scheme"}[one.kind]
    for entity in tx.app.entities.values():
        for field in () if entity.system else entity.fields:
            if getattr(field, key) == one.id and field.family in ("tags", "tier"):
                yield from _used(tx, entity.id, field.id)


def _any(tx: Transaction, query: sa.Select[Any]) -> bool:
    return tx.connection.execute(query.limit(1)).first() is not None
