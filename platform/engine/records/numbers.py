"""Automatic numbers: a pattern such as `KH{yyyy}{00000}`, counted anew for each period it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from ...metadata.fields import pattern
from ..transaction import Transaction
from .draft import Draft
from .record import Shape

_TAKE: Final = sa.text(
    "INSERT INTO _counter (key, value) VALUES (:key, :count) "
    "ON CONFLICT (key) DO UPDATE SET value = _counter.value + excluded.value RETURNING value"
)


def number(tx: Transaction, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Give every new draft its automatic numbers: one statement a field.

    A number is never given twice. One that the draft brings along (an import of history) stays.
    """
    today = tx.now.astimezone(tx.zone).date()
    for one in shape.entity.live_fields:
        if one.family != "auto_number":
            continue
        rule = pattern(one.pattern or "")
        waiting = [draft for draft in drafts if draft.after.get(one.id) is None]
        if rule is None or not waiting:
            continue
        key = f"{shape.entity.id}.{one.id}.{rule.series(today)}"
        last = tx.connection.execute(_TAKE, {"key": key, "count": len(waiting)}).scalar_one()
        for at, draft in enumerate(waiting, start=last - len(waiting) + 1):
            draft.after[one.id] = rule.write(today, at)
