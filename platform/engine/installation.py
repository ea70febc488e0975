"""The installation: what the settings name, opened; its workspaces made, found and removed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from ..metadata.documents import Document
from ..metadata.fields import load_field_types
from ..metadata.modules import off_in, with_modules_off
from ..metadata.problems import Problem
from ..rules.functions import load_plugins
from . import backups, failpoints, members, modules, system_versions, upgrades
from .access import SYSTEM
from .backups import Backup
from .backups.on_the_way import ids_on_the_way, on_its_way, sweep
from .backups.people import link_accounts
from .clock import Clock
from .control import Control, WorkspaceEntry
from .database import databases
from .errors import Conflict, Forbidden, Invalid
from .members import NewMember
from .publish import preview, publish
from .search_terms import spelled
from .settings import Settings
from .stores import Databases
from .templates import Templates
from .tokens import Entrance
from .upgrades import Kept
from .work import jobs, schedules
from .workspaces import Workspace

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PAGES = (
    "account accounts admin api app assets auth control docs health help join login logout me new "
    "openapi public set-up sign-in sign-out static studio system www"
)
_RESERVED_SLUGS = frozenset(_PAGES.split())


class Installation:
    """One installation: its settings, clock, control database and workspaces."""

    def __init__(self, settings: Settings, clock: Clock, stores: Databases) -> None:
        self.settings = settings
        self.clock = clock
        self.control = Control(
            stores,
            clock,
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_hours),
        )
        self.templates = Templates(self.control.packages)
        self._stores = stores
        self._current: set[str] = set()

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Open the installation that the settings name, made if it is new.

        Brings the control tables up to date, and removes what was left of workspaces whose
        creation or removal was cut short. Packages bring types and functions.
        """
        load_field_types()
        load_plugins()
        settings.home.mkdir(parents=True, exist_ok=True)
        opened = cls(settings, clock or settings.make_clock(), databases(settings))
        try:
            opened.control.upgrade()
            opened.reconcile()
        except BaseException:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Close all connections."""
        self._stores.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def workspaces(self) -> tuple[WorkspaceEntry, ...]:
        """The active workspaces in the order of their slugs."""
        return self.control.workspaces()

    def workspace(self, slug: str) -> Workspace:
        """The workspace of that slug, its system tables up to date; NotFound if there is none."""
        entry = self.control.workspace(slug=slug)
        return self._opened(entry.id, entry.slug, entry.name)

    def entered(self, entrance: Entrance) -> Workspace:
        """The workspace that a token opened, its system tables up to date."""
        return self._opened(entrance.workspace_id, entrance.slug, entrance.name)

    def workspace_by_id(self, workspace_id: str) -> Workspace:
        """The workspace of that id, its system tables up to date; NotFound if there is none."""
        entry = self.control.workspace(id=workspace_id)
        return self._opened(entry.id, entry.slug, entry.name)

    def create_workspace(
        self,
        slug: str,
        name: str,
        documents: str | Iterable[Document],
        *,
        admin: NewMember | None = None,
        kept: Kept | None = None,
        off: Collection[str] = (),
        on: Collection[str] = (),
        then: Callable[[Workspace], object] | None = None,
    ) -> Workspace:
        """Make a workspace from a template (`crm@1.0.0`) or documents, with its first member.

        Without documents it has no revision yet: an app without entities. The documents are the
        version of a template that it goes back to, unless `kept` says another. `off` and `on` name
        modules, of which the documents say otherwise what to begin with. `then` writes what else
        belongs in it (sample data), before anybody can enter, while all modules are on.

        All or nothing: after a failure, and after a crash at the next `open`, nothing is left of
        it. The first member gets every role that administers, unless `admin` names roles.
        Invalid lists what is wrong with the documents, Conflict says that the slug is taken.
        """
        _require_names(slug, name)
        if isinstance(documents, str):
            documents = self.templates.get(documents).documents
        chosen = tuple(documents)
        wanted = modules.switched(chosen, off, on)

        def fill(workspace: Workspace) -> None:
            if chosen:
                first = wanted if then is None else with_modules_off(wanted, ())
                plan = preview(workspace, SYSTEM, first)
                base = kept or Kept.of_plan(plan, off_in(chosen))
                upgrades.first_revision(workspace, plan, base)
                failpoints.hit("workspace.published")
            if admin is not None:
                members.add(workspace, SYSTEM, _administrator(workspace, admin))
            if then is not None:
                then(workspace)
                if off_in(wanted):
                    publish(workspace, SYSTEM, preview(workspace, SYSTEM, wanted))

        return self._made(slug, name, fill)

    def restore_workspace(self, file: Path, slug: str | None = None) -> Workspace:
        """Make a workspace of a backup, under the slug that it had or another.

        All or nothing, as `create_workspace`. Its members are those of the backup; who has an
        account here by their e-mail, mobile number or user name enters with that, all others wait
        for an invitation. Invalid says what is wrong with the file, Conflict that the slug is
        taken.
        """
        with Backup.open(file) as backup:
            wanted = slug or backup.slug
            _require_names(wanted, backup.name)
            return self._made(wanted, backup.name, lambda made: self._restored(made, backup))

    def clone_workspace(
        self, workspace: Workspace, slug: str, name: str | None = None, *, with_data: bool = False
    ) -> Workspace:
        """Make a workspace with another's documents, and if wanted all its data and members."""
        called = name or workspace.name
        if not with_data:
            kept = Kept.of_workspace(workspace)
            with workspace.reading() as tx:
                documents = tx.app.documents
            return self.create_workspace(slug, called, documents, kept=kept)
        _require_names(slug, called)

        def fill(made: Workspace) -> None:
            # Named by the workspace that is being made, so that it goes with a half-made one.
            with on_its_way(self.settings.home, made.id) as file:
                backups.write(workspace, file)
                failpoints.hit("clone.written")
                with Backup.open(file) as backup:
                    self._restored(made, backup)

        return self._made(slug, called, fill)

    def _restored(self, workspace: Workspace, backup: Backup) -> None:
        with workspace.writing() as tx:
            after = backups.restore(tx, backup)
            joined = link_accounts(after)
            due = [at for at in (schedules.earliest(after), jobs.next_wake(after)) if at]
        self.control.join_all(joined, workspace.id)
        if due:
            self.control.lower_next_due(workspace.id, min(due))

    def may_create(self, account_id: str) -> bool:
        """Whether a person may make workspaces: administrators, or anybody while there is none."""
        if not self.workspaces():
            return True
        for entry in self.control.workspaces_of(account_id):
            with self.workspace(entry.slug).reading(account_id) as tx:
                if tx.asker is not None and members.administers(tx.app, tx.asker.roles):
                    return True
        return False

    def require_maker(self, account_id: str) -> None:
        """Forbidden for who may not make workspaces."""
        if not self.may_create(account_id):
            raise Forbidden.because("workspace.not_maker")

    def free_slug(self, name: str) -> str:
        """A slug that nobody has, made from a name: Chinese by its pinyin."""
        start = spelled(name)[:34].strip("-")
        start = start if _SLUG.fullmatch(start) else f"w-{start}".strip("-")
        taken = self.control.slugs(start) | _RESERVED_SLUGS
        return next(
            one
            for one in (start, *(f"{start}-{number}" for number in range(2, len(taken) + 3)))
            if one not in taken
        )

    def rename_workspace(self, workspace: Workspace, *, slug: str, name: str) -> Workspace:
        """Give a workspace another slug and name; its id, file and schema stay."""
        _require_names(slug, name)
        self.control.rename(workspace.id, slug, name)
        return self.workspace_by_id(workspace.id)

    def delete_workspace(self, slug: str) -> None:
        """Remove a workspace with all its data, at once and for ever."""
        entry = self.control.workspace(slug=slug)
        with self._stores.lock(entry.id) as held:
            if not held:
                raise Conflict.because("workspace.busy", slug=slug)
            self.control.set_state(entry.id, "deleting")
            failpoints.hit("workspace.deleting")
            self._forget(entry.id)

    def reconcile(self) -> None:
        """Remove workspaces whose creation or removal was cut short; those at work are held.

        Files on the way from one workspace to another go unless somebody is making that one.
        """
        waiting = ids_on_the_way(self.settings.home)
        for entry in self.control.workspaces("creating", "deleting"):
            with self._stores.lock(entry.id) as held:
                if held and self._still(entry):
                    self._forget(entry.id)
        if waiting:
            making = {one.id for one in self.control.workspaces("creating")}
            sweep(self.settings.home, waiting - making)

    def _still(self, entry: WorkspaceEntry) -> bool:
        """Whether it is as it was before we held it: its maker may just have finished."""
        return entry.id in {one.id for one in self.control.workspaces("creating", "deleting")}

    def _made(self, slug: str, name: str, fill: Callable[[Workspace], None]) -> Workspace:
        """Make a workspace and let `fill` write into it; nothing is left of it if that fails."""
        workspace_id = uuid.uuid4().hex
        with self._stores.lock(workspace_id) as held:
            if not held:
                raise RuntimeError(f"{workspace_id} is locked already")
            self.control.enter(workspace_id, slug, name)
            failpoints.hit("workspace.entered")
            try:
                return self._filled(workspace_id, slug, name, fill)
            except BaseException:
                self._forget(workspace_id)
                raise

    def _filled(
        self, workspace_id: str, slug: str, name: str, fill: Callable[[Workspace], None]
    ) -> Workspace:
        store = self._stores.store(workspace_id)
        store.create()
        with store.begin(writing=True) as connection:
            system_versions.create(connection)
        failpoints.hit("workspace.created")
        workspace = self._handle(workspace_id, slug, name)
        fill(workspace)
        failpoints.hit("workspace.filled")
        self.control.set_state(workspace_id, "active")
        self._current.add(workspace_id)
        return workspace

    def _forget(self, workspace_id: str) -> None:
        self._stores.store(workspace_id).drop()
        failpoints.hit("workspace.dropped")
        self.control.remove(workspace_id)

    def _handle(self, workspace_id: str, slug: str, name: str) -> Workspace:
        store = self._stores.store(workspace_id)
        return Workspace(
            id=workspace_id,
            slug=slug,
            name=name,
            store=store,
            control=self.control,
            mails=self.settings.mails,
        )

    def _opened(self, workspace_id: str, slug: str, name: str) -> Workspace:
        workspace = self._handle(workspace_id, slug, name)
        if workspace_id not in self._current:
            workspace.upgrade()
            self._current.add(workspace_id)
        return workspace


def _administrator(workspace: Workspace, admin: NewMember) -> NewMember:
    """The first member, with all roles that administer where none are named."""
    if admin.roles:
        return admin
    with workspace.reading() as tx:
        roles = tuple(one for one in sorted(tx.app.roles) if members.administers(tx.app, (one,)))
    return replace(admin, roles=roles)


def _require_names(slug: str, name: str) -> None:
    problems = _wrong_slug(slug) + _wrong_name(name)
    if problems:
        raise Invalid(problems)


def _wrong_slug(slug: str) -> list[Problem]:
    if not _SLUG.fullmatch(slug) or len(slug) > 40:
        return [Problem("workspace.slug", {"slug": slug}, pointer="/slug")]
    if slug in _RESERVED_SLUGS:
        return [Problem("workspace.slug_reserved", {"slug": slug}, pointer="/slug")]
    return []


def _wrong_name(name: str) -> list[Problem]:
    if not 1 <= len(name.strip()) <= 100 or "\x00" in name:
        return [Problem("workspace.name", {}, pointer="/name")]
    return []
