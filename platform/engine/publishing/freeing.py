"""Freeing: columns that nothing needs any more.

SQLite drops them. On PostgreSQL a dropped column counts for ever against the 1,600 that a table
may have, so there they are emptied, row by row where they hold anything, and wait for a field of
their type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..layout import EntityLayout, Layout
from ..transaction import Transaction
from . import ddl
from .physical import Physical
from .rows import OWN
from .steps import Step, StepKind


def spare_columns(tx: Transaction, there: Physical) -> tuple[Layout, tuple[Step, ...]]:
    """Free what earlier publishes left behind; the layout without it, and the steps."""
    kind: StepKind = "drop_column" if tx.tables.dialect == "sqlite" else "empty_column"
    entities: dict[str, EntityLayout] = {}
    steps: list[Step] = []
    for entity_id, at in tx.layout.entities.items():
        # One that a preparation dropped is gone, also where that came to nothing.
        spares = [one for one in at.spares if one in there.tables[at.table]]
        steps += freed(tx, there, Step(kind, entity_id), at.table, spares)
        for link in at.spare_links:
            if link in there.tables:
                dropped = (ddl.drop_table(link),)
                steps.append(Step("drop_link_table", entity_id, None, link, dropped))
        left = replace(at, spares=(), spare_links=())
        entities[entity_id] = with_free(tx, there, left, spares)
    return Layout(entities), tuple(steps)


def with_free(
    tx: Transaction, there: Physical, at: EntityLayout, columns: Iterable[str]
) -> EntityLayout:
    """The tables of an entity, with columns that were freed waiting where they are not dropped."""
    if tx.tables.dialect == "sqlite":
        return at
    return replace(at, free={**at.free, **{one: there.tables[at.table][one] for one in columns}})


def freed(
    tx: Transaction, there: Physical, step: Step, table: str, columns: Iterable[str]
) -> Iterator[Step]:
    """A step like `step` for each column, which takes out what it holds."""
    for column in columns:
        kind, gone = there.tables[table][column], (table, column) in there.gone
        yield replace(
            step,
            target=column,
            statements=tuple(_statements(tx, there, table, column, kind)),
            rows=0 if gone else count(tx, table, ddl.filled(column, kind)),
        )


def _statements(
    tx: Transaction, there: Physical, table: str, column: str, kind: str
) -> Iterator[str]:
    if tx.tables.dialect == "sqlite":
        yield ddl.drop_column(table, column)
        return
    key = there.keys.get((table, column))
    if key is not None:
        yield ddl.drop_key(table, key[0])
    yield ddl.empty_column(table, column, kind, OWN)


def count(tx: Transaction, table: str, *conditions: str) -> int:
    """How many rows of a table meet any of the conditions, or how many there are."""
    where = f" WHERE {' OR '.join(conditions)}" if conditions else ""
    statement = f"SELECT count(*) FROM {ddl.quoted(table)}{where}"
    found = tx.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    return int(found.scalar_one())
