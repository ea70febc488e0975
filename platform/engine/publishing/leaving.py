"""Leaving: what came since an earlier revision, when that one is brought back.

What holds nothing goes without a trace, so that the documents are again those of then. What holds
data is archived with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from ...metadata.documents import Document
from ...metadata.identity import KEPT_KINDS, identified
from ..system_tables import TRANSITION
from ..transaction import Transaction

_OPTIONS = {"choice": "options", "stage": "stages"}
_LISTED = {"tag_dimension": "tags", "tier_scheme": "bands"}


def settled(tx: Transaction, documents: Iterable[Document]) -> tuple[Document, ...]:
    """The documents of an earlier revision (in ids), with what came since and holds data."""
    then = {one.key: one for one in documents}
    kept = []
    for one in identified(then.values(), tx.app.documents).documents:
        if one.key in then:
            kept.append(_within(tx, one, then[one.key]))
        elif _document_holds(tx, one):
            kept.append(one)
    return tuple(kept)


def _within(tx: Transaction, carried: Document, then: Document) -> Document:
    """A document with those of its carried things that hold data."""
    data = dict(carried.data)
    if carried.kind == "entity":
        data["fields"] = [
            _with_options(tx, carried.id, one, known.get(one["id"]))
            for known in [_by_id(then.data.get("fields", ()))]
            for one in data["fields"]
            if one["id"] in known or _field_holds(tx, carried.id, one)
        ]
        if "pipeline" in data and "pipeline" in then.data:
            field = data["pipeline"]["field"]
            known = _by_id(then.data["pipeline"]["stages"])
            stages = _left(data["pipeline"]["stages"], known, _used(tx, carried.id, field))
            data["pipeline"] = {**data["pipeline"], "stages": stages}
    elif carried.kind in _LISTED:
        key = _LISTED[carried.kind]
        used = set(_used_somewhere(tx, carried))
        data[key] = _left(data[key], _by_id(then.data[key]), used)
    return carried.with_data(data)


def _with_options(
    tx: Transaction, entity_id: str, field: Mapping[str, Any], then: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    if then is None or field.get("type") != "choice" or "options" not in then:
        return field
    known = _by_id(then["options"])
    if len(known) == len(field["options"]):
        return field
    return {**field, "options": _left(field["options"], known, _used(tx, entity_id, field["id"]))}


def _left(
    things: Iterable[Mapping[str, Any]], known: Mapping[str, Any], used: set[str]
) -> list[Mapping[str, Any]]:
    return [one for one in things if one["id"] in known or one["id"] in used]


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
    """Whether any record has a value of a field."""
    if field["type"] == "tags":
        return bool(_used(tx, entity_id, field["id"]))
    if tx.layout.find(entity_id, field["id"]) is None or field["type"] == "formula":
        return False
    table = tx.tables.table(entity_id)
    column = tx.tables.column(table, entity_id, field["id"])
    filled = column.is_(True) if field["type"] == "boolean" else column.is_not(None)
    return _any(tx, sa.select(sa.literal(1)).select_from(table).where(filled))


def _used(tx: Transaction, entity_id: str, field_id: str) -> set[str]:
    """The options of a field that records have, or had."""
    field = tx.app.entity(entity_id).by_id.get(field_id)
    if field is None:
        return set()
    if field.type == "tags":
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
            if getattr(field, key) == one.id and field.type in ("tags", "tier"):
                yield from _used(tx, entity.id, field.id)


def _any(tx: Transaction, query: sa.Select[Any]) -> bool:
    return tx.connection.execute(query.limit(1)).first() is not None
