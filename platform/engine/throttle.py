"""Throttle: how often a sign-in may fail, by the name that was typed and by the address."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from ..metadata.problems import Problem
from .clock import Clock
from .control_tables import ATTEMPTS
from .errors import TooMany
from .insert import insert_new
from .stores import Store

WINDOW = timedelta(minutes=15)
"""After so long without a failure nothing is remembered."""

FREE_BY_NAME = 5
FREE_BY_ADDRESS = 50
"""So many failures cost nothing; after that the wait doubles from FIRST_WAIT up to WINDOW.

An office shares one address, hence the larger number.
"""

FIRST_WAIT = timedelta(seconds=5)

_log = structlog.get_logger()


class Throttle:
    """Counts failures in rows, so that all processes count together."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def attempt(self, name: str, address: str | None) -> None:
        """Count an attempt as failed before it is made; TooMany while the caller has to wait.

        Counting first keeps many attempts at once from all being free. `passed` takes it back.
        """
        now = self._clock.now()
        keys = _keys(name, address)
        with self._store.begin(writing=True) as connection:
            _forget_old(connection, now)
            wait = max(_wait(connection, key, free, now) for key, free in keys)
            if wait <= timedelta(0):
                for key, _ in keys:
                    _count(connection, key, now)
        if wait > timedelta(0):
            seconds = math.ceil(wait.total_seconds())
            _log.warning("sign_in.throttled", address=address, seconds=seconds)
            raise TooMany(Problem("sign_in.too_many", {"seconds": seconds}), retry_after=seconds)

    def passed(self, name: str, address: str | None) -> None:
        """Forget the failures of a name that signed in, and this one attempt of its address."""
        by_name, *by_address = (key for key, _ in _keys(name, address))
        with self._store.begin(writing=True) as connection:
            connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.key == by_name))
            for key in by_address:
                connection.execute(
                    sa.update(ATTEMPTS)
                    .where(ATTEMPTS.c.key == key, ATTEMPTS.c.failures > 0)
                    .values(failures=ATTEMPTS.c.failures - 1)
                )


def _keys(name: str, address: str | None) -> Sequence[tuple[str, int]]:
    # Hashed, because people type passwords into the field of the name.
    keys = [(_key("name", name), FREE_BY_NAME)]
    if address:
        keys.append((_key("address", address), FREE_BY_ADDRESS))
    return keys


def _key(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()


def _forget_old(connection: sa.Connection, now: datetime) -> None:
    # Leaving out rows that are in use keeps two sign-ins from waiting for each other for ever.
    old = (
        sa.select(ATTEMPTS.c.key)
        .where(ATTEMPTS.c.last_at < now - WINDOW)
        .with_for_update(skip_locked=True)
    )
    keys = [*connection.execute(old).scalars()]
    if keys:
        connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.key.in_(keys)))


def _wait(connection: sa.Connection, key: str, free: int, now: datetime) -> timedelta:
    """How long the key has to wait; its row is there and locked afterwards."""
    insert_new(connection, ATTEMPTS, {"key": key, "failures": 0, "last_at": now})
    row = connection.execute(
        sa.select(ATTEMPTS.c.failures, ATTEMPTS.c.last_at)
        .where(ATTEMPTS.c.key == key)
        .with_for_update()
    ).one()
    if row.failures < free:
        return timedelta(0)
    doubled: timedelta = FIRST_WAIT * 2 ** min(row.failures - free, 16)
    free_at: datetime = row.last_at + min(doubled, WINDOW)
    return free_at - now


def _count(connection: sa.Connection, key: str, now: datetime) -> None:
    connection.execute(
        sa.update(ATTEMPTS)
        .where(ATTEMPTS.c.key == key)
        .values(failures=ATTEMPTS.c.failures + 1, last_at=now)
    )
