"""Tokens: keys to the API, each for one member of one workspace, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from ..metadata.problems import Problem
from .clock import Clock
from .control_tables import ACCOUNT, TOKEN, WORKSPACE
from .errors import Invalid
from .stores import Store

PREFIX = "fst_"
"""What every token begins with, so that one that leaked is recognised."""

MOST_DAYS = 366
_log = structlog.get_logger()
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token without its secret; `id` names it in lists."""

    id: str
    account_id: str
    workspace_id: str
    member_id: int
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """What a token opens: a member of an active workspace, and the account's language."""

    workspace_id: str
    member_id: int
    slug: str
    name: str
    locale: str


class Tokens:
    """Makes, finds and ends tokens; they end by age, and with their member or account."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(
        self, *, account_id: str, workspace_id: str, member_id: int, name: str, days: int = 90
    ) -> str:
        """Make a token that holds for `days` (1 to 366) and return its text, never shown again."""
        problems = []
        if not 1 <= days <= MOST_DAYS:
            problems.append(Problem("token.days", {"most": MOST_DAYS}, pointer="/days"))
        if not 1 <= len(name.strip()) <= 100:
            problems.append(Problem("token.name", {}, pointer="/name"))
        if problems:
            raise Invalid(problems)
        text = PREFIX + secrets.token_urlsafe(32)
        token_id = uuid.uuid4().hex
        now = self._clock.now()
        with self._store.begin(writing=True) as connection:
            connection.execute(
                sa.insert(TOKEN).values(
                    id=token_id,
                    hash=_hash(text),
                    account_id=account_id,
                    workspace_id=workspace_id,
                    member_id=member_id,
                    name=name.strip(),
                    created_at=now,
                    expires_at=now + timedelta(days=days),
                )
            )
        _log.info("token.made", token=token_id, workspace=workspace_id, member=member_id)
        return text

    def find(self, text: str) -> Token | None:
        """The token of that text if it holds and its account is active, else None.

        Whether the member is still active is for the workspace to say.
        """
        now = self._clock.now()
        query = sa.select(*_COLUMNS).join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id)
        query = query.where(TOKEN.c.hash == _hash(text), TOKEN.c.expires_at > now, ACCOUNT.c.active)
        rows = self._store.rows(query)
        return Token(**rows[0]._mapping) if rows else None

    def enter(self, text: str) -> Entrance | None:
        """What the token of that text opens, in one statement; None as for `find`.

        The token is noted as used, at most once a minute.
        """
        now = self._clock.now()
        rows = self._store.rows(_ENTER, {"hash": _hash(text), "now": now})
        if not rows:
            return None
        row = rows[0]
        if row.last_used_at is None or now - row.last_used_at >= _USED_EVERY:
            with self._store.begin(writing=True) as connection:
                connection.execute(
                    sa.update(TOKEN).where(TOKEN.c.id == row.id).values(last_used_at=now)
                )
        return Entrance(
            workspace_id=row.workspace_id,
            member_id=row.member_id,
            slug=row.slug,
            name=row.name,
            locale=row.locale,
        )

    def of_member(self, workspace_id: str, member_id: int) -> tuple[Token, ...]:
        """The tokens of a member, newest first, those that are over included."""
        query = (
            sa.select(*_COLUMNS)
            .where(TOKEN.c.workspace_id == workspace_id, TOKEN.c.member_id == member_id)
            .order_by(TOKEN.c.created_at.desc(), TOKEN.c.id)
        )
        return tuple(Token(**row._mapping) for row in self._store.rows(query))

    def end(self, workspace_id: str, member_id: int, *, only: str | None = None) -> None:
        """End all tokens of a member, or `only` the one of that id."""
        query = sa.delete(TOKEN).where(
            TOKEN.c.workspace_id == workspace_id, TOKEN.c.member_id == member_id
        )
        if only is not None:
            query = query.where(TOKEN.c.id == only)
        with self._store.begin(writing=True) as connection:
            connection.execute(query)
        _log.info("token.ended", token=only, workspace=workspace_id, member=member_id)


_COLUMNS = [one for one in TOKEN.c if one.name != "hash"]
_ENTER = (
    sa.select(
        TOKEN.c.id,
        TOKEN.c.workspace_id,
        TOKEN.c.member_id,
        TOKEN.c.last_used_at,
        WORKSPACE.c.slug,
        WORKSPACE.c.name,
        ACCOUNT.c.locale,
    )
    .join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id)
    .join(WORKSPACE, WORKSPACE.c.id == TOKEN.c.workspace_id)
    .where(
        TOKEN.c.hash == sa.bindparam("hash"),
        TOKEN.c.expires_at > sa.bindparam("now"),
        ACCOUNT.c.active,
        WORKSPACE.c.state == "active",
    )
    .execution_options(prepared="control")
)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
