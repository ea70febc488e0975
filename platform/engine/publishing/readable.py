"""Readable views: `v_<name>` for reports made outside, with present names and true decimals.

The tables themselves are private: named by ids, with options as ids and decimals as the database
keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...metadata.model import App, Entity, Field, Option
from ..layout import EntityLayout, Layout, StoredField
from ..stores import DialectName
from .ddl import quoted, text
from .physical import VIEW_PREFIX


def views(app: App, layout: Layout, dialect: DialectName) -> Mapping[str, tuple[str, str]]:
    """The views of an app: name -> (entity id, SELECT)."""
    taken = {one.table for one in layout.entities.values()}
    found: dict[str, tuple[str, str]] = {}
    for entity in app.entities.values():
        if entity.archived or entity.system or entity.id not in layout:
            continue
        name = VIEW_PREFIX + entity.name
        while name in taken:
            name += "_"
        found[name] = entity.id, _select(entity, layout.entity(entity.id), dialect)
    return found


def _select(entity: Entity, at: EntityLayout, dialect: DialectName) -> str:
    columns = []
    for one in entity.live_fields:
        if one.id == "deleted_at":
            continue
        value = _tags(one, at, dialect) if one.family == "tags" else _value(one, at, dialect)
        if value:
            columns.append(f"{value} AS {quoted(one.name)}")
    lines = ",\n  ".join(columns)
    return f'SELECT\n  {lines}\nFROM {quoted(at.table)} AS r\nWHERE r."deleted_at" IS NULL'


def _value(one: Field, at: EntityLayout, dialect: DialectName) -> str | None:
    stored = at.fields.get(one.id)
    if stored is None:
        return None
    column = f"r.{quoted(stored.column)}"
    if one.options:
        return _named(column, one.options)
    return _decimal(column, stored) if dialect == "sqlite" else column


def _decimal(column: str, stored: StoredField) -> str:
    if stored.storage != "decimal" or not stored.scale:
        return column
    return f"CAST({column} AS REAL) / {10**stored.scale}"


def _named(column: str, options: Iterable[Option]) -> str:
    """The present name of an option instead of its id."""
    renamed = [one for one in options if one.name != one.id]
    if not renamed:
        return column
    cases = " ".join(f"WHEN {text(one.id)} THEN {text(one.name)}" for one in renamed)
    return f"CASE {column} {cases} ELSE {column} END"


def _tags(one: Field, at: EntityLayout, dialect: DialectName) -> str | None:
    if at.link_table is None:
        return None
    name = _named('t."tag_id"', one.options)
    source = (
        f'FROM {quoted(at.link_table)} AS t WHERE t."record_id" = r."id"'
        f' AND t."field_id" = {text(one.id)} AND t."valid_to" IS NULL'
    )
    if dialect == "sqlite":
        return f"(SELECT group_concat(tag, ', ') FROM (SELECT {name} AS tag {source} ORDER BY 1))"
    return f"(SELECT string_agg(tag, ', ' ORDER BY tag) FROM (SELECT {name} AS tag {source}) AS s)"
