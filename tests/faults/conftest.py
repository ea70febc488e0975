"""Fixtures: a company made once for each kind of database, and copies of it that may be broken."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from fieldstone.engine import imports
from fieldstone.engine.audit import sealing
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work.worker import imports_folder
from tests.faults.company import NOW, SLUG, TOMORROW, copy_home, found_company
from tests.faults.found import Found, look
from tests.faults.work import READY, WORK, child, do_due
from tests.servers.database import Kind
from tests.servers.postgres import PostgresServer, plain

AT_MOST = timedelta(seconds=60)
"""How long after a return all work is done that was held by who died."""

PATIENCE = 300
"""Seconds after which a process is taken for stuck; how fast a machine is, is not what is tried."""

LOOKS = timedelta(seconds=15)
"""How often the clockwork looks for what is due, where nobody says otherwise."""

# Processes are forked from one that has loaded everything and holds nothing open.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.work", "celery.concurrency.thread"])


@dataclass
class Copy:
    """A copy of the company, on which processes work and die."""

    settings: Settings
    at: datetime = NOW
    back: datetime = NOW
    """When it was opened again after the last death."""

    moving: bool = False
    """Whether the time moves for processes that run: they read it from a file then."""

    def run(self, work: str, fail_at: str = "") -> int:
        """Do a piece of work in a process of its own; returns how that ended."""
        return self._run(work, None, {"FIELDSTONE_FAIL_AT": fail_at})

    def kill(self, work: str, after: float) -> int:
        """Do a piece of work in a process that is killed `after` seconds from its beginning."""
        return self._run(work, after, {})

    def _run(self, work: str, after: float | None, more: dict[str, str]) -> int:
        process = self._begun(work, more)
        process.join(PATIENCE if after is None else after)
        process.kill()
        process.join(PATIENCE)
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
            process.join(PATIENCE)
            assert process.exitcode == 0 or work != "serve_due"
        finally:
            process.kill()
            process.join(PATIENCE)
            process.close()

    @contextmanager
    def running(self, work: str) -> Iterator[Any]:
        """Let a process do a piece of work meanwhile, and kill it at the end if it still lives."""
        process = self._begun(work, {})
        try:
            yield process
        finally:
            process.kill()
            process.join(PATIENCE)
            process.close()

    def _begun(self, work: str, more: dict[str, str]) -> Any:
        begun, ready = _processes.Pipe(duplex=False)
        arguments = (work, {**self.environ(), **more}, ready)
        process = _processes.Process(target=child, args=arguments, daemon=True)
        process.start()
        ready.close()
        wait([begun], PATIENCE)
        begun.close()
        return process

    def environ(self) -> dict[str, str]:
        """The settings of its processes, as variables."""
        return {
            "FIELDSTONE_ENV": "test",
            "FIELDSTONE_HOME": str(self.settings.home),
            "FIELDSTONE_DATABASE_URL": self.settings.database_url or "",
            "FIELDSTONE_BROKER_URL": self.settings.broker_url or "",
            "FIELDSTONE_TICK_SECONDS": "1",
            "FIELDSTONE_CLOCK": self._clock(),
            "FIELDSTONE_LISTEN": self.settings.listen,
            "FIELDSTONE_API_MEMBER_PER_MINUTE": "0",
            "FIELDSTONE_API_WORKSPACE_PER_MINUTE": "0",
            "FIELDSTONE_WEBHOOK_NETWORKS": ",".join(map(str, self.settings.webhook_networks)),
            "C_FORCE_ROOT": "1",
        }

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        """The installation, opened anew."""
        with Installation.open(self.settings, FixedClock(self.at)) as opened:
            yield opened

    def come_back(self) -> None:
        """Open it again, and look for a minute as often as the clockwork does what is due."""
        self.back = self.at
        clock = FixedClock(self.at)
        with Installation.open(self.settings, clock) as opened:
            while True:
                do_due(opened)
                if clock.instant >= self.back + AT_MOST:
                    break
                clock.instant += LOOKS
        self.at = clock.instant

    def late(self) -> list[str]:
        """What of the work was not done, or done more than a minute after it came back.

        Sealing the history follows all work, and is late to none.
        """
        work = sa.select(JOB).where(JOB.c.kind != sealing.KIND)
        with self.opened() as opened, opened.workspace(SLUG).reading() as tx:
            rows = tx.connection.execute(work).all()
        return [
            f"{one.key}: {one.state} {one.finished_at}, back {self.back}"
            for one in rows
            if one.finished_at is None or one.finished_at > self.back + AT_MOST
        ]

    def tell_time(self) -> None:
        """Let it be as late as `at` says in the processes that run."""
        fresh = self.settings.home / "clock.new"
        fresh.write_text(self.at.isoformat(), "utf-8")
        fresh.replace(self.settings.home / "clock")

    def _clock(self) -> str:
        if not self.moving:
            return self.at.isoformat()
        self.tell_time()
        return f"file:{self.settings.home / 'clock'}"

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


@pytest.fixture
def woken(request: pytest.FixtureRequest, copy: Copy) -> Copy:
    """Return a copy of the company, a day later, with the broker of that name."""
    copy.at = TOMORROW
    if request.param != "embedded":
        url = request.getfixturevalue(f"{request.param}_url")
        copy.settings = replace(copy.settings, broker_url=url)
    return copy
