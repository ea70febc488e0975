"""Sessions: who is signed in, by a random reference of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from .clock import Clock
from .control_tables import ACCOUNT, SESSION
from .stores import Store

_SEEN_EVERY = timedelta(minutes=1)
"""A session in use is written at most so often."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session that holds; `id` names it in lists and is not the secret reference."""

    id: str
    account_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    confirmed_at: datetime
    address: str | None
    agent: str | None


class Sessions:
    """Starts, finds and ends sessions; they end idle, by age, and with their account."""

    def __init__(self, store: Store, clock: Clock, *, idle: timedelta, absolute: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._idle = idle
        self._absolute = absolute

    def start(
        self, account_id: str, *, address: str | None = None, agent: str | None = None
    ) -> str:
        """Begin a session and return its reference, which is never shown again."""
        reference = secrets.token_urlsafe(32)
        now = self._clock.now()
        with self._store.begin(writing=True) as connection:
            connection.execute(sa.delete(SESSION).where(self._over(now)))
            connection.execute(
                sa.insert(SESSION).values(
                    hash=_hash(reference),
                    account_id=account_id,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + self._absolute,
                    confirmed_at=now,
                    address=address,
                    agent=agent[:400] if agent else None,
                )
            )
        return reference

    def find(self, reference: str) -> Session | None:
        """The session of that reference if it holds and its account is active, else None."""
        now = self._clock.now()
        query = (
            sa.select(SESSION)
            .join(ACCOUNT, ACCOUNT.c.id == SESSION.c.account_id)
            .where(SESSION.c.hash == _hash(reference), ACCOUNT.c.active, sa.not_(self._over(now)))
        )
        rows = self._store.rows(query)
        if not rows:
            return None
        row = rows[0]
        if now - row.last_seen_at >= _SEEN_EVERY:
            self._update(row.hash, last_seen_at=now)
        return _session(row)

    def confirm(self, reference: str) -> None:
        """Note that the password was given again just now."""
        self._update(_hash(reference), confirmed_at=self._clock.now())

    def of_account(self, account_id: str) -> tuple[Session, ...]:
        """The sessions of an account that hold, newest first."""
        query = (
            sa.select(SESSION)
            .where(SESSION.c.account_id == account_id, sa.not_(self._over(self._clock.now())))
            .order_by(SESSION.c.created_at.desc())
        )
        return tuple(_session(row) for row in self._store.rows(query))

    def end(self, reference: str) -> None:
        """Sign out: the reference is worth nothing any more."""
        with self._store.begin(writing=True) as connection:
            connection.execute(sa.delete(SESSION).where(SESSION.c.hash == _hash(reference)))

    def end_of_account(
        self, account_id: str, *, only: str | None = None, but: str | None = None
    ) -> None:
        """End all sessions of an account, `only` the one of that id, or all `but` a reference's."""
        with self._store.begin(writing=True) as connection:
            end_sessions(connection, account_id, only=only, but=but)

    def _over(self, now: datetime) -> sa.ColumnElement[bool]:
        idle = SESSION.c.last_seen_at <= now - self._idle
        return sa.or_(SESSION.c.expires_at <= now, idle)

    def _update(self, digest: str, **values: object) -> None:
        with self._store.begin(writing=True) as connection:
            connection.execute(sa.update(SESSION).where(SESSION.c.hash == digest).values(**values))


def end_sessions(
    connection: sa.Connection, account_id: str, *, only: str | None = None, but: str | None = None
) -> None:
    """What `Sessions.end_of_account` does, inside a transaction on the control database."""
    query = sa.delete(SESSION).where(SESSION.c.account_id == account_id)
    if only is not None:
        query = query.where(SESSION.c.hash == only)
    if but is not None:
        query = query.where(SESSION.c.hash != _hash(but))
    connection.execute(query)


def _hash(reference: str) -> str:
    return hashlib.sha256(reference.encode()).hexdigest()


def _session(row: sa.Row[tuple[object, ...]]) -> Session:
    values = dict(row._mapping)
    return Session(id=values.pop("hash"), **values)
