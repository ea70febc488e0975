"""The sample is removed by a worker: once, going on after a death, stopped when wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import access, notified, records, samples
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work.jobs import LEASE
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.servers.database import Database

NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)
ROWS = 1200
APP: dict[str, Any] = {"kind": "app", "name": "library", "label": {"en": "Library"}}
BOOK: dict[str, Any] = {
    "kind": "entity",
    "name": "book",
    "title": "name",
    "fields": [{"name": "name", "type": "text", "required": True}],
}
LOAN: dict[str, Any] = {
    "kind": "entity",
    "name": "loan",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True},
        {
            "name": "book",
            "type": "reference",
            "to": "book",
            "inverse": "loans",
            "on_delete": "restrict",
        },
    ],
}
WORK_AND_DIE = """
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.engine.samples.test_removal import NOW

with Installation.open(Settings.read(env_file=None), FixedClock(NOW)) as opened:
    for one in tick(opened):
        do(opened, *one)
"""


@dataclass
class Library:
    """A library with 1,200 sample books; one of them is lent to a reader of its own."""

    installation: Installation
    workspace: Workspace
    clock: FixedClock
    ada: int

    def ask(self) -> None:
        with self.workspace.writing() as tx:
            samples.ask(tx, access.for_member(tx, self.ada))

    def work(self) -> int:
        """Do what is due; returns how many jobs were done."""
        return sum(do(self.installation, *one) for one in tick(self.installation))

    def last(self) -> samples.Removal | None:
        with self.workspace.reading() as tx:
            return samples.last(tx, samples.count(tx))

    def left(self) -> int:
        with self.workspace.reading() as tx:
            return samples.count(tx)

    def jobs(self) -> list[str]:
        with self.workspace.reading() as tx:
            return list(tx.connection.scalars(sa.select(JOB.c.state).order_by(JOB.c.id)))

    def told(self) -> list[tuple[str, str]]:
        with self.workspace.reading() as tx:
            found = notified.listed(tx, access.for_member(tx, self.ada))
        assert all(one.sample for one in found)
        return [(one.title, one.body) for one in found]


@pytest.fixture
def library(home: Path, database: Database) -> Iterator[Library]:
    clock = FixedClock(NOW)
    settings = Settings(home=home, database_url=database.url, env="test")
    ada = NewMember(name="Ada", email="ada@example.com", roles=("admin",))
    role: dict[str, Any] = {"kind": "role", "name": "admin", "members": True, "metadata": True}
    documents = tuple(document_of(one) for one in (APP, BOOK, LOAN, role))
    with Installation.open(settings, clock) as installation:
        workspace = installation.create_workspace("library", "Library", documents, admin=ada)
        with workspace.writing() as tx:
            sample = Caller(None, origin=samples.ORIGIN, system=True)
            books = [{"name": f"Book {number}"} for number in range(ROWS)]
            made = records.create_many(tx, sample, "book", books)
            records.create(tx, SYSTEM, "loan", {"name": "Own", "book": made[7].record_id})
            number = tx.connection.scalar(sa.text("SELECT max(id) FROM _member"))
        found = Library(installation, workspace, clock, number)
        found.work()
        with workspace.writing() as tx:
            tx.connection.execute(sa.delete(JOB))
        yield found


def test_it_is_removed_once_however_often_it_is_asked_for(library: Library) -> None:
    library.ask()
    library.ask()
    assert library.jobs() == ["queued"]
    assert library.last() == samples.Removal(0, ROWS, working=True, waits=True, stuck=False)
    assert library.work() == 1
    assert library.left() == 1
    assert library.last() is None
    assert library.told() == [("The sample data is removed", "1,199 in the recycle bin, 1 left")]
    library.ask()
    assert library.jobs() == ["done", "queued"]


def begin_and_die(library: Library) -> None:
    """Let a worker process remove some of it and be killed after its first chunk."""
    settings = library.installation.settings
    environ = {
        **{key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")},
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_HOME": str(settings.home),
        "FIELDSTONE_DATABASE_URL": settings.database_url or "",
        "FIELDSTONE_FAIL_AT": "sample.chunk:1",
    }
    died = subprocess.run(
        [sys.executable, "-c", WORK_AND_DIE], env=environ, check=False, capture_output=True
    )
    assert died.returncode == 137, died.stderr.decode()


def test_a_worker_that_died_is_followed_by_another(library: Library) -> None:
    library.ask()
    begin_and_die(library)
    found = library.last()
    assert found is not None and found.working and not found.waits
    assert (found.done, found.total) == (ROWS - library.left(), ROWS)
    assert 0 < found.done < ROWS - 1
    assert library.work() == 0
    library.clock.instant += LEASE + timedelta(seconds=1)
    assert library.work() == 1
    assert library.left() == 1
    assert [title for title, _ in library.told()] == ["The sample data is removed"]


def test_one_stopped_in_the_middle_says_how_far_it_came(library: Library) -> None:
    library.ask()
    begin_and_die(library)
    left = library.left()
    assert 1 < left < ROWS
    with library.workspace.writing() as tx:
        samples.stop(tx, access.for_member(tx, library.ada))
    library.clock.instant += LEASE + timedelta(seconds=1)
    assert library.work() == 0
    assert (library.left(), library.last()) == (left, None)
    stopped = (
        "Removing the sample data was stopped",
        f"{ROWS - left:,} in the recycle bin, {left:,} left",
    )
    assert library.told() == [stopped]


def test_what_is_removed_stays_so_when_it_is_stopped(library: Library) -> None:
    library.ask()
    with library.workspace.writing() as tx:
        samples.stop(tx, access.for_member(tx, library.ada))
    assert library.work() == 0
    assert library.jobs() == ["dropped"]
    assert library.last() is None
    assert library.left() == ROWS
    assert [title for title, _ in library.told()] == ["Removing the sample data was stopped"]
    with library.workspace.writing() as tx:
        samples.stop(tx, access.for_member(tx, library.ada))
    assert len(library.told()) == 1
