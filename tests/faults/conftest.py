"""Fixtures: a company made once for each kind of database, and copies of it that may be broken."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fieldstone.engine import imports
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.work.worker import imports_folder
from tests.faults.company import NOW, SLUG, Found, copy_home, found_company, look
from tests.faults.work import AFTER_THE_LEASE, READY, WORK, child, do_due
from tests.servers.database import Kind
from tests.servers.postgres import PostgresServer, plain

# Processes are forked from one that has loaded everything and holds nothing open.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.work", "celery.concurrency.thread"])


@dataclass
class Copy:
    """A copy of the company, on which processes work and die."""

    settings: Settings
    at: datetime = NOW

    def run(self, work: str, fail_at: str = "") -> int:
        """Do a piece of work in a process of its own; returns how that ended."""
        return self._run(work, None, {"FIELDSTONE_FAIL_AT": fail_at})

    def kill(self, work: str, after: float) -> int:
        """Do a piece of work in a process that is killed `after` seconds from its beginning."""
        return self._run(work, after, {})

    def _run(self, work: str, after: float | None, more: dict[str, str]) -> int:
        process = self._begun(work, more)
        process.join(60 if after is None else after)
        process.kill()
        process.join(60)
        code: int | None = process.exitcode
        process.close()
        assert code is not None
        return code

    @contextmanager
    def beside(self, work: str) -> Iterator[None]:
        """Let a process do a piece of work meanwhile; it is asked to stop at the end.

        A worker, once it is there, stops when it is asked.
        """
        process = self._begun(work, {})
        there = self.settings.home / f"{READY}{process.pid}"
        try:
            yield
            if work == "serve_due":
                while process.is_alive() and not there.exists():
                    process.join(0.05)
            process.terminate()
            process.join(60)
            assert process.exitcode == 0 or work != "serve_due"
        finally:
            process.kill()
            process.join(60)
            process.close()

    def _begun(self, work: str, more: dict[str, str]) -> Any:
        environ = {
            "FIELDSTONE_ENV": "test",
            "FIELDSTONE_HOME": str(self.settings.home),
            "FIELDSTONE_DATABASE_URL": self.settings.database_url or "",
            "FIELDSTONE_BROKER_URL": self.settings.broker_url or "",
            "FIELDSTONE_TICK_SECONDS": "1",
            "FIELDSTONE_CLOCK": self.at.isoformat(),
            "FIELDSTONE_WEBHOOK_NETWORKS": ",".join(map(str, self.settings.webhook_networks)),
            "C_FORCE_ROOT": "1",
            **more,
        }
        begun, ready = _processes.Pipe(duplex=False)
        process = _processes.Process(target=child, args=(work, environ, ready), daemon=True)
        process.start()
        ready.close()
        wait([begun], 60)
        begun.close()
        return process

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        """The installation, opened anew."""
        with Installation.open(self.settings, FixedClock(self.at)) as opened:
            yield opened

    def come_back(self) -> None:
        """Open it after the leases have run out, and do what is due until nothing is."""
        self.at += AFTER_THE_LEASE
        with self.opened() as opened:
            do_due(opened)
            do_due(opened)

    def do(self, work: str) -> None:
        """Do a piece of work in this process."""
        with self.opened() as opened:
            WORK[work](opened)

    def look(self, slug: str = SLUG) -> Found:
        """What there is in the workspace."""
        with self.opened() as opened:
            return look(opened.workspace(slug))

    def files_after_hours(self) -> list[Path]:
        """The files of imports that are still there when left-overs were swept away."""
        folder = imports_folder(self.settings)
        for one in folder.glob("*/*"):
            os.utime(one, (1.0, 1.0))
        with self.opened() as opened:
            imports.sweep(opened, folder)
        return [one for one in folder.rglob("*") if one.is_file()]


@dataclass
class Original:
    """The company as it was made, on one kind of database; `copy` gives copies of it."""

    kind: Kind
    home: Path
    folder: Path
    server: PostgresServer | None = None
    name: str = ""
    _undisturbed: dict[tuple[str, str, timedelta], Found] = field(default_factory=dict)
    _count: int = 0

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        """A copy of the company; gone afterwards."""
        self._count += 1
        home = self.folder / f"copy-{self._count}"
        copy_home(self.home, home)
        with ExitStack() as stack:
            url = stack.enter_context(self._database()) if self.server else None
            yield Copy(Settings(home=home, database_url=url, env="test"))
        shutil.rmtree(home)

    @contextmanager
    def _database(self) -> Iterator[str]:
        assert self.server is not None
        name = f"{self.name}_{self._count}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        try:
            url: Any = self.server.url.set(database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _tell(self, statement: str) -> None:
        assert self.server is not None
        with psycopg.connect(plain(self.server.url), autocommit=True) as connection:
            connection.execute(statement.encode())

    def undisturbed(
        self, work: str, slug: str = SLUG, *, later: timedelta = timedelta(), then: str = ""
    ) -> Found:
        """What a piece of work (then another, `later`) leads to when nothing goes wrong."""
        if (work, then, later) not in self._undisturbed:
            with self.copy() as copy:
                if then:
                    copy.do(work)
                copy.at += later
                copy.do(then or work)
                self._undisturbed[work, then, later] = copy.look(slug)
        return self._undisturbed[work, then, later]


@pytest.fixture(scope="session")
def sqlite_original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Return the company in SQLite files."""
    folder = tmp_path_factory.mktemp("sqlite")
    found_company(Settings(home=folder / "original", env="test"))
    return Original("sqlite", folder / "original", folder)


@pytest.fixture(scope="session")
def postgresql_original(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Original]:
    """Return the company in a PostgreSQL database."""
    folder = tmp_path_factory.mktemp("postgresql")
    with postgres.database() as url:
        found_company(Settings(home=folder / "original", database_url=url, env="test"))
        name = make_url(url).database or ""
        yield Original("postgresql", folder / "original", folder, postgres, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def original(request: pytest.FixtureRequest) -> Original:
    """Return the company, on either kind of database."""
    found: Original = request.getfixturevalue(f"{request.param}_original")
    return found


@pytest.fixture
def copy(original: Original) -> Iterator[Copy]:
    """Return a copy of the company that may be broken."""
    with original.copy() as made:
        yield made
