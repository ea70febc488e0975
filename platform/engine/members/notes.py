"""Changes of members: what was done to whom goes into the same history as records do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..canonical import to_text
from ..system_tables import CHANGE, FIELD_CHANGE
from ..transaction import Transaction

if TYPE_CHECKING:
    from ..access import Caller

ENTITY = "member"


def note(
    tx: Transaction, caller: Caller, member_id: int, changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """Write one change set of {field: (before, after)}; equal pairs are left out.

    A secret's change is noted as (None, None).
    """
    told = {
        field: (to_text(before), to_text(after))
        for field, (before, after) in changes.items()
        if before != after or before is None
    }
    told = {field: pair for field, pair in told.items() if pair[0] != pair[1] or field in _SECRET}
    if not told:
        return
    change_id = tx.connection.execute(
        sa.insert(CHANGE)
        .values(actor=caller.member_id, origin=caller.origin, at=tx.now, revision=tx.revision)
        .returning(CHANGE.c.id)
    ).scalar_one()
    rows = [
        {
            "change_id": change_id,
            "entity": ENTITY,
            "record_id": member_id,
            "field": field,
            "before": before,
            "after": after,
        }
        for field, (before, after) in told.items()
    ]
    tx.connection.execute(sa.insert(FIELD_CHANGE), rows)


_SECRET = frozenset({"password", "invitation"})
