"""Held connections: transactions that follow each other on one, with its temporary tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError


@contextmanager
def following(connection: sa.Connection, statement: str) -> Iterator[sa.Connection]:
    """A transaction that `statement` begins, committed at the end or rolled back."""
    connection.exec_driver_sql(statement)
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@contextmanager
def thrown_away(connection: sa.Connection) -> Iterator[None]:
    """Close a connection for good after an exception, and with it what is temporary in it."""
    try:
        yield
    except BaseException:
        # A cursor that is still open keeps what is closed alive, and with it what it has locked.
        with suppress(SQLAlchemyError):
            connection.rollback()
        connection.invalidate()
        raise
