"""How tables show themselves to the compiler of expressions; the engine implements this."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import sqlalchemy as sa

Dialect = Literal["sqlite", "postgresql"]


class Columns(Protocol):
    """The tables of one workspace: light `sa.table` values, columns typed by `sql_types`."""

    @property
    def dialect(self) -> Dialect:
        """Which database the statements are for."""

    def table(self, entity_id: str) -> sa.TableClause:
        """The table of an entity; the compiler makes an alias for every use."""

    def column(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        """The column of a stored field on a table or alias."""

    def tags(self, entity_id: str) -> sa.FromClause:
        """The tags of an entity's records: record_id, field_id, tag_id, valid_to."""


def column_of(row: sa.FromClause, column: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    """A column of a table in `row`, which is the table itself or an alias of it.

    An alias copies all of the table's columns as soon as its `c` is asked for one, and each
    sub-select has an alias of its own: this copies the one column that is read.
    """
    if not (isinstance(row, sa.Alias) and row.element is column.table):
        return row.c[column.name]
    found: sa.ColumnClause[Any] = sa.column(column.name, column.type)
    found.table = row
    return found
