"""Tables: the columns that SQL is built from, for one App, its layout and a kind of database.

They are light (`sa.table`, `sa.column`), so equal ones make equal cache keys and thousands of
workspaces share one compiled statement. Objects for creating tables are not made here.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from ..metadata.model import App
from ..rules.columns import column_of
from ..rules.sql_types import CivilDate, ExactDecimal, PlainText, UtcDateTime
from .layout import Layout, Storage, StoredField

Dialect = Literal["sqlite", "postgresql"]

MOST_APPS = 64
"""Apps that a process holds at once, a megabyte or two each; equal workspaces share one."""


class Tables:
    """The tables of a workspace's entities, as the compiler of expressions asks for them.

    Ask for a table, `.alias()` it for each use, and take columns from what you put in FROM.
    """

    def __init__(self, app: App, layout: Layout, dialect: Dialect) -> None:
        self.app = app
        self.layout = layout
        self.dialect: Dialect = dialect
        self._tables: dict[str, sa.TableClause] = {}
        self._links: dict[str, sa.TableClause] = {}

    def table(self, entity_id: str) -> sa.TableClause:
        """The table of an entity, with a typed column a stored field; KeyError if unknown."""
        found = self._tables.get(entity_id)
        if found is None:
            entity = self.layout.entity(entity_id)
            columns = [sa.column(one.column, sql_type(one)) for one in entity.fields.values()]
            found = self._tables[entity_id] = sa.table(entity.table, *columns)
        return found

    def column(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        """A field's column in `row` (the entity's table or an alias); KeyError if not stored."""
        name = self.layout.stored(entity_id, field_id).column
        return column_of(row, self.table(entity_id).c[name])

    @property
    def present(self) -> Tables:
        """The tables of now: these, unless they are those of an earlier moment."""
        return self

    def tags(self, entity_id: str) -> sa.FromClause:
        """An entity's tags, for reading: record_id, field_id, tag_id, source, valid_from/_to.

        A tag that is set has no `valid_to`. KeyError for an entity without tags.
        """
        return self.links(entity_id)

    def links(self, entity_id: str) -> sa.TableClause:
        """The table that holds an entity's tags; KeyError for an entity without tags."""
        found = self._links.get(entity_id)
        if found is None:
            name = self.layout.link_table(entity_id)
            if name is None:
                raise KeyError(f"{entity_id} has no tags")
            found = self._links[entity_id] = sa.table(name, *link_columns())
        return found

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """What statements made from these tables may be cached by."""
        return self.app.hash, self.layout.hash, self.dialect


@lru_cache(maxsize=MOST_APPS)
def tables_of(app: App, layout: Layout, dialect: Dialect) -> Tables:
    """The shared Tables of equal apps, layouts and databases."""
    return Tables(app, layout, dialect)


def link_columns() -> list[sa.ColumnClause[Any]]:
    """New columns of a table that links records to tags."""
    return [
        sa.column("record_id", sa.BigInteger()),
        sa.column("field_id", PlainText()),
        sa.column("tag_id", PlainText()),
        sa.column("source", PlainText()),
        sa.column("valid_from", UtcDateTime()),
        sa.column("valid_to", UtcDateTime()),
    ]


def sql_type(stored: StoredField) -> sa.types.TypeEngine[Any]:
    """The SQL type that loads and dumps the values of a stored field."""
    return storage_type(stored.storage, stored.scale)


def storage_type(storage: Storage, scale: int = 0) -> sa.types.TypeEngine[Any]:
    """The SQL type of a kind of storage; `scale` counts only for decimals."""
    match storage:
        case "decimal":
            return ExactDecimal(scale)
        case "boolean":
            return sa.Boolean()
        case "integer" | "reference":
            return sa.BigInteger()
        case "date":
            return CivilDate()
        case "datetime":
            return UtcDateTime()
        case "text":
            return PlainText()
