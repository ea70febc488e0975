"""Control: who may sign in, which workspaces there are, and when each has work to do.

A workspace's own database is the truth about its data and its members; what stands here about
them are hints, corrected from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from . import control_tables, failpoints
from .accounts import Accounts
from .clock import Clock
from .control_tables import MEMBERSHIP, WORKSPACE
from .errors import Conflict, NotFound
from .insert import insert_new
from .invitations import Invitations
from .packages import Packages
from .sessions import Sessions
from .stores import CONTROL, Databases, Store
from .throttle import Throttle
from .tokens import Tokens

State = Literal["creating", "active", "deleting"]
_PATIENCE = 30.0


@dataclass(frozen=True, kw_only=True)
class WorkspaceEntry:
    """What control knows of a workspace."""

    id: str
    slug: str
    name: str
    state: State
    created_at: datetime
    next_due_at: datetime | None


class Control:
    """The control database. Each method is a transaction of its own.

    Inside a workspace's writing transaction call only what is named as safe there: the locks are
    always taken workspace first, control second.
    """

    def __init__(
        self, databases: Databases, clock: Clock, *, idle: timedelta, absolute: timedelta
    ) -> None:
        self.clock = clock
        self._databases = databases
        self._store: Store = databases.store(CONTROL)
        self.throttle = Throttle(self._store, clock)
        self.sessions = Sessions(self._store, clock, idle=idle, absolute=absolute)
        self.tokens = Tokens(self._store, clock)
        self.accounts = Accounts(self._store, clock, self.throttle, self.sessions)
        self.invitations = Invitations(self._store, clock, self.accounts)
        self.packages = Packages(self._store, clock)

    def upgrade(self) -> None:
        """Make the database where there is none, and move its tables to the latest version.

        Conflict if they were made by a newer product.
        """
        if self._store.exists():
            with self._store.begin(writing=False) as connection:
                if control_tables.version_of(connection) == control_tables.LATEST:
                    return
        with self._databases.lock(CONTROL, wait=_PATIENCE):
            self._store.create()
            with self._store.begin(writing=True) as connection:
                control_tables.upgrade(connection)

    def workspaces(self, *states: State) -> tuple[WorkspaceEntry, ...]:
        """The workspaces in these states (by default the active ones), in the order of slugs."""
        query = (
            sa.select(WORKSPACE)
            .where(WORKSPACE.c.state.in_(states or ("active",)))
            .order_by(WORKSPACE.c.slug)
        )
        return tuple(_entry(row) for row in self._store.rows(query))

    def following(self, slug: str, limit: int = 200) -> tuple[WorkspaceEntry, ...]:
        """The next active workspaces after a slug, in the order of slugs."""
        query = (
            sa.select(WORKSPACE)
            .where(WORKSPACE.c.state == "active", WORKSPACE.c.slug > slug)
            .order_by(WORKSPACE.c.slug)
            .limit(limit)
        )
        return tuple(_entry(row) for row in self._store.rows(query))

    def workspace(self, *, slug: str | None = None, id: str | None = None) -> WorkspaceEntry:
        """The active workspace of that slug or id; NotFound if there is none."""
        wanted = WORKSPACE.c.slug == slug if slug is not None else WORKSPACE.c.id == id
        query = sa.select(WORKSPACE).where(wanted, WORKSPACE.c.state == "active")
        for row in self._store.rows(query):
            return _entry(row)
        raise NotFound.because("workspace.unknown", name=slug or id)

    def workspaces_of(self, account_id: str) -> tuple[WorkspaceEntry, ...]:
        """The active workspaces that an account may enter, in the order of names."""
        query = (
            sa.select(WORKSPACE)
            .join(MEMBERSHIP, MEMBERSHIP.c.workspace_id == WORKSPACE.c.id)
            .where(MEMBERSHIP.c.account_id == account_id, WORKSPACE.c.state == "active")
            .order_by(WORKSPACE.c.name, WORKSPACE.c.slug)
        )
        return tuple(_entry(row) for row in self._store.rows(query))

    def slugs(self, start: str) -> frozenset[str]:
        """The slugs of all workspaces, in whatever state, that begin so."""
        query = sa.select(WORKSPACE.c.slug).where(
            WORKSPACE.c.slug.startswith(start, autoescape=True)
        )
        return frozenset(row.slug for row in self._store.rows(query))

    def enter(self, workspace_id: str, slug: str, name: str) -> None:
        """Note a workspace that is being created; Conflict if the slug is taken."""
        row = {
            "id": workspace_id,
            "slug": slug,
            "name": name,
            "state": "creating",
            "created_at": self.clock.now(),
        }
        try:
            with self._writing() as connection:
                connection.execute(sa.insert(WORKSPACE).values(row))
        except IntegrityError as error:
            raise Conflict.because("workspace.exists", slug=slug) from error

    def set_state(self, workspace_id: str, state: State) -> None:
        """Move a workspace on in its life."""
        self._update(workspace_id, state=state)

    def rename(self, workspace_id: str, slug: str, name: str) -> None:
        """Give a workspace another slug and name; Conflict if the slug is taken."""
        try:
            self._update(workspace_id, slug=slug, name=name)
        except IntegrityError as error:
            raise Conflict.because("workspace.exists", slug=slug) from error

    def remove(self, workspace_id: str) -> None:
        """Forget a workspace with its memberships and tokens."""
        with self._writing() as connection:
            connection.execute(sa.delete(WORKSPACE).where(WORKSPACE.c.id == workspace_id))

    def join(self, account_id: str, workspace_id: str) -> None:
        """Note that an account may enter a workspace. Safe in a workspace's transaction."""
        with self._writing() as connection:
            insert_new(
                connection, MEMBERSHIP, {"account_id": account_id, "workspace_id": workspace_id}
            )

    def join_all(self, account_ids: Sequence[str], workspace_id: str) -> None:
        """Note that accounts may enter a workspace which none of them may enter yet."""
        rows = [{"account_id": one, "workspace_id": workspace_id} for one in account_ids]
        if rows:
            with self._writing() as connection:
                connection.execute(sa.insert(MEMBERSHIP), rows)

    def leave(self, account_id: str, workspace_id: str) -> None:
        """Note that an account may enter a workspace no more. Safe in a workspace's transaction."""
        with self._writing() as connection:
            connection.execute(
                sa.delete(MEMBERSHIP).filter_by(account_id=account_id, workspace_id=workspace_id)
            )

    def due_workspaces(
        self, now: datetime, *, everything: bool = False
    ) -> tuple[tuple[str, datetime | None], ...]:
        """(id, hint) of the active workspaces whose hint has passed, or of all of them."""
        query = sa.select(WORKSPACE.c.id, WORKSPACE.c.next_due_at).where(
            WORKSPACE.c.state == "active"
        )
        if not everything:
            query = query.where(WORKSPACE.c.next_due_at <= now)
        query = query.order_by(WORKSPACE.c.next_due_at, WORKSPACE.c.id)
        return tuple((row.id, row.next_due_at) for row in self._store.rows(query))

    def lower_next_due(self, workspace_id: str, at: datetime) -> None:
        """Say that there is work at `at`, before the transaction that makes it so commits.

        Never moves the hint to a later time, and always moves it, if only by a microsecond: a
        tick that has read the workspace before that commit finds another hint than it knew, and
        looks again. Safe in a workspace's transaction.
        """
        mine = WORKSPACE.c.id == workspace_id
        with self._writing() as connection:
            query = sa.select(WORKSPACE.c.next_due_at).where(mine).with_for_update()
            hint = connection.execute(query).scalar_one_or_none()
            moved = at if hint is None or hint > at else hint - timedelta(microseconds=1)
            connection.execute(sa.update(WORKSPACE).where(mine).values(next_due_at=moved))
        failpoints.hit("control.hint_lowered")

    def raise_next_due(
        self, workspace_id: str, hint: datetime | None, following: datetime | None
    ) -> bool:
        """Move the hint on to `following` if it is still `hint`; whether it was.

        Only the tick does this, after it has read the workspace: who lowered the hint meanwhile
        knows of work that the tick has not seen.
        """
        same = WORKSPACE.c.next_due_at.is_not_distinct_from(hint)
        with self._writing() as connection:
            done = connection.execute(
                sa.update(WORKSPACE)
                .where(WORKSPACE.c.id == workspace_id, same)
                .values(next_due_at=following)
            )
        return done.rowcount == 1

    def _update(self, workspace_id: str, **values: object) -> None:
        with self._writing() as connection:
            connection.execute(
                sa.update(WORKSPACE).where(WORKSPACE.c.id == workspace_id).values(**values)
            )

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        return self._store.begin(writing=True)


def _entry(row: sa.Row[tuple[object, ...]]) -> WorkspaceEntry:
    return WorkspaceEntry(**row._mapping)
