"""Stores: what the control database and a workspace's database have in common, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

import sqlalchemy as sa

DialectName = Literal["sqlite", "postgresql"]

CONTROL = "control"
"""The name of the control store; every other store is named by a workspace's id."""


Mode = Literal["reading", "scanning", "writing"]
"""How a transaction begins. A scanning one sees the data of one instant, as a reading one does, and
may fill temporary tables, which stay with the connection; it keeps no writer waiting."""

Begin = Callable[[Mode], AbstractContextManager[sa.Connection]]
"""Begins a transaction, committed at the end or rolled back by an exception."""


class Store(Protocol):
    """One place with tables of its own: the control database or a workspace."""

    @property
    def dialect(self) -> DialectName:
        """The kind of database."""
        ...

    def begin(
        self, *, writing: bool, at_most: float | None = None
    ) -> AbstractContextManager[sa.Connection]:
        """A transaction, committed at the end or rolled back by an exception.

        A reading one sees the data of one instant. Unavailable if the database is away or busy.
        NotFound if the place is not there, at the latest at the first statement on its tables.
        TooSlow if it takes longer than `at_most` seconds (on PostgreSQL a statement of it).
        """
        ...

    def opened(
        self,
        statement: sa.Select[Any],
        parameters: Mapping[str, Any] | None,
        *,
        writing: bool,
        at_most: float | None = None,
    ) -> AbstractContextManager[tuple[sa.Connection, Sequence[Any]]]:
        """A transaction as `begin` makes it, and the only row of its first statement.

        The statement is one of few that are made once, with at most one parameter; where the
        database can, it goes along with the beginning.
        """
        ...

    def holding(self) -> AbstractContextManager[Begin]:
        """One connection, for transactions that follow each other on it.

        Temporary tables that they leave behind go with an exception, and else are theirs to drop.
        Refused as `begin` is.
        """
        ...

    def rows(
        self, statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[sa.Row[Any]]:
        """The rows of one statement on `sa.Table` objects, in a transaction of its own.

        Nothing is said to the database but the statement itself. Refused as `begin` is.
        """
        ...

    def make_index(self, name: str, statement: str) -> None:
        """Make an index while others write, as far as the database can, in no transaction of ours.

        `statement` is the CREATE INDEX. One of that name that is there goes first, and nothing is
        left of one that fails.
        """
        ...

    def end_housekeeping(self, connection: sa.Connection) -> None:
        """Let what the database does to our tables of its own accord give way to a transaction.

        Nobody else waits for that. Busy where it does not.
        """
        ...

    def create(self) -> None:
        """Make the place; nothing happens where it is."""
        ...

    def drop(self) -> None:
        """Remove the place with everything in it; nothing happens where it is not."""
        ...

    def exists(self) -> bool:
        """Whether the place is there."""
        ...


class Databases(Protocol):
    """All stores of an installation, on one kind of database."""

    @property
    def dialect(self) -> DialectName:
        """The kind of database."""
        ...

    def store(self, name: str) -> Store:
        """The store of that name (CONTROL or a workspace's id), there or not."""
        ...

    def lock(self, name: str, *, wait: float = 0) -> AbstractContextManager[bool]:
        """Hold a name against other processes, waiting up to `wait` seconds; yields success.

        The lock ends with the process that holds it, however that ends.
        """
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
