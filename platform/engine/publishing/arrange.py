"""Arranging: the layout that an app needs, made from the one that is there."""

from __future__ import annotations

from ...metadata.model import App, Entity, Field
from ...metadata.system import MEMBER
from ..layout import EntityLayout, Layout, StoredField, column_name, link_table_name, table_name
from ..system_tables import MEMBER as MEMBER_TABLE
from .storage import Kind, storage_of


def arrange(app: App, before: Layout) -> Layout:
    """Where everything of `app` lies, given where things lie now.

    A field keeps its column as long as its storage is the same; otherwise it gets a new one and
    the old is a spare. What the app no longer names keeps its place.
    """
    entities = dict(before.entities)
    for entity in app.entities.values():
        if entity.id == MEMBER:
            entities[entity.id] = _member(entity, app)
        else:
            entities[entity.id] = _arranged(app, entity, before.entities.get(entity.id))
    return Layout(entities)


def _member(entity: Entity, app: App) -> EntityLayout:
    fields = {}
    for one in entity.fields:
        kind = storage_of(app, entity, one)
        if kind and one.id in MEMBER_TABLE.c:
            fields[one.id] = StoredField(MEMBER_TABLE.name, one.id, *kind)
    return EntityLayout(MEMBER_TABLE.name, None, fields)


def _arranged(app: App, entity: Entity, before: EntityLayout | None) -> EntityLayout:
    table = before.table if before else table_name(entity.id)
    fields = dict(before.fields) if before else {}
    spares = list(before.spares) if before else []
    for one in entity.fields:
        there = fields.get(one.id)
        kind = storage_of(app, entity, one)
        if there and kind == (there.storage, there.scale):
            continue
        if there:
            spares.append(there.column)
            del fields[one.id]
        if kind:
            taken = {*spares, *(at.column for at in fields.values())}
            fields[one.id] = _placed(one, table, kind, taken)
    has_tags = any(one.type == "tags" for one in entity.fields)
    link = before.link_table if before else None
    return EntityLayout(
        table,
        link or (link_table_name(entity.id) if has_tags else None),
        fields,
        tuple(spares),
    )


def _placed(one: Field, table: str, kind: Kind, taken: set[str]) -> StoredField:
    generation = 1
    while column_name(one.id, generation) in taken:
        generation += 1
    storage, scale = kind
    return StoredField(table, column_name(one.id, generation), storage, scale, generation)
