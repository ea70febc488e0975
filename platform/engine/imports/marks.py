"""Marks: sets of numbers that lie on the disk, so that a file of any length can be tried."""

from __future__ import annotations

import sqlite3
from typing import Self

_SCHEMA = "CREATE TABLE mark (kind TEXT, number INTEGER, PRIMARY KEY (kind, number)) WITHOUT ROWID"


class MarkFile:
    """A file that has no name and is gone when it is closed; SQLite keeps a little of it in memory.

    Nothing in it is worth a journal: who dies in the middle begins again.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode = OFF", _SCHEMA, "BEGIN"):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._database.close()

    def marks(self, kind: str) -> Marks:
        """The set of that name, empty at first."""
        return Marks(self._database, kind)


class Marks:
    """A set of numbers of 64 bits."""

    def __init__(self, database: sqlite3.Connection, kind: str) -> None:
        self._database = database
        self._kind = kind

    def __contains__(self, number: int) -> bool:
        found = self._database.execute(
            "SELECT 1 FROM mark WHERE kind = ? AND number = ?", (self._kind, number)
        )
        return found.fetchone() is not None

    def add(self, number: int) -> None:
        """Put the number in, if it is not there."""
        self._database.execute("INSERT OR IGNORE INTO mark VALUES (?, ?)", (self._kind, number))

    def discard(self, number: int) -> None:
        """Take the number out, if it is there."""
        self._database.execute(
            "DELETE FROM mark WHERE kind = ? AND number = ?", (self._kind, number)
        )
