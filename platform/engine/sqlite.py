"""SQLite: a file for the control database and one for each workspace, opened under strict rules."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from ..metadata.problems import Problem
from ..rules import sqlite_functions
from .errors import Conflict, NotFound, Unavailable, too_slow
from .held import following, thrown_away
from .stores import CONTROL, Begin, Mode

_MOST_ENGINES = 64
"""Engines kept open; one idle connection each is three open files in WAL mode."""

_OLDEST = (3, 39)
"""It brought FULL JOIN, which aggregates over whole tables are joined by."""

_BUSY_SECONDS = 30
_NOT_OUR_FAULT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_BEGIN: Mapping[Mode, str] = {
    "reading": "BEGIN",
    # A temporary table is no part of the file, so filling one is no writing.
    "scanning": "BEGIN",
    # Taking the write lock first means waiting for it; a reader that begins to write later would
    # be refused at once.
    "writing": "BEGIN IMMEDIATE",
}
_CONTROL_FILE = "control.sqlite"
_EVERY_STEPS = 10_000
"""SQLite's steps between two looks at the time: well under a millisecond."""

_LOCK_POLL = 0.05
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


class SqliteDatabases:
    """The files of a home folder: `control.sqlite` and `workspaces/<id>.sqlite`."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, home: Path) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            version = ".".join(map(str, sqlite3.sqlite_version_info))
            raise Conflict.because("database.sqlite_old", version=version)
        self._home = home
        self._engines: OrderedDict[Path, sa.Engine] = OrderedDict()
        self._guard = threading.Lock()
        (home / "workspaces").mkdir(parents=True, exist_ok=True)

    def store(self, name: str) -> SqliteStore:
        return SqliteStore(self, self._path(name))

    @contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[bool]:
        path = self._path(name).with_suffix(".lock")
        deadline = time.monotonic() + wait
        file = _locked(path)
        while file is None and time.monotonic() < deadline:
            time.sleep(_LOCK_POLL)
            file = _locked(path)
        if file is None:
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)
            os.close(file)

    def close(self) -> None:
        with self._guard:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def engine(self, path: Path) -> sa.Engine:
        """The engine of a file; the one used longest ago is closed when there are too many."""
        with self._guard:
            found = self._engines.get(path)
            if found is None:
                found = self._engines[path] = _new_engine(path)
            self._engines.move_to_end(path)
            oldest = self._engines.popitem(last=False) if self._too_many() else None
        if oldest is not None:
            oldest[1].dispose()
        return found

    def forget(self, path: Path) -> None:
        """Close what is open of a file that is about to be removed."""
        with self._guard:
            found = self._engines.pop(path, None)
        if found is not None:
            found.dispose()

    def _too_many(self) -> bool:
        return len(self._engines) > _MOST_ENGINES

    def _path(self, name: str) -> Path:
        if name == CONTROL:
            return self._home / _CONTROL_FILE
        if not name.isalnum():
            raise ValueError(f"{name!r} names no store")
        return self._home / "workspaces" / f"{name}.sqlite"


class SqliteStore:
    """One SQLite file."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, databases: SqliteDatabases, path: Path) -> None:
        self._databases = databases
        self.path = path

    @contextmanager
    def begin(self, *, writing: bool, at_most: float | None = None) -> Iterator[sa.Connection]:
        # A cursor that an exception left open would keep its table locked for whoever comes next.
        with (
            self._connected() as connection,
            thrown_away(connection),
            limited(connection, at_most),
        ):
            connection.exec_driver_sql(_BEGIN["writing" if writing else "reading"])
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
        with self.begin(writing=writing, at_most=at_most) as connection:
            yield connection, connection.execute(statement, parameters).one()

    @contextmanager
    def holding(self) -> Iterator[Begin]:
        with self._connected() as connection, thrown_away(connection):
            yield lambda mode: following(connection, _BEGIN[mode])

    def rows(
        self, statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[sa.Row[Any]]:
        with self._connected() as connection:
            return connection.execute(statement, parameters).all()

    def make_index(self, name: str, statement: str) -> None:
        with self.begin(writing=True) as connection:
            connection.exec_driver_sql(f'DROP INDEX IF EXISTS "{name}"')
            connection.exec_driver_sql(statement)

    def end_housekeeping(self, connection: sa.Connection) -> None:
        pass  # It does nothing of its own accord.

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        # A connection that is still open would go on writing into a file that was removed.
        if not self.path.exists():
            if self.path.name == _CONTROL_FILE:
                raise Unavailable(Problem("database.unavailable", {"why": f"no {self.path.name}"}))
            raise NotFound.because("workspace.gone")
        with _told(), self._databases.engine(self.path).connect() as connection:
            yield connection

    def create(self) -> None:
        self.path.touch(mode=0o600)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # else the file's name may be lost with the power
        finally:
            os.close(folder)

    def drop(self) -> None:
        self._databases.forget(self.path)
        for suffix in _SIDE_FILES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def exists(self) -> bool:
        return self.path.exists()


def _new_engine(path: Path) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        # mode=rw: a removed workspace stays removed instead of coming back as an empty file.
        return sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    engine = sa.create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=1, max_overflow=64
    )
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in (
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        "temp_store=memory",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    sqlite_functions.register(connection)


@contextmanager
def limited(
    connection: sa.Connection, seconds: float | None, *, every: int = _EVERY_STEPS
) -> Iterator[None]:
    """Interrupt what runs on the connection once so many seconds are over; TooSlow then.

    `every` is how many of SQLite's steps lie between two looks at the time.
    """
    if seconds is None:
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, every)
    try:
        yield
    except OperationalError as error:
        why = error.orig
        code = why.sqlite_errorcode if isinstance(why, sqlite3.OperationalError) else 0
        if code != sqlite3.SQLITE_INTERRUPT:
            raise
        raise too_slow(seconds) from error
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what is no fault of a statement (busy, full, unreadable) into Unavailable."""
    try:
        yield
    except OperationalError as error:
        why = error.orig
        code = why.sqlite_errorcode & 0xFF if isinstance(why, sqlite3.OperationalError) else 0
        if code not in _NOT_OUR_FAULT:
            raise
        raise Unavailable(Problem("database.unavailable", {"why": str(why)})) from error
    except PoolTimeout as error:
        raise Unavailable(Problem("database.unavailable", {"why": "too many readers"})) from error


def _locked(path: Path) -> int | None:
    """The open file of a lock that is now ours, or None while another process has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who had it removed the file: then this is a lock on nothing that others look at.
        if path.exists() and path.stat().st_ino == os.fstat(file).st_ino:
            return file
    except BlockingIOError:
        pass
    os.close(file)
    return None
