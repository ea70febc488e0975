"""Records as JSON Schema: what one caller reads and may write of each entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...engine import access
from ...engine.access import Caller
from ...metadata.model import App, Entity, Field
from . import fields
from .fields import Schema

_NAMES: Final[Schema] = {"type": "array", "items": {"type": "string"}}
_AS_OF: Final[Mapping[str, Schema]] = {
    "as_of": {"type": "string", "format": "date-time"},
    "left_out": _NAMES,
}


def schemas(app: App, caller: Caller, entity: Entity) -> Mapping[str, Schema]:
    """The schemas of an entity by name: the record, a row of a list, a new one, a change, pages."""
    readable = access.readable(app, caller, entity.id)
    # Every record tells its id and version, whatever else may be read of it.
    shown = {"id": fields.ID, "version": fields.VERSION} | {
        one.name: fields.read(app, entity, one, caller.locale)
        for one in entity.live_fields
        if one.id in readable and one.id not in ("id", "version")
    }
    name = entity.name
    found: dict[str, Schema] = {
        name: _object(shown, required=sorted(shown), title=entity.text(caller.locale)),
        f"{name}.row": {"type": "object", "properties": shown},
        f"{name}.page": _page(f"{name}.row"),
        f"{name}.then": _then(f"{name}.row"),
    }
    if access.may(app, caller, entity.id, "create"):
        taken = _writable(app, caller, entity, "create")
        required = [one.name for one in taken if _must_be_given(one)]
        found[f"{name}.new"] = _object(_written(taken, caller), required=required)
    if access.may(app, caller, entity.id, "update"):
        taken = [
            one
            for one in _writable(app, caller, entity, "update")
            if one.family != "stage"  # moved by its own call, through the guards
        ]
        found[f"{name}.change"] = _object(_written(taken, caller))
        found[f"{name}.reverted"] = _reverted(name)
    return found


def _writable(app: App, caller: Caller, entity: Entity, verb: Any) -> list[Field]:
    ids = access.writable(app, caller, entity.id, verb)
    return [one for one in entity.live_fields if one.id in ids]


def _written(taken: list[Field], caller: Caller) -> dict[str, Schema]:
    return {one.name: fields.write(one, caller.locale) for one in taken}


def _must_be_given(field: Field) -> bool:
    return field.required and field.default is None and field.family not in ("boolean", "stage")


def _object(
    properties: Mapping[str, Schema], *, required: list[str] | None = None, title: str | None = None
) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if required:
        found["required"] = required
    if title:
        found["title"] = title
    return found


def _page(row: str) -> Schema:
    return _object(
        {
            "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{row}"}},
            "next": {"type": ["string", "null"]},
            "count": {"type": "integer", "minimum": 0},
            **_AS_OF,
        },
        required=["data", "next"],
    )


def _then(row: str) -> Schema:
    data = {"$ref": f"#/components/schemas/{row}"}
    return _object({"data": data, **_AS_OF}, required=["data", *_AS_OF])


def _reverted(record: str) -> Schema:
    text = {"type": "string"}
    left = _object(
        {"field": text, "code": text, "message": text}, required=["field", "code", "message"]
    )
    parts = {
        "data": {"$ref": f"#/components/schemas/{record}"},
        "changed": _NAMES,
        "left": {"type": "array", "items": left},
    }
    return _object(parts, required=list(parts))
