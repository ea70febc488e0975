"""A workspace of the benchmark's documents: its records, and statements of the language on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import read_folder
from fieldstone.rules import Context, compile_expression, over_table

from .conditions import ZONE
from .data import CUSTOMER, FOLLOW_UP, NOW, customers, follow_ups, write

_APP = Path(__file__).parent / "app"


class Sides:
    """One database that is asked both ways."""

    def __init__(self, url: str | None, home: Path) -> None:
        environ = {"FIELDSTONE_HOME": str(home)} | ({"FIELDSTONE_DATABASE_URL": url} if url else {})
        self._installation = Installation.open(
            Settings.read(environ, home / ".env"), FixedClock(NOW)
        )
        self._workspace = self._installation.create_workspace(
            "language",
            "Language",
            read_folder(_APP)[0],
            admin=NewMember(name="Bench", user_name="bench"),
        )
        self.dialect = "postgresql" if url else "sqlite"

    def fill(self, count: int) -> None:
        """Write the records past all doors, and let the database take stock."""
        with self._workspace.writing() as tx:
            write(tx.connection, "customer", CUSTOMER, customers(count))
            write(tx.connection, "follow_up", FOLLOW_UP, follow_ups(count))
        with self._workspace.writing() as tx:
            tx.connection.exec_driver_sql("ANALYZE")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection in a transaction that reads."""
        with self._workspace.reading() as tx:
            yield tx.connection

    def compiled(self, texts: Sequence[str]) -> sa.Select[Any]:
        """Who matches a condition; of several, who matches any, and by its bits which ones."""
        with self._workspace.reading() as tx:
            found = [compile_expression(tx.app, "customer", one, space="name") for one in texts]
            row = tx.tables.table("customer").alias("r")
            over = over_table(found, tx.tables, row, Context(NOW, ZONE))
        where = (row.c.deleted_at.is_(None), *over.where)
        if len(texts) == 1:
            return sa.select(row.c.id).select_from(over.source).where(*where, *over.found)
        assert over.which is not None
        mask = over.which.label("mask")
        # Not merged into what reads it, so that no condition is computed twice.
        chosen = sa.select(row.c.id, mask).select_from(over.source).where(*where)
        matching = chosen.offset(0).subquery("matching")
        return sa.select(matching).where(matching.c.mask != 0)

    def close(self) -> None:
        """Close the databases."""
        self._installation.close()
