"""Duplicates: records that may be the same as one that is there, or as one that is being typed."""

from __future__ import annotations

from ..engine import duplicates
from ..engine.duplicates import Duplicate
from .asking import Answer, Ask, whole_id
from .records import entity_of


def of_record(ask: Ask) -> Answer:
    """Other records that may be the same as this one."""
    entity_id = entity_of(ask)
    return _listed(ask, entity_id, duplicates.of_record(ask.tx, ask.caller, entity_id, ask.id))


def typed(ask: Ask) -> Answer:
    """Records that may be what is being typed; `id` is the record that it is typed for."""
    entity_id, body = entity_of(ask), ask.body
    but = whole_id(body["id"]) if "id" in body else None
    found = duplicates.like(ask.tx, ask.caller, entity_id, body["values"], but)
    return _listed(ask, entity_id, found)


def _listed(ask: Ask, entity_id: str, found: tuple[Duplicate, ...]) -> Answer:
    entity = ask.app.entity(entity_id)
    names = {one.id: one.name for one in entity.duplicates}
    return Answer(
        {
            "data": [
                {
                    "id": str(one.record_id),
                    "title": one.title,
                    "score": one.score,
                    "keys": [names[key] for key in one.keys],
                    "fields": [entity.field(field).name for field in one.fields],
                }
                for one in found
            ]
        }
    )
