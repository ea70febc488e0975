"""Held: how many records have each option of a field now, for who decides about the options."""

from __future__ import annotations

from collections.abc import Mapping

from fieldstone.engine import query
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import AggregateRequest

from ...desk import Desk


def by_option(desk: Desk, entity_id: str, field_id: str) -> Mapping[str, int]:
    """Records of the workspace by the id of the option (stage, tier) that a field holds.

    All of them count, whatever the reader's roles show, as in the plan of a publish. A field that
    is not published yet holds nothing.
    """
    entity = desk.app.entities.get(entity_id)
    one = entity.by_id.get(field_id) if entity else None
    if entity is None or entity.archived or one is None or one.archived:
        return {}
    rows = query.aggregate(desk.tx, SYSTEM, AggregateRequest(entity_id=entity_id,
                                                             groups=(one.name,)))  # fmt: skip
    ids = {option.name: option.id for option in one.options}
    return {ids[row[one.name]]: int(row["count"]) for row in rows if row[one.name] in ids}
