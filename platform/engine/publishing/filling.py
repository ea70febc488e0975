"""Filling: what is written into new columns of tables that have rows already."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ...metadata.model import App, Entity, Field
from ...metadata.system import companions
from ...rules import Context, compile_expression, to_sql
from ..layout import Layout
from ..tables import Tables
from ..transaction import Transaction
from . import ddl
from .literals import literal, statement
from .rows import OWN
from .steps import NOW, Step


def fill_steps(tx: Transaction, app: App, layout: Layout) -> Iterator[Step]:
    """Give records that are there the default of each new field.

    A default that reads the clock or the acting member belongs to the moment a record is made:
    records of before stay empty.
    """
    tables = Tables(app, layout, tx.tables.dialect)
    for entity in app.entities.values():
        before = tx.app.entities.get(entity.id)
        if before is None or entity.system or entity.archived:
            continue
        rows = count(tx, entity.id)
        for one in entity.live_fields if rows else ():
            if one.system or one.id in before.by_id:
                continue
            if one.family == "auto_number":
                yield Step("number", entity.id, one.id, rows=rows)
            elif one.default is not None:
                yield from _defaults(tx, tables, entity, one, rows)


def count(tx: Transaction, entity_id: str) -> int:
    """How many rows the table of an entity has, deleted ones included."""
    if entity_id not in tx.layout:
        return 0
    query = sa.select(sa.func.count()).select_from(tx.tables.table(entity_id))
    return int(tx.connection.execute(query).scalar_one())


def _defaults(
    tx: Transaction, tables: Tables, entity: Entity, one: Field, rows: int
) -> Iterator[Step]:
    if one.family == "tags":
        statements = tuple(_tagged(tables, entity, one))
    else:
        value = _value(tx, tables, entity, one)
        statements = tuple(_filled(tables.layout, entity, one, value)) if value else ()
    if statements:
        yield Step("fill", entity.id, one.id, statements=statements, rows=rows)


def _filled(layout: Layout, entity: Entity, one: Field, value: str) -> Iterator[str]:
    at = layout.stored(entity.id, one.id)
    column = ddl.quoted(at.column)
    yield f"UPDATE {ddl.quoted(at.table)} SET {column} = {value} WHERE {OWN}"
    for companion in companions(one):
        if companion.family == "datetime":
            beside = ddl.quoted(layout.stored(entity.id, companion.id).column)
            yield (
                f"UPDATE {ddl.quoted(at.table)} SET {beside} = {NOW}"
                f" WHERE {column} IS NOT NULL AND {OWN}"
            )


def _value(tx: Transaction, tables: Tables, entity: Entity, one: Field) -> str | None:
    """The default as SQL, or None where there is nothing to write."""
    assert one.default is not None
    at = tables.layout.stored(entity.id, one.id)
    if one.default.expr is None:
        value = one.default.value
        return None if value is None or value is False else literal(value, at, tables.dialect)
    expression = compile_expression(tables.app, entity.id, one.default.expr, allow_viewer=True)
    if expression.depends_on_time or expression.depends_on_viewer:
        return None
    table = tables.table(entity.id)
    context = Context(now=tx.now, zone=tx.zone)
    text = statement(to_sql(expression, tables, table, context, mode="value"), tables.dialect)
    if at.storage != "decimal" or tables.dialect != "sqlite":
        return text
    shift = at.scale - expression.scale
    return f"({text}) * {10**shift}" if shift >= 0 else None


def _tagged(tables: Tables, entity: Entity, one: Field) -> Iterator[str]:
    assert one.default is not None
    at = tables.layout.entity(entity.id)
    assert at.link_table is not None
    link = ddl.quoted(at.link_table)
    for tag in sorted(one.default.value or ()):
        yield (
            f"INSERT INTO {link}"
            ' ("record_id", "field_id", "tag_id", "source", "valid_from")'
            f' SELECT "id", {ddl.text(one.id)}, {ddl.text(tag)}, {ddl.text("publish")}, {NOW}'
            f' FROM {ddl.quoted(at.table)} WHERE NOT EXISTS (SELECT 1 FROM {link} AS "l"'
            f' WHERE "l"."record_id" = {ddl.quoted(at.table)}."id" AND "l"."field_id" ='
            f' {ddl.text(one.id)} AND "l"."tag_id" = {ddl.text(tag)}'
            f' AND "l"."valid_to" IS NULL) AND {OWN}'
        )
