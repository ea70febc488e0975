"""The time limit: how long the statements of one question may take, on either database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from psycopg import errors
from sqlalchemy.exc import DBAPIError

from ..metadata.problems import Problem
from .errors import TooSlow
from .transaction import Transaction

_EVERY_STEPS = 10_000
"""SQLite's steps between two looks at the time: well under a millisecond."""


@contextmanager
def at_most(tx: Transaction, seconds: float) -> Iterator[None]:
    """Stop statements inside that take longer than `seconds` together (each, on PostgreSQL).

    TooSlow then. On PostgreSQL the transaction can only be rolled back afterwards.
    """
    try:
        if tx.tables.dialect == "sqlite":
            with _sqlite(tx, seconds):
                yield
        else:
            limit = f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"
            tx.connection.exec_driver_sql(limit)
            yield
            tx.connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    except DBAPIError as error:
        if not _interrupted(error.orig):
            raise
        raise TooSlow(Problem("database.too_slow", {"seconds": f"{seconds:g}"})) from error


@contextmanager
def _sqlite(tx: Transaction, seconds: float) -> Iterator[None]:
    connection = cast("sqlite3.Connection", tx.connection.connection.dbapi_connection)
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _EVERY_STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _interrupted(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return isinstance(error, errors.QueryCanceled)
