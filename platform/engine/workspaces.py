"""Workspaces: the handle of one tenant's data, and how its transactions begin and end."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from . import clock as clocks
from . import failpoints, revisions, system_versions
from .errors import Busy, NotFound, Unavailable
from .opening import Lock, Opening, answer, question
from .stores import DialectName, Store
from .tables import tables_of
from .transaction import Transaction

if TYPE_CHECKING:
    from .control import Control

MOST_SECONDS = 30.0
"""What a question of a person may take: a longer one holds a thread, and they are gone by then."""

_NO_TABLE = frozenset({"42P01", "3F000"})
"""PostgreSQL's states for a table or a schema that there is not."""

_LOCK_TIMEOUT = "100ms"
_LOCK_PATIENCE = 30.0

_K = TypeVar("_K", bound=Hashable)
_S = TypeVar("_S")
_T = TypeVar("_T")


class Workspace:
    """A tenant: its id for ever, its slug and name for now, and the door to its data.

    `mails` says whether its installation sends e-mail.
    """

    def __init__(
        self,
        *,
        id: str,
        slug: str,
        name: str,
        store: Store,
        control: Control,
        mails: bool = False,
    ) -> None:
        self.id = id
        self.slug = slug
        self.name = name
        self.control = control
        self.mails = mails
        self._store = store
        self._held = threading.local()

    def __repr__(self) -> str:
        return f"Workspace({self.slug!r}, {self.id!r})"

    @property
    def dialect(self) -> DialectName:
        """The kind of database that holds it."""
        return self._store.dialect

    @contextmanager
    def reading(
        self, asker: int | str | None = None, *, at_most: float | None = None
    ) -> Iterator[Transaction]:
        """A transaction that sees one instant of the data and writes nothing.

        `asker` is the member's or the account's id of the person it is for, if there is one.
        TooSlow if it takes longer than `at_most` seconds (on PostgreSQL a statement of it).
        """
        with self._opened(asker, at_most=at_most) as transaction:
            yield transaction

    @contextmanager
    def writing(self, asker: int | str | None = None) -> Iterator[Transaction]:
        """A transaction that may write; committed at the end, rolled back by an exception.

        The revision in force cannot change while it lasts. A thread holds at most one.
        """
        with self._one_writer(), self._opened(asker, lock="share") as transaction:
            yield transaction
        transaction.committed()

    def altering(self, work: Callable[[Transaction], _T], *, beside: bool = False) -> _T:
        """Run `work` in a writing transaction that may change tables, and return its answer.

        With `beside` others may write in the meantime, where the database can.

        On PostgreSQL a lock on a table is waited for only shortly, so that nobody queues up
        behind us, and the whole of `work` runs again; Unavailable after 30 s. `work` therefore
        has no effect outside the transaction.
        """
        deadline = time.monotonic() + _LOCK_PATIENCE
        again = False
        while True:
            try:
                with self._store_writing() as connection:
                    if again:
                        self._store.end_housekeeping(connection)
                    if self.dialect == "postgresql":
                        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                    lock: Lock = "share" if beside else "update"
                    transaction = self._transaction(connection, lock=lock)
                    answer = work(transaction)
                break
            except Busy as error:
                if time.monotonic() > deadline:
                    raise Unavailable(error.problems, retry_after=30) from error
            again = True
            time.sleep(random.uniform(0.02, 0.2))
        transaction.committed()
        return answer

    def scanning(
        self,
        into: sa.Table,
        scan: Callable[[Transaction], _S],
        write: Callable[[Transaction, _S], _T],
    ) -> _T:
        """Run `scan` in a transaction that keeps nobody waiting, then `write` in one that writes.

        For work that looks at many records and changes few. `scan` sees one instant of the data
        and puts what it finds into the temporary table `into`, which is made for it; `write`
        gets its answer, has the table, the same connection and the same `now`. Others write in
        between: `write` looks again at each row before it changes it. If a revision came into
        force in between, both begin anew, so `scan` has no effect outside the transaction.
        """
        outcomes = self.surveying(
            into, [None], lambda tx, _: {None: scan(tx)}, lambda tx, _, found: write(tx, found)
        )
        answer = outcomes[None]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def surveying(
        self,
        into: sa.Table,
        wanted: Sequence[_K],
        scan: Callable[[Transaction, Sequence[_K]], Mapping[_K, _S]],
        write: Callable[[Transaction, _K, _S], _T],
    ) -> Mapping[_K, _T | Exception]:
        """Like `scanning` for several things at once, each of which fails alone.

        `scan` looks for all that it is given and has an answer for each; `write` is called for
        each in a transaction of its own. Returns what `write` gave for each, or why it failed. If
        one fails, the others are looked for anew; if the look itself fails, each by itself.
        """
        outcomes: dict[_K, _T | Exception] = {}
        groups = [list(wanted)] if wanted else []
        while groups:
            group = groups.pop()
            try:
                self._survey(into, group, scan, write, outcomes)
            except Exception as error:
                rest = [one for one in group if one not in outcomes]
                if len(group) == len(rest) == 1:
                    outcomes[rest[0]] = error
                elif len(group) == len(rest):
                    groups += [[one] for one in reversed(rest)]
                elif rest:
                    groups.append(rest)
        return outcomes

    def _survey(
        self,
        into: sa.Table,
        wanted: Sequence[_K],
        scan: Callable[[Transaction, Sequence[_K]], Mapping[_K, _S]],
        write: Callable[[Transaction, _K, _S], _T],
        outcomes: dict[_K, _T | Exception],
    ) -> None:
        rest = list(wanted)
        with self._store.holding() as begin:
            while rest:
                with begin("scanning") as connection:
                    into.create(connection, checkfirst=False)
                    looking = self._transaction(connection)
                    found = scan(looking, rest)
                failpoints.hit("scan.done")
                current = True
                while rest and current:
                    try:
                        with self._one_writer(), begin("writing") as connection:
                            writing = self._transaction(connection, lock="share", now=looking.now)
                            current = writing.revision == looking.revision
                            if current:
                                answer = write(writing, rest[0], found[rest[0]])
                            if not current or len(rest) == 1:
                                into.drop(connection, checkfirst=False)
                        if current:
                            writing.committed()
                            outcomes[rest.pop(0)] = answer
                    except Exception as error:
                        outcomes[rest[0]] = error
                        raise

    @contextmanager
    def _store_writing(self) -> Iterator[sa.Connection]:
        with self._one_writer(), self._store.begin(writing=True) as connection:
            yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if getattr(self._held, "writing", False):
            raise RuntimeError(f"{self!r} is being written in this thread already")
        self._held.writing = True
        try:
            yield
        finally:
            self._held.writing = False

    @contextmanager
    def _opened(
        self,
        asker: int | str | None,
        *,
        lock: Lock | None = None,
        at_most: float | None = None,
    ) -> Iterator[Transaction]:
        asked = question(asker, lock=lock)
        with ExitStack() as stack:
            with _there():
                begun = self._store.opened(*asked, writing=lock is not None, at_most=at_most)
                connection, row = stack.enter_context(begun)
            yield self._with(connection, answer(row), lock=lock)

    def _transaction(
        self, connection: sa.Connection, *, lock: Lock | None = None, now: datetime | None = None
    ) -> Transaction:
        statement, parameters = question(lock=lock)
        with _there():
            row = connection.execute(statement, parameters).one()
        return self._with(connection, answer(row), lock=lock, now=now)

    def _with(
        self,
        connection: sa.Connection,
        found: Opening,
        *,
        lock: Lock | None,
        now: datetime | None = None,
    ) -> Transaction:
        force = revisions.in_force(connection, found.revision, found.revision_hash)
        return Transaction(
            connection=connection,
            workspace=self,
            now=now or self.control.clock.now(),
            zone=clocks.zone(force.app.manifest.time_zone),
            app=force.app,
            layout=force.layout,
            tables=tables_of(force.app, force.layout, self.dialect),
            revision=force.revision,
            writable=lock is not None,
            asker=found.asker,
        )

    def make_index(self, name: str, statement: str) -> None:
        """Make an index while others write, as far as the database can; IntegrityError if it fails.

        Nothing is left of one that fails.
        """
        self._store.make_index(name, statement)

    def upgrade(self) -> None:
        """Move the system tables to the version of this product, if they are older.

        Conflict if they are newer.
        """
        with self._store.begin(writing=False) as connection:
            if system_versions.of(connection) == system_versions.LATEST:
                return
        with self._store_writing() as connection:
            system_versions.upgrade(connection)


@contextmanager
def _there() -> Iterator[None]:
    """On PostgreSQL the schema may go away while somebody holds a handle: NotFound then."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) not in _NO_TABLE:
            raise
        raise NotFound.because("workspace.gone") from error
