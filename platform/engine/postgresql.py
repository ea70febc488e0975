"""PostgreSQL: one database, a schema for control and one for each workspace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from psycopg import Connection, Cursor, ServerCursor, errors
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from ..metadata.problems import Problem
from . import along
from .errors import Busy, Unavailable, too_slow
from .held import following, thrown_away
from .stores import CONTROL, Begin, Mode

_CONTROL_SCHEMA = "fieldstone_control"
_WORKSPACE_PREFIX = "fieldstone_"
_LOCK_POLL = 0.05

_T = TypeVar("_T")


class PostgresDatabases:
    """The schemas of one PostgreSQL database, reached through one pool of connections."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            connect_args={"application_name": "fieldstone"},
            # The driver begins no transaction: a store says BEGIN itself, and its schema with it.
            isolation_level="AUTOCOMMIT",
            pool_size=8,
            max_overflow=24,
            pool_timeout=10,
            query_cache_size=2000,
        )
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "do_execute", _execute)
        sa.event.listen(self._engine, "rollback", along.forget)

    def store(self, name: str) -> PostgresStore:
        return PostgresStore(self._engine, _schema(name))

    @contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[bool]:
        deadline = time.monotonic() + wait
        with _connected(self._engine) as connection:
            held = _try_lock(connection, name)
            while not held and time.monotonic() < deadline:
                time.sleep(_LOCK_POLL)
                held = _try_lock(connection, name)
            try:
                yield held
            finally:
                if held:
                    connection.execute(_UNLOCK, {"name": f"fieldstone:{name}"})

    def close(self) -> None:
        self._engine.dispose()


class PostgresStore:
    """One schema."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, engine: sa.Engine, schema: str) -> None:
        self._engine = engine
        self._naming: sa.Engine | None = None
        self.schema = schema
        here = f'SET LOCAL search_path TO "{schema}"'
        self._begin: Mapping[Mode, str] = {
            "reading": f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {here}",
            # Not read-only, which would refuse to make temporary tables. What they hold need not
            # outlive anything, so the commit does not wait for the disk.
            "scanning": f"BEGIN ISOLATION LEVEL REPEATABLE READ; {here}; "
            "SET LOCAL synchronous_commit TO off",
            "writing": f"BEGIN; {here}",
        }

    @contextmanager
    def begin(self, *, writing: bool, at_most: float | None = None) -> Iterator[sa.Connection]:
        statement = self._beginning(writing, at_most)
        with _connected(self._engine, at_most) as connection:
            _first(connection, lambda: connection.exec_driver_sql(statement))
            yield connection
            connection.commit()

    @contextmanager
    def opened(
        self,
        statement: sa.Select[Any],
        parameters: Mapping[str, Any] | None,
        *,
        writing: bool,
        at_most: float | None = None,
    ) -> Iterator[tuple[sa.Connection, Sequence[Any]]]:
        begin = self._beginning(writing, at_most)
        with _connected(self._engine, at_most) as connection:
            row: Sequence[Any] | None = along.begun(connection, begin, statement, parameters)
            if row is None:
                _first(connection, lambda: connection.exec_driver_sql(begin))
                row = connection.execute(statement, parameters).one()
                along.prepare(connection, statement, parameters)
            yield connection, row
            connection.commit()

    def _beginning(self, writing: bool, at_most: float | None) -> str:
        statement = self._begin["writing" if writing else "reading"]
        if at_most is None:
            return statement
        return f"{statement}; SET LOCAL statement_timeout TO {max(1, int(at_most * 1000))}"

    @contextmanager
    def holding(self) -> Iterator[Begin]:
        with _connected(self._engine) as connection, thrown_away(connection):
            # Asked here, as a later transaction must not go on with another connection.
            _first(connection, lambda: connection.exec_driver_sql("SELECT 1"))
            yield lambda mode: following(connection, self._begin[mode])

    def rows(
        self, statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[sa.Row[Any]]:
        with _connected(self._qualified()) as connection:
            rows = _first(connection, lambda: connection.execute(statement, parameters).all())
            connection.commit()  # says nothing to the other side, and is no rollback
            return rows

    def make_index(self, name: str, statement: str) -> None:
        create, _, what = statement.partition(" INDEX ")
        gone = f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'
        here = f'SET search_path TO "{self.schema}"'
        with _connected(self._engine) as connection:
            _first(connection, lambda: connection.exec_driver_sql(here))
            try:
                connection.exec_driver_sql(gone)
                connection.exec_driver_sql(f"{create} INDEX CONCURRENTLY {what}")
            except DBAPIError:
                # What it had made by then would be kept up to date for nobody.
                connection.exec_driver_sql(gone)
                raise
            finally:
                connection.exec_driver_sql("RESET search_path")
            connection.commit()

    def end_housekeeping(self, connection: sa.Connection) -> None:
        # A vacuum gives way to who waited for `deadlock_timeout`, which is a second. With this lock
        # nobody waits behind us, who read and write rows, and no other vacuum begins.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_VACUUM_PATIENCE}'")
        for table in connection.execute(_VACUUMED).scalars().all():
            connection.exec_driver_sql(f'LOCK TABLE "{table}" IN SHARE UPDATE EXCLUSIVE MODE')

    def _qualified(self) -> sa.Engine:
        """The engine that names the schema in each statement, as no transaction says it."""
        if self._naming is None:
            self._naming = self._engine.execution_options(schema_translate_map={None: self.schema})
        return self._naming

    def create(self) -> None:
        with _connected(self._engine) as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')

    def drop(self) -> None:
        with _connected(self._engine) as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE')

    def exists(self) -> bool:
        with _connected(self._engine) as connection:
            found = connection.execute(_SCHEMA_EXISTS, {"name": self.schema}).scalar()
        return bool(found)


_TRY_LOCK = sa.text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_UNLOCK = sa.text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")
_VACUUM_PATIENCE = "5s"
_VACUUMED = sa.text(
    "SELECT c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation"
    " WHERE l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND c.relkind = 'r'"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname"
)
_SCHEMA_EXISTS = sa.text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :name)")


def _schema(name: str) -> str:
    if name == CONTROL:
        return _CONTROL_SCHEMA
    if not name.isalnum():
        raise ValueError(f"{name!r} names no store")
    return _WORKSPACE_PREFIX + name


def _try_lock(connection: sa.Connection, name: str) -> bool:
    return bool(connection.execute(_TRY_LOCK, {"name": f"fieldstone:{name}"}).scalar())


@contextmanager
def _connected(engine: sa.Engine, at_most: float | None = None) -> Iterator[sa.Connection]:
    """A connection; what is no fault of a statement (away, full) is turned into Unavailable.

    Busy where another transaction was in the way, TooSlow where a limit of time was reached.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        why = error.orig
        if at_most is not None and isinstance(why, errors.QueryCanceled):
            raise too_slow(at_most) from error
        if isinstance(why, _IN_THE_WAY):
            raise Busy(Problem("database.busy"), retry_after=1) from error
        state = why.sqlstate if isinstance(why, errors.Error) else None
        if state is not None and state[:2] not in _NOT_OUR_FAULT:
            raise
        text = (str(why).splitlines() or [""])[0]
        problem = Problem("database.unavailable", {"why": text})
        raise Unavailable(problem, retry_after=5) from error
    except PoolTimeout as error:
        problem = Problem("database.unavailable", {"why": "no free connection"})
        raise Unavailable(problem, retry_after=5) from error


def _prepare(connection: Connection[Any], _entry: ConnectionPoolEntry) -> None:
    # Compiling a long condition to machine code takes a second, and running it a millisecond.
    connection.execute("SET jit TO off")


def _execute(
    cursor: Cursor[Any] | ServerCursor[Any], statement: str, parameters: Any, context: Any
) -> bool:
    """Execute a statement, prepared by the driver when it comes often and says it may be.

    A prepared statement fails once the type of a column of its result has changed, and the same
    text means another table in another workspace. So only statements with the execution option
    `prepared` are, and its value, which names what the types of the result depend on, goes into
    their text: texts that are equal have results of equal types.
    """
    if isinstance(cursor, ServerCursor):  # of a result that is streamed
        cursor.execute(statement, parameters)
        return True
    depends_on = context.execution_options.get("prepared") if context is not None else None
    if depends_on is None:
        cursor.execute(statement, parameters, prepare=False)
    else:
        cursor.execute(f"{statement} /* {depends_on} */", parameters)
    return True


def _first(connection: sa.Connection, work: Callable[[], _T]) -> _T:
    """Do the first thing on a connection, again if it had gone away unnoticed in the pool.

    That spares the question before each use whether the other side is still there.
    """
    try:
        return work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        connection.rollback()
        return work()


_IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
_NOT_OUR_FAULT = frozenset({"08", "53", "57"})
"""Classes of errors: connection, resources, operator's intervention."""
