"""Telling: whoever asked for a bulk change hears of its end, with the counts and a link."""

from __future__ import annotations

import sqlalchemy as sa

from .. import notifications
from ..notifications import Message, sentence
from ..system_tables import BULK
from ..transaction import Transaction

PAGE = "_bulk"
"""What a notification names as its entity that leads to the page of a bulk change."""


def tell(tx: Transaction, bulk_id: int) -> None:
    """Tell the member how it ended."""
    one = tx.connection.execute(sa.select(BULK).where(BULK.c.id == bulk_id)).one()
    # An undo that was stopped ends as "done" once more, which is nothing to tell.
    halted = one.state == "done" and (one.job or "").startswith("bulk_undo")
    if one.member_id is None or halted:
        return
    entity = tx.app.entity(one.entity)
    title = {
        locale: text.replace("{what}", entity.text(locale))
        for locale, text in sentence(f"notification.bulk_{one.state}", what="{what}").items()
    }
    names = ("restored", "left") if one.state == "undone" else ("changed", "same", "refused")
    ending = "back" if one.state == "undone" else "counts"
    counts = {name: one.counts.get(name, 0) for name in names}
    body = sentence(f"notification.bulk_{ending}", **counts)
    key = f"{one.job}:{one.state}"
    notifications.send(tx, [Message(one.member_id, "work", title, body, key, PAGE, one.id)])
