"""Records: one at a time, each write from the version that its writer saw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..engine import access, as_of, history, merges
from ..engine import records as store
from ..engine.access import Verb
from ..engine.errors import Malformed, NotFound
from ..engine.history import Entry, History
from ..engine.records import Record
from ..metadata.model import Field
from ..metadata.problems import Problem
from .asking import Answer, Ask, version_tag
from .problems import as_json


def create(ask: Ask) -> Answer:
    """Make a record; 201 with the record, its address and its ETag."""
    entity_id = entity_of(ask, "create")
    record = store.create(ask.tx, ask.caller, entity_id, ask.body)
    return _shown(ask, record, 201, Location=_place(ask, record.id))


def get(ask: Ask) -> Answer:
    """A record with all that its reader may read; 304 if they hold this version already.

    With a moment, the record as it was, and which fields cannot be told of then. One that
    was merged into another leads there by 307: an undo brings it back.
    """
    if "as_of" in ask.parameters:
        return _then(ask, ask.parameters["as_of"])
    entity_id = entity_of(ask)
    try:
        record = store.get(ask.tx, ask.caller, entity_id, ask.id, titles=False)
    except NotFound:
        into = merges.survivor(ask.tx, ask.caller, entity_id, ask.id)
        if into is None:
            raise
        return Answer(status=307, headers={"Location": _place(ask, into)})
    if "If-None-Match" in ask.headers and ask.unchanged(version_tag(record.version)):
        return Answer(status=304, headers={"ETag": version_tag(record.version)})
    return _shown(ask, record)


def update(ask: Ask) -> Answer:
    """Change the given fields and leave the others."""
    entity_id, version = entity_of(ask, "update"), ask.version()
    return _shown(ask, store.update(ask.tx, ask.caller, entity_id, ask.id, version, ask.body))


def delete(ask: Ask) -> Answer:
    """Move a record to the recycle bin."""
    entity_id, version = entity_of(ask, "delete"), ask.version()
    store.delete(ask.tx, ask.caller, entity_id, ask.id, version)
    return Answer(status=204)


def restore(ask: Ask) -> Answer:
    """Bring a record back from the recycle bin."""
    entity_id, version = entity_of(ask, "delete"), ask.version()
    return _shown(ask, store.restore(ask.tx, ask.caller, entity_id, ask.id, version))


def move(ask: Ask) -> Answer:
    """Move a record to another stage, through the stage's guards."""
    entity_id, version = entity_of(ask, "update"), ask.version()
    to, reason = ask.body["to"], ask.body.get("reason")
    return _shown(
        ask, store.move(ask.tx, ask.caller, entity_id, ask.id, version, to, reason=reason)
    )


def revert(ask: Ask) -> Answer:
    """Give a record the values of a moment, or of after a change set, again."""
    entity_id, version = entity_of(ask, "update"), ask.version()
    if len({"as_of", "change"} & ask.body.keys()) != 1:
        raise Malformed(Problem("api.revert_to"))
    if "as_of" in ask.body:
        at = as_of.moment_of(ask.tx, ask.body["as_of"])
    else:
        at = store.moment_after(ask.tx, entity_id, ask.id, int(ask.body["change"]))
    reason = ask.body.get("reason")
    done = store.revert(ask.tx, ask.caller, entity_id, ask.id, version, at, reason=reason)
    body = {
        "data": store.present(ask.app, ask.caller, done.record),
        "changed": [one.name for one in done.fields],
        "left": [
            {"field": one.field.name, "code": told["code"], "message": told["message"]}
            for one in done.left
            for told in [as_json(one.problem, ask.locale)]
        ],
    }
    return Answer(body, headers={"ETag": version_tag(done.record.version)})


def events(ask: Ask) -> Answer:
    """What happened to a record, the newest first."""
    page = history.of(
        ask.tx,
        ask.caller,
        entity_of(ask),
        ask.id,
        limit=ask.parameters.get("limit", 50),
        cursor=ask.parameters.get("cursor"),
    )
    return Answer(
        {"data": [_entry(ask, one, page) for one in page.entries], "next": page.next_cursor}
    )


def entity_of(ask: Ask, verb: Verb = "read") -> str:
    """The id of the entity in the address, by its present name or an older one.

    NotFound where the caller may not read it, or there is none.
    """
    name = ask.path["entity"]
    found = ask.app.entity_named(name)
    return access.entity_for(ask.app, ask.caller, found.id if found else name, verb).id


def _place(ask: Ask, record_id: int) -> str:
    return f"/api/v1/{ask.path['workspace']}/records/{ask.path['entity']}/{record_id}"


def _entry(ask: Ask, one: Entry, page: History) -> dict[str, Any]:
    entity = ask.app.entity(entity_of(ask))
    actor = None if one.actor is None else page.titles.get((access.MEMBER_ENTITY, one.actor))
    return {
        "kind": one.kind,
        "change": str(one.id) if one.id else None,
        "at": one.at,
        "actor": None if one.actor is None else str(one.actor),
        "actor_name": actor,
        "origin": one.origin,
        "merged_from": _known(page, entity.id, one.merged_from),
        "merged_into": _known(page, entity.id, one.merged_into),
        "changes": [
            {
                "field": field.name,
                "before": store.wire_value(field, change.before),
                "after": store.wire_value(field, change.after),
                "reason": change.reason,
            }
            for change in one.changes
            for field in [entity.field(change.field)]
        ],
    }


def as_then(at: datetime, left_out: Iterable[Field]) -> dict[str, Any]:
    """Of which moment records are, and which fields cannot be told of it."""
    return {"as_of": at, "left_out": [one.name for one in left_out]}


def _then(ask: Ask, text: str) -> Answer:
    entity_id = entity_of(ask)
    at = as_of.moment_of(ask.tx, text)
    record = store.get_as_of(ask.tx, ask.caller, entity_id, ask.id, at, titles=False)
    shown = store.present(ask.app, ask.caller, record)
    shown.pop("version")
    left_out = as_of.left_out(as_of.looking_back(ask.tx, entity_id, at), ask.caller, entity_id)
    return Answer({"data": shown, **as_then(at, left_out)})


def _known(page: History, entity_id: str, record_id: int | None) -> str | None:
    """The id of a record that the reader may see."""
    known = record_id is not None and (entity_id, record_id) in page.titles
    return str(record_id) if known else None


def _shown(ask: Ask, record: Record, status: int = 200, **headers: str) -> Answer:
    body = store.present(ask.app, ask.caller, record)
    return Answer(body, status, {"ETag": version_tag(record.version), **headers})
