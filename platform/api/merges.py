"""Merges: two records become one, and two again."""

from __future__ import annotations

from typing import Any

from ..engine import merges, records
from ..engine.merges import Merge
from .asking import Answer, Ask, version_tag, whole_id
from .records import entity_of


def merge(ask: Ask) -> Answer:
    """Merge a record into another, whose `version` is the one that was seen; with the survivor."""
    entity_id, version, body = entity_of(ask, "delete"), ask.version(), ask.body
    one = merges.merge(
        ask.tx,
        ask.caller,
        entity_id,
        ask.id,
        version,
        whole_id(body["into"]),
        body.get("version"),
        body.get("take"),
        reason=body.get("reason"),
    )
    record = records.get(ask.tx, ask.caller, entity_id, one.into_id, titles=False, any_row=True)
    shown = records.present(ask.app, ask.caller, record)
    return Answer(
        {**_shown(ask, one), "record": shown}, headers={"ETag": version_tag(record.version)}
    )


def get(ask: Ask) -> Answer:
    """A merge, and what an undo of it left because it was edited since."""
    return Answer(_shown(ask, merges.get(ask.tx, ask.caller, ask.id)))


def undo(ask: Ask) -> Answer:
    """Take a merge back; what was edited since is left, and named."""
    one = merges.get(ask.tx, ask.caller, ask.id)
    return Answer(_shown(ask, merges.undo(ask.tx, ask.caller, one)))


def _shown(ask: Ask, one: Merge) -> dict[str, Any]:
    entities = ask.app.entities
    return {
        "id": str(one.id),
        "entity": entities[one.entity].name,
        "from": str(one.record_id),
        "into": str(one.into_id),
        "state": one.state,
        "member": None if one.member_id is None else str(one.member_id),
        "at": one.at,
        "undone_at": one.undone_at,
        "counts": {name: one.count(name) for name in ("set", "moved", "back", "left")},
        "left": [
            {
                "entity": entities[left.entity].name,
                "id": str(left.record_id),
                "title": left.title,
                "fields": [entities[left.entity].field(field).name for field in left.fields],
            }
            for left in merges.left(ask.tx, ask.caller, one)
        ],
    }
