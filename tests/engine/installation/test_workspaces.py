"""Workspaces: one transaction is all or nothing, and one tenant never meets another."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from fieldstone.engine.audit_tables import APPEND_ONLY, AUDIT_ENTRY, ERASURE
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict, Invalid, NotFound, TooSlow, Unavailable
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import CHANGE, COUNTER, FIELD_CHANGE, TRANSITION
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace


@pytest.fixture
def installation(settings: Settings, clock: FixedClock) -> Iterator[Installation]:
    """Return an installation without workspaces."""
    with Installation.open(settings, clock) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a workspace without a revision."""
    return installation.create_workspace("acme", "Acme", ())


def test_a_transaction_holds_what_is_in_force(workspace: Workspace, clock: FixedClock) -> None:
    with workspace.reading() as tx:
        assert (tx.revision, tx.writable, tx.now) == (0, False, clock.now())
        assert tx.zone.key == "Asia/Shanghai"
        assert dict(tx.app.entities) == {}
        assert tx.tables.dialect == workspace.dialect == tx.connection.dialect.name


def test_two_workspaces_are_two(installation: Installation, workspace: Workspace) -> None:
    other = installation.create_workspace("beta", "Beta", ())
    count(workspace, "deals")
    count(workspace, "deals")
    count(other, "deals")
    assert (counted(workspace, "deals"), counted(other, "deals")) == (2, 1)
    with other.reading() as tx, pytest.raises(DBAPIError):
        tx.connection.exec_driver_sql('SELECT * FROM "account"')


def test_an_error_rolls_everything_back(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), workspace.writing() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE half (id BIGINT)")
        bump(tx, "deals")
        raise ZeroDivisionError
    with workspace.reading() as tx:
        assert "half" not in sa.inspect(tx.connection).get_table_names()
        assert counted_in(tx, "deals") == 0


def test_a_failed_statement_rolls_tables_back_too(workspace: Workspace) -> None:
    with pytest.raises(DBAPIError), workspace.writing() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE half (id BIGINT)")
        tx.connection.exec_driver_sql("CREATE TABLE half (id BIGINT)")
    with workspace.writing() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE half (id BIGINT)")


def test_calls_wait_for_the_commit(workspace: Workspace) -> None:
    calls: list[str] = []
    with workspace.writing() as tx:
        tx.after_commit(lambda: calls.append("done"))
        assert calls == []
    assert calls == ["done"]
    with pytest.raises(ZeroDivisionError), workspace.writing() as tx:
        tx.after_commit(lambda: calls.append("never"))
        raise ZeroDivisionError
    assert workspace.altering(lambda tx: tx.after_commit(lambda: calls.append("altered"))) is None
    assert calls == ["done", "altered"]


def test_writers_wait_for_each_other(workspace: Workspace) -> None:
    def work() -> None:
        for _ in range(10):
            count(workspace, "deals")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(workspace, "deals") == 40


def test_a_reader_sees_one_instant(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        assert counted_in(tx, "deals") == 0
        other = threading.Thread(target=count, args=(workspace, "deals"))
        other.start()
        other.join()
        assert counted_in(tx, "deals") == 0
    assert counted(workspace, "deals") == 1


def test_writing_twice_in_one_thread_is_told_at_once(workspace: Workspace) -> None:
    with workspace.writing(), pytest.raises(RuntimeError, match="already"), workspace.writing():
        pass
    count(workspace, "deals")


def test_altering_waits_for_an_open_reader_and_runs_again(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE thing (id BIGINT)")
    reads, go = threading.Event(), threading.Event()

    def read() -> None:
        with workspace.reading() as tx:
            tx.connection.exec_driver_sql("SELECT * FROM thing").all()
            reads.set()
            go.wait(10)

    runs: list[int] = []

    def work(tx: Transaction) -> str:
        runs.append(1)
        if len(runs) == 2 or workspace.dialect == "sqlite":
            go.set()
        tx.connection.exec_driver_sql("ALTER TABLE thing ADD COLUMN name TEXT")
        return "added"

    reader = threading.Thread(target=read)
    reader.start()
    reads.wait(10)
    assert workspace.altering(work) == "added"
    reader.join()
    assert len(runs) >= (1 if workspace.dialect == "sqlite" else 2)


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: str(table.name))
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_history_cannot_be_changed(workspace: Workspace, table: sa.Table, verb: str) -> None:
    with workspace.writing() as tx:
        at = {"change_id": 1, "entity": "deal", "record_id": 1, "field": "stage"}
        moment = {"at": tx.now, "origin": "api"}
        tx.connection.execute(sa.insert(CHANGE).values(revision=0, **moment))
        tx.connection.execute(sa.insert(FIELD_CHANGE).values(at))
        tx.connection.execute(sa.insert(TRANSITION).values({**at, **moment}))
        tx.connection.execute(sa.insert(ERASURE).values(change_id=1, entity="deal"))
        seal = {"sort": "change", "row_id": 1, "change_id": 1, "digest": b"", "link": b""}
        tx.connection.execute(sa.insert(AUDIT_ENTRY).values(number=1, **seal))
    key = next(iter(table.primary_key)).name
    statement = sa.update(table).values({key: 7}) if verb == "update" else sa.delete(table)
    with pytest.raises(DBAPIError, match="append-only"), workspace.writing() as tx:
        tx.connection.execute(statement)
    with workspace.reading() as tx:
        assert len(tx.connection.execute(sa.select(table)).all()) == 1


def test_the_rules_of_the_connection_hold(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        if workspace.dialect == "sqlite":
            asked = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
            told = [tx.connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked]
            assert told == ["wal", 2, 1, 30_000]
        else:
            path = tx.connection.exec_driver_sql("SHOW search_path").scalar()
            assert path == f"fieldstone_{workspace.id}"


def test_a_question_ends_at_its_limit(workspace: Workspace) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )
    with pytest.raises(TooSlow) as caught, workspace.reading(at_most=0.05) as tx:
        tx.connection.exec_driver_sql(endless)
    assert caught.value.problems[0].text().startswith("This takes longer than 0.05 seconds")
    with workspace.reading(at_most=5) as tx:
        assert counted_in(tx, "deals") == 0
    assert counted(workspace, "deals") == 0


def test_a_database_that_is_away_is_told(workspace: Workspace) -> None:
    with pytest.raises(Unavailable) as caught, workspace.writing() as tx:
        lose(tx, workspace)
    assert caught.value.problems[0].id == "database.unavailable"
    count(workspace, "deals")


def test_a_newer_workspace_is_refused(
    settings: Settings, installation: Installation, workspace: Workspace
) -> None:
    with workspace.writing() as tx:
        tx.connection.exec_driver_sql("UPDATE _state SET system_version = 999")
    with Installation.open(settings) as other, pytest.raises(Conflict) as caught:
        other.workspace("acme")
    assert caught.value.problems[0].id == "database.newer"


def test_renaming_keeps_the_data(installation: Installation, workspace: Workspace) -> None:
    count(workspace, "deals")
    renamed = installation.rename_workspace(workspace, slug="acme-2", name="Acme Two")
    assert (renamed.id, renamed.slug, renamed.name) == (workspace.id, "acme-2", "Acme Two")
    assert counted(installation.workspace("acme-2"), "deals") == 1
    with pytest.raises(NotFound):
        installation.workspace("acme")


def test_deleting_leaves_nothing(installation: Installation, workspace: Workspace) -> None:
    store = workspace._store
    installation.delete_workspace("acme")
    assert installation.workspaces() == () and not store.exists()
    with pytest.raises(NotFound):
        count(workspace, "deals")
    assert not store.exists()
    assert installation.create_workspace("acme", "Acme", ()).id != workspace.id


WRONG = {
    "empty": ("", "Acme", "workspace.slug"),
    "upper case": ("Acme", "Acme", "workspace.slug"),
    "two dashes": ("ac--me", "Acme", "workspace.slug"),
    "dash at the end": ("acme-", "Acme", "workspace.slug"),
    "too long": ("a" * 41, "Acme", "workspace.slug"),
    "path": ("../acme", "Acme", "workspace.slug"),
    "kept for pages": ("static", "Acme", "workspace.slug_reserved"),
    "no name": ("acme", "  ", "workspace.name"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_slugs_and_names(installation: Installation, name: str) -> None:
    slug, label, problem = WRONG[name]
    with pytest.raises(Invalid) as caught:
        installation.create_workspace(slug, label, ())
    assert [one.id for one in caught.value.problems] == [problem]


def test_a_slug_is_taken_once(installation: Installation, workspace: Workspace) -> None:
    with pytest.raises(Conflict):
        installation.create_workspace("acme", "Another", ())
    assert [one.name for one in installation.workspaces()] == ["Acme"]


def test_a_template_that_is_not_there(installation: Installation) -> None:
    with pytest.raises(NotFound) as caught:
        installation.create_workspace("acme", "Acme", "crm_tempalte")
    assert caught.value.problems[0].params.get("near") == "crm_template"
    assert installation.control.workspaces("creating", "active") == ()


def test_many_workspaces_do_not_hold_many_files(home: Path, clock: FixedClock) -> None:
    with Installation.open(Settings(home=home), clock) as installation:
        made = [installation.create_workspace(f"w{n}", "W", ()) for n in range(80)]
        for workspace in made:
            count(workspace, "deals")
        assert len(installation._stores._engines) <= 64  # type: ignore[attr-defined]
        assert [counted(one, "deals") for one in made] == [1] * 80


def test_connections_that_went_away_in_the_pool_are_made_anew(
    installation: Installation, workspace: Workspace, settings: Settings
) -> None:
    if workspace.dialect == "sqlite":
        pytest.skip("a file does not go away")
    uses = (
        lambda: len(installation.workspaces()),
        lambda: counted(workspace, "deals"),
        lambda: count(workspace, "deals"),
    )
    for use in uses:
        use()
        end_connections(settings)
        use()
    assert counted(workspace, "deals") == 2


def test_the_opening_goes_along_with_the_beginning(workspace: Workspace) -> None:
    if workspace.dialect == "sqlite":
        pytest.skip("a message costs nothing there")
    with workspace.reading() as tx, workspace.reading():
        pass  # two connections that know the opening
    with workspace.reading() as tx, said(tx) as statements:
        pass
    assert statements == []
    with workspace.reading() as tx:
        tx.connection.exec_driver_sql("DEALLOCATE ALL")
    count(workspace, "deals")
    with pytest.raises(ZeroDivisionError), workspace.writing():
        raise ZeroDivisionError
    for _ in range(3):
        count(workspace, "deals")
    assert counted(workspace, "deals") == 4


@contextmanager
def said(tx: Transaction) -> Iterator[list[str]]:
    """The statements that SQLAlchemy sends for transactions that begin in the block."""
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    sa.event.listen(tx.connection.engine, "before_cursor_execute", note)
    try:
        with tx.workspace.reading():
            yield statements
    finally:
        sa.event.remove(tx.connection.engine, "before_cursor_execute", note)


def end_connections(settings: Settings) -> None:
    """Take away all connections of an installation, as a restart of PostgreSQL does."""
    with sa.create_engine(sa.make_url(settings.database_url or "")).connect() as other:
        mine = "datname = current_database() AND pid <> pg_backend_pid()"
        other.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {mine}"
        )
    other.engine.dispose()


def bump(tx: Transaction, key: str) -> None:
    """Add one to a counter."""
    values = {"key": key, "value": counted_in(tx, key) + 1}
    if values["value"] == 1:
        tx.connection.execute(sa.insert(COUNTER).values(values))
    else:
        tx.connection.execute(sa.update(COUNTER).where(COUNTER.c.key == key).values(values))


def count(workspace: Workspace, key: str) -> None:
    """Add one to a counter in a transaction of its own, one writer at a time."""
    with workspace.writing() as tx:
        if workspace.dialect == "postgresql":
            tx.connection.exec_driver_sql("LOCK TABLE _counter IN EXCLUSIVE MODE")
        bump(tx, key)


def lose(tx: Transaction, workspace: Workspace) -> None:
    """Lose the connection (PostgreSQL) or wait for a lock in vain (SQLite)."""
    if workspace.dialect == "postgresql":
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return
    other = sqlite3.connect(workspace._store.path, timeout=0)  # type: ignore[attr-defined]
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", {}, error) from error
    finally:
        other.close()


def counted_in(tx: Transaction, key: str) -> int:
    """Return a counter."""
    found = tx.connection.execute(sa.select(COUNTER.c.value).where(COUNTER.c.key == key)).scalar()
    return int(found or 0)


def counted(workspace: Workspace, key: str) -> int:
    """Return a counter as others see it."""
    with workspace.reading() as tx:
        return counted_in(tx, key)
