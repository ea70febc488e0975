"""Tags: links between records and tags, each with the time from which and until which it held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from ..transaction import Transaction
from .draft import Draft
from .record import Shape

Source = Literal["hand", "rule", "import"]


def keep(tx: Transaction, shape: Shape, drafts: Sequence[Draft], source: Source = "hand") -> None:
    """End the links that drafts give up and begin new ones: two statements at most."""
    if not shape.tags:
        return
    ended: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for draft in drafts:
        for field_id in shape.tags:
            before = draft.before.get(field_id) or frozenset()
            after = draft.after.get(field_id) or frozenset()
            ended.extend(_rows("b_", draft, field_id, before - after))
            begun.extend(_rows("", draft, field_id, after - before))
    link = tx.tables.links(shape.entity.id)
    if ended:
        statement = (
            sa.update(link)
            .where(
                link.c.record_id == sa.bindparam("b_record_id"),
                link.c.field_id == sa.bindparam("b_field_id"),
                link.c.tag_id == sa.bindparam("b_tag_id"),
                link.c.valid_to.is_(None),
            )
            .values(valid_to=sa.bindparam("b_ended"))
        )
        tx.connection.execute(statement, [{**one, "b_ended": tx.now} for one in ended])
    if begun:
        rows = [{**one, "source": source, "valid_from": tx.now, "valid_to": None} for one in begun]
        tx.connection.execute(sa.insert(link), rows)


def _rows(
    prefix: str, draft: Draft, field_id: str, tag_ids: Iterable[str]
) -> Iterable[dict[str, Any]]:
    for tag_id in sorted(tag_ids):
        yield {
            f"{prefix}record_id": draft.record_id,
            f"{prefix}field_id": field_id,
            f"{prefix}tag_id": tag_id,
        }
