"""A long look and a short write: nobody waits for the look, and the write sees what came since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Unavailable
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import COUNTER
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.servers.database import Database

SEEN = sa.Table(
    "_seen",
    sa.MetaData(),
    sa.Column("key", sa.Text()),
    sa.Column("value", sa.BigInteger()),
    prefixes=["TEMPORARY"],
)
PATIENCE = 20


@pytest.fixture
def workspace(settings: Settings, clock: FixedClock) -> Iterator[Workspace]:
    """Return a workspace without a revision, with a counter that stands at 1."""
    with Installation.open(settings, clock) as opened:
        made = opened.create_workspace("acme", "Acme", ())
        with made.writing() as tx:
            tx.connection.execute(sa.insert(COUNTER).values(key="deals", value=1))
        yield made


def look(tx: Transaction) -> None:
    """Put the counters into the temporary table."""
    counters = sa.select(COUNTER.c.key, COUNTER.c.value)
    tx.connection.execute(SEEN.insert().from_select(["key", "value"], counters))


def seen_and_now(tx: Transaction) -> tuple[list[int], list[int]]:
    """Return the counters as they were found and as they are."""
    found = [list(tx.connection.scalars(sa.select(one.c.value))) for one in (SEEN, COUNTER)]
    return found[0], found[1]


def elsewhere(work: Callable[[], object]) -> None:
    """Do something in another thread; it must not have to wait for this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result(PATIENCE)


def add(workspace: Workspace) -> None:
    """Add one to the counter."""
    with workspace.writing() as tx:
        tx.connection.execute(sa.update(COUNTER).values(value=COUNTER.c.value + 1))


def test_others_write_while_one_looks(workspace: Workspace, clock: FixedClock) -> None:
    began = clock.now()

    def scan(tx: Transaction) -> None:
        look(tx)
        elsewhere(lambda: add(workspace))
        assert seen_and_now(tx) == ([1], [1])
        clock.instant += timedelta(minutes=5)

    def write(tx: Transaction, _: None) -> tuple[list[int], list[int]]:
        assert (tx.now, tx.writable) == (began, True)
        tx.connection.execute(sa.update(COUNTER).values(value=COUNTER.c.value + 10))
        return seen_and_now(tx)

    assert workspace.scanning(SEEN, scan, write) == ([1], [12])


def test_a_revision_in_between_makes_it_begin_anew(workspace: Workspace) -> None:
    app = {"kind": "app", "name": "sales", "version": "1.0.0"}
    looked: list[int] = []

    def publish_it() -> None:
        plan = publish.preview(workspace, SYSTEM, [document_of(app)])
        publish.publish(workspace, SYSTEM, plan)

    def scan(tx: Transaction) -> None:
        look(tx)
        looked.append(tx.revision)
        if len(looked) == 1:
            elsewhere(publish_it)

    def write(tx: Transaction, _: None) -> int:
        assert seen_and_now(tx) == ([1], [1])
        return tx.revision

    assert workspace.scanning(SEEN, scan, write) == 1
    assert looked == [0, 1]


@pytest.mark.parametrize("fails", ["scan", "write"])
def test_after_a_failure_nothing_is_left(workspace: Workspace, fails: str) -> None:
    calls: list[str] = []

    def scan(tx: Transaction) -> None:
        look(tx)
        if fails == "scan":
            raise ZeroDivisionError

    def write(tx: Transaction, _: None) -> None:
        tx.after_commit(lambda: calls.append("never"))
        tx.connection.execute(sa.update(COUNTER).values(value=9))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        workspace.scanning(SEEN, scan, write)
    found = workspace.scanning(SEEN, look, lambda tx, _: seen_and_now(tx))
    assert (found, calls) == (([1], [1]), [])


def test_calls_wait_for_the_commit_of_the_write(workspace: Workspace) -> None:
    calls: list[str] = []
    workspace.scanning(SEEN, look, lambda tx, _: tx.after_commit(lambda: calls.append("done")))
    assert calls == ["done"]


def test_one_writer_a_thread(workspace: Workspace) -> None:
    with workspace.writing(), pytest.raises(RuntimeError, match="already"):
        workspace.scanning(SEEN, look, lambda tx, _: None)
    add(workspace)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_lost_in_between_is_told(workspace: Workspace, database: Database) -> None:
    assert database.url is not None

    def scan(tx: Transaction) -> None:
        look(tx)
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        workspace.scanning(SEEN, scan, lambda tx, _: None)
    assert workspace.scanning(SEEN, look, lambda tx, _: seen_and_now(tx)) == ([1], [1])
