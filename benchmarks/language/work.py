"""What a statement makes the database do, which no other load on the machine changes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

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
    written = statement.compile(connection).construct_expanded_state()
    text = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {written.statement}"
    plan = connection.exec_driver_sql(text, written.parameters).scalar_one()
    top = plan[0]["Plan"]
    return sum(int(top[f"{kind} Blocks"]) for kind in ("Shared Hit", "Shared Read", "Temp Read"))
