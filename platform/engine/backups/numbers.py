"""Numbers: the last id that each table gave, so that none is ever given again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from ..layout import Layout
from ..publishing.ddl import quoted
from ..transaction import Transaction
from . import form


def read(tx: Transaction) -> dict[str, int]:
    """The last id given by each table that gives any, by the name of its part."""
    if tx.tables.dialect == "sqlite":
        rows = tx.connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
        given = {name: int(last) for name, last in rows}
        return {part: given.get(table, 0) for part, table in _tables(tx.layout)}
    found = {}
    for part, table in _tables(tx.layout):
        sequence = _sequence(tx.connection, table)
        row = tx.connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
        found[part] = int(row[0]) if row[1] else 0
    return found


def write(connection: sa.Connection, layout: Layout, numbers: Mapping[str, int]) -> None:
    """Go on from these numbers."""
    for part, table in _tables(layout):
        last = numbers.get(part, 0)
        if not last:
            continue
        if connection.dialect.name == "sqlite":
            connection.execute(
                sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table}
            )
            connection.execute(
                sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
                {"name": table, "last": last},
            )
            continue
        sequence = _sequence(connection, table)
        connection.execute(
            sa.text("SELECT setval(CAST(:sequence AS regclass), :last)"),
            {"sequence": sequence, "last": last},
        )


def _tables(layout: Layout) -> Iterator[tuple[str, str]]:
    """(part, table) of every table with an automatic id."""
    for table in form.system_tables():
        if table.c.get("id") is not None and table.c.id.identity is not None:
            yield form.system_part(table.name), table.name
    for entity_id, at in layout.entities.items():
        if not at.table.startswith("_"):
            yield form.records_part(entity_id), at.table


def _sequence(connection: sa.Connection, table: str) -> str:
    """The name of the sequence of PostgreSQL that gives a table's ids, as SQL writes it."""
    query = sa.text("SELECT pg_get_serial_sequence(:table, 'id')")
    return str(connection.execute(query, {"table": quoted(table)}).scalar_one())
