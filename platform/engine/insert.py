"""Inserting a row that may be there already, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with an equal unique key is there; returns whether it was not.

    Of two transactions at once the second waits for the first.
    """
    if connection.dialect.name == "sqlite":
        new: sa.Insert = sqlite.insert(table).values(values).on_conflict_do_nothing()
    else:
        new = postgresql.insert(table).values(values).on_conflict_do_nothing()
    return connection.execute(new, execution_options={"preserve_rowcount": True}).rowcount == 1
