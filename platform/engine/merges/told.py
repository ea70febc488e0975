"""What was told of a record: its alerts go along when it is merged, and come back with it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from ..system_tables import ALERT, MERGE_ROW
from ..transaction import Transaction

_PLACE: Final = ALERT.name
_MOVED, _RESOLVED = "record_id", "left_at"
_NAMES: Final = ("merge_id", "entity", "field", "record_id", "state")


def move_alerts(
    tx: Transaction, merge_id: int, entity_id: str, record_id: int, into_id: int
) -> None:
    """Move the alerts of a record to another; one that both have open is resolved here."""
    other = ALERT.alias()
    doubled = sa.and_(
        ALERT.c.left_at.is_(None),
        ALERT.c.rule.in_(
            sa.select(other.c.rule).where(
                other.c.entity == entity_id,
                other.c.record_id == into_id,
                other.c.left_at.is_(None),
            )
        ),
    )
    own = sa.and_(ALERT.c.entity == entity_id, ALERT.c.record_id == record_id)
    for what, which in ((_RESOLVED, doubled), (_MOVED, sa.not_(doubled))):
        values = (*map(sa.literal, (merge_id, _PLACE, what)), ALERT.c.id, sa.literal("moved"))
        found = sa.select(*values).where(own, which)
        tx.connection.execute(sa.insert(MERGE_ROW).from_select(_NAMES, found))
    tx.connection.execute(
        sa.update(ALERT).where(ALERT.c.id.in_(_noted(merge_id, _MOVED))).values(record_id=into_id)
    )
    tx.connection.execute(
        sa.update(ALERT)
        .where(ALERT.c.id.in_(_noted(merge_id, _RESOLVED)))
        .values(
            left_at=tx.now,
            state=sa.case((ALERT.c.state == "open", "resolved"), else_=ALERT.c.state),
        )
    )


def move_back(tx: Transaction, merge_id: int, record_id: int, into_id: int) -> None:
    """Give a record that came back its alerts again; those that were resolved are open again."""
    moved = sa.and_(ALERT.c.id.in_(_noted(merge_id, _MOVED)), ALERT.c.record_id == into_id)
    tx.connection.execute(sa.update(ALERT).where(moved).values(record_id=record_id))
    tx.connection.execute(
        sa.update(ALERT)
        .where(ALERT.c.id.in_(_noted(merge_id, _RESOLVED)))
        .values(
            left_at=None, state=sa.case((ALERT.c.state == "resolved", "open"), else_=ALERT.c.state)
        )
    )
    tx.connection.execute(
        sa.update(MERGE_ROW)
        .where(MERGE_ROW.c.merge_id == merge_id, MERGE_ROW.c.entity == _PLACE)
        .values(state="back")
    )


def _noted(merge_id: int, what: str) -> sa.Select[int]:
    return sa.select(MERGE_ROW.c.record_id).where(
        MERGE_ROW.c.merge_id == merge_id,
        MERGE_ROW.c.entity == _PLACE,
        MERGE_ROW.c.field == what,
        MERGE_ROW.c.state == "moved",
    )
