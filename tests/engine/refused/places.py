"""What is refused of places: settings, templates, workspaces, and databases of another product."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest import mock

from fieldstone.engine import samples
from fieldstone.engine.access import Caller
from fieldstone.engine.control import Control
from fieldstone.engine.control_tables import LATEST, VERSION
from fieldstone.engine.database import databases
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, NotFound, TooSlow
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.sqlite import SqliteDatabases
from fieldstone.engine.stores import CONTROL
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.problems import ProblemsError
from tests.refusals import Call

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@dataclass
class Place:
    """An installation with the workspace `acme`, and a handle on one that was removed."""

    installation: Installation
    workspace: Workspace
    removed: Workspace
    folder: Path

    def make(self, slug: str = "fresh", name: str = "New", template: str = "") -> Workspace:
        return self.installation.create_workspace(slug, name, template or ())

    def ask_as_stranger(self) -> None:
        """Have the sample removed by somebody who is no administrator."""
        with self.workspace.writing() as tx:
            samples.ask(tx, Caller(1))

    def removed_by_another(self) -> None:
        """Remove the workspace while another process is at it."""
        stores = databases(self.installation.settings)
        try:
            with stores.lock(self.workspace.id) as held:
                assert held
                self.installation.delete_workspace("acme")
        finally:
            stores.close()

    def enter_removed(self) -> None:
        with self.removed.reading():
            pass

    def ask_for_ever(self) -> None:
        with self.workspace.reading(at_most=0.05) as tx:
            tx.connection.exec_driver_sql(ENDLESS)

    def open_with_old_sqlite(self) -> None:
        """Open the files as a Python with an older library would."""
        with mock.patch.object(sqlite3, "sqlite_version_info", (3, 37, 2)):
            SqliteDatabases(self.installation.settings.home)

    def open_newer(self) -> None:
        """Open the control database after a newer product did, and leave it as it was."""
        stores = databases(self.installation.settings)
        clock = self.installation.control.clock
        try:
            self._control(LATEST + 1)
            Control(stores, clock, idle=timedelta(1), absolute=timedelta(1)).upgrade()
        finally:
            stores.close()
            self._control(LATEST)

    def open_newer_workspace(self) -> None:
        try:
            self._system("system_version + 900")
            with Installation.open(self.installation.settings) as other:
                other.workspace("acme")
        finally:
            self._system("system_version - 900")

    def _control(self, version: int) -> None:
        stores = databases(self.installation.settings)
        with stores.store(CONTROL).begin(writing=True) as connection:
            connection.execute(VERSION.update().values(version=version))
        stores.close()

    def _system(self, version: str) -> None:
        with self.workspace.writing() as tx:
            tx.connection.exec_driver_sql(f"UPDATE _state SET system_version = {version}")

    def read(self, environ: Mapping[str, str], lines: str = "") -> Settings:
        """Read settings, those of a file below those of the process."""
        file = self.folder / "env"
        file.write_text(lines, "utf-8")
        return Settings.read(environ, file)


def place(installation: Installation, folder: Path) -> Place:
    """The places, in an empty installation."""
    workspace = installation.create_workspace("acme", "Acme", ())
    removed = installation.create_workspace("gone", "Gone", ())
    installation.delete_workspace("gone")
    return Place(installation, workspace, removed, folder)


CASES: tuple[Call[Place], ...] = (
    Call("a slug of no shape", Invalid, ("/slug workspace.slug",), lambda it: it.make("A b")),
    Call("a slug that is kept", Invalid, ("/slug workspace.slug_reserved",),
         lambda it: it.make("api")),
    Call("no name", Invalid, ("/name workspace.name",), lambda it: it.make(name=" ")),
    Call("neither slug nor name", Invalid, ("/slug workspace.slug", "/name workspace.name"),
         lambda it: it.make("", "")),
    Call("a slug that is taken", Conflict, ("workspace.exists",), lambda it: it.make("acme")),
    Call("a stranger who makes one", Forbidden, ("workspace.not_maker",),
         lambda it: it.installation.require_maker("zz")),
    Call("a stranger who removes the sample", Forbidden, ("sample.not_administrator",),
         lambda it: samples.remove(it.workspace, Caller(1))),
    Call("a stranger who has it removed", Forbidden, ("sample.not_administrator",),
         lambda it: it.ask_as_stranger()),
    Call("a workspace that is not there", NotFound, ("workspace.unknown",),
         lambda it: it.installation.workspace("zz")),
    Call("a workspace that was removed", NotFound, ("workspace.gone",),
         lambda it: it.enter_removed()),
    Call("a workspace that another removes", Conflict, ("workspace.busy",),
         lambda it: it.removed_by_another()),
    Call("a template that is not there", NotFound, ("template.unknown",),
         lambda it: it.make(template="zzzzzz")),
    Call("a misspelt template", NotFound, ("template.unknown_near",),
         lambda it: it.make(template="crm_templat")),
    Call("an installation of a newer product", Conflict, ("database.newer",),
         lambda it: it.open_newer()),
    Call("a workspace of a newer product", Conflict, ("database.newer",),
         lambda it: it.open_newer_workspace()),
    Call("a SQLite that is too old", Conflict, ("database.sqlite_old",),
         lambda it: it.open_with_old_sqlite()),
    Call("a question without end", TooSlow, ("database.too_slow",), lambda it: it.ask_for_ever()),
    Call("a setting that is not there", ProblemsError, ("setting.unknown",),
         lambda it: it.read({"FIELDSTONE_HOM": "x"})),
    Call("a setting that cannot be read", ProblemsError, ("setting.unreadable",),
         lambda it: it.read({"FIELDSTONE_ENV": "x"})),
    Call("settings for tests", ProblemsError, ("setting.not_here", "setting.not_here"),
         lambda it: it.read({"FIELDSTONE_CLOCK": "2026-03-05T09:00:00Z",
                             "FIELDSTONE_FAIL_AT": "x:1"})),
    Call("a mail server without a sender", ProblemsError, ("setting.together",),
         lambda it: it.read({"FIELDSTONE_SMTP_URL": "smtp://localhost"})),
    Call("a line that is none", ProblemsError, ("setting.line", "setting.line"),
         lambda it: it.read({}, "A=1\nnothing\n9=2\n")),
)  # fmt: skip
