"""Rebuilding: the tables of a layout made anew for rows that are there already, as in a backup."""

from __future__ import annotations

from collections.abc import Iterator

from ...metadata.model import App, Entity
from ..layout import EMPTY, Layout
from ..stores import DialectName
from . import ddl, readable
from .indexes import wanted


def tables_without_rows(app: App, layout: Layout, dialect: DialectName) -> Iterator[str]:
    """Create the tables of all entities and their tags, without indexes and views.

    SQLite has foreign keys only with the table, and looks at them at the end of a transaction if it
    is told to; PostgreSQL gets them afterwards (`foreign_keys`).
    """
    for entity in _entities(app, layout):
        at = layout.entity(entity.id)
        keyed = layout if dialect == "sqlite" else EMPTY
        columns = [
            ddl.column(stored, dialect, _reference(entity, field_id, keyed))
            for field_id, stored in at.fields.items()
            if field_id != "id"
        ]
        yield ddl.create_table(at.table, columns, dialect)
    for entity in _entities(app, layout):
        if layout.link_table(entity.id):
            yield from ddl.create_link_table(layout.entity(entity.id), dialect)


def foreign_keys(app: App, layout: Layout, dialect: DialectName) -> Iterator[str]:
    """Make references into keys, once all records are there."""
    if dialect == "sqlite":
        return
    for entity in _entities(app, layout):
        at = layout.entity(entity.id)
        for field_id, stored in at.fields.items():
            reference = _reference(entity, field_id, layout)
            if reference:
                yield ddl.add_foreign_key(at.table, stored.column, reference)


def finishing(app: App, layout: Layout, dialect: DialectName) -> Iterator[str]:
    """Make the indexes and the readable views that the documents ask for."""
    for index in wanted(app, layout).values():
        yield index.statement(dialect)
    for name, (_, select) in readable.views(app, layout, dialect).items():
        yield ddl.create_view(name, select)


def _entities(app: App, layout: Layout) -> Iterator[Entity]:
    return (one for one in app.entities.values() if not one.system and one.id in layout)


def _reference(entity: Entity, field_id: str, layout: Layout) -> ddl.Reference | None:
    """The table that a declared reference points at; the system's own columns have no key."""
    one = entity.by_id.get(field_id)
    target = one.to if one and not one.system else None
    return ddl.Reference(layout.table(target)) if target and target in layout else None
