"""A first statement that goes along with BEGIN: on PostgreSQL each message costs a wait.

It is prepared once for a connection, so that BEGIN and EXECUTE are one message. Whatever goes wrong
with that, nothing has happened yet: the way of two messages does it, or says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

_PREPARED = "fieldstone.prepared"
_COUNT = "fieldstone.count"
_PLACE = re.compile(r"%\((\w+)\)s")


def begun(
    connection: sa.Connection,
    begin: str,
    statement: sa.Select[Any],
    parameters: Mapping[str, Any] | None,
) -> Sequence[Any] | None:
    """Begin a transaction and give the row of its first statement, by one message.

    None where the statement is not prepared on this connection, or is no longer; then nothing
    was begun.
    """
    name = connection.info.get(_PREPARED, {}).get(statement)
    if name is None:
        return None
    driver = _driver(connection)
    given = ", ".join(sql.quote(one, driver) for one in (parameters or {}).values())
    call = f"{name}({given})" if given else name
    try:
        cursor = driver.execute(f"{begin}; EXECUTE {call}".encode(), prepare=False)
        while cursor.nextset():
            pass
        row = cursor.fetchone()
    except psycopg.Error:
        connection.info.pop(_PREPARED, None)
        if not driver.closed:
            driver.rollback()
        return None
    connection.begin()
    return row


def prepare(
    connection: sa.Connection, statement: sa.Select[Any], parameters: Mapping[str, Any] | None
) -> None:
    """Prepare a statement on this connection, within a transaction that knows its schema."""
    given = parameters or {}
    compiled = statement.params(given).compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    driver = _driver(connection)

    def place(found: re.Match[str]) -> str:
        return "$1" if found[1] in given else sql.quote(compiled.params[found[1]], driver)

    # Never a name again: another revision of the product may have prepared the old one.
    number = connection.info[_COUNT] = connection.info.get(_COUNT, 0) + 1
    name = f"fieldstone_{number}"
    connection.exec_driver_sql(f"PREPARE {name} AS {_PLACE.sub(place, compiled.string)}")
    connection.info.setdefault(_PREPARED, {})[statement] = name


def forget(connection: sa.Connection) -> None:
    """A rollback lets the driver drop what is prepared; with a lost connection it is gone."""
    if not connection.invalidated:
        connection.info.pop(_PREPARED, None)


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
