"""As of a moment: a transaction that looks back, and what can be told of then.

Everything that reads records by such a transaction reads what they were; who may read what is
decided by the present.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from ..metadata.model import Field
from ..metadata.problems import Problem
from ..rules import Expression
from . import access
from .access import Caller
from .by_content import ByContent
from .document_tables import REVISION
from .errors import Malformed
from .layout import Layout
from .tables_then import TablesThen
from .transaction import Transaction

Lost = frozenset[tuple[str, str]]
"""(entity id, field id) of what was stored otherwise at some time since."""

_lost: Final[ByContent[Lost]] = ByContent(1024)
"""By the hashes of the revisions since; those of equal workspaces are shared."""


def moment_of(tx: Transaction, text: str, pointer: str = "/as_of") -> datetime:
    """The moment that a text means: an ISO time, or a date for the end of that day.

    Without a zone it is the workspace's. Malformed for what is none, or lies ahead.
    """
    try:
        found = _read(text.strip(), tx)
    except (ValueError, OverflowError):
        raise Malformed(Problem("as_of.unreadable", {"text": text}, pointer=pointer)) from None
    if found > tx.now:
        raise Malformed(Problem("as_of.ahead", {"text": text}, pointer=pointer))
    return found


def looking_back(tx: Transaction, entity_id: str, at: datetime) -> Transaction:
    """The transaction as a view of an earlier moment, to read records of an entity.

    Malformed for people, of whom no list of an earlier moment is kept.
    """
    if tx.app.entity(entity_id).system:
        raise Malformed(Problem("as_of.people", pointer="/as_of"))
    tables = TablesThen(tx.tables, at, tx.zone, _lost_since(tx, at))
    return replace(tx, now=at, tables=tables, writable=False, past_of=tx)


def left_out(tx: Transaction, caller: Caller, entity_id: str) -> tuple[Field, ...]:
    """The fields that the caller may read, but of which nobody can tell what they were then."""
    known = access.readable(tx.app, caller, entity_id)
    return tuple(
        one
        for one in tx.app.entity(entity_id).live_fields
        if one.id in known and unknown(tx, entity_id, one.id)
    )


def unknown(tx: Transaction, entity_id: str, field_id: str) -> Problem | None:
    """Why a field cannot be told by a transaction that looks back; None where it can."""
    tables = tx.tables
    return tables.unknown(entity_id, field_id) if isinstance(tables, TablesThen) else None


def require(tx: Transaction, fields: Iterable[tuple[str, str]], pointer: str) -> None:
    """Malformed if one of (entity id, field id) cannot be told by this transaction."""
    for entity_id, field_id in fields:
        _refuse(unknown(tx, entity_id, field_id), pointer)


def require_expressions(tx: Transaction, expressions: Iterable[Expression], pointer: str) -> None:
    """Malformed if an expression cannot be answered by this transaction."""
    if isinstance(tx.tables, TablesThen):
        for one in expressions:
            _refuse(tx.tables.unknown_in(one), pointer)


def _refuse(problem: Problem | None, pointer: str) -> None:
    if problem is not None:
        raise Malformed(replace(problem, pointer=pointer))


def _read(text: str, tx: Transaction) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        found = datetime.fromisoformat(text)
    else:
        if day == tx.now.astimezone(tx.zone).date():
            return tx.now
        found = datetime.combine(day + timedelta(days=1), time.min, tx.zone)
        return found.astimezone(UTC) - timedelta(microseconds=1)
    return (found if found.tzinfo else found.replace(tzinfo=tx.zone)).astimezone(UTC)


def _lost_since(tx: Transaction, at: datetime) -> Lost:
    """What was stored otherwise since: two statements, the second for revisions new to us."""
    before = sa.select(sa.func.max(REVISION.c.id)).where(REVISION.c.created_at <= at)
    since = (
        sa.select(REVISION.c.id, REVISION.c.hash)
        .where(REVISION.c.id >= sa.func.coalesce(before.scalar_subquery(), 0))
        .order_by(REVISION.c.id)
    )
    revisions = tx.connection.execute(since).all()
    if not revisions:
        return frozenset()
    key = hashlib.sha256("\n".join(one.hash for one in revisions).encode()).hexdigest()
    found = _lost.get(key)
    if found is None:
        found = _compared(tx, revisions[0].id)
        _lost.put(key, found)
    return found


def _compared(tx: Transaction, first: int) -> Lost:
    """What is stored otherwise in a revision from `first` on than it is now.

    What was before an entity was first published, imported history alone tells, in its terms.
    """
    query = sa.select(REVISION.c.layout).where(REVISION.c.id >= first).order_by(REVISION.c.id)
    begun: set[str] = set()
    lost: set[tuple[str, str]] = set()
    for content in tx.connection.execute(query).scalars():
        layout = Layout.from_json(content)
        begun.update(layout.entities)
        for entity_id in begun & tx.layout.entities.keys():
            then = layout.entity(entity_id).fields if entity_id in layout else {}
            now = tx.layout.entity(entity_id).fields
            both = then.keys() | now.keys()
            lost.update((entity_id, one) for one in both if then.get(one) != now.get(one))
    return frozenset(lost)
