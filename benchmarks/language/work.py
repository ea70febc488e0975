"""What a statement makes the database do, which no other load on the machine changes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

_EVERY = 100


class Work(int):
    """A count of what `unit` names."""

    unit: str

    @classmethod
    def of(cls, count: int, unit: str) -> Work:
        """So many of a unit."""
        made = cls(count)
        made.unit = unit
        return made


def work(connection: sa.Connection, statement: Any) -> Work:
    """Steps of SQLite's machine, to the nearest hundred, or pages that PostgreSQL touched."""
    if connection.dialect.name == "postgresql":
        return Work.of(_pages(connection, statement), "pages")
    driver: Any = connection.connection.driver_connection
    seen = 0

    def count() -> int:
        nonlocal seen
        seen += 1
        return 0

    driver.set_progress_handler(count, _EVERY)
    try:
        connection.execute(statement).all()
    finally:
        driver.set_progress_handler(None, 0)
    return Work.of(seen * _EVERY, "steps")


def _pages(connection: sa.Connection, statement: Any) -> int:
    how = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"
    top = connection.execute(Explained(how, statement)).scalar_one()[0]["Plan"]
    return sum(int(top[f"{kind} Blocks"]) for kind in ("Shared Hit", "Shared Read", "Temp Read"))


class Explained(Executable, ClauseElement):
    """A statement with what asks for its plan in front."""

    inherit_cache = False

    def __init__(self, how: str, statement: sa.Select[Any] | sa.TextClause) -> None:
        self.how = how
        self.statement = statement


@compiles(Explained)
def _explained(element: Explained, compiler: Any, **options: Any) -> str:
    return f"{element.how} {compiler.process(element.statement, **options)}"
