"""The desk: what a handler works with; who asks, in which workspace, in which language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from flask import g, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import access
from fieldstone.engine.access import Caller
from fieldstone.engine.accounts import Account
from fieldstone.engine.again import again
from fieldstone.engine.errors import NotFound, Unauthenticated
from fieldstone.engine.installation import Installation
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import MOST_SECONDS, Workspace
from fieldstone.metadata.model import App, Entity

from .paths import Paths, with_query
from .security import session_reference
from .show.formats import Formats

_T = TypeVar("_T")


@dataclass(frozen=True)
class Visit:
    """One request of a person who is signed in, to one workspace that lets them in."""

    installation: Installation
    workspace: Workspace
    account: Account
    locale: str
    others: bool = False
    """Whether the person may enter other workspaces too."""

    @contextmanager
    def reading(self, at_most: float = MOST_SECONDS) -> Iterator[Desk]:
        """A desk whose transaction only reads, for at most so many seconds (TooSlow)."""
        with self.workspace.reading(self.account.id, at_most=at_most) as tx:
            yield self._desk(tx)

    def write(self, work: Callable[[Desk], _T]) -> _T:
        """What `work` returns, done in a transaction that writes; a refusal undoes it.

        It is done again where another transaction was in the way, so it has no effect outside.
        """

        def done() -> _T:
            with self.workspace.writing(self.account.id) as tx:
                return work(self._desk(tx))

        return again(done)

    @property
    def paths(self) -> Paths:
        return Paths(self.workspace.slug)

    def _desk(self, tx: Transaction) -> Desk:
        if tx.asker is None:
            raise NotFound.because("workspace.unknown", name=self.workspace.slug)
        return Desk(self, tx, access.for_asker(tx, self.locale, "ui"))


@dataclass(frozen=True)
class Desk:
    """A visit within one transaction: the App in force, the caller, and how values are written."""

    visit: Visit
    tx: Transaction
    caller: Caller

    @property
    def app(self) -> App:
        return self.tx.app

    @property
    def locale(self) -> str:
        return self.visit.locale

    @property
    def paths(self) -> Paths:
        return self.visit.paths

    @cached_property
    def formats(self) -> Formats:
        manifest = self.app.manifest
        return Formats(
            self.locale,
            self.tx.zone,
            manifest.currency,
            manifest.money_scale,
            now=self.tx.now,
        )

    def entity(self, name: str) -> Entity:
        """The entity called `name` that the caller may read; NotFound for any other."""
        found = self.app.entity_named(name)
        if found is None or found.system:
            known = [one.name for one in self.app.entities.values() if self._shows(one)]
            raise NotFound.because("entity.unknown", name=name, known=", ".join(sorted(known)))
        return access.entity_for(self.app, self.caller, found.id)

    def _shows(self, entity: Entity) -> bool:
        return not entity.system and self.may("read", entity)

    def may(self, verb: access.Verb, entity: Entity) -> bool:
        """Whether the caller may do this to some record of the entity."""
        return access.may(self.app, self.caller, entity.id, verb)


def visit_of(installation: Installation, slug: str) -> Visit:
    """The visit that the request is; Unauthenticated, or NotFound for a closed workspace."""
    account = signed_in(installation)
    if account is None:
        raise Unauthenticated()  # told by the page of signing in
    mine = installation.control.workspaces_of(account.id)
    if slug not in {one.slug for one in mine}:
        raise NotFound.because("workspace.unknown", name=slug)
    return Visit(
        installation, installation.workspace(slug), account, g.locale, others=len(mine) > 1
    )


def signed_in(installation: Installation) -> Account | None:
    """The account whose session the request carries, or None."""
    if "account" not in g:
        reference = session_reference()
        session = installation.control.sessions.find(reference) if reference else None
        g.account = installation.control.accounts.get(session.account_id) if session else None
    account: Account | None = g.account
    return account


def to_sign_in() -> Response:
    """The way to the sign-in page and back here afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(with_query("/sign-in", {"next": here}), 303)
