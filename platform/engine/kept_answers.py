"""Kept answers: a write that comes with a key is done once, and answered again what it was then.

The answer is written in the transaction of the write: after a death there are both or neither.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..metadata.model import App
from .access import Caller
from .errors import Conflict, Invalid, TooLarge
from .system_tables import KEPT_ANSWER
from .transaction import Transaction
from .workspaces import Workspace

LASTS = timedelta(hours=24)
"""How long an answer is kept at least."""

LARGEST = 1 << 20
"""Bytes that the body of a kept answer may have once it is compressed."""

BATCH = 1000
"""Answers that one transaction forgets."""

_MOST_BATCHES = 50
_TRY = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent: its status, its headers, and the bytes of its body or None."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


def find(tx: Transaction, caller: Caller, key: str, fingerprint: str) -> Kept | None:
    """What the request was answered that came with this key, or None: then it is to be done.

    Invalid if another request came with the key. Conflict while one with the key is being done,
    and where the caller may see other things by now than when it was. On SQLite, which has one
    writer, such a request is over by the time that ours begins.
    """
    if tx.workspace.dialect == "postgresql":
        _claim(tx, caller, key)
    row = tx.connection.execute(
        sa.select(KEPT_ANSWER).where(
            KEPT_ANSWER.c.member_id == caller.member_id, KEPT_ANSWER.c.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Invalid.because("key.other_request", key=key)
    if row.sight != _sight(tx.app, caller):
        raise Conflict.because("key.other_rights", key=key)
    return Kept(row.status, row.headers, None if row.body is None else zlib.decompress(row.body))


def keep(tx: Transaction, caller: Caller, key: str, fingerprint: str, answer: Kept) -> None:
    """Keep an answer with what the transaction writes; TooLarge where it is too long for that."""
    body = None if answer.body is None else zlib.compress(answer.body)
    if body is not None and len(body) > LARGEST:
        raise TooLarge.because("key.answer_too_large", limit=LARGEST)
    tx.connection.execute(
        sa.insert(KEPT_ANSWER).values(
            member_id=caller.member_id,
            key=key,
            fingerprint=fingerprint,
            sight=_sight(tx.app, caller),
            status=answer.status,
            headers=dict(answer.headers),
            body=body,
            at=tx.now,
        )
    )


def forget(workspace: Workspace, now: datetime) -> int:
    """Forget answers that were kept long enough; how many. Of very many, the oldest."""
    gone = 0
    for _ in range(_MOST_BATCHES):
        batch = _forget_batch(workspace, now - LASTS)
        gone += batch
        if batch < BATCH:
            break
    return gone


def _forget_batch(workspace: Workspace, before: datetime) -> int:
    row = sa.tuple_(KEPT_ANSWER.c.member_id, KEPT_ANSWER.c.key)
    old = sa.select(KEPT_ANSWER.c.member_id, KEPT_ANSWER.c.key)
    old = old.where(KEPT_ANSWER.c.at < before).order_by(KEPT_ANSWER.c.at).limit(BATCH)
    with workspace.reading() as tx:
        keys = [tuple(one) for one in tx.connection.execute(old)]
    if keys:
        with workspace.writing() as tx:
            tx.connection.execute(sa.delete(KEPT_ANSWER).where(row.in_(keys)))
    return len(keys)


def _claim(tx: Transaction, caller: Caller, key: str) -> None:
    """Be the only one with this key until the transaction is over; Conflict if another is."""
    name = f"key:{tx.workspace.id}:{caller.member_id}:{key}"
    if not tx.connection.scalar(_TRY, {"name": name}):
        raise Conflict.because("key.running", key=key)


def _sight(app: App, caller: Caller) -> str:
    """A hash of what decides what a caller may see: it changes with their roles and team."""
    roles = [app.roles[one] for one in caller.roles]
    grants = [
        asdict(one) for role in roles for one in (*role.entities, role.everything_else) if one
    ]
    text = json.dumps([caller.team, caller.roles, grants], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
