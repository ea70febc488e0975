"""What a member set for themselves, such as the columns of a list: small values by key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .access import Caller
from .system_tables import SAVED
from .transaction import Transaction


def get(tx: Transaction, caller: Caller, key: str) -> Any:
    """The value (JSON) that the caller keeps under a key, or None."""
    if caller.member_id is None:
        return None
    return tx.connection.scalar(
        sa.select(SAVED.c.value).where(SAVED.c.member_id == caller.member_id, SAVED.c.key == key)
    )


def put(tx: Transaction, caller: Caller, key: str, value: Any) -> None:
    """Keep a value (JSON) under a key; None forgets it."""
    if caller.member_id is None:
        return
    mine = sa.and_(SAVED.c.member_id == caller.member_id, SAVED.c.key == key)
    tx.connection.execute(sa.delete(SAVED).where(mine))
    if value is not None:
        row = {"member_id": caller.member_id, "key": key, "value": value, "at": tx.now}
        tx.connection.execute(sa.insert(SAVED).values(row))


def forget_about(tx: Transaction, entity_id: str) -> None:
    """Forget what anybody keeps about an entity: its id is the second part of such a key."""
    near = sa.select(SAVED.c.key).where(SAVED.c.key.contains(f"/{entity_id}", autoescape=True))
    keys = [one for one in tx.connection.scalars(near.distinct()) if _about(one) == entity_id]
    if keys:
        gone = sa.delete(SAVED).where(SAVED.c.key == sa.bindparam("gone"))
        tx.connection.execute(gone, [{"gone": one} for one in keys])


def _about(key: str) -> str:
    return key.partition("/")[2].partition("/")[0]


def under(tx: Transaction, caller: Caller, start: str) -> dict[str, Any]:
    """What the caller keeps under keys that begin with `start`."""
    if caller.member_id is None:
        return {}
    rows = tx.connection.execute(
        sa.select(SAVED.c.key, SAVED.c.value).where(
            SAVED.c.member_id == caller.member_id, SAVED.c.key.startswith(start, autoescape=True)
        )
    )
    return {key: value for key, value in rows if key.startswith(start)}
