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

    def tags(self, entity_id: str) -> sa.TableClause:
        """The link table of an entity's tags: record_id, field_id, tag_id, valid_to."""
